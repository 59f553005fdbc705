package native

import (
	"cmp"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

// readOverride reads an entry of overrides, and returns false for one with mistakes.
func readOverride(d *document.Document, n document.Node) (graph.Override, bool) {
	if _, _, mistake := overrideMistake(d, n); mistake != "" {
		return graph.Override{}, false
	}
	o := graph.Override{
		Origin: d.At(n), Of: cmp.Or(n.Get("service").Str(), n.Get("from").Str()), To: n.Get("to").Str(),
		Replicas: setting(d, n.Get("replicas"), parseCount),
		Removed:  setting(d, n.Get("removed"), parseTruth).Value,
		Says:     nativeSettings{d, []document.Node{n}}.policies(),
	}
	if hard := setting(d, n.Get("hard"), parseTruth); hard.Set() {
		o.Need = graph.Soft
		if hard.Value {
			o.Need = graph.Hard
		}
	}
	return o, o.Replicas.Set() || o.Removed || o.Need != graph.NeedUnknown || o.Says != nil // else its values are none
}
