package settings

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/field"
	"github.com/weirgraph/weir/internal/didyoumean"
	"github.com/weirgraph/weir/policy"
)

// A Reader takes the values of one policy from options. A value that the
// product would not take is a flaw, and its field stays unknown.
type Reader struct {
	Syntax *policy.Syntax // of its durations
	Flaws  []graph.Flaw
}

// Flaw notes what is wrong about an option.
func (r *Reader) Flaw(kind graph.FlawKind, o *Tree, why, hint string) {
	r.Flaws = append(r.Flaws, o.value().Flaw(kind, why, hint))
}

// Inert notes an option that the product ignores, if it is written.
func (r *Reader) Inert(o *Tree, why, hint string) {
	if o != nil {
		r.Flaw(graph.Inert, o, why, hint)
	}
}

// Invalid notes an error of a parser.
func (r *Reader) Invalid(o *Tree, err error) { r.Flaws = append(r.Flaws, o.value().Refused(err)) }

// Readable reports whether an option has a text that is known: not one that is
// filled in when the program is built or started.
func Readable(o *Tree) bool {
	return o != nil && o.Leaf && !field.FilledIn(o.Text) && !strings.HasPrefix(o.Text, "@")
}

// known reports whether an option has a text that is known, and notes one that is
// written and not known yet.
func (r *Reader) known(o *Tree) bool {
	if Readable(o) {
		return true
	}
	if o != nil && o.Leaf {
		r.Flaws = append(r.Flaws, o.value().Later())
	}
	return false
}

// duration reads a duration; the false says that there is none.
func (r *Reader) duration(o *Tree) (policy.Duration, bool) {
	if !r.known(o) {
		return policy.Duration{}, false
	}
	d, err := policy.ParseDuration(r.Syntax, o.Text)
	if err != nil {
		r.Invalid(o, err)
		return d, false
	}
	if d.Doubt != "" {
		r.Flaw(graph.Invalid, o, d.Doubt, d.Hint)
		r.Flaws[len(r.Flaws)-1].Reads = true
	}
	return d, true
}

// Limit reads a bound on time, which may be off.
func (r *Reader) Limit(o *Tree) policy.Setting[time.Duration] {
	if d, ok := r.duration(o); ok {
		return d.Setting(o.At)
	}
	return policy.Setting[time.Duration]{}
}

// Wait reads a length of time, of which 0 is one like any other.
func (r *Reader) Wait(o *Tree) policy.Setting[time.Duration] {
	if d, ok := r.duration(o); ok {
		return d.Wait(o.At)
	}
	return policy.Setting[time.Duration]{}
}

// Count reads a whole number of at least least.
func (r *Reader) Count(o *Tree, least int) policy.Setting[int] {
	return ReadAs(r, o, func(text string) (int, error) { return policy.ParseCount(text, least) })
}

// Percent reads a number from 0 to 100 as a share.
func (r *Reader) Percent(o *Tree) policy.Setting[float64] { return ReadAs(r, o, policy.ParsePercent) }

// Ratio reads a number from 0 to 1.
func (r *Reader) Ratio(o *Tree) policy.Setting[float64] { return ReadAs(r, o, policy.ParseRatio) }

// Number reads a number that is more than 0.
func (r *Reader) Number(o *Tree) policy.Setting[float64] {
	return ReadAs(r, o, func(text string) (float64, error) {
		v, err := strconv.ParseFloat(text, 64)
		if err != nil || !(v > 0) {
			return 0, &policy.ValueError{Text: text, Why: "is not a number above 0", Hint: "write a number such as 1.5"}
		}
		return v, nil
	})
}

// Truth reads true or false; any other text is a flaw and counts as false.
func (r *Reader) Truth(o *Tree) bool {
	return ReadAs(r, o, func(text string) (bool, error) {
		switch strings.ToLower(text) {
		case "true", "yes", "on", "1":
			return true, nil
		case "false", "no", "off", "0":
			return false, nil
		}
		return false, &policy.ValueError{Text: text, Why: "is not a truth value", Hint: "write true or false"}
	}).Value
}

// ReadAs reads an option with a parser of package policy.
func ReadAs[T any](r *Reader, o *Tree, parse func(string) (T, error)) policy.Setting[T] {
	if !r.known(o) {
		return policy.Setting[T]{}
	}
	v, err := parse(o.Text)
	if err != nil {
		r.Invalid(o, err)
		return policy.Setting[T]{}
	}
	return policy.Declare(v, o.At)
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

// Unwritten is what was read of an option, or what the product supplies if
// nobody wrote it. What is written and cannot be read stays unknown.
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

// Unknown notes the options under o that a product does not know: it passes over
// them without a word.
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

// Conditions reads the words of a list of retry conditions.
func (r *Reader) Conditions(vocabulary *policy.RetryWords, o *Tree) policy.Setting[[]string] {
	if o == nil || o.Leaf && !r.known(o) {
		return policy.Setting[[]string]{}
	}
	on, ok := field.RetryOn(vocabulary, o.Words(), func(bad *policy.ValueError) {
		v := o.value()
		v.Text = bad.Text
		for kid := range o.All() {
			if kid.Text == bad.Text {
				v.Origin = kid.At
			}
		}
		r.Flaws = append(r.Flaws, v.Flaw(graph.Invalid, bad.Why, bad.Hint))
	})
	if !ok {
		return policy.Setting[[]string]{}
	}
	return policy.Declare(on, o.At)
}

// SortFlaws puts flaws in the order written.
func SortFlaws(flaws []graph.Flaw) {
	slices.SortFunc(flaws, func(a, b graph.Flaw) int { return a.Origin.Compare(b.Origin) })
}
