package source

import (
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

// settingText writes a reference to a setting, whose name is as a variable of the environment has it.
func settingText(name, fallback string, has bool) string {
	name = strings.ReplaceAll(name, ":", "__")
	if has {
		return "${" + name + ":-" + fallback + "}"
	}
	return "${" + name + "}"
}

// maxValue bounds the text of a value, maxNested the constants in constants.
const (
	maxValue  = 2000
	maxNested = 6
)

// eval returns the value of the expression that begins at a token of the file, and the token after it.
func (f *file) eval(i int) (value, int) { return f.evalIn(&f.code, i) }

func (f *file) evalIn(c *code, i int) (value, int) {
	v, end := f.operand(c, i)
	for end > i && len(v.text) < maxValue {
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

// unknownTail returns the end of a text of a setting whose default is a setting without one.
func unknownTail(text string) string {
	i := strings.LastIndex(text, ":-${")
	if i < 0 || strings.Contains(text[i+2:], ":-") {
		return "\x00"
	}
	return text[i+2:]
}

// fillDefault gives the innermost setting of a value a default.
func fillDefault(v, w value) value {
	i := strings.LastIndex(v.text, ":-${")
	rest := v.text[i+2:]
	end := strings.IndexByte(rest, '}')
	if end < 0 {
		return v
	}
	v.text = v.text[:i+2] + rest[:end] + ":-" + w.text + rest[end:]
	v.literal = v.literal || w.literal
	return v
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

// percent replaces the marks of a format by what follows the operator %.
func (f *file) percent(c *code, v value, i int) (value, int) {
	var args []value
	end := i
	if open := c.byte(i); open == '(' || open == '[' {
		for _, at := range c.args(i) {
			w, _ := f.evalIn(c, at)
			args = append(args, w)
		}
		end = c.closing(i) + 1
	} else {
		var w value
		w, end = f.operand(c, i)
		args = append(args, w)
	}
	return format(v, args), max(end, i+1)
}

// format replaces the marks of a text, %s and {}, {0} and {name}, by values in their order.
func format(v value, args []value) value {
	var b strings.Builder
	n, s := 0, v.text
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '$' && i+1 < len(s) && s[i+1] == '{':
			end := strings.IndexByte(s[i:], '}')
			if end < 0 {
				end = len(s) - i - 1
			}
			b.WriteString(s[i : i+end+1])
			i += end
			continue
		case s[i] == '%' && i+1 < len(s) && s[i+1] != '%':
			for i++; i < len(s) && strings.IndexByte("0123456789.-+# ", s[i]) >= 0; i++ {
			}
		case s[i] == '{':
			end := strings.IndexByte(s[i:], '}')
			if end < 0 || end > 30 {
				b.WriteByte(s[i])
				continue
			}
			i += end
		default:
			b.WriteByte(s[i])
			continue
		}
		if n < len(args) {
			b.WriteString(args[n].text)
		} else {
			b.WriteString(unknown.text)
		}
		n++
	}
	return value{text: b.String(), literal: v.literal}
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
	if f.depth < maxNested && (len(names) == 1 || len(names) == 2 && (names[0] == "this" || names[0] == "self" || isCapital(names[0]))) {
		if at := f.constant(last); at >= 0 {
			f.depth++
			v, _ := f.evalIn(&f.code, at)
			f.depth--
			return v, end
		}
	}
	return unknown, end
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

// isSettings reports whether a name is that of what has the settings of a program by name.
func isSettings(chain string) bool {
	switch strings.ToLower(lastName(chain)) {
	case "environ", "env", "_env", "configuration", "config", "_configuration", "_config", "$_env", "$_server", "connectionstrings":
		return !strings.HasSuffix(strings.ToLower(chain), "axios.config")
	}
	return false
}

// settingOfChain returns the setting that names are for: process.env.NAME.
func settingOfChain(names []string) (string, bool) {
	n := len(names)
	if n >= 3 && names[n-2] == "env" && (names[n-3] == "process" || names[n-3] == "meta" || names[n-3] == "Bun") {
		return names[n-1], true
	}
	return "", false
}

// isGetter reports whether a function gives a setting by its name, and a default if it takes one more.
func isGetter(chain string) bool {
	lower := strings.ToLower(chain)
	last := lastName(lower)
	switch last {
	case "getenv", "env", "lookupenv", "mustgetenv", "getenvordefault", "envordefault", "env_or_default", "get_env", "get_env_or", "getenvordie", "getenvironmentvariable",
		"getenvor", "getenvdefault", "getenvwithdefault", "fetchenv", "envor", "env_or", "getenvstring", "optionalenv", "requireenv", "getenvvar", "get_env_var", "envvar", "goenv", "fetch_env", "fetch_env!":
		return true
	case "get", "fetch", "getstring", "getvalue", "var", "getordefault", "getrequiredsection", "getsection", "getordefaultvalue", "getorelse":
	default:
		return strings.HasSuffix(last, "getenv") || strings.HasPrefix(last, "getenv") || strings.HasPrefix(last, "env") && strings.HasSuffix(last, "default")
	}
	owner := ""
	if i := strings.LastIndexByte(lower, '.'); i > 0 {
		owner = lastName(lower[:i])
	}
	switch owner {
	case "environ", "env", "_env", "dotenv", "getenv", "configuration", "_configuration", "config", "_config", "configservice", "viper", "appconfig", "cfg":
		return true
	}
	return false
}

// called returns the value of a call.
func (f *file) called(c *code, chain string, open int) value {
	args := c.args(open)
	last := lastName(chain)
	if len(args) == 0 {
		return unknown
	}
	switch {
	case isGetter(chain) && c.kind(args[0]) == text:
		key, ok := f.plainIn(c, args[0])
		if !ok || key == "" || strings.ContainsAny(key, " /${}") {
			return unknown
		}
		if len(args) > 1 {
			at := args[1]
			if c.kind(at) == word && (c.byte(at+1) == '=' || c.byte(at+1) == ':') {
				at += 2
			}
			w, _ := f.evalIn(c, at)
			return value{text: settingText(key, w.text, true), setting: key, literal: w.literal}
		}
		return value{text: settingText(key, "", false), setting: key}
	case last == "GetConnectionString":
		if key, ok := f.plainIn(c, args[0]); ok {
			key = "ConnectionStrings__" + key
			return value{text: settingText(key, "", false), setting: key}
		}
	case isFormat(chain):
		v, _ := f.evalIn(c, args[0])
		var rest []value
		for _, at := range args[1:] {
			w, _ := f.evalIn(c, at)
			rest = append(rest, w)
		}
		return format(v, rest)
	case last == "URL" || last == "Uri" || last == "URI" || last == "String" || last == "str" || last == "from" || chain == "URI.create" || last == "parse" && strings.HasPrefix(strings.ToLower(chain), "url") || last == "parseURI" || last == "fromHttpUrl" || last == "Ok" || last == "Some":
		v, _ := f.evalIn(c, args[0])
		return v
	case isWrapper(last):
		v, _ := f.evalIn(c, args[0])
		if v.setting != "" && len(args) > 1 {
			w, _ := f.evalIn(c, args[1])
			v = value{text: settingText(v.setting, w.text, true), setting: v.setting, literal: w.literal}
		}
		return v
	}
	return unknown
}

// isWrapper reports whether a function takes a value that may not be there, and perhaps another one for then.
func isWrapper(name string) bool {
	switch name {
	case "ofNullable", "requireNonNullElse", "firstNonNull", "coalesce":
		return true
	}
	return false
}

// isFormat reports whether a function fills in the marks of a text, which it takes first.
func isFormat(chain string) bool {
	switch lastName(chain) {
	case "Sprintf", "format", "Format", "sprintf":
		return true
	}
	return false
}

// plain returns the text of a string of the file without expressions in it.
func (f *file) plain(i int) (string, bool) { return f.plainIn(&f.code, i) }

func (f *file) plainIn(c *code, i int) (string, bool) {
	if c.kind(i) != text {
		return "", false
	}
	v := f.literal(c, i)
	return v.text, !strings.Contains(v.text, "${")
}

// inside returns the text between the marks of a string.
func inside(c *code, i int) []byte {
	t := c.tokens[i]
	low, high := int(t.start)+int(t.letters)+int(t.marks), int(t.end)
	if t.marks > 0 && high-int(t.marks) >= low && c.src[high-1] == t.closes() {
		high -= int(t.marks)
	}
	return c.src[min(low, high):high]
}

// takesExpressions reports whether a string may have expressions in it.
func (f *file) takesExpressions(i int) bool {
	t := &f.tokens[i]
	s := scanner{lang: f.lang}
	return s.opensOf(f.src[t.start:int(t.start)+int(t.letters)], t.quote) != ""
}

// closes returns the last byte of what ends a string.
func (t *token) closes() byte {
	switch t.quote {
	case '[':
		return ']'
	case '<':
		return 0
	}
	return t.quote
}

// literal returns the value of a string.
func (f *file) literal(c *code, i int) value {
	t := &c.tokens[i]
	body := inside(c, i)
	prefix := c.src[t.start : int(t.start)+int(t.letters)]
	s := scanner{lang: f.lang}
	opens := s.opensOf(prefix, t.quote)
	var b strings.Builder
	for at := 0; at < len(body) && b.Len() < maxValue; {
		ch := body[at]
		switch {
		case ch == '\\' && at+1 < len(body) && t.quote != '[' && strings.IndexByte(f.lang.plain, t.quote) < 0:
			if e := body[at+1]; e == 'n' || e == 't' || e == 'r' {
				b.WriteByte(' ')
			} else {
				b.WriteByte(e)
			}
			at += 2
		case opens != "" && strings.HasPrefix(string(body[at:min(len(body), at+len(opens))]), opens):
			if opens == "{" && at+1 < len(body) && body[at+1] == '{' {
				b.WriteByte('{')
				at += 2
				continue
			}
			from := at + len(opens)
			if opens == "{$" {
				from--
			}
			end := closingBrace(body, at+len(opens))
			if end < 0 {
				b.WriteByte(ch)
				at++
				continue
			}
			b.WriteString(f.inner(body[from:end]).text)
			at = end + 1
		case ch == '$' && f.lang.dollar && opens != "" && at+1 < len(body) && classes[body[at+1]] == isLetter:
			end := at + 1
			for end < len(body) && (classes[body[end]] >= isLetter && body[end] != '$') {
				end++
			}
			name := body[at+1 : end]
			if f.lang.Name == "php" {
				name = body[at:end]
			}
			b.WriteString(f.inner(name).text)
			at = end
		default:
			b.WriteByte(ch)
			at++
		}
	}
	return value{text: b.String(), literal: true}
}

// inner returns the value of an expression in a string.
func (f *file) inner(src []byte) value {
	if f.depth >= maxNested {
		return unknown
	}
	f.depth++
	c := tokenize(f.lang, src, nil)
	v, _ := f.evalIn(&c, 0)
	f.depth--
	return v
}

// closingBrace returns where the brace is that closes what begins at a place, -1 if it is not there. Strings
// in it may have braces.
func closingBrace(body []byte, at int) int {
	depth := 1
	for ; at < len(body); at++ {
		switch c := body[at]; c {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return at
			}
		case '"', '\'', '`':
			for end := at + 1; end < len(body); end++ {
				if body[end] == c {
					at = end
					break
				}
			}
		}
	}
	return -1
}
