// Package document is the unit of reading: one YAML document of a stream, one
// JSON value, one text file. A Reader looks at a document's Head to say whether
// it is one of its own, and turns it into graph.Facts, knowing nothing of the
// other documents.
//
// Documents are walked as Nodes, which keep the place of every value and never
// fail: asking a list for a key gives an absent node, and reading on from there
// gives more absent nodes. What a reader cannot use it reports with Problem and
// goes on.
package document

import (
	"fmt"
	"io/fs"
	"slices"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// A Reader turns documents of one format into facts.
type Reader struct {
	Name string // "kubernetes"; also in every Origin of its facts
	Doc  string // one sentence for help and documentation
	// Reads lists what the reader takes in the words of its users: kinds,
	// file names, top-level keys. For documentation.
	Reads []string
	// Match reports whether a document is one of the reader's, by its head; of an object
	// (Head.IsObject) only the API version and the kind are known. It may be nil if Whole
	// is not.
	Match func(h *Head) bool
	// Whole, if set, reports whether a file that begins with text is one of the
	// reader's. Such a file is not cut into documents: its one document is its Text.
	Whole func(text []byte) bool
	// Read adds what the document says to f. It must not keep d or f.
	Read func(d *Document, f *graph.Facts)
}

// A Head is what is known of a document without parsing it.
type Head struct {
	Base       string   // the file's name without directory and compression suffix, lower case
	Text       bool     // neither YAML nor JSON: only Document.Text is of use
	APIVersion string   // the value of the top-level key apiVersion
	Kind       string   // the value of the top-level key kind
	Keys       []string // all top-level keys, in order; nil if the document is no mapping
	Lists      []string // those of Keys whose value is a list: a compose file's services are none

	settled bool // no value that is found without parsing runs on over its line
}

// IsObject reports whether the document is an object of Kubernetes, or of a product that has
// the form of its objects: one with an API version and a kind, whatever else it has.
func (h *Head) IsObject() bool { return h.APIVersion != "" && h.Kind != "" }

// Group returns the API group, "networking.istio.io", or "" for the core group.
func (h *Head) Group() string {
	for i := len(h.APIVersion) - 1; i >= 0; i-- {
		if h.APIVersion[i] == '/' {
			return h.APIVersion[:i]
		}
	}
	return ""
}

// Has reports whether key is one of the top-level keys.
func (h *Head) Has(key string) bool { return slices.Contains(h.Keys, key) }

// HasList reports whether key is one of the top-level keys and holds a list.
func (h *Head) HasList(key string) bool { return slices.Contains(h.Lists, key) }

// A Document is one document of one file.
type Document struct {
	Head   Head
	Reader string // the name of the reader that reads it
	File   string // as the user named it, forward slashes
	Root   Node   // absent for a text document

	// RenderedFrom is the file that the document was rendered from, if it names one.
	RenderedFrom string

	sources func(string) string // see RenderedBy
	Text    []byte              // the bytes of a text document
	// Dir opens files next to this one, which a compose file or a chart may
	// refer to, by slash-separated paths relative to the document's directory ("../"
	// allowed). It is nil when the document came from standard input.
	Dir fs.FS

	Facts *graph.Facts // where Problem reports

	part Part
	// line and column are the place of the parsed text in the file, to be added
	// to the place of a node in the text.
	line, column int
	aliases      aliases
	duplicates   int          // keys that were reported
	place        graph.Origin // that whole returned last
}

// findSource sets RenderedFrom: to the file that helm template names in a comment before the
// object, or to the one that kustomize build names in an annotation of it.
func (d *Document) findSource() {
	from := templateOf(d.part.Text)
	if d.Root.Exists() {
		if origin := d.Root.Get("metadata", "annotations", originAnnotation); origin.IsScalar() {
			from = manifestOf(origin.Str())
		}
	}
	if from != "" && d.sources != nil {
		from = d.sources(from)
	}
	d.RenderedFrom = Clean(from)
}

// RenderedBy sets how the file that a rendered document names is named by the user.
func (d *Document) RenderedBy(sources func(string) string) {
	d.sources = sources
	d.findSource()
}

// whole returns the origin of the document, which its reader and its file may yet change. A
// document has thousands of places and looks up its source for the first one.
func (d *Document) whole() graph.Origin {
	if s := (graph.Source{Reader: d.Reader, File: d.File, RenderedFrom: d.RenderedFrom}); s != d.place.Source() {
		d.place = s.Whole()
	}
	return d.place
}

// At returns the origin of n.
func (d *Document) At(n Node) graph.Origin {
	o := d.whole()
	if n.y != nil {
		o.Line, o.Column = int32(d.line+n.y.Line), int32(d.column+n.y.Column)
	}
	return o
}

// Line returns the origin of a line of a text document, counted from 1.
func (d *Document) Line(line, column int) graph.Origin {
	o := d.whole()
	o.Line, o.Column = int32(line), int32(column)
	return o
}

// Part is a part of the document as a document of its own, with the same head.
func (d *Document) Part(root Node) *Document {
	part := *d
	part.Root = root
	return &part
}

// Problem reports something that could not be used: what, the value in quotes, and a
// hint. The rest of the document is still read. The builder leaves secrets out.
func (d *Document) Problem(level graph.ProblemLevel, n Node, hint, format string, args ...any) {
	d.Facts.Problems = append(d.Facts.Problems, graph.Problem{
		Origin: d.At(n), Message: fmt.Sprintf(format, args...), Hint: hint, Level: level,
	})
}

// Declare is an explicit policy setting read at n.
func Declare[T any](d *Document, n Node, v T) policy.Setting[T] { return policy.Declare(v, d.At(n)) }
