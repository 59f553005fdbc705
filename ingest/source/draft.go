package source

import (
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

func (m measure) unit() time.Duration {
	switch m {
	case millis:
		return time.Millisecond
	case seconds:
		return time.Second
	case nanos:
		return 1
	}
	return 0
}

// value returns an amount as a setting has it.
func (m measure) value(a amount) any {
	switch m {
	case count:
		return int(a.n)
	case tries:
		return max(int(a.n)-1, 0)
	case percent:
		return a.n / 100
	case ratio, factor:
		return a.n
	}
	if a.timed {
		return time.Duration(a.n)
	}
	return time.Duration(a.n * float64(m.unit()))
}

func (f *file) draft(p *policy.Product, at int) *draft {
	d := &draft{f: f, at: at, p: graph.CodePolicy{Origin: f.at(at), Says: policy.Set{Layer: policy.App, Product: p}}, unread: -1}
	g := f.guarding()
	g.drafts = append(g.drafts, d)
	return d
}

// options takes the options that an object has. Those that cannot be read make the policy partial.
func (d *draft) options(object int, list []option) {
	for _, o := range list {
		at, open := d.f.below(object, o.name)
		if at >= 0 {
			d.put(o.field, at, o.as, o.zero)
		} else if open {
			d.cannot(object)
		}
	}
}

// below is field of an object in an object.
func (f *file) below(object int, name string) (at int, open bool) {
	for {
		first, rest, more := strings.Cut(name, ".")
		if at, open = f.field(object, first); !more || at < 0 {
			return at, open
		}
		if object = f.object(at); object < 0 {
			return -1, f.kind(at) == word
		}
		name = rest
	}
}

// cannot notes that something at a token cannot be read.
func (d *draft) cannot(at int) {
	d.p.Says.Partial = true
	if d.unread < 0 {
		d.unread = at
	}
}

// put gives a setting the amount that begins at a token.
func (d *draft) put(field string, at int, as measure, z zero) {
	a := d.f.amount(at)
	d.f.seen(at)
	d.putAmount(field, at, a, as, z)
}

func (d *draft) putAmount(field string, at int, a amount, as measure, z zero) {
	origin := d.f.at(at)
	switch {
	case !a.ok || a.has && !a.off && a.n < 0:
		d.cannot(at)
		return
	case a.setting != "":
		d.p.Amounts = append(d.p.Amounts, graph.CodeAmount{Field: field, Setting: a.setting, Unit: as.unit(), Tries: as == tries, Origin: origin, ZeroOff: z == zeroOff})
		if as == percent || as == ratio || as == factor || !a.has {
			d.p.Says.Partial = true
		}
	}
	switch {
	case !a.has:
	case a.off, a.n == 0 && z == zeroOff:
		d.p.Says.Put(field, nil, policy.Disabled, origin)
	case a.n == 0 && z == zeroNone:
	default:
		d.p.Says.Put(field, as.value(a), policy.Explicit, origin)
	}
}

// say gives a setting a value.
func (d *draft) say(field string, value any, at int) {
	d.p.Says.Put(field, value, policy.Explicit, d.f.at(at))
}
