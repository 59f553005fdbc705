// Package yaml parses YAML into nodes with their lines and columns. It is the only
// package that imports gopkg.in/yaml.v3, which is archived: whatever takes its
// place is put in here.
package yaml

import (
	"io"

	"gopkg.in/yaml.v3"
)

// A Node is a value with its place, style and comments.
type Node = yaml.Node

// A Kind is what a node is.
type Kind = yaml.Kind

const (
	DocumentNode = yaml.DocumentNode
	SequenceNode = yaml.SequenceNode
	MappingNode  = yaml.MappingNode
	ScalarNode   = yaml.ScalarNode
	AliasNode    = yaml.AliasNode
)

// Styles of nodes, bits of Node.Style.
const (
	TaggedStyle       = yaml.TaggedStyle
	DoubleQuotedStyle = yaml.DoubleQuotedStyle
	SingleQuotedStyle = yaml.SingleQuotedStyle
	LiteralStyle      = yaml.LiteralStyle
	FoldedStyle       = yaml.FoldedStyle
	FlowStyle         = yaml.FlowStyle
)

// A Decoder reads the documents of a stream one after the other.
type Decoder = yaml.Decoder

// NewDecoder returns a decoder of r.
func NewDecoder(r io.Reader) *Decoder { return yaml.NewDecoder(r) }

// Unmarshal parses the first document of text into n, which stays zero if there is
// none.
func Unmarshal(text []byte, n *Node) error { return yaml.Unmarshal(text, n) }
