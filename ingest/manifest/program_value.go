package manifest

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/didyoumean"
	"github.com/weirgraph/weir/policy"
)

// A reading takes the values of one policy from options. A value that the
// product would not take is a flaw, and its field stays unknown.
type reading struct {
	syntax *policy.Syntax // of its durations
	flaws  []graph.Flaw
}

// flaw notes what is wrong about an option.
func (r *reading) flaw(kind graph.FlawKind, o *option, why, hint string) {
	r.flaws = append(r.flaws, graph.Flaw{Kind: kind, Field: o.name, Text: o.text, Why: why, Hint: hint, Origin: o.at})
}

// inert notes an option that the product ignores, if it is written.
func (r *reading) inert(o *option, why, hint string) {
	if o != nil {
		r.flaw(graph.Inert, o, why, hint)
	}
}

// invalid notes an error of a parser.
func (r *reading) invalid(o *option, err error) {
	var value *policy.ValueError
	if errors.As(err, &value) {
		r.flaw(graph.Invalid, o, value.Why, value.Hint)
		return
	}
	r.flaw(graph.Invalid, o, err.Error(), "")
}

// readable reports whether an option has a text that is known: not one that is
// filled in when the program is built or started.
func readable(o *option) bool {
	return o != nil && o.leaf && !filledIn(o.text) && !strings.HasPrefix(o.text, "@")
}

// filledIn reports whether a text, or a part of it, is put in when the file is
// used: "${READ_TIMEOUT}", "#{timeout}", "{{ .Values.timeout }}".
func filledIn(text string) bool {
	return strings.HasPrefix(text, "$") || strings.Contains(text, "${") || strings.Contains(text, "#{") || strings.Contains(text, "{{")
}

// What is said of a value that is filled in. Where a product has a default, that
// is what weir goes on with.
const (
	laterWhy  = "is filled in later; until then it counts as not written"
	laterHint = "read the file as it is deployed, with its values in it"
)

// known reports whether an option has a text that is known, and notes one that is
// written and not known yet.
func (r *reading) known(o *option) bool {
	if readable(o) {
		return true
	}
	if o != nil && o.leaf {
		r.flaw(graph.Invalid, o, laterWhy, laterHint)
		r.flaws[len(r.flaws)-1].Info = true
	}
	return false
}

// duration reads a duration; the false says that there is none.
func (r *reading) duration(o *option) (policy.Duration, bool) {
	if !r.known(o) {
		return policy.Duration{}, false
	}
	d, err := policy.ParseDuration(r.syntax, o.text)
	if err != nil {
		r.invalid(o, err)
		return d, false
	}
	if d.Doubt != "" {
		r.flaw(graph.Invalid, o, d.Doubt, d.Hint)
		r.flaws[len(r.flaws)-1].Reads = true
	}
	return d, true
}

// limit reads a bound on time, which may be off.
func (r *reading) limit(o *option) policy.Setting[time.Duration] {
	if d, ok := r.duration(o); ok {
		return d.Setting(o.at)
	}
	return policy.Setting[time.Duration]{}
}

// wait reads a length of time, of which 0 is one like any other.
func (r *reading) wait(o *option) policy.Setting[time.Duration] {
	if d, ok := r.duration(o); ok {
		return d.Wait(o.at)
	}
	return policy.Setting[time.Duration]{}
}

// count reads a whole number of at least least.
func (r *reading) count(o *option, least int) policy.Setting[int] {
	return readAs(r, o, func(text string) (int, error) { return policy.ParseCount(text, least) })
}

// percent reads a number from 0 to 100 as a share, ratio one from 0 to 1.
func (r *reading) percent(o *option) policy.Setting[float64] {
	return readAs(r, o, policy.ParsePercent)
}
func (r *reading) ratio(o *option) policy.Setting[float64] { return readAs(r, o, policy.ParseRatio) }

// number reads a number that is more than 0.
func (r *reading) number(o *option) policy.Setting[float64] {
	return readAs(r, o, func(text string) (float64, error) {
		v, err := strconv.ParseFloat(text, 64)
		if err != nil || !(v > 0) {
			return 0, &policy.ValueError{Text: text, Why: "is not a number above 0", Hint: "write a number such as 1.5"}
		}
		return v, nil
	})
}

// truth reads true or false; any other text is a flaw and counts as false.
func (r *reading) truth(o *option) bool {
	return readAs(r, o, func(text string) (bool, error) {
		switch strings.ToLower(text) {
		case "true", "yes", "on", "1":
			return true, nil
		case "false", "no", "off", "0":
			return false, nil
		}
		return false, &policy.ValueError{Text: text, Why: "is not a truth value", Hint: "write true or false"}
	}).Value
}

// readAs reads an option with a parser of package policy.
func readAs[T any](r *reading, o *option, parse func(string) (T, error)) policy.Setting[T] {
	if !r.known(o) {
		return policy.Setting[T]{}
	}
	v, err := parse(o.text)
	if err != nil {
		r.invalid(o, err)
		return policy.Setting[T]{}
	}
	return policy.Declare(v, o.at)
}

// tries reads a number of tries, the first included, as a number of retries.
func (r *reading) tries(o *option, least int) policy.Setting[int] {
	n := r.count(o, least)
	n.Value = max(0, n.Value-1)
	return switchedOffAt0(n)
}

// switchedOffAt0 makes of no retries an explicit "off".
func switchedOffAt0(n policy.Setting[int]) policy.Setting[int] {
	if n.Set() && n.Value == 0 {
		n.Provenance = policy.Disabled
	}
	return n
}

// unwritten is what was read of an option, or what the product supplies if
// nobody wrote it. What is written and cannot be read stays unknown.
func unwritten[T any](o *option, read policy.Setting[T], v T) policy.Setting[T] {
	if o == nil {
		return builtIn(v)
	}
	return read
}

// builtIn is a value that a product supplies where another setting switches a
// feature on.
func builtIn[T any](v T) policy.Setting[T] {
	return policy.Setting[T]{Value: v, Provenance: policy.PlatformDefault}
}

// optionNames are the words of a list.
func optionNames(list string) knownOptions {
	known := knownOptions{}
	for _, name := range strings.Fields(list) {
		known[relaxed(name)] = name
	}
	return known
}

// knownOptions are the names of options by their relaxed form.
type knownOptions map[string]string

// unknown notes the options under o that a product does not know: it passes over
// them without a word.
func (r *reading) unknown(o *option, known knownOptions, product string) {
	for kid := range o.all() {
		if known[relaxed(kid.name)] == "" {
			hint := nearestOption(kid.name, known)
			if hint == "" && len(known) < 10 {
				hint = "one of " + strings.Join(slices.Sorted(maps.Values(known)), ", ")
			}
			r.flaw(graph.Inert, kid, "is no option of "+product+"; it is passed over", hint)
		}
	}
}

// nearestOption suggests the option that was meant, if there is one.
func nearestOption(name string, known knownOptions) string {
	return didyoumean.Hint(name, slices.Sorted(maps.Values(known)))
}

// conditions reads the words of a list of retry conditions.
func (r *reading) conditions(vocabulary *policy.RetryWords, o *option) policy.Setting[[]string] {
	if o == nil || o.leaf && !r.known(o) {
		return policy.Setting[[]string]{}
	}
	on, unknown := policy.ParseRetryOn(vocabulary, o.words()...)
	for _, bad := range unknown {
		at := o
		for kid := range o.all() {
			if kid.text == bad.Text {
				at = kid
			}
		}
		r.flaws = append(r.flaws, graph.Flaw{Kind: graph.Invalid, Field: o.name, Text: bad.Text, Why: bad.Why, Hint: bad.Hint, Origin: at.at})
	}
	if len(on) == 0 && len(unknown) > 0 {
		return policy.Setting[[]string]{}
	}
	return policy.Declare(on, o.at)
}

// sortFlaws puts flaws in the order written.
func sortFlaws(flaws []graph.Flaw) {
	slices.SortFunc(flaws, func(a, b graph.Flaw) int { return a.Origin.Compare(b.Origin) })
}
