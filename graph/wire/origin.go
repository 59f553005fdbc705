package wire

import (
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
func FromOrigin(o graph.Origin) Origin { return Origin(o) }

// KnownOrigin is FromOrigin for what may have no place in the inputs: nil for none.
func KnownOrigin(o graph.Origin) *Origin {
	if o == (graph.Origin{}) {
		return nil
	}
	known := Origin(o)
	return &known
}

// FromOrigins returns a list that is never nil.
func FromOrigins(list []graph.Origin) []Origin { return convert(list, FromOrigin) }

func toOrigin(o *Origin) graph.Origin {
	if o == nil {
		return graph.Origin{}
	}
	return graph.Origin(*o)
}

func compareOrigins(a, b Origin) int { return graph.Origin(a).Compare(graph.Origin(b)) }

// originText writes "file:line:column", without the parts that are unknown. For rendered text
// that names its source it is "source (file:line:column)".
func originText(o graph.Origin) string {
	if o.RenderedFrom == "" {
		return o.Place()
	}
	return o.RenderedFrom + " (" + o.Place() + ")"
}

// parseOrigin reads what originText writes, and any other name of a file.
func parseOrigin(text string) graph.Origin {
	if from, place, ok := strings.Cut(strings.TrimSuffix(text, ")"), " ("); ok && strings.HasSuffix(text, ")") {
		if o := parsePlace(place); o.Line > 0 {
			o.RenderedFrom = from
			return o
		}
	}
	return parsePlace(text)
}

// parsePlace reads "file:line:column", of which the numbers may be missing.
func parsePlace(text string) graph.Origin {
	o := graph.Origin{File: text}
	var numbers []int32
	for len(numbers) < 2 {
		i := strings.LastIndexByte(o.File, ':')
		if i < 0 {
			break
		}
		n, err := strconv.ParseInt(o.File[i+1:], 10, 32)
		if err != nil {
			break
		}
		o.File = o.File[:i]
		numbers = append(numbers, int32(n))
	}
	slices.Reverse(numbers)
	switch len(numbers) {
	case 2:
		o.Line, o.Column = numbers[0], numbers[1]
	case 1:
		o.Line = numbers[0]
	}
	return o
}
