package resource

import (
	"slices"
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

// Weighted returns how much a weighted backend proves: with weight 0 it gets no calls
// until the weight is changed.
func Weighted(backend document.Node) graph.Strength {
	if weight, ok := backend.Get("weight").Int(); ok && weight == 0 {
		return graph.Weak
	}
	return graph.Strong
}

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
