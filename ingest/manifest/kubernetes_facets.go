package manifest

import (
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

// readFacets takes from labels and annotations what people say about a thing:
// whose it is, how much it matters. The object's own word goes before that of
// its pods, an annotation before a label, a plain key before one with somebody's
// prefix.
func (o *object) readFacets(t *graph.Entity, podMeta document.Node) {
	for _, n := range [...]document.Node{
		o.meta.Get("annotations"), o.meta.Get("labels"), podMeta.Get("annotations"), podMeta.Get("labels"),
	} {
		for _, prefixed := range [...]bool{false, true} {
			for k, v := range n.Pairs() {
				prefix, word := labelKey(k.Str())
				if prefixed == ownWord(prefix) || v.Str() == "" {
					continue
				}
				o.readFacet(t, prefix, word, v)
			}
		}
	}
}

// ownWord reports whether a key with this prefix is meant for weir, or for
// everybody.
func ownWord(prefix string) bool {
	return prefix == "" || prefix == "weir.dev" || prefix == "app.kubernetes.io"
}

// readFacet reads one label or annotation, unless something said the same before.
func (o *object) readFacet(t *graph.Entity, prefix, word string, v document.Node) {
	if prefix == "dapr.io" {
		if word == "app-id" {
			t.AppID = v.Str()
		}
		return
	}
	if prefix != "app.kubernetes.io" && (strings.HasSuffix(prefix, "kubernetes.io") || strings.HasSuffix(prefix, "k8s.io")) {
		return // the platform's own words
	}
	if word == "version" {
		if ownWord(prefix) {
			setOnce(&t.Version, v.Str())
		}
		return
	}
	sayFacet(t, word, v.Str(), o.At(v))
}
