package wire

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/graph"
)

// An Origin is the place in the inputs that a fact was read from.
type Origin struct {
	Reader string `json:"reader,omitempty"` // the name of weir's reader for the format: "kubernetes"
	File   string `json:"file"`             // as the user named it, with forward slashes; "stdin"; or the chart or overlay that was rendered
	Line   int32  `json:"line,omitempty"`   // from 1; missing if the input has no lines
	Column int32  `json:"column,omitempty"` // from 1, in characters; missing if unknown
	// RenderedFrom is the template or manifest that the text in this place was rendered from, as
	// the text declares it: a comment "# Source:" of Helm, an origin annotation of kustomize.
	RenderedFrom string `json:"renderedFrom,omitempty"`
}

// FromOrigin returns o as a document has it.
func FromOrigin(o graph.Origin) Origin {
	s := o.Source()
	return Origin{Reader: s.Reader, File: s.File, Line: o.Line, Column: o.Column, RenderedFrom: s.RenderedFrom}
}

// KnownOrigin is FromOrigin for what may have no place in the inputs: nil for none.
func KnownOrigin(o graph.Origin) *Origin {
	if o == (graph.Origin{}) {
		return nil
	}
	known := FromOrigin(o)
	return &known
}

// FromOrigins returns a list that is never nil.
func FromOrigins(list []graph.Origin) []Origin { return convert(list, FromOrigin) }

func (o *Origin) source() graph.Source {
	return graph.Source{Reader: o.Reader, File: o.File, RenderedFrom: o.RenderedFrom}
}

// toOrigin returns no place for nil.
func toOrigin(o *Origin) graph.Origin {
	if o == nil {
		return graph.Origin{}
	}
	return o.source().At(o.Line, o.Column)
}

func compareOrigins(a, b Origin) int {
	return cmp.Or(
		strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
		strings.Compare(a.Reader, b.Reader), strings.Compare(a.RenderedFrom, b.RenderedFrom))
}

// originText writes "file:line:column", without the parts that are unknown. For rendered text
// that names its source it is "source (file:line:column)".
func originText(o graph.Origin) string {
	if o.RenderedFrom() == "" {
		return o.Place()
	}
	return o.RenderedFrom() + " (" + o.Place() + ")"
}

// parseOrigin reads what originText writes, and any other name of a file.
func parseOrigin(text string) graph.Origin {
	if from, place, ok := strings.Cut(strings.TrimSuffix(text, ")"), " ("); ok && strings.HasSuffix(text, ")") {
		if file, line, column := parsePlace(place); line > 0 {
			return graph.Source{File: file, RenderedFrom: from}.At(line, column)
		}
	}
	file, line, column := parsePlace(text)
	return graph.Source{File: file}.At(line, column)
}

// parsePlace reads "file:line:column", of which the numbers may be missing.
func parsePlace(text string) (file string, line, column int32) {
	file = text
	var numbers []int32
	for len(numbers) < 2 {
		i := strings.LastIndexByte(file, ':')
		if i < 0 {
			break
		}
		n, err := strconv.ParseInt(file[i+1:], 10, 32)
		if err != nil {
			break
		}
		file = file[:i]
		numbers = append(numbers, int32(n))
	}
	slices.Reverse(numbers)
	switch len(numbers) {
	case 2:
		line, column = numbers[0], numbers[1]
	case 1:
		line = numbers[0]
	}
	return file, line, column
}
