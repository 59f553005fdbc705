package document

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/yaml"
)

// New returns the document of a part, with the head that is found without parsing, and
// whether the head is sure. Parse finds it again.
func New(file, base string, p Part, names *Names) (d *Document, sure bool) {
	d = &Document{File: file, part: p}
	d.Head.Base = base
	d.findSource()
	switch p.form {
	case formText:
		d.Head.Text, d.Text, sure = true, p.Text, true
	case formJSON:
		sure = jsonHead(p.Text, names, &d.Head)
	case formItem:
		dash := indentation(p.Text)
		sure = blockHead(p.Text, dash+1+indentation(p.Text[dash+1:]), names, &d.Head)
	default:
		sure = blockHead(p.Text, 0, names, &d.Head)
	}
	if sure {
		p.list.inherit(&d.Head)
	}
	return d, sure && !d.Head.holdsItems()
}

// First returns the first document of a YAML or JSON file, parsed. Its root is absent if
// all documents are empty. The error is a *SyntaxError.
func First(file string, text []byte) (*Document, error) {
	d := &Document{File: file, Facts: &graph.Facts{}}
	for p := range yamlDocuments(text) {
		d.part = p
		return d, d.Parse()
	}
	return d, nil
}

// Start is the origin of the first line with content.
func (d *Document) Start() (line int) {
	text := d.part.Text
	line = int(d.part.line) + 1
	for len(text) > 0 && isBlank(text[:lineEnd(text, 0)]) {
		line++
		text = text[lineEnd(text, 0):]
	}
	return line
}

// Parse fills Root and Head. The error is a *SyntaxError.
func (d *Document) Parse() error {
	if d.part.form == formText {
		return nil
	}
	y, err := d.parse()
	if err != nil {
		return err
	}
	d.Root = NewNode(d, y)
	headOf(d.Root, &d.Head)
	d.part.list.inherit(&d.Head)
	return nil
}

func (d *Document) parse() (*yaml.Node, error) {
	var jsonErr error
	if d.part.form == formJSON {
		y, err := parseJSON(d.part)
		if err == nil {
			return y, nil
		}
		jsonErr = err
	}
	p := d.part.fromMargin()
	y, err := parseYAML(p)
	if err != nil {
		if text, ok := plainActions(p.Text); ok {
			p.Text = text
			if again, e := parseYAML(p); e == nil {
				y, err = again, nil
			}
		}
	}
	if err != nil && jsonErr != nil {
		return nil, jsonErr // all of its brackets and strings end, so JSON was meant
	}
	if err != nil {
		return nil, err
	}
	d.line = int(d.part.line)
	if d.part.form == formItem {
		y = y.Content[0].Content[0]
	}
	return y, nil
}

// fromMargin is p with its first line filled up with spaces to its column in the file.
func (p Part) fromMargin() Part {
	if p.column > 0 {
		p.Text = append(bytes.Repeat([]byte{' '}, int(p.column)), p.Text...)
		p.column = 0
	}
	return p
}

// parseYAML parses one document. It is an error if there is more than that.
func parseYAML(p Part) (y *yaml.Node, err error) {
	if err := tooLarge(p); err != nil {
		return nil, err
	}
	defer func() {
		if v := recover(); v != nil {
			if e, ok := v.(runtime.Error); ok {
				v = e.Error()
			}
			err = syntaxError(p, fmt.Errorf("the YAML parser failed: %v", v))
		}
	}()
	y = new(yaml.Node)
	if err := yaml.Unmarshal(p.Text, y); err != nil {
		return nil, syntaxError(p, err)
	}
	if !fillsDocument(y) {
		if says, _ := tryYAML(p.Text); says != "" {
			return nil, syntaxError(p, errors.New(says))
		}
	}
	return y, nil
}

// fillsDocument reports whether nothing can follow the value of a document: a
// block at the left margin only ends with the text. What follows any other value
// is passed over by the parser without a word.
func fillsDocument(y *yaml.Node) bool {
	if len(y.Content) == 0 {
		return false
	}
	root := y.Content[0]
	return (root.Kind == yaml.MappingNode || root.Kind == yaml.SequenceNode) && root.Style&yaml.FlowStyle == 0 && root.Column == 1
}

// The nodes of a document take about twenty times the memory of its text, and a
// hundred times where all of it is brackets and commas. The largest real
// documents, bundles of custom resource definitions, have 2 MB.
const (
	maxDocument = 32 << 20
	maxNodes    = 3_000_000
)

// tooLarge refuses text whose nodes would take more than a gigabyte.
func tooLarge(p Part) error {
	if len(p.Text) > maxDocument {
		return &SyntaxError{
			Line: int(p.line) + 1, Message: fmt.Sprintf("a document of %d MB", len(p.Text)>>20),
			Hint: fmt.Sprintf("split the document; weir parses up to %d MB", maxDocument>>20),
		}
	}
	if len(p.Text) < maxNodes {
		return nil
	}
	marks := 2 * bytes.Count(p.Text, newline)
	for _, c := range []byte(",:[{") {
		marks += bytes.Count(p.Text, []byte{c})
	}
	if marks > maxNodes {
		return &SyntaxError{
			Line: int(p.line) + 1, Message: fmt.Sprintf("a document of about %d million values", marks/1_000_000),
			Hint: fmt.Sprintf("split the document; weir parses up to %d million values", maxNodes/1_000_000),
		}
	}
	return nil
}
