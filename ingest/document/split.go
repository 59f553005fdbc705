package document

import (
	"bytes"
	"iter"
	"strings"
	"unicode/utf8"
)

// A Part is the text of one document, not yet parsed, with its place in the
// file.
type Part struct {
	Text   []byte
	line   int32 // lines of the file before Text
	column int32 // characters before Text on its first line
	form   form
	list   *listKind // that Text is an item of; nil if it is none
	joint  int32     // the first line of the file, from 1, on which another file seems to begin within Text; 0 if none does
}

type form uint8

const (
	formYAML form = iota
	formItem      // one item of a block sequence, with its "- "
	formJSON
	formText
)

// TextPart is a whole file that is neither YAML nor JSON. Byte order marks at the starts of its
// lines are left out.
func TextPart(text []byte) Part {
	text = bytes.TrimPrefix(text, byteOrderMark)
	if bytes.Contains(text, lineOrderMark) {
		text = bytes.ReplaceAll(text, lineOrderMark, newline)
	}
	return Part{Text: text, form: formText}
}

// Split cuts the text of a file into its documents, in order: at the marks of YAML,
// between JSON values, and between the items of a List, which are documents of their own.
// Nothing is parsed, so that what is wrong with one document hides no other. Empty
// documents are left out. Byte order marks at the starts of lines, which joined files
// have, are left out. The text must be UTF-8 with "\n" or "\r\n" at the ends of its
// lines.
func Split(text []byte, yield func(Part)) {
	for p := range yamlDocuments(text) {
		splitValues(p, yield)
	}
}

// yamlDocuments yields what is between the marks of YAML, except for empty documents.
func yamlDocuments(text []byte) iter.Seq[Part] {
	return func(yield func(Part) bool) {
		text, marks := cutOrderMarks(text)
		line := int32(0)
		for len(text) > 0 {
			end, next := documentEnd(text)
			if p := (Part{Text: text[:end], line: line}); !isBlank(p.Text) {
				marks = p.findJoint(marks)
				if !yield(p) {
					return
				}
			}
			line += int32(bytes.Count(text[:next], newline))
			text = text[next:]
		}
	}
}

var (
	newline       = []byte("\n")
	byteOrderMark = []byte("\uFEFF")
	lineOrderMark = []byte("\n\uFEFF")
	yamlDirective = []byte("%YAML ")
	tagDirective  = []byte("%TAG ")
)

// cutOrderMarks returns the text without the byte order marks at the starts of lines, and the
// lines after the first that had one, from 0.
func cutOrderMarks(text []byte) (rest []byte, lines []int32) {
	text = bytes.TrimPrefix(text, byteOrderMark)
	if !bytes.Contains(text, lineOrderMark) {
		return text, nil
	}
	line := int32(0)
	for l := range bytes.Lines(text) {
		for bytes.HasPrefix(l, byteOrderMark) {
			l = l[len(byteOrderMark):]
			if n := len(lines); n == 0 || lines[n-1] != line {
				lines = append(lines, line)
			}
		}
		rest = append(rest, l...)
		line++
	}
	return rest, lines
}

// findJoint sets the joint of a part to the first of the lines that is within its content, and
// returns the lines after the part.
func (p *Part) findJoint(lines []int32) []int32 {
	if len(lines) == 0 {
		return nil
	}
	end := p.line + int32(bytes.Count(p.Text, newline))
	if !bytes.HasSuffix(p.Text, newline) {
		end++
	}
	for len(lines) > 0 && lines[0] < end {
		if at := lines[0] - p.line; at > 0 && p.joint == 0 && !isBlank(p.Text[:lineStart(p.Text, int(at))]) {
			p.joint = lines[0] + 1
		}
		lines = lines[1:]
	}
	return lines
}

// documentEnd returns where the first document of text ends, and where the next
// one starts. A "---" belongs to the document that it opens, together with the
// directives and comments before it; a "..." to none.
//
// Both marks count wherever they start a line: YAML gives no string a way to
// have them there.
func documentEnd(text []byte) (end, next int) {
	i := prologue(text)
	if marks(text[i:], "---") {
		i = lineEnd(text, i)
	}
	for i < len(text) {
		switch rest := text[i:]; {
		case rest[0] == '-' && marks(rest, "---"):
			i = directives(text[:i])
			return i, i
		case rest[0] == '.' && marks(rest, "..."):
			return i, lineEnd(text, i)
		}
		i = lineEnd(text, i)
	}
	return i, i
}

// prologue returns the length of the lines that may be before the "---" of a document:
// directives, comments and blank lines.
func prologue(text []byte) int {
	i := 0
	for i < len(text) {
		end := lineEnd(text, i)
		if line := bytes.TrimLeft(text[i:end], " \t\r\n"); text[i] != '%' && len(line) > 0 && line[0] != '#' {
			break
		}
		i = end
	}
	return i
}

// directives returns where the directives begin that are at the end of text, with comments and blank lines
// among them; its length if there are none.
func directives(text []byte) int {
	begin := len(text)
	for end := len(text); end > 0; {
		i := bytes.LastIndexByte(text[:end-1], '\n') + 1
		line := bytes.TrimLeft(text[i:end], " \t\r\n")
		if bytes.HasPrefix(text[i:end], yamlDirective) || bytes.HasPrefix(text[i:end], tagDirective) {
			begin = i
		} else if len(line) > 0 && line[0] != '#' {
			break
		}
		end = i
	}
	return begin
}

// marks reports whether text starts with a line that is this document mark.
func marks(text []byte, mark string) bool {
	return len(text) >= 3 && string(text[:3]) == mark &&
		(len(text) == 3 || strings.IndexByte(" \t\r\n", text[3]) >= 0)
}

// lineEnd returns the start of the line after the one at from.
func lineEnd(text []byte, from int) int {
	if i := bytes.IndexByte(text[from:], '\n'); i >= 0 {
		return from + i + 1
	}
	return len(text)
}

// isBlank reports whether text has nothing but white space, comments and
// document marks.
func isBlank(text []byte) bool {
	for len(text) > 0 {
		end := lineEnd(text, 0)
		line := text[:end]
		if marks(line, "---") {
			line = line[3:]
		}
		line = bytes.TrimLeft(line, " \t\r\n\uFEFF")
		if len(line) > 0 && line[0] != '#' {
			return false
		}
		text = text[end:]
	}
	return true
}

// splitValues yields the JSON values that p consists of, or the items of a List,
// or p itself if it is neither.
func splitValues(p Part, yield func(Part)) {
	c := jsonCursor{text: p.Text}
	if c.space(); c.peek() == '{' || c.peek() == '[' {
		if values, ok := jsonValues(p); ok {
			for _, v := range values {
				splitJSONList(v, yield)
			}
			return
		}
	} else if items := blockListItems(p); items != nil {
		for _, item := range items {
			yield(item)
		}
		return
	}
	yield(p)
}

// A cutter cuts parts out of a part from its start to its end, and counts lines
// only once.
type cutter struct {
	whole        Part
	form         form
	list         *listKind // that the parts are items of
	done         int       // counted up to here
	line, column int32
}

func newCutter(p Part, f form) *cutter {
	return &cutter{whole: p, form: f, line: p.line, column: p.column}
}

// part returns the text from byte i to byte j; i must not go back.
func (c *cutter) part(i, j int) Part {
	before := c.whole.Text[c.done:i]
	if n := bytes.Count(before, newline); n > 0 {
		c.line += int32(n)
		c.column = 0
		before = before[bytes.LastIndexByte(before, '\n')+1:]
	}
	c.column += int32(utf8.RuneCount(before))
	c.done = i
	return Part{Text: c.whole.Text[i:j], line: c.line, column: c.column, form: c.form, list: c.list}
}
