package manifest

import (
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/policy"
)

// readFacets takes from labels and annotations what people say about a thing:
// whose it is, how much it matters. The object's own word goes before that of
// its pods, an annotation before a label, a plain key before one with somebody's
// prefix.
func (o *object) readFacets(t *graph.Thing, podMeta document.Node) {
	for _, n := range [...]document.Node{
		o.meta.Get("annotations"), o.meta.Get("labels"), podMeta.Get("annotations"), podMeta.Get("labels"),
	} {
		for _, prefixed := range [...]bool{false, true} {
			for k, v := range n.Pairs() {
				prefix, word, found := strings.Cut(k.Str(), "/")
				if !found {
					prefix, word = "", prefix
				}
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
func (o *object) readFacet(t *graph.Thing, prefix, word string, v document.Node) {
	if prefix == "dapr.io" {
		if word == "app-id" {
			t.AppID = v.Str()
		}
		return
	}
	if prefix != "app.kubernetes.io" && (strings.HasSuffix(prefix, "kubernetes.io") || strings.HasSuffix(prefix, "k8s.io")) {
		return // the platform's own words
	}
	switch word {
	case "team":
		setOnce(&t.Team, v.Str())
	case "owner":
		setOnce(&t.Owner, v.Str())
	case "system", "part-of":
		setOnce(&t.System, v.Str())
	case "lifecycle":
		switch v.Str() { // node pools have a lifecycle too: "spot"
		case "experimental", "production", "deprecated":
			setOnce(&t.Lifecycle, v.Str())
		}
	case "version":
		if ownWord(prefix) {
			setOnce(&t.Version, v.Str())
		}
	case "tier", "criticality":
		if tier, ok := criticality(word, v.Str()); ok && !t.Tier.Set() {
			t.Tier = policy.Declare(tier, o.At(v))
		}
	}
}

func setOnce(field *string, text string) {
	if *field == "" {
		*field = text
	}
}

// criticality reads how critical a service is said to be, 1 to 4. Many estates use
// the word tier for layers ("backend"); those are no tier.
func criticality(key, text string) (int, bool) {
	text = strings.ToLower(text)
	switch number := strings.TrimLeft(strings.TrimPrefix(text, "tier"), "-_ "); number {
	case "1", "2", "3", "4":
		return int(number[0] - '0'), true
	}
	if text == "critical" || text == "mission-critical" {
		return 1, true
	}
	if key != "criticality" {
		return 0, false
	}
	switch text {
	case "high":
		return 2, true
	case "medium":
		return 3, true
	case "low":
		return 4, true
	}
	return 0, false
}
