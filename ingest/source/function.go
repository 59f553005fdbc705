package source

// A function is one that a file declares, or writes as a value.
type function struct {
	name     string
	at       int  // its name, or where it begins
	open     int  // the bracket of its parameters; -1 if it has none
	from, to int  // the tokens of its body
	member   bool // it is assigned to a field of an object
}

func (fn *function) is(other *function) bool {
	return fn == other || fn != nil && other != nil && fn.at == other.at && fn.from == other.from
}

// parameter returns which parameter of a function has a name, -1 if none has.
func (fn *function) parameter(f *file, name string) int {
	if fn.open < 0 {
		return -1
	}
	if f.kind(fn.open) == word { // x => ...
		if f.is(fn.open, name) {
			return 0
		}
		return -1
	}
	n := 0
	depth := 0
	for i := fn.open + 1; i < f.closing(fn.open); i++ {
		switch f.byte(i) {
		case '(', '[', '{', '<':
			depth++
		case ')', ']', '}', '>':
			depth--
		case ',':
			if depth == 0 {
				n++
			}
		}
		if f.is(i, name) {
			return n
		}
	}
	return -1
}

// functions returns those of the file, in the order of their bodies' beginnings.
func (f *file) functions() []function {
	if f.listed {
		return f.functionList
	}
	f.listed = true
	add := func(fn function) {
		if fn.to >= fn.from && fn.to < len(f.tokens) {
			f.functionList = append(f.functionList, fn)
		}
	}
	for i := range f.tokens {
		switch {
		case f.lang.Name == "python":
			if f.is(i, "def") && f.byte(i+2) == '(' {
				if colon := f.colonAfter(f.closing(i + 2)); colon > 0 {
					add(function{name: f.string(i + 1), at: i + 1, open: i + 2, from: colon + 1, to: f.blockEnd(i, colon)})
				}
			} else if f.is(i, "lambda") {
				add(function{at: i, open: -1, from: i + 1, to: f.expressionEnd(i + 1)})
			}
		case f.byte(i) == '=' && f.byte(i+1) == '>' && f.joined(i):
			f.addArrow(i, add)
		case f.byte(i) == '-' && f.byte(i+1) == '>' && f.joined(i) && f.lang.types:
			f.addArrow(i, add)
		case f.byte(i) == '(' && (f.kind(i-1) == word || f.byte(i-1) == '>'):
			f.addDeclared(i, add)
		case f.lang.Name == "kotlin" && f.byte(i) == '{' && (f.kind(i-1) == word || f.byte(i-1) == ')') && !isKeyword(f.bytes(i-1)): // a block that a function takes
			add(function{at: i, open: -1, from: i, to: f.closing(i)})
		}
	}
	return f.functionList
}

// addArrow adds the function whose arrow is at a token: x => ..., (a, b) -> ...
func (f *file) addArrow(i int, add func(function)) {
	fn := function{at: i - 1, open: i - 1, from: i + 2}
	switch {
	case f.byte(i-1) == ')':
		if fn.open = f.opening(i - 1); fn.open < 0 {
			return
		}
		fn.at = fn.open
	case f.kind(i-1) != word:
		return
	}
	if f.is(fn.at-1, "async") {
		fn.at--
	}
	fn.name, fn.member = f.keyBefore(fn.at), f.byte(fn.at-3) == '.'
	if fn.to = f.expressionEnd(fn.from); f.byte(fn.from) == '{' {
		fn.to = f.closing(fn.from)
	}
	add(fn)
}

// addDeclared adds the function whose parameters begin at a token, if they are followed by a body.
func (f *file) addDeclared(i int, add func(function)) {
	name := f.string(i - 1)
	switch name {
	case "if", "for", "while", "switch", "catch", "using", "lock", "foreach", "fixed", "synchronized", "when", "return", "with", "unless", "match", "select":
		return
	}
	close := f.closing(i)
	at := close + 1
	for n := 0; n < 24 && at < len(f.tokens); n++ { // a type, exceptions, modifiers
		switch c := f.byte(at); {
		case c == '{':
			to := f.closing(at)
			fn := function{name: name, at: i - 1, open: i, from: at, to: to}
			if name == "function" || name == "func" || name == "fun" { // without a name of its own
				fn.name = f.keyBefore(i - 1)
				if f.is(i-2, "async") {
					fn.name = f.keyBefore(i - 2)
				}
			}
			add(fn)
			return
		case c == '=' && f.lang.Name == "kotlin" && f.byte(at+1) != '=':
			add(function{name: name, at: i - 1, open: i, from: at + 1, to: f.expressionEnd(at + 1)})
			return
		case c == '=' && f.byte(at+1) == '>': // of C# and of arrows with a type
			if f.lang.Name == "csharp" && (f.kind(i-2) == word || f.byte(i-2) == '>' || f.byte(i-2) == '?' || f.byte(i-2) == ']') {
				add(function{name: name, at: i - 1, open: i, from: at + 2, to: f.expressionEnd(at + 2)})
			}
			return
		case c == '(' && f.lang.Name == "go": // results
			at = f.closing(at) + 1
		case f.kind(at) == word && !isKeyword(f.bytes(at)) || f.is(at, "throws") || f.is(at, "func"), c == ':', c == '<', c == '>', c == '[', c == ']', c == '.', c == '*', c == '?', c == '|', c == ',' && f.lang.Name != "python":
			if c == ',' && f.lang.Name != "java" || f.newLine(at) && f.kind(at) == word {
				return
			}
			at++
		default:
			return
		}
	}
}

// colonAfter returns the token of the colon that begins a block of Python, behind a token; 0 if it is not near.
func (f *file) colonAfter(i int) int {
	for n := 0; n < 60 && i+n < len(f.tokens); n++ {
		switch f.byte(i + n) {
		case ':':
			return i + n
		case '[', '(':
			if end := f.closing(i + n); n > 0 {
				n = end - i
			}
		}
	}
	return 0
}

// blockEnd returns the last token of the block of Python whose head begins at a token and ends with a colon.
func (f *file) blockEnd(head, colon int) int {
	column := f.column(f.lineStart(head))
	end := colon
	for i := colon + 1; i < len(f.tokens); i++ {
		if f.newLine(i) && f.column(i) <= column && f.opening(i) <= colon && !f.within(i, colon) {
			break
		}
		end = i
	}
	return end
}

// within reports whether a token is in brackets that open behind another one.
func (f *file) within(i, from int) bool {
	depth := 0
	for j := i - 1; j > from; j-- {
		switch f.byte(j) {
		case ')', ']', '}':
			depth++
		case '(', '[', '{':
			if depth == 0 {
				return true
			}
			depth--
		}
	}
	return false
}

// lineStart returns the first token of the line of a token.
func (f *file) lineStart(i int) int {
	for near := max(i-manyTokens, 0); i > near; i-- {
		if f.newLine(i) {
			return i
		}
	}
	if i <= 0 || i >= len(f.tokens) {
		return i
	}
	if f.lineStarts == nil {
		f.lineStarts = make([]int32, len(f.tokens))
		for j := range f.tokens {
			if f.lineStarts[j] = int32(j); !f.newLine(j) {
				f.lineStarts[j] = f.lineStarts[j-1]
			}
		}
	}
	return int(f.lineStarts[i])
}

// manyTokens are more than people write in a line. Where a program has written a file of one line, its start is not
// looked for again and again.
const manyTokens = 200

// column returns the column of a token, from 1.
func (f *file) column(i int) int {
	if i < 0 || i >= len(f.tokens) {
		return 1
	}
	start := f.tokens[i].start
	for n := range min(start, manyTokens) {
		if f.src[start-n-1] == '\n' {
			return int(n) + 1
		}
	}
	_, begin := f.lineOf(start)
	return int(start-begin) + 1
}

// expressionEnd returns the last token of the expression that begins at a token.
func (f *file) expressionEnd(i int) int {
	lambda := false
	for j := i; j < len(f.tokens); j++ {
		switch c := f.byte(j); c {
		case ':':
			if f.lang.Name == "python" && !lambda && j > i { // of a block
				return j - 1
			}
		case '(', '[', '{':
			if j = f.closing(j); j >= len(f.tokens) {
				return len(f.tokens) - 1
			}
		case ')', ']', '}', ',', ';':
			return j - 1
		default:
			lambda = lambda || f.is(j, "lambda")
			if j > i && f.newLine(j) && c != '.' && c != '?' && c != '+' && c != '*' && c != '|' && c != '&' && c != ':' && !f.continues(j-1) {
				return j - 1
			}
		}
	}
	return len(f.tokens) - 1
}

// continues reports whether a token cannot end an expression.
func (f *file) continues(i int) bool {
	switch f.byte(i) {
	case 0, ')', ']', '}':
		return f.is(i, "await") || f.is(i, "return") || f.is(i, "new")
	}
	return true
}

// function returns the only one of a name, nil if there is none. One that is assigned to a field counts if there
// is no other.
func (f *file) function(name string) *function {
	var found *function
	list := f.functions()
	for i := range list {
		if fn := &list[i]; fn.name == name && (found == nil || found.member || !fn.member) {
			if found != nil && found.member == fn.member {
				return nil
			}
			found = fn
		}
	}
	return found
}

// around returns the smallest function that a token is in, nil if there is none.
func (f *file) around(i int) *function {
	var best *function
	list := f.functions()
	for k := range list {
		if fn := &list[k]; fn.from <= i && i <= fn.to && (best == nil || fn.to-fn.from < best.to-best.from) {
			best = fn
		}
	}
	return best
}

// functionAt returns the function that an argument is: one that is written there, or one of the file by its name.
func (f *file) functionAt(i int) *function {
	list := f.functions()
	end := f.expressionEnd(i)
	for k := range list {
		fn := &list[k]
		if fn.at >= i && fn.at <= i+3 && fn.to <= end && fn.from > i-1 && (fn.to == end || fn.to+1 >= end) {
			return fn
		}
		if f.is(i, "async") || f.is(i, "function") || f.is(i, "func") {
			if fn.at >= i && fn.at <= i+2 && fn.to <= end {
				return fn
			}
		}
	}
	if f.kind(i) == word && f.ends(i+1) {
		return f.function(f.string(i))
	}
	if (f.is(i, "this") || f.is(i, "self")) && f.byte(i+1) == '.' && f.ends(i+3) {
		return f.function(f.string(i + 2))
	}
	return nil
}

// ends reports whether no more of an expression follows at a token.
func (f *file) ends(i int) bool {
	switch c := f.byte(i); c {
	case ',', ')', ']', '}', ';', 0:
		if c == 0 {
			return i >= len(f.tokens) || f.newLine(i)
		}
		return true
	case '?', '|', '&', '+', '-', '*', '/', '%', '.', '<', '>', '=', '(', '[':
		return false
	}
	return f.newLine(i)
}

// newLine reports whether a token begins another line than the one before it ends.
func (f *file) newLine(i int) bool {
	if i <= 0 || i >= len(f.tokens) {
		return true
	}
	for _, c := range f.src[f.tokens[i-1].end:f.tokens[i].start] {
		if c == '\n' {
			return true
		}
	}
	return false
}
