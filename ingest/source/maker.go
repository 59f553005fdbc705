package source

import (
	"bytes"

	"github.com/weirgraph/weir/graph"
)

// maker is a call of a function of the file that makes an address of what it takes: serviceURL("cart"), where
// serviceURL returns "http://" + name.
var maker = &Idiom{
	Name:      "maker",
	Doc:       `a function that makes an address: url("cart"), which returns "http://" + name`,
	Languages: []string{"csharp", "go", "java", "javascript", "kotlin", "php", "python", "ruby", "typescript"},
	find:      findMaker,
}

func findMaker(f *file, i int) int {
	if c := f.byte(i - 1); c != '(' && c != ',' || len(f.makerFuncs()) == 0 {
		return i
	}
	open := f.opening(i)
	if open < 1 || f.byte(open) != '(' || f.kind(open-1) != word {
		return i
	}
	m, ok := f.makers[f.string(open-1)]
	if !ok || f.is(open-2, "def") || f.is(open-2, "func") || f.is(open-2, "function") {
		return i
	}
	v := f.made(&f.code, m, open)
	if !isAddress(v.text) {
		return i
	}
	start := f.chainStart(open)
	s := f.spotOf(start)
	if s.speaks() {
		return i
	}
	key := s.key
	if key == "" {
		key = f.string(open - 1)
	}
	f.show(i, graph.CodePlace{Kind: graph.CodeAddress, Key: key, Text: v.text, Client: s.isClient()})
	return f.closing(open)
}

// made returns what a function makes of what the call takes whose bracket opens at a token.
func (f *file) made(c *code, m makerFunc, open int) value {
	if f.depth >= maxNested {
		return unknown
	}
	bound := map[string]value{}
	for n, at := range c.args(open) {
		if n < len(m.params) {
			v, _ := f.evalIn(c, at)
			bound[m.params[n]] = v
		}
	}
	f.depth++
	before := f.bound
	f.bound = bound
	v, _ := f.eval(m.value)
	f.bound = before
	f.depth--
	return v
}

// makerFuncs returns the functions of the file that make addresses, by name. One of several with a name is none.
func (f *file) makerFuncs() map[string]makerFunc {
	if f.makers != nil {
		return f.makers
	}
	f.makers = map[string]makerFunc{}
	if !bytes.Contains(f.src, []byte("://")) {
		return f.makers
	}
	several := map[string]bool{}
	for i := range f.tokens {
		if f.kind(i) != text || !bytes.Contains(f.bytes(i), []byte("://")) {
			continue
		}
		name, m, ok := f.makerAt(i)
		if !ok {
			continue
		}
		if _, again := f.makers[name]; again {
			several[name] = true
		}
		f.makers[name] = m
	}
	for name := range several {
		delete(f.makers, name)
	}
	return f.makers
}

// makerAt returns the function that returns the expression with the string at a token, if that is all it does.
func (f *file) makerAt(i int) (string, makerFunc, bool) {
	start := i
	if f.byte(i-1) == '(' && isFormat(f.chainBefore(i-1)) {
		start = f.chainStart(i - 1)
	}
	at, arrow := start-1, false
	switch {
	case f.is(at, "return"):
		at--
		if c := f.byte(at); c != '{' && c != ':' && !(f.lang.Name == "ruby" && c == ')') {
			return "", makerFunc{}, false
		}
		if f.lang.Name != "ruby" {
			at--
		}
	case f.byte(at) == '>' && f.byte(at-1) == '=': // (name) => "..."
		at, arrow = at-2, true
	case f.byte(at) == '=' && f.lang.Name == "kotlin": // fun f(name: String) = "..."
		at--
	case f.byte(at) == ')' && f.lang.Name == "ruby": // the value of the last expression
	default:
		return "", makerFunc{}, false
	}
	// The type of what it returns may be written behind its parameters.
	for n := 0; n < 6 && f.byte(at) != ')'; n++ {
		if arrow && f.kind(at) == word && (f.byte(at-1) == '=' || f.byte(at-1) == ',') { // name => "..."
			return f.keyBefore(at), makerFunc{params: []string{f.string(at)}, value: start}, f.keyBefore(at) != ""
		}
		at--
	}
	open := f.opening(at)
	if f.byte(at) != ')' || open < 1 || f.byte(open) != '(' {
		return "", makerFunc{}, false
	}
	name := ""
	switch {
	case f.kind(open-1) == word && !isKeyword(f.bytes(open-1)):
		name = f.string(open - 1)
	case arrow || f.is(open-1, "function") || f.is(open-1, "func"):
		name = f.keyBefore(open)
		if name == "" {
			name = f.keyBefore(open - 1)
		}
	}
	var params []string
	for _, arg := range f.args(open) {
		params = append(params, f.parameter(arg))
	}
	return name, makerFunc{params, start}, name != "" && len(params) > 0
}

// parameter returns the name of the parameter whose declaration begins at a token: "name string", "String name",
// "name: string", "name = 1".
func (f *file) parameter(i int) string {
	name := ""
	for ; f.kind(i) == word; i++ {
		if name = f.string(i); f.lang.Name == "go" || f.byte(i+1) == ':' {
			break
		}
		for f.byte(i+1) == '.' || f.byte(i+1) == '<' && f.genericEnd(&f.code, i+1) > 0 { // a type
			if f.byte(i+1) == '<' {
				i = f.genericEnd(&f.code, i+1) - 2
			}
			i++
		}
	}
	return name
}
