package document

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// A SyntaxError says where the text of a document breaks the rules of its
// format.
type SyntaxError struct {
	Line, Column int // in the file, from 1; 0 if unknown
	Message      string
	Hint         string
}

func (e *SyntaxError) Error() string { return e.Message }

var yamlPlace = regexp.MustCompile(`^(?:yaml: )?(?:line (\d+): )?(.*)$`)

// syntaxError translates an error of the YAML parser into the place in the file
// and a person's words.
func syntaxError(p Part, err error) *SyntaxError {
	m := yamlPlace.FindStringSubmatch(err.Error())
	e := &SyntaxError{Line: int(p.line) + 1, Message: err.Error()}
	if m == nil {
		return e
	}
	e.Message = m[2]
	n, _ := strconv.Atoi(m[1])
	var line []byte
	if n > 0 {
		e.Line = int(p.line) + n
		line = nthLine(p.Text, n)
		if shown := bytes.TrimSpace(line); len(shown) > 0 {
			e.Column = bytes.Index(line, shown) + 1
			e.Message = fmt.Sprintf("%s at %q", m[2], shorten(string(shown)))
		}
	}
	e.Hint = hint(m[2], line)
	return e
}

func nthLine(text []byte, n int) []byte {
	for ; n > 1 && len(text) > 0; n-- {
		text = text[lineEnd(text, 0):]
	}
	return text[:lineEnd(text, 0)]
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

// hint is the way out of an error of the YAML parser on a line.
func hint(problem string, line []byte) string {
	return ""
}
