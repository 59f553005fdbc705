package manifest

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/policy"
)

// A policyFields reads the fields of one policy. Every field becomes a setting
// with the place of its value. What the product would refuse becomes a flaw and
// leaves the setting unknown, so that it is never mistaken for silence.
type policyFields struct {
	*document.Document
	how    policy.Provenance // of what is written: explicit, or the default of a mesh
	syntax durationSyntax
	prefix string // of the names of fields in flaws, "http[2]."
	flaws  *[]graph.Flaw
	flawed map[flawAt]bool
}

// flawAt is a flaw's identity: fields that several policies share are read for
// each of them, and told once.
type flawAt struct {
	why string
	at  graph.Origin
}

// A durationSyntax is how one product writes durations.
type durationSyntax func(text string) (time.Duration, error)

func newPolicyFields(d *document.Document, syntax durationSyntax) *policyFields {
	return &policyFields{Document: d, how: policy.Explicit, syntax: syntax, flaws: new([]graph.Flaw), flawed: map[flawAt]bool{}}
}

// within reads the fields of a block, whose name begins their names in flaws.
func (f *policyFields) within(block string) *policyFields {
	inner := *f
	inner.prefix += block + "."
	return &inner
}

// flaw notes that what stands at n does not act as it is written.
func (f *policyFields) flaw(kind graph.FlawKind, n document.Node, field, why, hint string) {
	f.addFlaw(graph.Flaw{Kind: kind, Field: f.prefix + field, Text: n.Str(), Why: why, Hint: hint, Origin: f.At(n)})
}

// remark notes a flaw that is worth knowing and not worth a warning.
func (f *policyFields) remark(kind graph.FlawKind, n document.Node, field, why, hint string) {
	f.addFlaw(graph.Flaw{Kind: kind, Field: f.prefix + field, Text: n.Str(), Why: why, Hint: hint, Info: true, Origin: f.At(n)})
}

func (f *policyFields) addFlaw(flaw graph.Flaw) {
	at := flawAt{flaw.Why, flaw.Origin}
	if !f.flawed[at] {
		f.flawed[at] = true
		*f.flaws = append(*f.flaws, flaw)
	}
}

// takeFlaws returns the flaws since the last time.
func (f *policyFields) takeFlaws() []graph.Flaw {
	flaws := *f.flaws
	*f.flaws = nil
	return flaws
}

// written is the setting of a value at n.
func written[T any](f *policyFields, n document.Node, v T) policy.Setting[T] {
	return policy.Setting[T]{Value: v, Provenance: f.how, Origin: f.At(n)}
}

// off is the setting of something that n switches off.
func off[T any](f *policyFields, n document.Node, v T) policy.Setting[T] {
	return policy.Setting[T]{Value: v, Provenance: policy.Disabled, Origin: f.At(n)}
}

// supplied is the setting of a value that the product supplies beside what is
// written at n.
func supplied[T any](f *policyFields, n document.Node, v T) policy.Setting[T] {
	return policy.Setting[T]{Value: v, Provenance: policy.PlatformDefault, Origin: f.At(n)}
}

// orSupplied is a setting, or what the product supplies where nothing is said.
func orSupplied[T any](f *policyFields, n document.Node, s policy.Setting[T], v T) policy.Setting[T] {
	if s.Provenance == policy.Unknown {
		return supplied(f, n, v)
	}
	return s
}

// duration reads a duration at a path below n, in which zero switches off.
func (f *policyFields) duration(n document.Node, path ...string) policy.Setting[time.Duration] {
	n, field := n.Get(path...), strings.Join(path, ".")
	if !f.scalar(n, field, "a duration") {
		return policy.Setting[time.Duration]{}
	}
	d, err := f.syntax(n.Str())
	switch {
	case err != nil:
		f.flaw(graph.Invalid, n, field, err.Error(), "")
		return policy.Setting[time.Duration]{}
	case d == 0:
		return off(f, n, d)
	}
	return written(f, n, d)
}

// count reads a number from least up at a path below n.
func (f *policyFields) count(least int, n document.Node, path ...string) policy.Setting[int] {
	n, field := n.Get(path...), strings.Join(path, ".")
	if !f.scalar(n, field, "a number") {
		return policy.Setting[int]{}
	}
	v, ok := n.Int()
	if !ok || v < least {
		f.flaw(graph.Invalid, n, field, fmt.Sprintf("not a whole number from %d up", least), "")
		return policy.Setting[int]{}
	}
	return written(f, n, v)
}

// percent reads a number from 0 to 100 at a path below n, as a share.
func (f *policyFields) percent(n document.Node, path ...string) policy.Setting[float64] {
	n, field := n.Get(path...), strings.Join(path, ".")
	if !f.scalar(n, field, "a number") {
		return policy.Setting[float64]{}
	}
	v, ok := n.Float()
	if !ok || !(0 <= v && v <= 100) {
		f.flaw(graph.Invalid, n, field, "not a percentage from 0 to 100", "")
		return policy.Setting[float64]{}
	}
	return written(f, n, v/100)
}

// word reads one of words, which map what is written to weir's own word.
func (f *policyFields) word(words map[string]string, n document.Node, path ...string) policy.Setting[string] {
	n, field := n.Get(path...), strings.Join(path, ".")
	if !f.scalar(n, field, "a word") {
		return policy.Setting[string]{}
	}
	v, ok := words[n.Str()]
	if !ok {
		f.flaw(graph.Invalid, n, field, "not one of the values that the product knows", "")
		return policy.Setting[string]{}
	}
	return written(f, n, v)
}

// scalar reports whether a value is written, and as a single one.
func (f *policyFields) scalar(n document.Node, field, want string) bool {
	if n.Exists() && !n.IsScalar() {
		f.flaw(graph.Invalid, n, field, "not "+want, "")
	}
	return n.IsScalar()
}

// policy starts a policy of the resource, which says what follows about all calls.
func (r *resource) policy(product, group string, at document.Node) graph.Policy {
	return graph.Policy{
		Origin: r.At(at), Product: product, Object: r.subject(), Namespace: r.namespace, Realm: kubernetesRealm, Group: group,
	}
}

// subject names the resource in findings: "VirtualService/shop/pricing".
func (r *resource) subject() string {
	parts := slices.DeleteFunc([]string{r.kind, r.namespace, r.name}, func(s string) bool { return s == "" })
	return strings.Join(parts, "/")
}

// presence returns a part of a policy, or nil if nothing is said in it.
func presence[T any](part T) *T {
	if reflect.ValueOf(part).IsZero() {
		return nil
	}
	return &part
}
