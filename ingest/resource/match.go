package resource

import (
	"slices"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

// StringMatch writes a condition on a string: "/a", "/a*" for a prefix, "~/a.*"
// for a regular expression.
func StringMatch(n document.Node) string {
	switch {
	case n.Get("exact").Exists():
		return n.Get("exact").Str()
	case n.Get("prefix").Exists():
		return n.Get("prefix").Str() + "*"
	case n.Get("regex").Exists():
		return "~" + n.Get("regex").Str()
	}
	return ""
}

// EitherText joins the texts of matches of which one must hold. If one of them
// is about all calls, so are they together.
func EitherText(texts []string) string {
	if slices.Contains(texts, "") {
		return ""
	}
	slices.Sort(texts)
	return strings.Join(slices.Compact(texts), " or ")
}

// MatchList joins what selects the requests of a route; after the third it counts the rest.
func MatchList(matches []string) string {
	const most = 3 // a long list of paths is not readable
	var texts []string
	seen := map[string]bool{}
	for _, match := range matches {
		if match == "" {
			match = "any other request"
		}
		if !seen[match] && len(texts) < most {
			texts = append(texts, match)
		}
		seen[match] = true
	}
	if len(seen) == 1 && seen["any other request"] {
		return ""
	}
	text := strings.Join(texts, ", ")
	if others := len(seen) - len(texts); others > 0 {
		text += " and " + strconv.Itoa(others) + " more"
	}
	return text
}

// Weighted returns how much a weighted backend proves: with weight 0 it gets no calls
// until the weight is changed.
func Weighted(backend document.Node) graph.Strength {
	if weight, ok := Weight(backend); ok && weight == 0 {
		return graph.Allowed
	}
	return graph.Strong
}

// Weight returns the weight of a backend as written, and false if none is.
func Weight(backend document.Node) (float64, bool) { return backend.Get("weight").Float() }

// ConditionWords say in which part of a request a condition looks, by its field.
var ConditionWords = map[string]string{"headers": "header", "withoutHeaders": "without header", "queryParams": "query"}

// SelectorAt reads a label selector: matchLabels and matchExpressions.
func (r *Object) SelectorAt(n document.Node) graph.Selector {
	s := graph.Selector{Labels: LabelsOf(r.Mapping(n, "matchLabels"))}
	for _, e := range r.List(n, "matchExpressions") {
		if key := e.Get("key").Str(); key != "" {
			s.Exprs = append(s.Exprs, graph.LabelExpr{Key: key, Op: e.Get("operator").Str(), Values: e.Get("values").Strs()})
		}
	}
	return s
}
