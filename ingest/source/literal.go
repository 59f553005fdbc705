package source

import (
	"bytes"
	"strings"
)

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
	if len(body) < maxValue && bytes.IndexByte(body, '\\') < 0 && bytes.IndexByte(body, '$') < 0 && (opens == "" || !bytes.Contains(body, []byte(opens))) {
		return value{text: string(body), literal: true}
	}
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
