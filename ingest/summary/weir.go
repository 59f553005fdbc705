package summary

import (
	"bytes"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/wire"
	"github.com/weirgraph/weir/ingest/document"
)

// Weir reads what "weir graph -o json" wrote; see wire.Import.
var Weir = &document.Reader{
	Name:  "weir",
	Doc:   "graphs that weir wrote itself, with -o json; in directories only if they are named",
	Reads: []string{"schema: " + wire.Schema},
	Whole: func(text []byte) bool {
		return shaped(text, `"schema"`, "schema") && bytes.Contains(head(text), []byte(`"`+wire.Schema+`"`))
	},
	Read: func(d *document.Document, f *graph.Facts) { wire.Import(d.Text, d.Line(1, 0), f) },
}
