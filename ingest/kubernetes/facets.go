package kubernetes

import (
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/resource"
)

// readFacets reads ownership and importance from labels and annotations: team, tier
// and so on. The object's own value goes before that of its pods, an annotation before a
// label, a plain key before one with a prefix.
func readFacets(o *resource.Object, t *graph.Entity, podMeta document.Node) {
	for _, n := range [...]document.Node{
		o.Meta.Get("annotations"), o.Meta.Get("labels"), podMeta.Get("annotations"), podMeta.Get("labels"),
	} {
		for _, prefixed := range [...]bool{false, true} {
			for k, v := range n.Pairs() {
				prefix, word := resource.LabelKey(k.Str())
				if prefixed == resource.OwnWord(prefix) || v.Str() == "" {
					continue
				}
				readFacet(o, t, prefix, word, v)
			}
		}
	}
}

// readFacet reads one label or annotation, unless something said the same before.
func readFacet(o *resource.Object, t *graph.Entity, prefix, word string, v document.Node) {
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
		if resource.OwnWord(prefix) {
			resource.SetOnce(&t.Version, v.Str())
		}
		return
	}
	resource.SayFacet(t, word, v.Str(), o.At(v))
}
