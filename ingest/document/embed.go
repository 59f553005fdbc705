package document

import "github.com/weirgraph/weir/internal/yaml"

// Embedded returns the document that n holds as a text: a file in a ConfigMap.
// Its places are places in the file of d, as far as n is a block or one line. The
// error is a *SyntaxError.
func (d *Document) Embedded(n Node) (*Document, error) {
	text, first := n.Multiline()
	in := &Document{Reader: d.Reader, File: d.File, RenderedFrom: d.RenderedFrom, Dir: d.Dir, Facts: d.Facts, part: Part{Text: []byte(text)}}
	y, err := parseYAML(in.part)
	if err != nil {
		return nil, err
	}
	in.Root = NewNode(in, y)
	headOf(in.Root, &in.Head)
	in.line = first - 1
	switch {
	case n.y == nil:
	case n.y.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		in.column = d.indentation(first)
	case n.y.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0:
		in.column = d.column + n.y.Column
	default:
		in.column = d.column + n.y.Column - 1
	}
	return in, nil
}

// indentation returns how far the text is indented that begins on a line of the
// file, 0 if the line is not of d.
func (d *Document) indentation(line int) int {
	text := d.part.Text
	for at := int(d.part.line) + 1; len(text) > 0 && (at < line || isBlank(text[:lineEnd(text, 0)])); at++ {
		text = text[lineEnd(text, 0):]
	}
	return indentation(text)
}
