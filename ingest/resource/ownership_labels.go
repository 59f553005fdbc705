package resource

import (
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// SayFacet takes what people say about a service in labels and annotations, whose
// it is and how much it matters, by the last word of their keys. What was said
// before stays.
func SayFacet(t *graph.Entity, word, text string, at graph.Origin) {
	switch word {
	case "team":
		SetOnce(&t.Team, text)
	case "owner":
		SetOnce(&t.Owner, text)
	case "system", "part-of":
		SetOnce(&t.System, text)
	case "lifecycle":
		switch text { // node pools have a lifecycle too: "spot"
		case "experimental", "production", "deprecated":
			SetOnce(&t.Lifecycle, text)
		}
	case "tier", "criticality":
		if tier, ok := criticality(word, text); ok && !t.Tier.Set() {
			t.Tier = policy.Declare(tier, at)
		}
	}
}

// LabelKey takes the key of a label apart: "weir.dev/tier", or "tier" without a
// prefix.
func LabelKey(key string) (prefix, word string) {
	if prefix, word, found := strings.Cut(key, "/"); found {
		return prefix, word
	}
	return "", key
}

// SetOnce sets a field that is not set yet.
func SetOnce(field *string, text string) {
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

// OwnWord reports whether a key with this prefix is meant for weir, or for
// everybody.
func OwnWord(prefix string) bool {
	return prefix == "" || prefix == "weir.dev" || prefix == "app.kubernetes.io"
}
