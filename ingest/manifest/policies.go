package manifest

import (
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// A policyFields reads the fields of one policy. Every field becomes a setting
// with the place of its value. What the product would refuse becomes a flaw and
// leaves the setting unknown, so that it is never mistaken for silence.
type policyFields struct {
	*document.Document
	how    policy.Provenance                                   // of what is written: explicit, or the default of a mesh
	syntax *policy.Syntax                                      // of durations
	look   func(n document.Node, path ...string) document.Node // finds a field, however its name is spelled
	place  func(line, column int) graph.Origin                 // of what stands in a file inside another; nil if there is none
	prefix string                                              // of the names of fields in flaws, "http[2]."
	flaws  *[]graph.Flaw
	flawed map[flawAt]bool
}

// flawAt is a flaw's identity: fields that several policies share are read for
// each of them, and told once.
type flawAt struct {
	text, why string
	at        graph.Origin
}

func newPolicyFields(d *document.Document, syntax *policy.Syntax) *policyFields {
	return &policyFields{
		Document: d, how: policy.Explicit, syntax: syntax, look: document.Node.Get,
		flaws: new([]graph.Flaw), flawed: map[flawAt]bool{},
	}
}

// At returns the place of a value.
func (f *policyFields) At(n document.Node) graph.Origin {
	o := f.Document.At(n)
	if f.place != nil {
		return f.place(int(o.Line), int(o.Column))
	}
	return o
}

// in reads durations that are written in another syntax.
func (f *policyFields) in(syntax *policy.Syntax) *policyFields {
	other := *f
	other.syntax = syntax
	return &other
}

// within reads the fields of a block, whose name begins their names in flaws.
func (f *policyFields) within(block string) *policyFields {
	inner := *f
	inner.prefix += block + "."
	return &inner
}

// named reads a value that is at hand under the name that it has in flaws.
func (f *policyFields) named(field string) *policyFields {
	inner := *f
	inner.prefix += field
	inner.look = func(n document.Node, _ ...string) document.Node { return n }
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
	at := flawAt{flaw.Text, flaw.Why, flaw.Origin}
	if !f.flawed[at] {
		f.flawed[at] = true
		*f.flaws = append(*f.flaws, flaw)
	}
}

// refuse notes that the product would not take what stands at n, unless that is
// put in later.
func (f *policyFields) refuse(n document.Node, field string, err error) {
	if filledIn(n.Str()) {
		f.remark(graph.Invalid, n, field, laterWhy, laterHint)
		return
	}
	why, hint := err.Error(), ""
	if bad := (*policy.ValueError)(nil); errors.As(err, &bad) {
		why, hint = bad.Why, bad.Hint
	}
	f.flaw(graph.Invalid, n, field, why, hint)
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

// duration reads a limit on time at a path below n.
func (f *policyFields) duration(n document.Node, path ...string) policy.Setting[time.Duration] {
	n, d, ok := f.readDuration(n, path)
	if !ok || d.Means == policy.Unset {
		return policy.Setting[time.Duration]{}
	}
	if d.Means == policy.Off {
		return off(f, n, d.Value)
	}
	return written(f, n, d.Value)
}

// wait reads a length of time at a path below n, of which zero is one.
func (f *policyFields) wait(n document.Node, path ...string) policy.Setting[time.Duration] {
	n, d, ok := f.readDuration(n, path)
	if !ok || d.Means == policy.Unset {
		return policy.Setting[time.Duration]{}
	}
	return written(f, n, d.Value)
}

func (f *policyFields) readDuration(n document.Node, path []string) (at document.Node, d policy.Duration, ok bool) {
	n, field := f.look(n, path...), strings.Join(path, ".")
	if d, ok := messageDuration(n); ok && f.syntax == product.EnvoyDuration {
		return n, d, true
	}
	if !f.scalar(n, field, "a duration") {
		return n, d, false
	}
	d, err := policy.ParseDuration(f.syntax, n.Str())
	if err != nil {
		f.refuse(n, field, err)
		return n, d, false
	}
	return n, d, true
}

// messageDuration reads a duration that is written as the message that it is to
// Envoy: {seconds: 5}.
func messageDuration(n document.Node) (policy.Duration, bool) {
	if !n.Get("seconds").Exists() && !n.Get("nanos").Exists() {
		return policy.Duration{}, false
	}
	seconds, ok := n.Get("seconds").Int()
	nanos, okNanos := n.Get("nanos").Int()
	const most = 1 << 32 // seconds, more than any timer runs
	if ok == n.Get("seconds").Exists() && okNanos == n.Get("nanos").Exists() && 0 <= seconds && seconds < most && 0 <= nanos && nanos < 1e9 {
		d := policy.Duration{Value: time.Duration(seconds)*time.Second + time.Duration(nanos)}
		if d.Value == 0 {
			d.Means = policy.Off
		}
		return d, true
	}
	return policy.Duration{}, false
}

// count reads a number from least up at a path below n.
func (f *policyFields) count(least int, n document.Node, path ...string) policy.Setting[int] {
	return parsed(f, n, path, "a number", func(text string) (int, error) { return policy.ParseCount(text, least) })
}

// percent reads a number from 0 to 100 at a path below n, as a share.
func (f *policyFields) percent(n document.Node, path ...string) policy.Setting[float64] {
	return parsed(f, n, path, "a number", policy.ParsePercent)
}

// word reads one of words, which map what is written to weir's own word.
func (f *policyFields) word(words map[string]string, n document.Node, path ...string) policy.Setting[string] {
	return parsed(f, n, path, "a word", func(text string) (string, error) {
		word, err := policy.ParseWord(slices.Sorted(maps.Keys(words)), text)
		return words[word], err
	})
}

// retryOn reads the conditions of a retry at a path below n: a text with commas,
// or a list.
func (f *policyFields) retryOn(words *policy.RetryWords, n document.Node, path ...string) policy.Setting[[]string] {
	n, field := f.look(n, path...), strings.Join(path, ".")
	if !n.Exists() {
		return policy.Setting[[]string]{}
	}
	if n.IsMap() {
		f.flaw(graph.Invalid, n, field, "is not a list of conditions", "")
		return policy.Setting[[]string]{}
	}
	on, unknown := policy.ParseRetryOn(words, n.Strs()...)
	for _, bad := range unknown {
		f.addFlaw(graph.Flaw{
			Kind: graph.Invalid, Field: f.prefix + field, Text: bad.Text, Why: bad.Why, Hint: bad.Hint, Origin: f.At(n),
		})
	}
	if len(on) == 0 && len(unknown) > 0 {
		return policy.Setting[[]string]{}
	}
	return written(f, n, on)
}

// parsed reads a scalar at a path below n.
func parsed[T any](f *policyFields, n document.Node, path []string, want string, parse func(string) (T, error)) policy.Setting[T] {
	n, field := f.look(n, path...), strings.Join(path, ".")
	if !f.scalar(n, field, want) {
		return policy.Setting[T]{}
	}
	v, err := parse(n.Str())
	if err != nil {
		f.refuse(n, field, err)
		return policy.Setting[T]{}
	}
	return written(f, n, v)
}

// scalar reports whether a value is written, and as a single one.
func (f *policyFields) scalar(n document.Node, field, want string) bool {
	if n.Exists() && !n.IsScalar() {
		f.flaw(graph.Invalid, n, field, "is not "+want, "")
	}
	return n.IsScalar()
}

// policy starts a policy of the resource, which says what follows about all calls.
func (r *resource) policy(of *policy.Product, group string, at document.Node) graph.Policy {
	return graph.Policy{
		Origin: r.At(at), Product: of, Object: r.subject(), Document: r.At(r.Root), Namespace: r.namespace,
		Realm: kubernetesRealm, Group: group, Created: r.Root.Get("metadata", "creationTimestamp").Str(),
	}
}

// subject names the resource in findings: "VirtualService/shop/pricing".
func (r *resource) subject() string {
	parts := slices.DeleteFunc([]string{r.kind, r.namespace, r.name}, func(s string) bool { return s == "" })
	return strings.Join(parts, "/")
}

// perSecond is a limit on the requests in a second, nil if there is none.
func perSecond(f *policyFields, requests, burst policy.Setting[int]) *policy.RateLimit {
	if !requests.Set() {
		return nil
	}
	return &policy.RateLimit{
		Requests: requests, Burst: burst,
		Per: policy.Setting[time.Duration]{Value: time.Second, Provenance: f.how, Origin: requests.Origin},
	}
}

// presence returns a part of a policy, or nil if nothing is said in it.
func presence[T any](part T) *T {
	if reflect.ValueOf(part).IsZero() {
		return nil
	}
	return &part
}
