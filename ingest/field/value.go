package field

import (
	"errors"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// A Value is the text of one setting with its name and its place, wherever it is
// written: in a document or in a tree of settings. It words what is wrong with it.
type Value struct {
	Name, Text string
	Origin     graph.Origin
}

// Flaw says what is wrong with the value.
func (v Value) Flaw(kind graph.FlawKind, why, hint string) graph.Flaw {
	return graph.Flaw{Kind: kind, Field: v.Name, Text: v.Text, Why: why, Hint: hint, Origin: v.Origin}
}

// Refused is the flaw of a value that its product does not accept. A value that is
// filled in later is none.
func (v Value) Refused(err error) graph.Flaw {
	if FilledIn(v.Text) {
		return v.Later()
	}
	if bad := (*policy.ValueError)(nil); errors.As(err, &bad) {
		return v.Flaw(graph.Invalid, bad.Why, bad.Hint)
	}
	return v.Flaw(graph.Invalid, err.Error(), "")
}

// Later is the remark about a value that is filled in later. Where a product has a
// default, weir goes on with that.
func (v Value) Later() graph.Flaw {
	flaw := v.Flaw(graph.Invalid, "is filled in later; until then it counts as not written",
		"read the file as it is deployed, with its values in it")
	flaw.Info = true
	return flaw
}

// FilledIn reports whether a text, or a part of it, is put in when the file is
// used: "${READ_TIMEOUT}", "#{timeout}", "{{ .Values.timeout }}".
func FilledIn(text string) bool {
	return strings.HasPrefix(text, "$") || strings.Contains(text, "${") || strings.Contains(text, "#{") || strings.Contains(text, "{{")
}

// RetryOn reads the conditions of a retry and hands on those that the product does
// not know. It reports false if these are all that there is.
func RetryOn(words *policy.RetryWords, texts []string, refuse func(*policy.ValueError)) ([]string, bool) {
	on, unknown := policy.ParseRetryOn(words, texts...)
	for _, bad := range unknown {
		refuse(bad)
	}
	return on, len(on) > 0 || len(unknown) == 0
}
