package resource

import (
	"maps"
	"slices"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/schema"
)

// Kinds say what a reader of custom resources does with each kind. A nil function is for
// a kind that is known and names no party of a call.
type Kinds map[string]func(*Object)

// Names lists the kinds, sorted, for documentation.
func (k Kinds) Names() []string { return slices.Sorted(maps.Keys(k)) }

// Match takes the documents of these kinds in any version of the API groups.
func (k Kinds) Match(groups ...string) func(*document.Head) bool {
	return func(h *document.Head) bool {
		if !slices.Contains(groups, h.Group()) {
			return false
		}
		_, known := k[h.Kind]
		return known
	}
}

// Read hands a document to the function of its kind, and notes what the API server refuses or
// drops of it.
func (k Kinds) Read(d *document.Document, _ *graph.Facts) {
	take, fields := k[d.Head.Kind], schema.Of(&d.Head)
	if take == nil && fields == nil {
		return
	}
	o := New(d, d.Head.Kind)
	if !o.Named() {
		return
	}
	if take != nil {
		take(o)
	}
	if fields != nil {
		o.checkFields(fields)
	}
}

// checkFields notes what is wrong with the form of an object.
func (o *Object) checkFields(fields *schema.Kind) {
	if flaws := fields.Check(o.Document); len(flaws) > 0 {
		p := o.Policy(fields.Product, "form", o.Root)
		p.Of, p.Flaws = o.Ref(), flaws
		o.Facts.Policies = append(o.Facts.Policies, p)
	}
}
