package source

import (
	"cmp"
	"slices"
	"strings"
)

// A value is what an expression of text is: "${NAME:-default}" is a setting in it, "${}" for what
// is not known.
type value struct {
	text    string
	setting string // the name of the setting that it is, if it is nothing else
	literal bool   // a string of the code is in it
}

// unknown is the value of what the code does not show.
var unknown = value{text: "${}"}

// maxValue bounds the text of a value, maxNested the constants in constants, maxOperands the expression.
const (
	maxValue    = 2000
	maxNested   = 6
	maxOperands = 64 // of one expression: what is longer is no address, and is read again from each of its parts
)

// eval returns the value of the expression that begins at a token of the file, and the token after it.
func (f *file) eval(i int) (value, int) { return f.evalIn(&f.code, i) }

func (f *file) evalIn(c *code, i int) (value, int) {
	v, end := f.operand(c, i)
	for n := 1; end > i && len(v.text) < maxValue && n < maxOperands; n++ {
		next, kind := f.operator(c, end)
		if next == end {
			break
		}
		if kind == formatting {
			v, end = f.percent(c, v, next)
			continue
		}
		w, after := f.operand(c, next)
		if after == next {
			break
		}
		switch kind {
		case joining:
			v = value{text: v.text + w.text, literal: v.literal || w.literal}
		case falling:
			switch {
			case v.setting != "" && w.setting != "": // of two settings the first that is there
				v = value{text: settingText(v.setting, w.text, true), setting: v.setting, literal: w.literal}
			case v.setting != "":
				v = value{text: settingText(v.setting, w.text, true), setting: v.setting, literal: true}
			case v.text == unknown.text:
				v = w
			case strings.HasSuffix(v.text, "}") && !strings.Contains(v.text, ":-"):
				v = w
			case strings.HasSuffix(v.text, ":-"+unknownTail(v.text)):
				v = fillDefault(v, w)
			}
		}
		end = after
	}
	return v, end
}

// What an operator does.
const (
	joining = iota
	falling
	formatting
)

// operator returns the token after an operator between texts, and what it does; the same token if there
// is none.
func (f *file) operator(c *code, i int) (int, int) {
	two := func(a, b byte) bool { return c.byte(i) == a && c.byte(i+1) == b && c.joined(i) }
	switch {
	case two('|', '|'), two('?', '?'), two('?', ':'):
		return i + 2, falling
	case c.is(i, "or") && (f.lang.Name == "python" || f.lang.Name == "lua"):
		return i + 1, falling
	case two('.', '.') && f.lang.concat == "..", two('<', '>') && f.lang.concat == "<>":
		return i + 2, joining
	case c.byte(i) == '+' && f.lang.concat == "+" && c.byte(i+1) != '+' && c.byte(i+1) != '=':
		return i + 1, joining
	case c.byte(i) == '.' && f.lang.concat == ".":
		return i + 1, joining
	case c.byte(i) == '%' && (f.lang.Name == "python" || f.lang.Name == "ruby") && c.byte(i+1) != '=':
		return i + 1, formatting
	case c.kind(i) == text && f.lang.Name == "python" && c.kind(i-1) == text:
		return i, formatting + 1 // strings beside each other are one, which operand reads
	}
	return i, joining
}

// operand returns the value of one operand, and the token after it; the same token if there is none.
func (f *file) operand(c *code, i int) (value, int) {
	for c.is(i, "await") || c.is(i, "new") || c.byte(i) == '&' || c.byte(i) == '!' && c.byte(i+1) != '=' {
		i++
	}
	switch c.kind(i) {
	case text:
		v := f.literal(c, i)
		end := i + 1
		for f.lang.Name == "python" && c.kind(end) == text {
			w := f.literal(c, end)
			v = value{text: v.text + w.text, literal: true}
			end++
		}
		return f.suffix(c, v, end)
	case number:
		return value{text: c.string(i)}, i + 1
	case word:
		return f.named(c, i)
	case punct:
		if c.byte(i) == '(' {
			v, _ := f.evalIn(c, i+1)
			end := c.closing(i)
			if end >= len(c.tokens) {
				return v, i
			}
			return f.suffix(c, v, end+1)
		}
	}
	return unknown, i
}

// suffix applies the methods that follow a value.
func (f *file) suffix(c *code, v value, i int) (value, int) {
	for c.byte(i) == '.' && c.kind(i+1) == word && f.lang.concat != "." || c.byte(i) == '?' && f.lang.Name == "rust" {
		if c.byte(i) == '?' {
			i++
			continue
		}
		name := c.string(i + 1)
		open := i + 2
		if c.byte(open) != '(' {
			return unknown, open
		}
		end := c.closing(open)
		if end >= len(c.tokens) {
			return unknown, open
		}
		switch name {
		case "to_string", "into", "trim", "toString", "strip", "rstrip", "to_owned", "String", "as_str", "clone", "Trim", "TrimEnd", "TrimStart", "trimEnd", "freeze", "replace", "expect", "unwrap", "to_s":
		case "format", "formatted":
			var args []value
			for _, at := range c.args(open) {
				if c.kind(at) == word && c.byte(at+1) == '=' {
					at += 2
				}
				w, _ := f.evalIn(c, at)
				args = append(args, w)
			}
			v = format(v, args)
		case "concat", "plus":
			for _, at := range c.args(open) {
				w, _ := f.evalIn(c, at)
				v = value{text: v.text + w.text, literal: v.literal}
			}
		case "unwrap_or", "unwrap_or_else", "orElse", "getOrElse", "unwrap_or_default", "orElseGet", "ifBlank", "ifEmpty":
			at := open + 1
			for at < end && c.kind(at) != text { // || "x".to_string()
				at++
			}
			if v.setting != "" && at < end {
				w := f.literal(c, at)
				v = value{text: settingText(v.setting, w.text, true), setting: v.setting, literal: true}
			}
		case "getOrDefault": // System.getenv().getOrDefault("NAME", "x")
			if !c.is(i-3, "getenv") {
				return unknown, end + 1
			}
			v = f.called(c, "getenv", open)
		default:
			return unknown, end + 1
		}
		i = end + 1
	}
	return v, i
}

// named returns the value of what begins with a name: a setting, a constant, a function that writes text.
func (f *file) named(c *code, i int) (value, int) {
	if c == &f.code && f.hasSections() {
		if v, end, ok := f.settingOfSection(i); ok {
			return f.suffix(c, v, end)
		}
	}
	var names []string
	end := i
	for c.kind(end) == word {
		names = append(names, c.string(end))
		end++
		switch {
		case c.byte(end) == '.' && f.lang.concat != "." && c.kind(end+1) == word:
			end++
		case c.byte(end) == '?' && c.byte(end+1) == '.' && c.kind(end+2) == word:
			end += 2
		case c.byte(end) == ':' && c.byte(end+1) == ':' && c.kind(end+2) == word:
			end += 2
		case c.byte(end) == '-' && c.byte(end+1) == '>' && c.kind(end+2) == word && f.lang.Name == "php":
			end += 2
		default:
			goto whole
		}
	}
whole:
	if len(names) == 0 {
		return unknown, i
	}
	chain := strings.Join(names, ".")
	if f.lang.Name == "go" && len(names) == 1 && isKeyword(c.bytes(i)) {
		return unknown, i
	}
	open := end
	if c.byte(open) == '<' { // what a generic function takes
		if k := f.genericEnd(c, open); k > 0 && c.byte(k) == '(' {
			open = k
		}
	}
	if c.byte(open) == '!' && c.byte(open+1) == '(' && f.lang.Name == "rust" {
		open++
	}
	switch c.byte(open) {
	case '(':
		close := c.closing(open)
		if close >= len(c.tokens) {
			return unknown, end
		}
		v := f.called(c, chain, open)
		return f.suffix(c, v, close+1)
	case '[':
		close := c.closing(open)
		if close >= len(c.tokens) {
			return unknown, end
		}
		if isSettings(chain) && c.kind(open+1) == text {
			if key, ok := f.plainIn(c, open+1); ok {
				return f.suffix(c, value{text: settingText(key, "", false), setting: key}, close+1)
			}
		}
		return f.suffix(c, unknown, close+1)
	}
	if name, ok := settingOfChain(names); ok {
		return value{text: settingText(name, "", false), setting: name}, end
	}
	last := names[len(names)-1]
	if v, ok := f.bound[last]; ok && len(names) == 1 {
		return v, end
	}
	own := len(names) == 1 || len(names) == 2 && (names[0] == "this" || names[0] == "self")
	if v, ok := f.injectedSetting(last); ok && own {
		return v, end
	}
	if f.depth < maxNested && (own || len(names) == 2 && isCapital(names[0])) {
		at := -1
		if c == &f.code && len(names) == 1 {
			at = f.local(last, i)
		} else {
			at = f.constant(last)
		}
		if at >= 0 {
			f.depth++
			v, _ := f.evalIn(&f.code, at)
			f.depth--
			return v, end
		}
	}
	return f.foreign(names), end
}

// genericEnd returns the token after the types in <> that begin at a token, 0 if they do not end near.
func (f *file) genericEnd(c *code, i int) int {
	depth := 0
	for j := i; j < i+30; j++ {
		switch c.byte(j) {
		case '<':
			depth++
		case '>':
			if depth--; depth == 0 {
				return j + 1
			}
		case '(', ')', ';', '{', '}', 0:
			if c.kind(j) != word {
				return 0
			}
		}
	}
	return 0
}

func isCapital(s string) bool { return s != "" && s[0] >= 'A' && s[0] <= 'Z' }

// local returns the token that the value of a name begins with, as constant does; of a name with several values
// the one that it has at a token, see nearest.
func (f *file) local(name string, use int) int {
	at := f.constant(name)
	if at >= 0 || len(f.several[name]) == 0 {
		return at
	}
	return f.nearest(name, f.several[name], use, true)
}

// nearest returns the one of the tokens, in their order, with which values of a name begin, whose value the name has where
// it is used: the last one before in the smallest function around it where it gets one, else the only one outside of
// functions. Where a branch may give it another value, that counts which it has if it does not, if one of both is enough.
// It returns -1 if that is not known.
func (f *file) nearest(name string, values []int, use int, one bool) int {
	if len(values) > maxLocals {
		return -1
	}
	var around []*function
	outside := slices.Clone(values)
	list := f.functions()
	for k := range list {
		fn := &list[k]
		if fn.from <= use && use <= fn.to {
			around = append(around, fn)
		}
		outside = slices.DeleteFunc(outside, func(v int) bool { return fn.from <= v && v <= fn.to })
	}
	slices.SortFunc(around, func(a, b *function) int { return cmp.Compare(a.to-a.from, b.to-b.from) })
	for _, fn := range around {
		if fn.open >= 0 && fn.parameter(f, name) >= 0 {
			return -1
		}
		first, _ := slices.BinarySearch(values, fn.from)
		end, _ := slices.BinarySearch(values, fn.to+1)
		inside := values[first:end]
		last := -1
		for _, v := range inside {
			if v < use && f.expressionEnd(v) < use && (!one || len(inside) == 1 || f.reaches(v, use)) {
				last = v
			}
		}
		switch {
		case len(inside) == 0, len(inside) == 1 && last < 0:
		case len(inside) == 1, last >= 0 && f.reaches(last, use):
			return last
		default:
			return -1
		}
	}
	if one && len(outside) > 1 {
		outside = slices.DeleteFunc(outside, func(v int) bool {
			return f.opening(v) >= 0 || f.lang.Name == "python" && f.column(f.lineStart(v)) > 1
		})
	}
	if len(outside) == 1 {
		return outside[0]
	}
	return -1
}

// reaches reports whether all that is run between the value that begins at a token and another token is in the block of
// the value, or in blocks of it.
func (f *file) reaches(value, use int) bool {
	if f.lang.Name == "python" {
		column := f.column(f.lineStart(value))
		for i := value + 1; i <= use; i++ {
			if f.newLine(i) && f.column(i) < column && !f.within(i, value) {
				return false
			}
		}
		return true
	}
	open := f.opening(value)
	if f.byte(open) == '(' { // using (var client = ...) { ... }
		if open = f.closing(open) + 1; f.byte(open) != '{' {
			return false
		}
	}
	return open < 0 || open < use && use < f.closing(open)
}

// maxLocals is how many values a name may have in a file for nearest to look for it: one with more is in
// generated code.
const maxLocals = 200

// injectedSetting returns the setting whose value a field or a parameter of the file gets from its annotation,
// @Value("${stock.url}") or @ConfigProperty(name = "stock.url"). A name with several is unknown.
func (f *file) injectedSetting(name string) (value, bool) {
	if f.injections == nil {
		f.injections = map[string]value{}
		if f.lang.Name == "java" || f.lang.Name == "kotlin" {
			f.findInjections()
		}
	}
	v, ok := f.injections[name]
	return v, ok && v.setting != ""
}

func (f *file) findInjections() {
	for i := 1; i+1 < len(f.tokens); i++ {
		if f.byte(i) != '(' || f.kind(i-1) != word {
			continue
		}
		var v value
		switch f.string(i - 1) {
		case "Value":
			v = f.propertyIn(i)
		case "ConfigProperty", "Property":
			if at := f.argument(i, "name"); at >= 0 && f.kind(at) == text && f.byte(i-2) == '@' {
				key := f.literal(&f.code, at).text
				v = value{text: settingText(key, "", false), setting: key}
			}
		}
		if v.setting == "" {
			continue
		}
		name := f.annotatedName(f.closing(i) + 1)
		if had, again := f.injections[name]; again && had != v {
			v = value{}
		}
		f.injections[name] = v
	}
}

// propertyIn returns the setting that the first text in a bracket refers to as a whole: "${stock.url}", with
// a default or without one.
func (f *file) propertyIn(open int) value {
	at := open + 1
	for f.kind(at) != text && f.byte(at) != ')' && f.kind(at) != 0 {
		at++
	}
	if f.kind(at) != text {
		return value{}
	}
	inner, ok := strings.CutPrefix(f.literal(&f.code, at).text, "${")
	inner, whole := strings.CutSuffix(inner, "}")
	key, fallback, has := strings.Cut(inner, ":")
	if !ok || !whole || key == "" || strings.ContainsAny(key, " {}$") || strings.ContainsAny(fallback, "{}$") {
		return value{}
	}
	return value{text: settingText(key, fallback, has), setting: key, literal: has}
}

// annotatedName returns the name of the field or the parameter whose annotations end before a token, "" if it
// is none.
func (f *file) annotatedName(i int) string {
	const most = 16 // modifiers and types
	for end := i + most; i < end; i++ {
		switch {
		case f.byte(i) == '@':
			if f.byte(i+2) == '(' {
				i = f.closing(i + 2)
			} else {
				i++
			}
		case f.kind(i) == word && (f.byte(i+1) == ';' || f.byte(i+1) == ',' || f.byte(i+1) == ')' || f.byte(i+1) == '=' || f.byte(i+1) == ':' && f.lang.Name == "kotlin"):
			return f.string(i)
		case f.kind(i) != word && f.byte(i) != '<' && f.byte(i) != '>' && f.byte(i) != '[' && f.byte(i) != ']' && f.byte(i) != '.':
			return ""
		}
	}
	return ""
}
