package settings

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/field"
	"github.com/weirgraph/weir/internal/didyoumean"
	"github.com/weirgraph/weir/policy"
)

// A Reader reads the options of one policy.
type Reader struct {
	Syntax *policy.Syntax // of its durations
	field.Values
}

// Flaw notes what is wrong about an option.
func (r *Reader) Flaw(kind graph.FlawKind, o *Tree, why, hint string, fixes ...field.Fix) {
	flaw := o.value().Flaw(kind, why, hint)
	for _, fix := range fixes {
		fix(&flaw)
	}
	r.Note(flaw)
}

// Inert notes an option that the product ignores, if it is written.
func (r *Reader) Inert(o *Tree, why, hint string, fixes ...field.Fix) {
	if o != nil {
		r.Flaw(graph.Inert, o, why, hint, fixes...)
	}
}

// Invalid notes an error of a parser.
func (r *Reader) Invalid(o *Tree, err error) { r.Note(o.value().Refused(err)) }

// Readable reports whether an option has a text that is known: not one that is
// filled in when the program is built or started.
func Readable(o *Tree) bool { return o.value().Readable() }

// Duration reads a limit on time, which may be off.
func (r *Reader) Duration(o *Tree) policy.Setting[time.Duration] {
	return r.Values.Duration(r.Syntax, o.value())
}

// Wait reads a length of time, of which 0 is one.
func (r *Reader) Wait(o *Tree) policy.Setting[time.Duration] {
	return r.Values.Wait(r.Syntax, o.value())
}

// Count reads a whole number of at least least.
func (r *Reader) Count(o *Tree, least int) policy.Setting[int] {
	return r.Values.Count(least, o.value())
}

// Percent reads a number from 0 to 100 as a share.
func (r *Reader) Percent(o *Tree) policy.Setting[float64] { return r.Values.Percent(o.value()) }

// Ratio reads a number from 0 to 1.
func (r *Reader) Ratio(o *Tree) policy.Setting[float64] { return r.Values.Ratio(o.value()) }

// Factor reads a number above 0.
func (r *Reader) Factor(o *Tree) policy.Setting[float64] { return r.Values.Factor(o.value()) }

// Bool reads true or false.
func (r *Reader) Bool(o *Tree) policy.Setting[bool] { return r.Values.Bool(o.value()) }

// Word reads an option with a parser of its own, which gets its text.
func (r *Reader) Word(o *Tree, parse func(text string) (string, error)) policy.Setting[string] {
	return field.Read(&r.Values, o.value(), "a word", parse)
}

// Tries reads a number of tries, the first included, as a number of retries.
func (r *Reader) Tries(o *Tree, least int) policy.Setting[int] {
	n := r.Count(o, least)
	n.Value = max(0, n.Value-1)
	return SwitchedOffAt0(n)
}

// SwitchedOffAt0 makes of no retries an explicit "off".
func SwitchedOffAt0(n policy.Setting[int]) policy.Setting[int] {
	if n.Set() && n.Value == 0 {
		n.Provenance = policy.Disabled
	}
	return n
}

// Unwritten is what was read of an option, or the default of the product if the option
// is absent. An option that is invalid stays unknown.
func Unwritten[T any](o *Tree, read policy.Setting[T], v T) policy.Setting[T] {
	if o == nil {
		return BuiltIn(v)
	}
	return read
}

// BuiltIn is a value that a product supplies where another setting switches a
// feature on.
func BuiltIn[T any](v T) policy.Setting[T] {
	return policy.Setting[T]{Value: v, Provenance: policy.PlatformDefault}
}

// OptionNames are the words of a list.
func OptionNames(list string) KnownOptions {
	known := KnownOptions{}
	for _, name := range strings.Fields(list) {
		known[Relaxed(name)] = name
	}
	return known
}

// KnownOptions are the names of options by their relaxed form.
type KnownOptions map[string]string

// Unknown notes the options under o that a product does not know: it ignores them.
func (r *Reader) Unknown(o *Tree, known KnownOptions, product string) {
	for kid := range o.All() {
		if known[Relaxed(kid.Name)] == "" {
			hint := NearestOption(kid.Name, known)
			if hint == "" && len(known) < 10 {
				hint = "one of " + strings.Join(slices.Sorted(maps.Values(known)), ", ")
			}
			r.Flaw(graph.Inert, kid, "is no option of "+product+"; it is passed over", hint)
		}
	}
}

// NearestOption suggests the option that was meant, if there is one.
func NearestOption(name string, known KnownOptions) string {
	return didyoumean.Hint(name, slices.Sorted(maps.Values(known)))
}

// RetryOn reads the conditions of a retry: a text with commas, or a list.
func (r *Reader) RetryOn(words *policy.RetryWords, o *Tree) policy.Setting[[]string] {
	v := o.value()
	if o == nil || o.Leaf && !r.Known(v, "") {
		return policy.Setting[[]string]{}
	}
	var texts []string
	var origins []graph.Origin
	for kid := range o.All() {
		if kid.Leaf {
			texts, origins = append(texts, kid.Text), append(origins, kid.At)
		}
	}
	if o.Leaf {
		for _, word := range o.Words() {
			texts, origins = append(texts, word), append(origins, o.At)
		}
	}
	return r.Values.RetryOn(words, v, texts, origins)
}

// SortFlaws puts flaws in the order written.
func SortFlaws(flaws []graph.Flaw) {
	slices.SortFunc(flaws, func(a, b graph.Flaw) int { return a.Origin.Compare(b.Origin) })
}
