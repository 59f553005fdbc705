package field

import (
	"errors"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// A Value is the value of one field, in a document or in a tree of settings. The zero
// Value is absent.
type Value struct {
	Block  string // begins the name: "http[2]."
	Name   string
	Text   string
	Origin graph.Origin
	How    policy.Provenance // of the setting that it becomes: explicit, or the default of a mesh
	Form   Form
	Later  bool // the text is a placeholder of a syntax that filledIn does not know
}

// A Form is what a value is in its file.
type Form uint8

const (
	absent   Form = iota
	compound      // a mapping or a list
	Scalar
)

// Readable reports whether the value is a scalar whose text is known: not one that is
// filled in when the program is built or started.
func (v Value) Readable() bool { return v.Form == Scalar && !v.Later && !filledIn(v.Text) }

// Flaw returns the flaw of the value for this reason.
func (v Value) Flaw(kind graph.FlawKind, why, hint string) graph.Flaw {
	return graph.Flaw{Kind: kind, Field: v.Block + v.Name, Text: v.Text, Why: why, Hint: hint, Origin: v.Origin}
}

// Refused is the flaw of a value that its product does not accept.
func (v Value) Refused(err error) graph.Flaw {
	if bad := (*policy.ValueError)(nil); errors.As(err, &bad) {
		flaw := v.Flaw(graph.Invalid, bad.Why, bad.Hint)
		flaw.Instead, flaw.Goes = bad.Instead, bad.Goes
		return flaw
	}
	return v.Flaw(graph.Invalid, err.Error(), "")
}

// FilledInLater is the remark about a value that is not Readable. The setting is the
// default of the product, if there is one.
func (v Value) FilledInLater() graph.Flaw {
	flaw := v.Flaw(graph.Invalid, "is filled in later; until then it counts as not written",
		"read the file as it is deployed, with its values in it")
	flaw.Info = true
	return flaw
}

// filledIn reports whether a text, or a part of it, is a placeholder: "${READ_TIMEOUT}",
// "#{timeout}", "{{ .Values.timeout }}".
func filledIn(text string) bool {
	return strings.HasPrefix(text, "$") || strings.Contains(text, "${") || strings.Contains(text, "#{") || strings.Contains(text, "{{")
}
