package document

import (
	"bytes"
	"strings"

	"github.com/weirgraph/weir/graph"
)

// excuseWord begins a comment that excuses findings: "# weir:ignore rule: reason".
var excuseWord = []byte("weir:ignore")

// commentMarks begin comments in the languages that are read: of YAML and properties, of nginx,
// of C and HCL, of INI, of SQL, of XML.
var commentMarks = []string{"#", "//", "/*", ";", "<!--", "--"}

// Excuses returns the comments of the document that excuse findings. A comment on a line of its
// own is about the next line that is none, another one is about its line.
func (d *Document) Excuses() []graph.CommentExcuse {
	if !bytes.Contains(d.part.Text, excuseWord) {
		return nil
	}
	var list []graph.CommentExcuse
	alone := 0 // the last of list that are waiting for their line
	number := d.part.line
	for line := range bytes.Lines(d.part.Text) {
		number++
		e, own, ok := parseExcuse(string(line))
		if ok {
			e.Origin = graph.Source{File: d.File, RenderedFrom: d.RenderedFrom}.At(number, e.Origin.Column)
			e.Line = number
			list = append(list, e)
		}
		if ok && own {
			alone++
			continue
		}
		for i := range alone {
			last := len(list) - 1 - i
			if ok {
				last--
			}
			list[last].Line = number
		}
		alone = 0
	}
	for i := range alone {
		list[len(list)-1-i].Line = number + 1
	}
	return list
}

// parseExcuse reads the comment of a line, and whether the line has nothing else.
func parseExcuse(line string) (e graph.CommentExcuse, own, ok bool) {
	before, after, found := strings.Cut(line, string(excuseWord))
	if !found || !strings.HasPrefix(after, " ") && !strings.HasPrefix(after, "\t") {
		return e, false, false
	}
	before = strings.TrimRight(before, " \t")
	for _, mark := range commentMarks {
		if code, is := strings.CutSuffix(before, mark); is {
			rule, reason, _ := strings.Cut(after, ":")
			for _, end := range []string{"*/", "-->"} {
				rule = strings.TrimSuffix(strings.TrimSpace(rule), end)
				reason = strings.TrimSuffix(strings.TrimSpace(reason), end)
			}
			e.Rule, e.Reason = strings.TrimSpace(rule), strings.TrimSpace(reason)
			e.Origin.Column = int32(len([]rune(code))) + 1
			return e, strings.TrimSpace(code) == "", e.Rule != ""
		}
	}
	return e, false, false
}
