package document

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/internal/yaml"
)

// A SyntaxError says where the text of a document breaks the rules of its
// format.
type SyntaxError struct {
	Line, Column int // in the file, from 1; 0 if unknown
	Message      string
	Hint         string
}

func (e *SyntaxError) Error() string { return e.Message }

// yamlProblems are the messages of the parser, those of weir for the same, and a hint.
// The place, if there is one, is a regular expression for what is wrong in the line.
var yamlProblems = []struct {
	says, message, hint string
	place               *lazy.Regexp
}{
	{"mapping values are not allowed", `a second ":"`, `put the value in quotes if it contains ": ", or check the indentation`, lazy.NewRegexp(`:\s*$|: [^:]*$`)},
	{"found a tab character", tabMessage, tabHint, lazy.NewRegexp("\t")},
	{"cannot start any token", "a character that no value can start with", "put the value in quotes", lazy.NewRegexp("[@`%\t]")},
	{"did not find expected key", "neither a key of the mapping above nor the end of it", "check the indentation and the quotes of this line and the lines above", nil},
	{"did not find expected '-'", "neither an item of the list above nor the end of it", `indent the line below the item that it belongs to, or put the "-" of all items in one column`, nil},
	{"did not find expected node content", "a missing value", "put a value there, or close the bracket above", nil},
	{"did not find expected ','", "a bracket without end", "close it, and put commas between the values", lazy.NewRegexp(`[\[{]`)},
	{"could not find expected ':'", `a key without ":"`, `put ":" after it, or check the indentation and the quotes above`, nil},
	{"found unexpected end of stream", "a string without a closing quote", "close the quote", lazy.NewRegexp(`["']`)},
	{"found unexpected document indicator", "a string without a closing quote", "close the quote before the document ends", lazy.NewRegexp(`["']`)},
	{"block sequence entries are not allowed", "a list where YAML does not allow one", "write the list on lines of its own below its key", lazy.NewRegexp(`- `)},
	{"mapping keys are not allowed", `a "?" where YAML does not allow a key`, "put the value in quotes", lazy.NewRegexp(`\?`)},
	{"found unknown escape character", "an unknown escape", escapeHint, lazy.NewRegexp(`\\`)},
	{"expected hexdecimal number", "an unfinished escape", escapeHint, lazy.NewRegexp(`\\`)},
	{"invalid Unicode character escape", "an escape that is not a character", escapeHint, lazy.NewRegexp(`\\`)},
	{"indentation indicator equal to 0", "a block of text with an indentation of 0", "use a number from 1 to 9, or none", lazy.NewRegexp(`[|>]`)},
	{"expected comment or line break", `something after "|" or ">"`, "start the text on the next line", lazy.NewRegexp(`[|>]`)},
	{"expected alphabetic or numeric", `a "&" or "*" without a name`, "put the value in quotes", lazy.NewRegexp(`[&*]`)},
	{"found undefined tag handle", "a tag with an unknown handle", "declare it with %TAG", lazy.NewRegexp(`!`)},
	{"expected <document start>", "something after the end of the document", `start every document with "---"`, nil},
	{"exceeded max depth", "values nested too deep", fmt.Sprintf("nest values at most %d deep", maxDepth), nil},
	{"unknown anchor", "an alias without an anchor", `define the anchor with "&" before it, in the same document`, nil},
}

const (
	tabMessage = "a tab in the indentation"
	tabHint    = "indent with spaces"
	escapeHint = `in double quotes write a backslash as "\\", or use single quotes`
)

// syntaxError translates an error of the YAML parser into the place in the file
// and a person's words.
func syntaxError(p Part, err error) *SyntaxError {
	if e := encodingError(p); e != nil {
		return e
	}
	if strings.Contains(err.Error(), "did not find expected node content") && isCutOff(p.Text) {
		end := bytes.TrimRight(p.Text, " \t\r\n")
		return &SyntaxError{
			Line: int(p.line) + 1 + bytes.Count(end, newline), Column: utf8.RuneCount(end[bytes.LastIndexByte(end, '\n')+1:]),
			Message: "the text ends within brackets", Hint: "close them, or get the whole file",
		}
	}
	line, says := yamlPlace(p.Text, err)
	source := bytes.TrimRight(nthLine(p.Text, line), "\r\n")
	blank := source[:len(source)-len(bytes.TrimLeft(source, " \t"))]
	e := &SyntaxError{Line: int(p.line) + line, Message: says}
	start := len(blank)
	for _, known := range yamlProblems {
		if strings.Contains(says, known.says) {
			e.Message, e.Hint = known.message, known.hint
			if known.place != nil {
				if at := known.place.FindIndex(source); at != nil {
					start = at[0]
				}
			}
			break
		}
	}
	if i := bytes.IndexByte(blank, '\t'); i >= 0 {
		e.Message, e.Hint, start = tabMessage, tabHint, i
	}
	e.Column = utf8.RuneCount(source[:start]) + 1
	e.Message += inKey(source)
	return e
}

// BeginsAsText reports whether the first line of a document but comments has words and is neither
// a key nor an item, as in notes and transcripts with the name of a YAML file.
func (d *Document) BeginsAsText() bool {
	for line := range bytes.Lines(d.part.Text) {
		line = bytes.TrimSpace(line)
		switch {
		case len(line) == 0, line[0] == '#', bytes.Equal(line, []byte("---")):
			continue
		case bytes.IndexByte(line, ' ') < 0, bytes.IndexByte(line, ':') >= 0 && !bytes.HasPrefix(line, []byte("$ ")):
			return false
		}
		return bytes.IndexByte([]byte("-{[?&!*|>%@`\"'<"), line[0]) < 0
	}
	return false
}

// ListsLiterals reports whether a document is a list of objects the first of which begins with a key without
// quotes, as in source code of JavaScript with the name of a JSON file. No program writes such JSON.
func (d *Document) ListsLiterals() bool {
	c := jsonCursor{text: d.part.Text}
	if c.space(); !c.next('[') {
		return false
	}
	if c.space(); !c.next('{') {
		return false
	}
	c.space()
	first := c.peek() | 0x20
	return first >= 'a' && first <= 'z'
}

// isCutOff reports whether a text in brackets, as JSON is, ends before they are closed.
func isCutOff(text []byte) bool {
	text = bytes.TrimLeft(text, " \t\r\n")
	if len(text) == 0 || text[0] != '{' && text[0] != '[' {
		return false
	}
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth--
		}
	}
	return depth > 0 && !quoted
}

var lineKey = lazy.NewRegexp(`^[ \t]*(?:- +)*["']?([A-Za-z_][\w.-]{0,39})["']?[ \t]*[:=]`)

// inKey completes a message with the key of a line. Nothing else of a line is quoted: it may be
// that of a Secret, or have a password in it.
func inKey(line []byte) string {
	if m := lineKey.FindSubmatch(line); m != nil {
		return " in " + strconv.Quote(string(m[1]))
	}
	return ""
}

var yamlError = lazy.NewRegexp(`^(?:yaml: )?(?:line (\d+): )?(.*)$`)

// yamlPlace returns the line of text, from 1, that an error of the YAML parser is
// about, and what the error says. The parser itself names the line wrongly, or the
// one on which the mapping around it starts, or none.
func yamlPlace(text []byte, err error) (line int, says string) {
	says = yamlError.FindStringSubmatch(err.Error())[2]
	if name, ok := strings.CutPrefix(says, "unknown anchor '"); ok {
		name, _, _ = strings.Cut(name, "'")
		return 1 + bytes.Count(text[:max(0, bytes.Index(text, []byte("*"+name)))], newline), says
	}
	// With a line put before, none is called 0, which the parser takes for unknown.
	shifted := append([]byte("\n"), text...)
	_, n := tryYAML(shifted)
	if strings.Contains(says, "did not find expected") && !strings.Contains(says, "','") && len(text) < maxSearch {
		n = 1 + sort.Search(bytes.Count(text, newline)+1, func(n int) bool {
			got, _ := tryYAML(text[:lineStart(text, n+1)])
			return got == says
		})
		return n, says
	}
	if scannerError(says) {
		n--
	}
	return max(1, min(n, bytes.Count(text, newline)+1)), says
}

// maxSearch bounds the text in which a line is searched for by parsing ever
// shorter beginnings of it.
const maxSearch = 256 << 10

// tryYAML returns what is wrong with text, up to its end, and the line that the
// parser gives; "" if nothing is. More than one document counts as wrong.
func tryYAML(text []byte) (says string, line int) {
	defer func() {
		if recover() != nil {
			says, line = "", 0
		}
	}()
	dec := yaml.NewDecoder(bytes.NewReader(text))
	err := dec.Decode(new(yaml.Node))
	if err == nil {
		if err = dec.Decode(new(yaml.Node)); err == nil {
			return "did not find expected <document start>", 0
		}
	}
	if errors.Is(err, io.EOF) {
		return "", 0
	}
	m := yamlError.FindStringSubmatch(err.Error())
	line, _ = strconv.Atoi(m[1])
	return m[2], line
}

// scannerError reports whether the parser counts the lines of an error from 1
// and not from 0.
func scannerError(says string) bool {
	return !strings.Contains(says, "did not find expected ',") && !strings.Contains(says, "undefined tag handle") &&
		!strings.Contains(says, "directive")
}

// lineStart returns the start of the nth line, from 0.
func lineStart(text []byte, n int) int {
	i := 0
	for ; n > 0 && i < len(text); n-- {
		i = lineEnd(text, i)
	}
	return i
}

func nthLine(text []byte, n int) []byte {
	start := lineStart(text, n-1)
	return text[start:lineEnd(text, start)]
}

// encodingError finds the first byte that no YAML may have.
func encodingError(p Part) *SyntaxError {
	i := 0
	for i < len(p.Text) {
		r, size := utf8.DecodeRune(p.Text[i:])
		if r == utf8.RuneError && size == 1 || r < ' ' && r != '\t' && r != '\n' && r != '\r' || r >= 0x7f && r < 0xa0 && r != 0x85 {
			break
		}
		i += size
	}
	if i == len(p.Text) {
		return nil
	}
	before := newCutter(p, p.form).part(i, i)
	e := &SyntaxError{
		Line: int(before.line) + 1, Column: int(before.column) + 1,
		Message: fmt.Sprintf("the byte 0x%02x is not UTF-8", p.Text[i]), Hint: "save the file as UTF-8",
	}
	if p.Text[i] < ' ' || utf8.FullRune(p.Text[i:]) && p.Text[i] == 0x7f {
		e.Message, e.Hint = fmt.Sprintf("a control character, 0x%02x", p.Text[i]), "remove it"
	}
	return e
}

// shorten cuts what is quoted in a message to a length that fits a line.
func shorten(s string) string {
	const most = 40
	s = Clean(strings.ToValidUTF8(s, "?"))
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "..."
	}
	return s
}
