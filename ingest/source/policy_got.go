package source

import (
	"strings"

	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// gotFamily is got, and the clients that it makes. Its timeout and its retries are numbers or objects.
var gotFamily = &family{product: product.Got}

func init() { gotFamily.send = sendGot }

// got is a request of got: got(url, {timeout: {request: 2000}, retry: {limit: 2}}).
var got = &Idiom{
	Name:      "got",
	Doc:       `a request of got: got.get(url, {timeout: {request: 2000}, retry: {limit: 2}})`,
	Languages: script,
	Words:     []string{"got"},
	find: func(f *file, i int) int {
		if f.byte(i-1) == '.' || !f.imports("got") || f.inImport(i) {
			return i
		}
		if f.is(i+2, "extend") && f.byte(i+3) == '(' {
			c := &client{family: gotFamily, base: -1, at: i, unread: -1}
			if args := f.args(i + 3); len(args) > 0 {
				if o := f.object(args[0]); o < 0 {
					c.unread = args[0]
				} else {
					c.base, _ = f.field(o, "prefixUrl")
					d := f.draft(product.Got, i)
					d.got(o)
					c.own = append(c.own, d)
				}
			}
			f.addClient(i, c)
			return i
		}
		open, method := i+1, ""
		if f.byte(open) == '.' {
			method, open = f.string(i+2), i+3
		}
		if f.byte(open) != '(' {
			return i
		}
		if r := sendGot(f, method, i, open); r != nil {
			r.client = &client{family: gotFamily, base: -1, at: i, unread: -1, process: true}
			f.guarding().requests = append(f.guarding().requests, r)
		}
		return i
	},
}

func sendGot(f *file, method string, at, open int) *request {
	args := f.args(open)
	if len(args) == 0 {
		return nil
	}
	r := f.newRequest(at, open, args[0])
	switch method {
	case "get", "post", "put", "patch", "delete", "head":
		r.methods = []string{strings.ToUpper(method)}
	case "", "stream":
		r.methods = []string{"GET"}
		if len(args) > 1 {
			r.methods = f.methodIn(args[1], "method", "GET")
		}
	default:
		return nil
	}
	if len(args) > 1 {
		o := f.object(args[1])
		if o < 0 {
			r.unread = args[1]
			return r
		}
		d := f.draft(product.Got, at)
		d.got(o)
		if r.options = o; f.abortable(o) {
			f.takeSignal(r, d, o)
		}
		r.own = append(r.own, d)
	}
	return r
}

// got takes the options of got.
func (d *draft) got(object int) {
	f := d.f
	if at, open := f.field(object, "timeout"); at >= 0 {
		f.seen(at)
		if o := f.object(at); o >= 0 {
			d.options(o, []option{{"request", "timeout.perTry", millis, zeroActs}, {"response", "timeout.readGap", millis, zeroActs}, {"connect", "timeout.connect", millis, zeroActs}, {"socket", "timeout.idle", millis, zeroActs}})
		} else {
			d.put("timeout.perTry", at, millis, zeroActs)
		}
	} else if open {
		d.cannot(object)
	}
	if at, open := f.field(object, "retry"); at >= 0 {
		f.seen(at)
		if o := f.object(at); o >= 0 {
			d.options(o, []option{{"limit", "retry.retries", count, zeroOff}, {"backoffLimit", "retry.backoff.max", millis, zeroActs}})
			d.texts("retry.methods", o, "methods")
		} else if a := f.amount(at); a.off {
			d.p.Says.Put("retry.retries", nil, policy.Disabled, f.at(at))
		} else {
			d.put("retry.retries", at, count, zeroOff)
		}
	} else if open {
		d.cannot(object)
	}
}

// texts gives a setting the texts of a list.
func (d *draft) texts(field string, object int, name string) {
	at, _ := d.f.field(object, name)
	if at < 0 {
		return
	}
	list := []string{}
	for _, i := range d.f.args(at) {
		s, ok := d.f.plain(i)
		if !ok || !d.f.ends(i+1) {
			d.cannot(at)
			return
		}
		list = append(list, strings.ToUpper(s))
	}
	if d.f.byte(at) != '[' {
		d.cannot(at)
		return
	}
	d.say(field, list, at)
}
