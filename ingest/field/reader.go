// Package field reads single fields of a policy. What a product would reject becomes
// a flaw with its place and leaves the setting unknown, so that a mistake is not taken
// for a field that is not set.
//
// Values has the vocabulary: durations, counts, shares, words. It reads a Value, wherever
// that is written. Reader finds values in a document; package settings finds them in a
// tree of settings.
package field

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/policy"
)

// A Reader reads the fields of one policy in a document. A path is below a node; a
// compound value in place of a scalar is a flaw.
type Reader struct {
	*document.Document
	How    policy.Provenance                                   // of what is written: explicit, or the default of a mesh
	Look   func(n document.Node, path ...string) document.Node // finds a field, however its name is spelled
	Place  func(line, column int) graph.Origin                 // of a value in a file inside another; nil if there is none
	Prefix string                                              // of the names of fields in flaws, "http[2]."
	syntax *policy.Syntax                                      // of durations
	values *Values
}

// New returns a reader of the fields in a document, whose durations are in syntax.
func New(d *document.Document, syntax *policy.Syntax) *Reader {
	return &Reader{
		Document: d, How: policy.Explicit, Look: document.Node.Get, syntax: syntax,
		values: &Values{trusting: true, distinct: true},
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
func (f *Reader) Flaw(kind graph.FlawKind, n document.Node, field, why, hint string, fixes ...Fix) {
	f.values.Note(fixed(f.value(n, field).Flaw(kind, why, hint), fixes))
}

// Remark notes a flaw that is worth knowing and not worth a warning.
func (f *Reader) Remark(kind graph.FlawKind, n document.Node, field, why, hint string, fixes ...Fix) {
	flaw := fixed(f.value(n, field).Flaw(kind, why, hint), fixes)
	flaw.Info = true
	f.values.Note(flaw)
}

// Reading notes that the product takes what is written at n for something else.
func (f *Reader) Reading(n document.Node, field, why, hint string, fixes ...Fix) {
	flaw := fixed(f.value(n, field).Flaw(graph.Invalid, why, hint), fixes)
	flaw.Reads = true
	f.values.Note(flaw)
}

// Misnamed notes a field that its product ignores because of its name, which is nearly another.
func (f *Reader) Misnamed(n document.Node, field, why, name string) {
	f.Flaw(graph.Inert, n, field, why, "did you mean "+name+"?", Rename(name))
}

// Flawed reports whether there are flaws to take.
func (f *Reader) Flawed() bool { return len(f.values.Flaws) > 0 }

// RefuseUnquoted notes the annotations that Kubernetes refuses because they are numbers or
// truth values, of those whose names have one of the prefixes.
func (f *Reader) RefuseUnquoted(annotations document.Node, prefixes ...string) {
	for key, value := range annotations.Pairs() {
		named := slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(key.Str(), prefix) })
		if named && value.IsScalar() && !value.IsText() {
			flaw := f.value(value, strings.TrimPrefix(key.Str(), f.Prefix)).Flaw(graph.Invalid,
				"annotations are strings, Kubernetes refuses the object", "write it in quotes: "+strconv.Quote(value.Str()))
			flaw.Instead = value.Str()
			f.values.Note(flaw)
		}
	}
}

// TakeFlaws returns the flaws since the last time.
func (f *Reader) TakeFlaws() []graph.Flaw {
	flaws := f.values.Flaws
	f.values.Flaws = nil
	return flaws
}

// find returns the value at a path below n.
func (f *Reader) find(n document.Node, path []string) Value {
	if n = f.Look(n, path...); n.Exists() {
		return f.value(n, strings.Join(path, "."))
	}
	return Value{}
}

// value is what is written at n, under the name of its field.
func (f *Reader) value(n document.Node, field string) Value {
	v := Value{Block: f.Prefix, Name: field, Text: n.Str(), Origin: f.At(n), How: f.How}
	switch {
	case n.IsScalar():
		v.Form = Scalar
	case n.Exists():
		v.Form = compound
	}
	return v
}

// Duration reads a limit on time at a path below n.
func (f *Reader) Duration(n document.Node, path ...string) policy.Setting[time.Duration] {
	return limit(f.duration(n, path))
}

// Positive reads a time at a path below n that has a default, and that the product refuses if it is 0.
func (f *Reader) Positive(n document.Node, path ...string) policy.Setting[time.Duration] {
	return f.In(f.syntax.Positive()).Duration(n, path...)
}

// Wait reads a length of time at a path below n, of which 0 is one.
func (f *Reader) Wait(n document.Node, path ...string) policy.Setting[time.Duration] {
	return wait(f.duration(n, path))
}

func (f *Reader) duration(n document.Node, path []string) policy.Setting[policy.Duration] {
	v := f.find(n, path)
	if v.Form == compound && f.syntax.Messages {
		if text, ok := messageDuration(f.Look(n, path...)); ok {
			v.Text, v.Form = text, Scalar
		}
	}
	return f.values.duration(f.syntax, v)
}

// messageDuration is the text of a duration that is written as the message that it is to
// Envoy: {seconds: 5}.
func messageDuration(n document.Node) (string, bool) {
	if !n.Get("seconds").Exists() && !n.Get("nanos").Exists() {
		return "", false
	}
	seconds, ok := n.Get("seconds").Int()
	nanos, okNanos := n.Get("nanos").Int()
	const most = 1 << 32 // seconds, more than any timer runs
	if ok == n.Get("seconds").Exists() && okNanos == n.Get("nanos").Exists() && 0 <= seconds && seconds < most && 0 <= nanos && nanos < 1e9 {
		if nanos == 0 {
			return fmt.Sprintf("%ds", seconds), true
		}
		return fmt.Sprintf("%d.%09ds", seconds, nanos), true
	}
	return "", false
}

// Count reads a number from least up at a path below n.
func (f *Reader) Count(least int, n document.Node, path ...string) policy.Setting[int] {
	return f.values.Count(least, f.find(n, path))
}

// Percent reads a number from 0 to 100 at a path below n, as a share.
func (f *Reader) Percent(n document.Node, path ...string) policy.Setting[float64] {
	return f.values.Percent(f.find(n, path))
}

// Word reads one of words, which map what is written to weir's own word.
func (f *Reader) Word(words map[string]string, n document.Node, path ...string) policy.Setting[string] {
	return f.values.Word(words, f.find(n, path))
}

// Enum is Word for words in upper case that the product takes in any case.
func (f *Reader) Enum(words map[string]string, n document.Node, path ...string) policy.Setting[string] {
	v := f.find(n, path)
	if _, known := words[strings.ToUpper(v.Text)]; known {
		v.Text = strings.ToUpper(v.Text)
	}
	return f.values.Word(words, v)
}

// RetryOn reads the conditions of a retry at a path below n: a text with commas,
// or a list.
func (f *Reader) RetryOn(words *policy.RetryWords, n document.Node, path ...string) policy.Setting[[]string] {
	v, n := f.find(n, path), f.Look(n, path...)
	switch {
	case n.IsMap():
		f.values.Note(v.Flaw(graph.Invalid, "is not a list of conditions", ""))
		fallthrough
	case !n.Exists():
		return policy.Setting[[]string]{}
	}
	return f.values.RetryOn(words, v, n.Strs(), nil)
}

// Parsed reads a scalar at a path below n.
func Parsed[T any](f *Reader, n document.Node, path []string, want string, parse func(string) (T, error)) policy.Setting[T] {
	return Read(f.values, f.find(n, path), want, parse)
}
