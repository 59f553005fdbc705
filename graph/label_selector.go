package graph

import "slices"

// A Selector selects workloads by the labels of their pods. The zero Selector
// selects nothing.
type Selector struct {
	Labels Labels      // all must match
	Exprs  []LabelExpr // all must match
	// Namespaces to look in. Empty: the namespace of the object that selects.
	Namespaces []string
	// NamespaceLabels, when set, look in every namespace that carries them.
	NamespaceLabels Labels
	// AnyNamespace looks everywhere.
	AnyNamespace bool
	// All is set if everything there is selected, without a condition.
	All bool
}

// IsZero reports whether the selector has no condition on labels. Such a selector selects
// everything or nothing, depending on the product, and proves no single call; readers
// leave it out.
func (s Selector) IsZero() bool { return !s.All && len(s.Labels) == 0 && len(s.Exprs) == 0 }

// NamesAny reports whether a condition asks for a label. A selector without one, "all but the
// pods with this label", is about everything there is, as one without any condition.
func (s Selector) NamesAny() bool {
	return len(s.Labels) > 0 || slices.ContainsFunc(s.Exprs, func(e LabelExpr) bool { return e.Op == "In" || e.Op == "Exists" })
}

// A LabelExpr is one matchExpressions entry.
type LabelExpr struct {
	Key    string
	Op     string // In, NotIn, Exists, DoesNotExist
	Values []string
}

// Labels are key=value pairs. A nil map is fine to read.
type Labels map[string]string
