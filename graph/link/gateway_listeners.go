package link

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/distinct"
)

// listenerWord begins the part of a call that passes one listener of several.
const listenerWord = "listener "

// withoutListener is a part of a call without the listener that it passes.
func withoutListener(match string) string {
	if rest, found := strings.CutPrefix(match, listenerWord); found {
		_, match, _ = strings.Cut(rest, " ")
	}
	return match
}

// divideByListener gives the calls of routes that pass a listener which policies are for a part of
// their own, if other listeners pass them, too.
func (l *linker) divideByListener() {
	d := divider{sections: map[graph.Ref][]string{}, parents: map[graph.Ref]graph.Ref{}, targets: map[graph.Ref]bool{}}
	for i := range l.f.Labeled {
		if o := &l.f.Labeled[i]; len(o.Sections) > 0 {
			d.sections[o.Ref] = o.Sections
		}
	}
	for i := range l.f.Policies {
		p := &l.f.Policies[i]
		if of, _ := p.Of.Whole(); d.sections[of] != nil {
			d.targets[p.Of] = true
		}
	}
	if len(d.targets) == 0 {
		return
	}
	for i := range l.f.Members {
		if m := &l.f.Members[i]; d.sections[m.Of] != nil {
			d.parents[m.Of] = m.Party.Ref
		}
	}
	d.divide(l.f)
}

type divider struct {
	sections map[graph.Ref][]string  // of the objects that have listeners
	parents  map[graph.Ref]graph.Ref // the gateway of each set of listeners
	targets  map[graph.Ref]bool      // listeners, or objects with them, that policies are for
}

// ruleCalls are the calls of one rule of a route that one gateway makes.
type ruleCalls struct {
	gateway, to, route graph.Ref
	match              string
}

func (d *divider) divide(f *graph.Facts) {
	passes := map[ruleCalls]*distinct.List[graph.Ref]{}
	for i := range f.Calls {
		if key, listeners := d.listeners(&f.Calls[i]); listeners != nil {
			for _, one := range listeners {
				if passes[key] == nil {
					passes[key] = &distinct.List[graph.Ref]{}
				}
				passes[key].Add(one)
			}
		}
	}
	calls := make([]graph.CallFact, 0, len(f.Calls))
	for _, c := range f.Calls {
		key, listeners := d.listeners(&c)
		targeted := slices.DeleteFunc(slices.Clone(listeners), func(one graph.Ref) bool { return !d.targeted(one) })
		if len(targeted) < len(listeners) || len(listeners) == 0 {
			calls = append(calls, c)
		}
		for _, one := range targeted {
			part := c
			part.Via = append(slices.Clone(c.Via), one)
			if len(passes[key].All()) > 1 {
				_, name := one.Whole()
				part.Match = strings.TrimSpace(listenerWord + name + " " + c.Match)
			}
			calls = append(calls, part)
		}
	}
	f.Calls = calls
}

// listeners returns those that a call of a route passes.
func (d *divider) listeners(c *graph.CallFact) (ruleCalls, []graph.Ref) {
	for _, via := range c.Via[min(1, len(c.Via)):] {
		object, _ := via.Whole()
		names := d.sections[object]
		if names == nil {
			continue
		}
		key := ruleCalls{gateway: object, to: c.To.Ref, route: c.Via[0], match: c.Match}
		if parent, ok := d.parents[object]; ok {
			key.gateway = parent
		}
		if via != object {
			return key, []graph.Ref{via}
		}
		var all []graph.Ref
		for _, name := range names {
			all = append(all, object.Section(name))
		}
		return key, all
	}
	return ruleCalls{}, nil
}

// targeted reports whether a policy is for a listener, or for all those of a set that it is in.
func (d *divider) targeted(listener graph.Ref) bool {
	object, _ := listener.Whole()
	return d.targets[listener] || d.targets[object]
}
