package source

import (
	"bytes"
	"slices"
	"strings"
)

// A kind is what a token is.
type kind uint8

const (
	space   kind = iota // blanks and line breaks
	comment             // to its end, with its marks
	word                // names and keywords
	number
	text  // a string, with its prefix, its quotes, and the expressions in it
	regex // an expression
	punct // one byte of anything else
)

// A token is a run of bytes of a file.
type token struct {
	start, end int32
	kind       kind
	quote      byte // of a text: what begins it
	letters    int8 // of a text: the length of its prefix
	marks      int8 // of a text: the length of what begins it, and of what ends it, without the prefix
}

// A scanner cuts a file into tokens: each byte is in one of them, in order. What is not closed ends
// with its line, or with the file if it runs over lines. No text makes it fail.
type scanner struct {
	lang *Language
	src  []byte
	at   int
	last token // the last one that is neither space nor comment

	starts *[256]bool
	marks  map[string][]int32 // see marksOf; nil until they are asked for
}

func newScanner(lang *Language, src []byte) *scanner {
	return &scanner{lang: lang, src: src, starts: lang.startsAt()}
}

// Classes of bytes.
const (
	isOther = iota
	isSpace
	isLetter
	isDigit
)

var classes = func() (c [256]byte) {
	for b := range 256 {
		switch {
		case b == ' ' || b >= '\t' && b <= '\r':
			c[b] = isSpace
		case b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b == '_' || b == '$' || b >= 0x80:
			c[b] = isLetter
		case b >= '0' && b <= '9':
			c[b] = isDigit
		}
	}
	return c
}()

// next returns the next token; false at the end.
func (s *scanner) next() (token, bool) {
	src, i := s.src, s.at
	if i >= len(src) {
		return token{}, false
	}
	t := token{start: int32(i)}
	switch c := src[i]; classes[c] {
	case isSpace:
		for i++; i < len(src) && classes[src[i]] == isSpace; i++ {
		}
	case isLetter:
		if t.letters = s.prefixOf(i, c); t.letters > 0 {
			s.text(&t, i+int(t.letters))
			return s.take(t), true
		}
		for i++; i < len(src) && classes[src[i]] >= isLetter; i++ {
		}
		t.kind, s.at = word, i
		return s.take(t), true
	case isDigit:
		for i++; i < len(src) && (classes[src[i]] >= isLetter || src[i] == '.' && i+1 < len(src) && classes[src[i+1]] == isDigit); i++ {
		}
		t.kind, s.at = number, i
		return s.take(t), true
	default:
		if s.starts[c] {
			if end := s.comment(i); end > i {
				t.kind, t.end, s.at = comment, int32(end), end
				return t, true
			}
			if s.special(&t, i) {
				return s.take(t), true
			}
		}
		t.kind, s.at = punct, i+1
		return s.take(t), true
	}
	t.end, s.at = int32(i), i
	return t, true
}

// take ends a token where the scanner is.
func (s *scanner) take(t token) token {
	t.end = int32(s.at)
	s.last = t
	return t
}

// comment returns the end of the comment at i, i if there is none.
func (s *scanner) comment(i int) int {
	l, src := s.lang, s.src
	switch c := src[i]; {
	case l.slashes && c == '/' && i+1 < len(src) && src[i+1] == '/':
		return lineEnd(src, i)
	case l.slashes && c == '/' && i+1 < len(src) && src[i+1] == '*':
		return s.block(i)
	case l.hash && c == '#', l.lines && c == '#' && s.isFirst(i):
		return lineEnd(src, i)
	case l.dashes && bytes.HasPrefix(src[i:], []byte("--[[")):
		return after(src, i+4, "]]")
	case l.dashes && c == '-' && i+1 < len(src) && src[i+1] == '-':
		return lineEnd(src, i)
	case l.begin && c == '=' && (i == 0 || src[i-1] == '\n') && bytes.HasPrefix(src[i:], []byte("=begin")):
		return after(src, i+6, "\n=end")
	}
	return i
}

// block returns the end of a comment in /* and */.
func (s *scanner) block(i int) int {
	if !s.lang.nested {
		return after(s.src, i+2, "*/")
	}
	depth := 1
	for i += 2; i < len(s.src); {
		switch {
		case s.src[i] == '*' && i+1 < len(s.src) && s.src[i+1] == '/':
			i += 2
			if depth--; depth == 0 {
				return i
			}
		case s.src[i] == '/' && i+1 < len(s.src) && s.src[i+1] == '*':
			i += 2
			depth++
		default:
			i++
		}
	}
	return len(s.src)
}

// isFirst reports whether there are only blanks before i in its line.
func (s *scanner) isFirst(i int) bool {
	for i--; i >= 0 && s.src[i] != '\n'; i-- {
		if classes[s.src[i]] != isSpace {
			return false
		}
	}
	return true
}

// lineEnd returns the end of the line of i, before its break.
func lineEnd(src []byte, i int) int {
	if n := bytes.IndexByte(src[i:], '\n'); n >= 0 {
		return i + n
	}
	return len(src)
}

// after returns the place behind the next mark from i on, the end if there is none.
func after(src []byte, i int, mark string) int {
	i = min(i, len(src))
	if n := bytes.Index(src[i:], []byte(mark)); n >= 0 {
		return i + n + len(mark)
	}
	return len(src)
}

// prefixOf returns how many letters at i belong to a string that follows them.
func (s *scanner) prefixOf(i int, first byte) int8 {
	const longest = 3
	if s.lang.prefix == "" || strings.IndexByte(s.lang.prefix, first) < 0 {
		return 0
	}
	n := 0
	for n < longest && i+n < len(s.src) && strings.IndexByte(s.lang.prefix, s.src[i+n]) >= 0 {
		n++
	}
	if n == 0 || i+n >= len(s.src) {
		return 0
	}
	c := s.src[i+n]
	if strings.IndexByte(s.lang.quotes, c) >= 0 || s.lang.Name == "rust" && c == '#' && s.hashes(i+n) > 0 {
		return int8(n)
	}
	return 0
}

// special scans a string or an expression that begins at i with another byte than a letter.
func (s *scanner) special(t *token, i int) bool {
	l, c := s.lang, s.src[i]
	switch {
	case strings.IndexByte(l.quotes, c) >= 0:
		s.text(t, i)
	case c == '@' && l.Name == "csharp":
		if t.letters = s.prefixOf(i, c); t.letters == 0 {
			return false
		}
		s.text(t, i+int(t.letters))
	case c == '\'' && l.char:
		return s.character(t, i)
	case c == '/' && l.regex && s.mayBeRegex():
		end := s.regexEnd(i)
		if end < 0 {
			return false
		}
		t.kind, s.at = regex, end
	case c == '[' && l.long2 && i+1 < len(s.src) && s.src[i+1] == '[':
		t.kind, t.quote, t.marks, s.at = text, c, 2, after(s.src, i+2, "]]")
	case c == '<' && l.heredoc != "" && bytes.HasPrefix(s.src[i:], []byte(l.heredoc)):
		end := s.heredocEnd(i + len(l.heredoc))
		if end < 0 {
			return false
		}
		t.kind, t.quote, s.at = text, c, end
	default:
		return false
	}
	return true
}

// character scans a character: 'a', '\n', '\u0041'. A lifetime of Rust is none.
func (s *scanner) character(t *token, i int) bool {
	end := i + 1
	for end < len(s.src) && end < i+14 && s.src[end] != '\'' && s.src[end] != '\n' {
		if s.src[end] == '\\' {
			end++
		}
		end++
	}
	if end >= len(s.src) || s.src[end] != '\'' || end > i+3 && s.src[i+1] != '\\' && s.src[i+1] < 0x80 {
		return false
	}
	t.kind, t.quote, t.marks, s.at = text, '\'', 1, end+1
	return true
}

// text scans a string whose quotes begin at i.
func (s *scanner) text(t *token, i int) {
	l, src := s.lang, s.src
	t.kind, t.quote, t.marks = text, src[i], 1
	prefix := src[int(t.start):i]
	if n := s.hashes(i); l.Name == "rust" && len(prefix) > 0 && (n > 0 || src[i] == '"' && bytes.IndexByte(prefix, 'r') >= 0) {
		t.quote, t.marks = '"', int8(min(n+1, 100))
		s.at = after(src, i+n+1, `"`+strings.Repeat("#", n))
		return
	}
	quote := src[i]
	if l.Name == "c" && len(prefix) > 0 && prefix[len(prefix)-1] == 'R' {
		open := bytes.IndexByte(src[i:min(len(src), i+20)], '(')
		if open > 0 {
			t.marks = int8(open + 1)
			s.at = after(src, i+open+1, ")"+string(src[i+1:i+open])+`"`)
			return
		}
	}
	if strings.IndexByte(l.triple, quote) >= 0 && i+2 < len(src) && src[i+1] == quote && src[i+2] == quote {
		t.marks = 3
		s.at = s.closing(i+3, strings.Repeat(string(quote), 3), bytes.ContainsAny(prefix, "rR"), true, s.opensOf(prefix, quote))
		return
	}
	verbatim := l.Name == "csharp" && bytes.IndexByte(prefix, '@') >= 0
	if verbatim {
		s.at = s.verbatimEnd(i + 1)
		return
	}
	plain := strings.IndexByte(l.plain, quote) >= 0 || l.Name == "python" && bytes.ContainsAny(prefix, "rR")
	s.at = s.closing(i+1, string(quote), plain, strings.IndexByte(l.long, quote) >= 0, s.opensOf(prefix, quote))
}

// opensOf returns what begins an expression in a string with this prefix and quote.
func (s *scanner) opensOf(prefix []byte, quote byte) string {
	l := s.lang
	switch {
	case l.Name == "csharp" && bytes.IndexByte(prefix, '$') < 0, l.Name == "python" && !bytes.ContainsAny(prefix, "fF"), l.Name == "scala" && len(prefix) == 0:
		return ""
	case l.opensIn != "" && strings.IndexByte(l.opensIn, quote) < 0:
		return ""
	}
	return l.opens
}

// closing returns the place behind the mark that closes a string whose text begins at i. A string
// that does not run over lines ends with its line at the latest. Strings in an expression of the
// string do not close it.
func (s *scanner) closing(i int, mark string, plain, lines bool, opens string) int {
	src := s.src
	for i < len(src) {
		switch c := src[i]; {
		case c == mark[0] && bytes.HasPrefix(src[i:], []byte(mark)):
			return i + len(mark)
		case c == '\\' && !plain:
			i += 2
		case c == '\n' && !lines:
			return i
		case opens != "" && c == opens[0] && bytes.HasPrefix(src[i:], []byte(opens)):
			if opens == "{" && i+1 < len(src) && src[i+1] == '{' {
				i += 2
				continue
			}
			if end := s.expressionEnd(i+len(opens), lines); end > 0 {
				i = end
			} else {
				i += len(opens)
			}
		default:
			i++
		}
	}
	return len(src)
}

// expressionEnd returns the place behind the brace that closes an expression in a string; 0 if there is
// none near. Strings in it may have braces, and strings with expressions of their own.
func (s *scanner) expressionEnd(i int, lines bool) int {
	const longest = 2000
	depth := 1
	for end := min(len(s.src), i+longest); i < end; i++ {
		switch c := s.src[i]; c {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i + 1
			}
		case '\n':
			if !lines {
				return 0
			}
		case '"', '\'', '`':
			if strings.IndexByte(s.lang.quotes, c) < 0 {
				continue
			}
			close := i + 1
			for close < end && s.src[close] != c && (s.src[close] != '\n' || c == '`') {
				if s.src[close] == '\\' {
					close++
				}
				close++
			}
			if close >= end || s.src[close] != c {
				return 0
			}
			i = close
		}
	}
	return 0
}

// verbatimEnd returns the end of a string of C# in which a quote is written twice.
func (s *scanner) verbatimEnd(i int) int {
	for i < len(s.src) {
		n := bytes.IndexByte(s.src[i:], '"')
		if n < 0 {
			return len(s.src)
		}
		i += n + 1
		if i >= len(s.src) || s.src[i] != '"' {
			return i
		}
		i++
	}
	return len(s.src)
}

// hashes counts the # before the quote of a raw string of Rust.
func (s *scanner) hashes(i int) int {
	n := 0
	for i+n < len(s.src) && s.src[i+n] == '#' && n < 99 {
		n++
	}
	if i+n < len(s.src) && s.src[i+n] == '"' {
		return n
	}
	return 0
}

// mayBeRegex reports whether a slash begins an expression and does not divide, by what is before it.
func (s *scanner) mayBeRegex() bool {
	switch s.last.kind {
	case number, text, regex:
		return false
	case word:
		switch string(s.src[s.last.start:s.last.end]) {
		case "return", "typeof", "case", "in", "of", "delete", "void", "throw", "new", "else", "do", "and", "or", "not", "if", "unless", "when", "while":
			return true
		}
		return false
	case punct:
		c := s.src[s.last.start]
		return c != ')' && c != ']' && c != '}' && c != '<'
	}
	return true
}

// regexEnd returns the end of an expression in its line, with its flags; -1 if it has none.
func (s *scanner) regexEnd(i int) int {
	set := false
	for i++; i < len(s.src) && s.src[i] != '\n'; i++ {
		switch s.src[i] {
		case '\\':
			i++
		case '[':
			set = true
		case ']':
			set = false
		case '/':
			if set {
				continue
			}
			for i++; i < len(s.src) && classes[s.src[i]] == isLetter; i++ {
			}
			return i
		}
	}
	return -1
}

// heredocEnd returns the end of a document in the text whose mark begins at i, -1 if there is none.
// What follows the mark in its line is taken for a part of it.
func (s *scanner) heredocEnd(i int) int {
	src := s.src
	for i < len(src) && (src[i] == '~' || src[i] == '-' || src[i] == '"' || src[i] == '\'' || src[i] == ' ' && s.lang.heredoc == "<<<") {
		i++
	}
	end := i
	for end < len(src) && classes[src[end]] >= isLetter {
		end++
	}
	if end == i || src[i] < 'A' || src[i] > 'Z' && src[i] != '_' {
		return -1
	}
	mark := src[i:end]
	if s.marks == nil {
		s.marks = marksOf(src)
	}
	places := s.marks[string(mark)]
	next, _ := slices.BinarySearch(places, int32(lineEnd(src, end)))
	if next == len(places) {
		return -1
	}
	return int(places[next]) + len(mark)
}

// marksOf returns where lines begin with a word that may end a document in the text, by the word. Documents without
// an end are not looked for line by line, each to the end of the file.
func marksOf(src []byte) map[string][]int32 {
	marks := map[string][]int32{}
	for at := 0; at < len(src); at++ {
		end := lineEnd(src, at)
		line := bytes.TrimLeft(src[at:end], " \t")
		n := 0
		for n < len(line) && classes[line[n]] >= isLetter {
			n++
		}
		if n > 0 && (line[0] >= 'A' && line[0] <= 'Z' || line[0] == '_') {
			marks[string(line[:n])] = append(marks[string(line[:n])], int32(end-len(line)))
		}
		at = end
	}
	return marks
}
