package settings

import (
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/field"
	"github.com/weirgraph/weir/policy"
)

// What weir knows about the configuration files of products. Lists are asked in
// their order. Package ingest fills them before anything is read.
var (
	// TextFormats find the settings of files in a grammar of their own.
	TextFormats []TextFormat

	// YAMLFormats find the settings of YAML and JSON files of a product.
	YAMLFormats []YAMLFormat

	// TextPolicies find the policies of files in a grammar of their own.
	TextPolicies []TextPolicy

	// YAMLPolicies find the policies of YAML and JSON files that libraries do not
	// read.
	YAMLPolicies []YAMLPolicy

	// Libraries find the policies in the settings of a program. A file may
	// configure several.
	Libraries []Library
)

// A TextFormat is one grammar of configuration files. Match is cheap and may err
// on the side of yes; Read returns false when the text is not of the format after
// all, and the next format is asked.
type TextFormat struct {
	Match func(name, text string) bool
	Read  func(s *Collector, name, text string) bool
}

// A YAMLFormat is a product's configuration in YAML or JSON.
type YAMLFormat struct {
	Match func(name string, root document.Node) bool
	Read  func(s *Collector, root YAMLRoot)
}

// A TextPolicy is a product whose configuration file holds policies for the calls
// that the file reveals.
type TextPolicy struct {
	Match func(base, text string) bool
	Read  func(text string, place func(line, column int) graph.Origin) []graph.Policy
}

// A YAMLPolicy is a product whose policies are read field by field from a YAML
// document. Sign reports whether a text may hold such a document, without parsing it.
type YAMLPolicy struct {
	Sign   func(text string) bool
	Match  func(root document.Node) bool
	Syntax *policy.Syntax // of durations
	Read   func(f *field.Reader, root document.Node) []graph.Policy
}

// A Library is a product whose policies are in the configuration of programs.
type Library struct {
	Product *policy.Product
	Layer   policy.Layer
	Signs   []string // words, one of which any configuration of it holds; lower case, without dashes and underscores
	Sep     string   // what separates the names of a key
	Read    func(p *LibraryConfig)

	// Variable is the key that a variable of the environment with these words means, ""
	// if the variable is not the library's. It may be nil.
	Variable func(words []string) string
}
