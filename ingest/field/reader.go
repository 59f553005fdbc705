// Package field reads single fields of a policy. What a product would refuse becomes
// a flaw with its place and leaves the setting unknown, so that a mistake is never
// taken for silence.
package field

import (
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

// A Reader reads the fields of one policy. Every field becomes a setting
// with the place of its value. What the product would refuse becomes a flaw and
// leaves the setting unknown, so that it is never mistaken for silence.
type Reader struct {
	*document.Document
	How    policy.Provenance                                   // of what is written: explicit, or the default of a mesh
	syntax *policy.Syntax                                      // of durations
	Look   func(n document.Node, path ...string) document.Node // finds a field, however its name is spelled
	Place  func(line, column int) graph.Origin                 // of what stands in a file inside another; nil if there is none
	Prefix string                                              // of the names of fields in flaws, "http[2]."
	Flaws  *[]graph.Flaw
	flawed map[FlawAt]bool
}

// FlawAt is a flaw's identity: fields that several policies share are read for
// each of them, and told once.
type FlawAt struct {
	Text, Why string
	At        graph.Origin
}

// New returns a reader of the fields in a document, whose durations are in syntax.
func New(d *document.Document, syntax *policy.Syntax) *Reader {
	return &Reader{
		Document: d, How: policy.Explicit, syntax: syntax, Look: document.Node.Get,
		Flaws: new([]graph.Flaw), flawed: map[FlawAt]bool{},
	}
}

// At returns the place of a value.
func (f *Reader) At(n document.Node) graph.Origin {
	o := f.Document.At(n)
	if f.Place != nil {
		return f.Place(int(o.Line), int(o.Column))
	}
	return o
}

// In reads durations that are written in another syntax.
func (f *Reader) In(syntax *policy.Syntax) *Reader {
	other := *f
	other.syntax = syntax
	return &other
}

// Within reads the fields of a block, whose name begins their names in flaws.
func (f *Reader) Within(block string) *Reader {
	inner := *f
	inner.Prefix += block + "."
	return &inner
}

// Named reads a value that is at hand under the name that it has in flaws.
func (f *Reader) Named(field string) *Reader {
	inner := *f
	inner.Prefix += field
	inner.Look = func(n document.Node, _ ...string) document.Node { return n }
	return &inner
}

// Flaw notes that what is written at n does not act as it is written.
func (f *Reader) Flaw(kind graph.FlawKind, n document.Node, field, why, hint string) {
	f.add(f.value(n, field).Flaw(kind, why, hint))
}

// Remark notes a flaw that is worth knowing and not worth a warning.
func (f *Reader) Remark(kind graph.FlawKind, n document.Node, field, why, hint string) {
	flaw := f.value(n, field).Flaw(kind, why, hint)
	flaw.Info = true
	f.add(flaw)
}

// value is what is written at n, under the name of its field.
func (f *Reader) value(n document.Node, field string) Value {
	return Value{Name: f.Prefix + field, Text: n.Str(), Origin: f.At(n)}
}

func (f *Reader) add(flaw graph.Flaw) {
	at := FlawAt{flaw.Text, flaw.Why, flaw.Origin}
	if !f.flawed[at] {
		f.flawed[at] = true
		*f.Flaws = append(*f.Flaws, flaw)
	}
}

// TakeFlaws returns the flaws since the last time.
func (f *Reader) TakeFlaws() []graph.Flaw {
	flaws := *f.Flaws
	*f.Flaws = nil
	return flaws
}

// Written is the setting of a value at n.
func Written[T any](f *Reader, n document.Node, v T) policy.Setting[T] {
	return policy.Setting[T]{Value: v, Provenance: f.How, Origin: f.At(n)}
}

// Off is the setting of something that n switches off.
func Off[T any](f *Reader, n document.Node, v T) policy.Setting[T] {
	return policy.Setting[T]{Value: v, Provenance: policy.Disabled, Origin: f.At(n)}
}

// Supplied is the setting of a value that the product supplies beside what is
// written at n.
func Supplied[T any](f *Reader, n document.Node, v T) policy.Setting[T] {
	return policy.Setting[T]{Value: v, Provenance: policy.PlatformDefault, Origin: f.At(n)}
}

// OrSupplied is a setting, or what the product supplies where nothing is said.
func OrSupplied[T any](f *Reader, n document.Node, s policy.Setting[T], v T) policy.Setting[T] {
	if s.Provenance == policy.Unknown {
		return Supplied(f, n, v)
	}
	return s
}

// Duration reads a limit on time at a path below n.
func (f *Reader) Duration(n document.Node, path ...string) policy.Setting[time.Duration] {
	n, d, ok := f.readDuration(n, path)
	if !ok || d.Means == policy.Unset {
		return policy.Setting[time.Duration]{}
	}
	if d.Means == policy.Off {
		return Off(f, n, d.Value)
	}
	return Written(f, n, d.Value)
}

// Wait reads a length of time at a path below n, of which zero is one.
func (f *Reader) Wait(n document.Node, path ...string) policy.Setting[time.Duration] {
	n, d, ok := f.readDuration(n, path)
	if !ok || d.Means == policy.Unset {
		return policy.Setting[time.Duration]{}
	}
	return Written(f, n, d.Value)
}

func (f *Reader) readDuration(n document.Node, path []string) (at document.Node, d policy.Duration, ok bool) {
	n, field := f.Look(n, path...), strings.Join(path, ".")
	if d, ok := messageDuration(n); ok && f.syntax == product.EnvoyDuration {
		return n, d, true
	}
	if !f.scalar(n, field, "a duration") {
		return n, d, false
	}
	d, err := policy.ParseDuration(f.syntax, n.Str())
	if err != nil {
		f.add(f.value(n, field).Refused(err))
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

// Count reads a number from least up at a path below n.
func (f *Reader) Count(least int, n document.Node, path ...string) policy.Setting[int] {
	return Parsed(f, n, path, "a number", func(text string) (int, error) { return policy.ParseCount(text, least) })
}

// Percent reads a number from 0 to 100 at a path below n, as a share.
func (f *Reader) Percent(n document.Node, path ...string) policy.Setting[float64] {
	return Parsed(f, n, path, "a number", policy.ParsePercent)
}

// Word reads one of words, which map what is written to weir's own word.
func (f *Reader) Word(words map[string]string, n document.Node, path ...string) policy.Setting[string] {
	return Parsed(f, n, path, "a word", func(text string) (string, error) {
		word, err := policy.ParseWord(slices.Sorted(maps.Keys(words)), text)
		return words[word], err
	})
}

// RetryOn reads the conditions of a retry at a path below n: a text with commas,
// or a list.
func (f *Reader) RetryOn(words *policy.RetryWords, n document.Node, path ...string) policy.Setting[[]string] {
	n, field := f.Look(n, path...), strings.Join(path, ".")
	if !n.Exists() {
		return policy.Setting[[]string]{}
	}
	if n.IsMap() {
		f.Flaw(graph.Invalid, n, field, "is not a list of conditions", "")
		return policy.Setting[[]string]{}
	}
	on, ok := RetryOn(words, n.Strs(), func(bad *policy.ValueError) {
		v := f.value(n, field)
		v.Text = bad.Text
		f.add(v.Flaw(graph.Invalid, bad.Why, bad.Hint))
	})
	if !ok {
		return policy.Setting[[]string]{}
	}
	return Written(f, n, on)
}

// Parsed reads a scalar at a path below n.
func Parsed[T any](f *Reader, n document.Node, path []string, want string, parse func(string) (T, error)) policy.Setting[T] {
	n, field := f.Look(n, path...), strings.Join(path, ".")
	if !f.scalar(n, field, want) {
		return policy.Setting[T]{}
	}
	v, err := parse(n.Str())
	if err != nil {
		f.add(f.value(n, field).Refused(err))
		return policy.Setting[T]{}
	}
	return Written(f, n, v)
}

// scalar reports whether a value is written, and as a single one.
func (f *Reader) scalar(n document.Node, field, want string) bool {
	if n.Exists() && !n.IsScalar() {
		f.Flaw(graph.Invalid, n, field, "is not "+want, "")
	}
	return n.IsScalar()
}

// PerSecond is a limit on the requests in a second, nil if there is none.
func PerSecond(f *Reader, requests, burst policy.Setting[int]) *policy.RateLimit {
	if !requests.Set() {
		return nil
	}
	return &policy.RateLimit{
		Requests: requests, Burst: burst,
		Per: policy.Setting[time.Duration]{Value: time.Second, Provenance: f.How, Origin: requests.Origin},
	}
}

// Presence returns a part of a policy, or nil if nothing is said in it.
func Presence[T any](part T) *T {
	if reflect.ValueOf(part).IsZero() {
		return nil
	}
	return &part
}

// JoinOn returns the conditions of both, at the place of the first that has any.
func JoinOn(a, b policy.Setting[[]string]) policy.Setting[[]string] {
	if !a.Set() {
		return b
	}
	a.Value = slices.Compact(slices.Sorted(slices.Values(slices.Concat(a.Value, b.Value))))
	return a
}

// OrNode is the first of two values that is written.
func OrNode(a, b document.Node) document.Node {
	if a.Exists() {
		return a
	}
	return b
}
