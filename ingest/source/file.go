package source

import (
	"bytes"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

// Code is a text in tokens, without blanks and comments.
type code struct {
	src    []byte
	tokens []token
}

// tokenize cuts a text into the tokens that count. Names, numbers and marks, which most of them are, take no
// call: next says the same of them.
func tokenize(lang *Language, src []byte, into []token) code {
	s := newScanner(lang, src)
	for i := 0; i < len(src); {
		c := src[i]
		class := classes[c]
		switch {
		case class == isSpace:
			i++
			continue
		case class == isLetter && !lang.letters[c]:
			start := i
			for i++; i < len(src) && classes[src[i]] >= isLetter; i++ {
			}
			into = append(into, token{start: int32(start), end: int32(i), kind: word})
			continue
		case class == isOther && !s.starts[c]:
			into = append(into, token{start: int32(i), end: int32(i + 1), kind: punct})
			i++
			continue
		}
		if s.at, s.last = i, (token{}); len(into) > 0 {
			s.last = into[len(into)-1]
		}
		t, _ := s.next()
		if i = s.at; t.kind > comment {
			into = append(into, t)
		}
	}
	return code{src, into}
}

// kind returns what a token is; space if there is none at i.
func (c *code) kind(i int) kind {
	if i < 0 || i >= len(c.tokens) {
		return space
	}
	return c.tokens[i].kind
}

// bytes returns the text of a token, nothing if there is none at i.
func (c *code) bytes(i int) []byte {
	if i < 0 || i >= len(c.tokens) {
		return nil
	}
	return c.src[c.tokens[i].start:c.tokens[i].end]
}

func (c *code) string(i int) string { return string(c.bytes(i)) }

// is reports whether a token is this text, a string none of its own.
func (c *code) is(i int, s string) bool { return string(c.bytes(i)) == s }

// byte returns the byte of a token that is a mark, 0 for any other.
func (c *code) byte(i int) byte {
	if c.kind(i) != punct {
		return 0
	}
	return c.src[c.tokens[i].start]
}

// joined reports whether two tokens follow each other without a blank.
func (c *code) joined(i int) bool {
	return i+1 < len(c.tokens) && c.tokens[i].end == c.tokens[i+1].start
}

// maxDistance is how many tokens a bracket is looked for.
const maxDistance = 4000

// closing returns the token that closes the bracket at i; the number of tokens if none does.
func (c *code) closing(i int) int {
	depth := 0
	for j := i; j < len(c.tokens) && j < i+maxDistance; j++ {
		switch c.byte(j) {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			if depth--; depth == 0 {
				return j
			}
		}
	}
	return len(c.tokens)
}

// opening returns the token that opens the bracket around i, which is not a bracket itself or opens
// one; -1 if there is none near.
func (c *code) opening(i int) int {
	depth := 0
	for j := i - 1; j >= 0 && j > i-maxDistance; j-- {
		switch c.byte(j) {
		case ')', ']', '}':
			depth++
		case '(', '[', '{':
			if depth == 0 {
				return j
			}
			depth--
		}
	}
	return -1
}

// A makerFunc is a function that returns an address with a parameter in it.
type makerFunc struct {
	params []string // in order
	value  int      // the token that the expression begins with
}

// A file is one file of source code while it is read.
type file struct {
	code
	lang *Language
	doc  *document.Document
	path string // as in origins

	constants  map[string]int   // the tokens that values of names begin with; -1 of a name with several; nil until asked for
	several    map[string][]int // the tokens that values of names with several begin with, in their order
	injections map[string]value // the settings that names get from annotations; nil until asked for
	depth      int              // of constants in constants
	lines      []int32          // where lines begin; nil until asked for
	lineStarts []int32          // the first token of the line of each token; nil until asked for, see lineStart
	used       map[string]bool  // names of types and constants
	names      *scopeOfNames    // see scope

	inImports map[string]bool // see importsName; of the names that were asked for
	modules   map[string]bool // see imports; likewise

	words  map[string]int       // how often names are in the file; nil until asked for
	makers map[string]makerFunc // see makerFuncs; nil until asked for
	bound  map[string]value     // what the parameters of a maker are

	listed       bool // functionList is made
	functionList []function
	changed      map[string]bool   // see changes
	fields       map[string]string // see useTypes
	params       map[string]int    // the tokens of the values of parameters, while a function is read
	importList   map[string]string
	sections     int8              // see hasSections; 0 until it is asked for
	sectionsOf   map[string]string // see sectionNames
	policies     *policies         // nil until a word of one is found

	out   graph.CodeFile
	spots []int // the tokens of the places
}

// at returns the place of a token.
func (f *file) at(i int) graph.Origin {
	start := f.tokens[i].start
	line, begin := f.lineOf(start)
	return f.doc.Line(line, int(start-begin)+1)
}

// lineOf returns the number of the line of a byte, from 1, and where the line begins.
func (f *file) lineOf(start int32) (line int, begin int32) {
	if f.lines == nil {
		f.lines = append(f.lines, 0)
		for at := 0; ; {
			n := bytes.IndexByte(f.src[at:], '\n')
			if n < 0 {
				break
			}
			at += n + 1
			f.lines = append(f.lines, int32(at))
		}
	}
	low, high := 0, len(f.lines)
	for high-low > 1 {
		if middle := (low + high) / 2; f.lines[middle] <= start {
			low = middle
		} else {
			high = middle
		}
	}
	return low + 1, f.lines[low]
}

// show adds a place.
func (f *file) show(i int, p graph.CodePlace) {
	p.Origin = f.at(i)
	f.out.Places, f.spots = append(f.out.Places, p), append(f.spots, i)
}

// constant returns the token that the value of a name of the file begins with, -1 if it is not known or has
// several values.
func (f *file) constant(name string) int {
	if f.constants == nil {
		f.constants = map[string]int{}
		for i := 1; i+1 < len(f.tokens); i++ {
			if f.byte(i) != '=' || f.byte(i+1) == '=' || f.byte(i+1) == '>' {
				continue
			}
			at := i - 1
			switch f.byte(at) {
			case ':': // := of Go
				at--
			case '=', '!', '<', '>', '+', '-', '*', '/', '|', '&', '^', '%', '?', '.':
				continue
			}
			at = f.declared(at)
			if f.kind(at) != word {
				continue
			}
			name := f.string(at)
			if first, again := f.constants[name]; again {
				if first >= 0 {
					if f.several == nil {
						f.several = map[string][]int{}
					}
					f.several[name] = []int{first}
				}
				f.several[name] = append(f.several[name], i+1)
				f.constants[name] = -1
			} else {
				f.constants[name] = i + 1
			}
		}
	}
	at, ok := f.constants[name]
	if !ok {
		return -1
	}
	return at
}

// declared returns the name before the type that ends at a token, "name: Type"; the token itself if it is
// no type.
func (f *file) declared(i int) int {
	for j := i; j > 0 && j > i-8; j-- {
		switch c := f.byte(j); {
		case c == ':' && f.kind(j-1) == word && (f.byte(j-2) != ':' || f.lang.Name == "python") && f.byte(j-2) != '?':
			return j - 1
		case f.kind(j) == word, c == '<', c == '>', c == '.', c == '[', c == ']', c == '?', c == '&', c == '|':
		case f.kind(j) == punct && c == '\'':
		default:
			return i
		}
		if f.kind(j) == word && f.kind(j-1) == word || f.lang.Name == "python" && f.newLine(j) {
			return i
		}
	}
	return i
}

// A spot is where an expression is: what takes it, and what it is called there.
type spot struct {
	call string   // the function that takes it, with what it is called on: "axios.get"; "" if none does
	of   int      // the token of its opening bracket
	key  string   // the key, the variable or the parameter that it is the value of
	part bool     // key is one of what a function takes, and not what the result of the function is called
	last string   // the last name of call
	more []string // the functions around call, from inside
}

// spotOf returns where the expression that begins at a token is.
func (f *file) spotOf(i int) spot {
	s := spot{of: -1}
	s.key = f.keyBefore(i)
	s.part = s.key != ""
	if f.kind(i-1) == word && f.lang.bare && !isKeyword(f.bytes(i-1)) {
		s.call, s.of = f.chainBefore(i), i
		s.last = lastName(s.call)
	}
	at := i
	for depth := 0; depth < 4; depth++ {
		open := f.opening(at)
		if open < 0 {
			break
		}
		if f.byte(open) == '(' {
			if name := f.chainBefore(open); name != "" {
				if s.of < 0 {
					s.call, s.of, s.last = name, open, lastName(name)
				} else {
					s.more = append(s.more, name)
				}
			}
			if s.key == "" {
				s.key = f.keyBefore(f.chainStart(open))
			}
		} else if f.byte(open) == '[' {
			if s.key == "" {
				s.key = f.keyBefore(open)
				s.part = s.key != "" && s.of < 0
			}
		} else {
			if s.of < 0 && (f.byte(open-1) == ')' || f.is(open-1, "else") || f.is(open-1, "do")) {
				break // a block, and not an object
			}
			if s.of < 0 && s.key == "" {
				break
			}
		}
		at = open
	}
	return s
}

// keyBefore returns the name that what begins at a token is the value of: "name = ", "name: ", "name := ".
func (f *file) keyBefore(i int) string {
	at := i - 1
	switch f.byte(at) {
	case '=':
		if c := f.byte(at - 1); c == '=' || c == '!' {
			return ""
		}
		at--
		if c := f.byte(at); c == ':' || c == '?' || c == '|' || c == '+' {
			at--
		}
		at = f.declared(at)
	case ':':
		if f.byte(at-1) == ':' {
			return ""
		}
		at--
	case '>':
		if f.byte(at-1) != '=' || f.lang.Name != "php" && f.lang.Name != "ruby" && f.lang.Name != "elixir" {
			return ""
		}
		at -= 2
	default:
		return ""
	}
	switch f.kind(at) {
	case word:
		return f.string(at)
	case text:
		if key, ok := f.plain(at); ok && !strings.ContainsAny(key, " /") {
			return key
		}
	case punct:
		if f.byte(at) == ']' && f.kind(at-1) == text { // x["key"] = ...
			if key, ok := f.plain(at - 1); ok {
				return key
			}
		}
	}
	return ""
}

// chainStart returns the first token of the names and calls that end before a bracket: "axios.get" in
// axios.get(, "a(b).c" in a(b).c(.
func (f *file) chainStart(open int) int {
	at := open
	for at > 0 && at > open-maxDistance {
		j := at - 1
		if f.byte(j) == '>' { // of what a generic function takes
			k := j
			for depth := 0; k > 0 && k > j-40; k-- {
				if f.byte(k) == '>' {
					depth++
				} else if f.byte(k) == '<' {
					if depth--; depth == 0 {
						break
					}
				}
			}
			if f.byte(k) != '<' || f.kind(k-1) != word {
				return at
			}
			j = k - 1
		}
		switch {
		case f.kind(j) == word && (!isKeyword(f.bytes(j)) || f.byte(j-1) == '.' || f.byte(j-1) == ':' && f.byte(j-2) == ':'):
			at = j
		case (f.byte(j) == ')' || f.byte(j) == ']') && (f.byte(at) == '.' || f.byte(at) == '[' || f.byte(at) == '?' || f.byte(at) == '-'):
			k := f.opening(j)
			if k < 0 {
				return at
			}
			at = k
			continue
		case f.byte(j) == '!' && f.byte(at) == '(': // a macro of Rust
			at = j
			continue
		default:
			return at
		}
		// What joins it to the name before.
		switch f.byte(at - 1) {
		case '.':
			at--
			if f.byte(at-1) == '?' {
				at--
			}
		case ':':
			if f.byte(at-2) != ':' {
				return at
			}
			at -= 2
		case '>':
			if f.byte(at-2) != '-' {
				return at
			}
			at -= 2
		default:
			return at
		}
	}
	return at
}

// chainBefore returns the names that end before a bracket, joined with dots: "axios.get". What calls among them
// take is left out. It is empty if there is none, or a keyword.
func (f *file) chainBefore(open int) string {
	start := f.chainStart(open)
	var names []string
	for i := start; i < open; i++ {
		switch f.byte(i) {
		case '(', '[':
			i = f.closing(i)
		case '<':
			i = open
		default:
			if f.kind(i) == word {
				names = append(names, f.string(i))
			}
		}
	}
	const most = 6
	return strings.Join(names[max(0, len(names)-most):], ".")
}

func lastName(chain string) string { return chain[strings.LastIndexByte(chain, '.')+1:] }

func isKeyword(name []byte) bool {
	switch string(name) {
	case "if", "for", "while", "switch", "return", "new", "await", "catch", "when", "match", "in", "not", "and", "or", "yield", "throw", "else", "elif", "unless", "function", "def", "func", "fn", "async", "case", "typeof", "using", "lock", "foreach", "import", "from", "let", "const", "var", "val", "go", "defer", "raise":
		return true
	}
	return false
}

// args returns the first tokens of what a call takes, whose bracket opens at a token.
func (f *file) args(open int) []int {
	return f.code.args(open)
}

func (c *code) args(open int) []int {
	end := c.closing(open)
	if end >= len(c.tokens) || end == open+1 {
		return nil
	}
	list := []int{open + 1}
	for i := open + 1; i < end; i++ {
		switch c.byte(i) {
		case '(', '[', '{':
			i = c.closing(i)
		case ',':
			if i+1 < end {
				list = append(list, i+1)
			}
		}
	}
	return list
}

// argument returns the first token of the value that a call takes under a name, "name = value" or
// "name: value"; -1 if it takes none.
func (f *file) argument(open int, name string) int {
	for _, at := range f.args(open) {
		if f.is(at, name) && (f.byte(at+1) == '=' || f.byte(at+1) == ':') {
			return at + 2
		}
	}
	return -1
}

// argumentAt returns the value of a named argument of a call, or that at its place if no argument before has a name;
// -1 if there is neither.
func (f *file) argumentAt(open int, name string, place int) int {
	if at := f.argument(open, name); at >= 0 {
		return at
	}
	args := f.args(open)
	if place >= len(args) || slices.ContainsFunc(args[:place+1], func(at int) bool { return f.kind(at) == word && f.byte(at+1) == '=' }) {
		return -1
	}
	return args[place]
}

// isConstant reports whether a name is written as those of constants are.
func isConstant(name []byte) bool {
	if len(name) < 4 || name[0] < 'A' || name[0] > 'Z' {
		return false
	}
	for _, c := range name {
		if c >= 'a' && c <= 'z' {
			return false
		}
	}
	return true
}
