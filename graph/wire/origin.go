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
	File   string `json:"file"`             // as the user named it, with forward slashes
	Line   int32  `json:"line,omitempty"`   // from 1; missing if the input has no lines
	Column int32  `json:"column,omitempty"` // from 1, in characters; missing if unknown
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

// parseOrigin reads "file:line:column", of which the numbers may be missing.
func parseOrigin(text string) graph.Origin {
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
