package source

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy/product"
)

// retryLoop is a loop that tries again until it succeeds, around a request or around a function that it is given.
var retryLoop = &Idiom{
	Name:      "retry-loop",
	Doc:       `a loop that tries again: for (let i = 0; i < 3; i++) { try { return await call() } catch { await wait(100 * i) } }`,
	Languages: []string{"csharp", "go", "java", "javascript", "kotlin", "python", "typescript"},
	Words:     []string{"catch", "except", "Sleep", "After"},
	find: func(f *file, i int) int {
		var l loop
		var ok bool
		switch f.lang.Name {
		case "python":
			l, ok = f.loopOfPython(i)
		case "go":
			l, ok = f.loopOfGo(i)
		default:
			l, ok = f.loopAround(i)
		}
		g := f.policies
		if ok && (g == nil || !slices.ContainsFunc(g.loops, func(o loop) bool { return o.head == l.head })) {
			g = f.guarding()
			g.loops = append(g.loops, l)
		}
		return i
	},
}

// loopAround returns the loop whose body has the try of a catch at a token.
func (f *file) loopAround(i int) (loop, bool) {
	if !f.is(i, "catch") || f.byte(i-1) != '}' {
		return loop{}, false
	}
	try := f.opening(i - 1)
	if try < 0 || !f.is(try-1, "try") {
		return loop{}, false
	}
	l := loop{try: [2]int{try, i - 1}}
	at := i + 1
	if f.byte(at) == '(' {
		at = f.closing(at) + 1
	}
	if f.byte(at) != '{' {
		return loop{}, false
	}
	l.caught = [2]int{at, f.closing(at)}
	body := f.opening(try - 1)
	if body < 0 || f.byte(body) != '{' || f.byte(body-1) != ')' {
		return loop{}, false
	}
	open := f.opening(body - 1)
	if open < 1 || !f.is(open-1, "for") && !f.is(open-1, "while") {
		return loop{}, false
	}
	l.head, l.from, l.to = open-1, body, f.closing(body)
	return l, f.leaves(l.try, false) && !f.polls(l.try)
}

// polls reports whether code between two tokens leaves the loop around it only where an answer has a word that it waits
// for, if (job.status === "done"): the loop asks until something is so, and tries nothing again.
func (f *file) polls(part [2]int) bool {
	fn := f.around(part[0])
	for i := part[0]; i <= part[1]; i++ {
		if (f.is(i, "return") || f.is(i, "break")) && f.around(i).is(fn) && !f.onWord(i, part[0]) {
			return false
		}
	}
	return true
}

// onWord reports whether a token is in the block of an if, behind another token, whose condition compares with a word.
func (f *file) onWord(i, after int) bool {
	for at := f.opening(i); at > after; at = f.opening(at) {
		if f.byte(at) != '{' || f.byte(at-1) != ')' {
			continue
		}
		open := f.opening(at - 1)
		if open <= after || !f.is(open-1, "if") {
			continue
		}
		for j := open + 1; j < at-1; j++ {
			if f.kind(j) == text && f.byte(j-1) == '=' && len(inside(&f.code, j)) > 1 {
				return true
			}
		}
	}
	return false
}

// leaves reports whether code between two tokens leaves the loop around it, with a result or a break.
func (f *file) leaves(part [2]int, fails bool) bool {
	fn := f.around(part[0])
	for i := part[0]; i <= part[1]; i++ {
		if (f.is(i, "return") || f.is(i, "break") || fails && (f.is(i, "throw") || f.is(i, "raise"))) && f.around(i).is(fn) {
			return true
		}
	}
	return false
}

// loopOfPython returns the loop whose body has the try of an except at a token.
func (f *file) loopOfPython(i int) (loop, bool) {
	if !f.is(i, "except") || !f.newLine(i) {
		return loop{}, false
	}
	column, l := f.column(i), loop{}
	at := f.lineStart(max(i-1, 0))
	for ; at > 0 && !(f.is(at, "try") && f.column(at) == column); at = f.lineStart(at - 1) {
		if f.column(at) < column {
			return loop{}, false
		}
	}
	if !f.is(at, "try") {
		return loop{}, false
	}
	l.try = [2]int{at, i - 1}
	if colon := f.colonAfter(i); colon > 0 {
		l.caught = [2]int{i, f.blockEnd(i, colon)}
	}
	for at > 0 {
		at = f.lineStart(at - 1)
		if f.column(at) < column {
			break
		}
	}
	if !f.is(at, "for") && !f.is(at, "while") || f.column(at) >= column {
		return loop{}, false
	}
	colon := f.colonAfter(at)
	if colon == 0 {
		return loop{}, false
	}
	l.head, l.from, l.to = at, colon, f.blockEnd(at, colon)
	success := l.try
	if f.elseAfter(l) > 0 { // try ... else: break
		success[1] = l.to
	}
	return l, f.leaves(success, false)
}

// elseAfter returns the token of the else behind the except of a loop, 0 if there is none.
func (f *file) elseAfter(l loop) int {
	for i := l.caught[1]; i <= l.to; i++ {
		if f.is(i, "else") && f.byte(i+1) == ':' && f.column(i) == f.column(l.try[0]) {
			return i
		}
	}
	return 0
}

// loopOfGo returns the loop whose body waits at a token, and leaves when there is no error.
func (f *file) loopOfGo(i int) (loop, bool) {
	if !f.is(i-2, "time") || f.byte(i+1) != '(' {
		return loop{}, false
	}
	at := i
	for depth := 0; depth < 4; depth++ {
		if at = f.opening(at); at < 0 {
			return loop{}, false
		}
		if f.byte(at) != '{' {
			continue
		}
		head := at - 1
		for n := 0; n < 30 && head > 0 && f.byte(head) != '{' && f.byte(head) != '}' && !f.is(head, "for") && !f.is(head, "func") && !f.newLine(head); n++ {
			head--
		}
		if !f.is(head, "for") {
			continue
		}
		l := loop{head: head, from: at, to: f.closing(at)}
		l.try, l.caught = [2]int{at, l.to}, [2]int{at, l.to}
		for j := l.from; j < l.to; j++ { // if err == nil { return }
			if f.is(j, "err") && f.byte(j+1) == '=' && f.byte(j+2) == '=' && f.is(j+3, "nil") {
				open := j + 4
				for open < l.to && f.byte(open) != '{' {
					open++
				}
				return l, f.leaves([2]int{open, f.closing(open)}, false)
			}
		}
		return loop{}, false
	}
	return loop{}, false
}

// findLoops makes guards of the loops around requests, and of the functions that are given to what has such a
// loop.
func (f *file) findLoops() {
	g := f.policies
	for _, l := range g.loops {
		if f.overList(l) {
			continue
		}
		fn := f.around(l.head)
		if param, name := f.givenCall(fn, l); param >= 0 {
			g.wrappers = append(g.wrappers, &wrapper{fn: fn, loop: l, param: param, name: name})
			f.sees(fn.at, fn.to)
			continue
		}
		if !f.asks(l) {
			continue
		}
		if f.connects(l) {
			f.sees(l.head, l.to)
			continue
		}
		d := f.draft(product.HandWritten, l.head)
		f.retries(d, l, fn, nil)
		f.sees(l.head, l.to)
		g.guards = append(g.guards, &guard{draft: d, from: l.from, to: l.to})
	}
	for _, w := range g.wrappers[:min(len(g.wrappers), maxWrappers)] {
		f.useWrapper(w)
	}
	f.useForeign()
}

// maxWrappers is the most functions of a file that try again what they are given, of which the uses are looked for.
const maxWrappers = 50

// overList reports whether a loop takes the members of a list, one after the other.
func (f *file) overList(l loop) bool {
	if !f.is(l.head, "for") {
		return false
	}
	for i := l.head + 1; i < l.from; i++ {
		switch {
		case f.is(i, "in") && f.is(i+1, "range") && f.byte(i+2) == '(':
			return false
		case f.byte(i) == ';':
			return false
		case f.is(i, "of"), f.is(i, "in"), f.is(i, "range"), f.byte(i) == ':' && f.byte(i+1) != '=' && f.lang.Name != "python":
			return true
		}
	}
	return false
}

// asks reports whether a loop has a request, or an address, in what it tries.
func (f *file) asks(l loop) bool {
	in := func(at int) bool { return l.try[0] <= at && at <= l.try[1] }
	return slices.ContainsFunc(f.spots, in) || slices.ContainsFunc(f.policies.requests, func(r *request) bool { return in(r.at) })
}

// connects reports whether all that a loop tries is to make clients of stores and brokers: it waits until these have
// started, and tries no request again.
func (f *file) connects(l loop) bool {
	in := func(at int) bool { return l.try[0] <= at && at <= l.try[1] }
	if slices.ContainsFunc(f.policies.requests, func(r *request) bool { return in(r.at) }) {
		return false
	}
	for k, at := range f.spots {
		if p := &f.out.Places[k]; in(at) && !isConnection(p.Text) {
			return false
		}
	}
	return true
}

// isConnection reports whether a text is what clients of stores and brokers connect with, and not the address of a request.
func isConnection(text string) bool {
	text = strings.TrimPrefix(text, unknown.text)
	if scheme, _, ok := strings.Cut(text, "://"); ok {
		switch scheme {
		case "http", "https", "grpc", "grpcs", "ws", "wss", "dns", "discovery":
			return false
		}
		return !strings.Contains(scheme, "${")
	}
	return strings.Contains(text, "@tcp(") || strings.Contains(text, "=")
}

// givenCall returns which parameter of a function a loop of it calls, -1 if none.
func (f *file) givenCall(fn *function, l loop) (int, string) {
	if fn == nil || fn.open < 0 {
		return -1, ""
	}
	for i := l.try[0]; i <= l.try[1]; i++ {
		if f.kind(i) == word && f.byte(i+1) == '(' && f.byte(i-1) != '.' && !isKeyword(f.bytes(i)) {
			if n := fn.parameter(f, f.string(i)); n >= 0 {
				return n, f.string(i)
			}
		}
	}
	return -1, ""
}

// useWrapper makes guards of the functions that a wrapper is given in the file.
func (f *file) useWrapper(w *wrapper) {
	if w.fn.name == "" {
		return
	}
	for i := range f.tokens {
		if f.tokens[i].kind != word || f.byte(i+1) != '(' || i == w.fn.at || !f.is(i, w.fn.name) || f.is(i-1, "function") || f.is(i-1, "def") || f.is(i-1, "func") {
			continue
		}
		args := f.args(i + 1)
		if len(args) <= w.param {
			continue
		}
		fn := f.functionAt(args[w.param])
		if fn == nil {
			continue
		}
		d := f.draft(product.HandWritten, i)
		f.retries(d, w.loop, w.fn, args)
		f.policies.seen[i] = true
		f.policies.guards = append(f.policies.guards, &guard{draft: d, from: fn.from, to: fn.to})
	}
}

// useForeign makes guards of the functions that functions of other files are given: these may try again.
func (f *file) useForeign() {
	if !f.exports() {
		return
	}
	list := f.functions()
	for k := range list {
		fn := &list[k]
		open := f.opening(fn.at)
		if open < 1 || f.byte(open) != '(' || f.kind(open-1) != word || f.policies.seen[open-1] {
			continue
		}
		names := strings.Split(f.chainBefore(open), ".")
		if names[0] == "" || len(names) > 2 || f.policies.names[names[0]] || f.function(names[len(names)-1]) != nil && len(names) == 1 {
			continue
		}
		symbol := f.symbolOf(names)
		if symbol == "" {
			continue
		}
		d := f.draft(product.HandWritten, open-1)
		if d.p.Refers = symbol; len(f.args(open)) > 1 { // it is given more than the function
			d.p.Refers += "?"
		}
		f.policies.seen[open-1] = true
		f.policies.guards = append(f.policies.guards, &guard{draft: d, from: fn.from, to: fn.to})
	}
}

// exportWrappers shows the functions of the file that other files may give requests to.
func (f *file) exportWrappers() {
	if !f.exports() {
		return
	}
	for _, w := range f.policies.wrappers {
		if w.fn.name == "" {
			continue
		}
		d := f.draft(product.HandWritten, w.loop.head)
		f.retries(d, w.loop, w.fn, nil)
		d.bound, d.placed = true, true
		p := graph.CodePlace{Kind: graph.CodeWrapper, Symbol: f.module() + "#" + w.fn.name, Policies: []graph.CodePolicy{d.p}}
		if d.unread >= 0 {
			p.Loose = f.loose(d.unread)
		}
		f.show(w.loop.head, p)
	}
}
