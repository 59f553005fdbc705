package fix

import (
	"sort"
	"strings"
)

// An input is a file as it was read. Its documents are edited apart, so that an edit costs what the
// document costs and not what the file does.
type input struct {
	name    string
	text    []byte
	starts  []int            // the bytes where its lines begin
	parts   []int            // the lines, from 0, at which its documents begin; the first is 0
	objects map[string][]int // the documents by the kind and the name of the object in them; see find
}

func newInput(name string, text []byte) *input {
	in := &input{name: name, text: text, starts: lineStarts(text), parts: []int{0}}
	if syntaxOf(name) != nil || uneditable(text) != nil {
		return in
	}
	for i := 1; i < len(in.starts); i++ {
		if isMark(text[in.starts[i]:]) {
			in.parts = append(in.parts, i)
		}
	}
	return in
}

// part is the number of the document that has a line, from 1.
func (in *input) part(line int) int {
	return max(sort.SearchInts(in.parts, max(line, 1))-1, 0)
}

// document returns a document as it was read.
func (in *input) document(part int) *file {
	text := in.slice(part)
	return &file{name: in.name, line0: in.parts[part], before: text, text: text}
}

func (in *input) slice(part int) []byte {
	start, end := in.starts[in.parts[part]], len(in.text)
	if part+1 < len(in.parts) {
		end = in.starts[in.parts[part+1]]
	}
	return in.text[start:end:end]
}

// find returns the documents that held an object of a kind with the last part of a name when the
// file was read.
func (in *input) find(kind, object string) []int {
	if in.objects == nil {
		in.objects = map[string][]int{}
		for part := range in.parts {
			if t, err := parseTree(in.slice(part), 1); err == nil {
				key := objectKey(kindAndName(t.root))
				in.objects[key] = append(in.objects[key], part)
			}
		}
	}
	return in.objects[objectKey(kind, object)]
}

func objectKey(kind, object string) string {
	return strings.ToLower(kind) + "/" + object[strings.LastIndexByte(object, '/')+1:]
}

// assemble returns the text of the file with its documents as edits leave them: nil for one is that
// of the input.
func (in *input) assemble(edited func(part int) *file) []byte {
	var text []byte
	for part := range in.parts {
		now := in.slice(part)
		if f := edited(part); f != nil {
			now = f.text
		}
		if part == 1 && len(text) == 0 && !isMark(in.text) { // the mark goes with the document before it
			now = now[nextLine(now, 0):]
		}
		text = append(text, now...)
	}
	return text
}
