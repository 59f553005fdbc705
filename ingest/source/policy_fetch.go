package source

import (
	"github.com/weirgraph/weir/policy/product"
)

var (
	fetchFamily     = &family{product: product.Fetch}
	nodeFetchFamily = &family{product: product.NodeFetch}
)

// fetch is a request of fetch, of Node.js or of node-fetch.
var fetch = &Idiom{
	Name:      "fetch",
	Doc:       `a request of fetch with a signal: fetch(url, {signal: AbortSignal.timeout(2000)})`,
	Languages: script,
	Words:     []string{"fetch"},
	find: func(f *file, i int) int {
		if f.byte(i-1) == '.' || f.byte(i+1) != '(' || f.is(i-1, "function") || f.byte(f.closing(i+1)+1) == '{' {
			return i
		}
		args := f.args(i + 1)
		if len(args) == 0 {
			return i
		}
		r := f.newRequest(i, i+1, args[0])
		r.client = &client{family: fetchFamily, base: -1, at: i, unread: -1, process: true}
		if f.imports("node-fetch") {
			r.client.family = nodeFetchFamily
		} else if f.importsName("fetch") {
			return i // one of another module
		}
		p := r.client.family.product
		if r.methods = []string{"GET"}; len(args) > 1 {
			r.methods = f.methodIn(args[1], "method", "GET")
			if o := f.object(args[1]); o < 0 {
				r.unread = args[1]
			} else {
				d := f.draft(p, i)
				if p == product.NodeFetch {
					d.options(o, []option{{"timeout", "timeout.total", millis, zeroOff}})
				} else if _, open := f.field(o, "signal"); open {
					d.cannot(o)
				}
				r.own = append(r.own, d)
				f.takeSignal(r, d, o)
			}
		}
		f.guarding().requests = append(f.guarding().requests, r)
		return i
	},
}

// importsName reports whether a file imports a name.
func (f *file) importsName(name string) bool {
	known, ok := f.inImports[name]
	for i := 0; i < len(f.tokens) && !ok; i++ {
		known = f.tokens[i].kind == word && string(f.bytes(i)) == name && f.inImport(i)
		ok = known
	}
	if f.inImports == nil {
		f.inImports = map[string]bool{}
	}
	f.inImports[name] = known
	return known
}

// abortable reports whether options have a signal.
func (f *file) abortable(options int) bool {
	at, _ := f.field(options, "signal")
	return at >= 0
}

// takeSignal reads the signal of a request: AbortSignal.timeout(2000), or that of a controller that a timer in the
// same function aborts.
func (f *file) takeSignal(r *request, d *draft, options int) {
	at, _ := f.field(options, "signal")
	if at < 0 {
		return
	}
	if f.is(at, "AbortSignal") && f.is(at+2, "timeout") && f.byte(at+3) == '(' && f.ends(f.closing(at+3)+1) {
		d.put("timeout.total", at+4, millis, zeroActs)
		f.sees(at, f.closing(at+3))
		return
	}
	name, first := "", at
	switch {
	case f.kind(at) == word && f.byte(at+1) == '.' && f.is(at+2, "signal") && f.ends(at+3):
		name = f.string(at)
	case f.kind(at) == word && f.ends(at+1): // const signal = AbortSignal.timeout(2000)
		if v := f.valueOf(f.string(at), at); v >= 0 {
			if first = v; f.is(v, "AbortSignal") && f.is(v+2, "timeout") && f.byte(v+3) == '(' {
				d.put("timeout.total", v+4, millis, zeroActs)
				f.sees(v, f.closing(v+3))
				return
			}
			if f.byte(v+1) == '.' && f.is(v+2, "signal") {
				name = f.string(v)
			}
		}
	}
	fn := f.around(r.at)
	if name == "" || fn == nil {
		d.cannot(first)
		return
	}
	// setTimeout(() => controller.abort(), 2000)
	for i := fn.from; i < fn.to; i++ {
		if !f.is(i, "setTimeout") || f.byte(i+1) != '(' {
			continue
		}
		args := f.args(i + 1)
		if len(args) == 2 && f.aborts(args[0], args[1], name) {
			d.put("timeout.total", args[1], millis, zeroActs)
			f.sees(i, f.closing(i+1))
			f.seeName(fn, name)
			return
		}
	}
	d.cannot(at)
}

// aborts reports whether an argument aborts the controller of a name.
func (f *file) aborts(from, to int, controller string) bool {
	for i := from; i < to; i++ {
		if f.is(i, controller) && f.byte(i+1) == '.' && f.is(i+2, "abort") {
			return true
		}
	}
	return false
}

// seeName notes that what a name of a function is made of is read.
func (f *file) seeName(fn *function, name string) {
	for i := fn.from; i < fn.to; i++ {
		if f.is(i, name) && f.byte(i+1) == '=' {
			f.sees(i, f.expressionEnd(i+2))
		}
	}
}
