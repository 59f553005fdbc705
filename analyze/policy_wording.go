package analyze

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// The words of findings about the policies of calls.

// about begins a finding about the call e, with a confidence of at most sure. The
// deciding places go before those where the call is said.
func (p *Pass) about(e graph.Edge, sure Confidence, deciding ...graph.Origin) Finding {
	g := p.Core
	f := Finding{
		Confidence: min(sure, confidence(g, []graph.Edge{e})),
		Subject:    callID(g, e),
		Services:   []graph.Node{g.From(e), g.To(e)},
		owners:     []graph.Node{g.From(e)},
	}
	for _, o := range append(deciding, written(g, []graph.Edge{e})...) {
		if o.File != "" && !slices.Contains(f.Origins, o) {
			f.Origins = append(f.Origins, o)
		}
	}
	return f
}

// ends writes "a calls b".
func (p *Pass) ends(e graph.Edge) string {
	return p.Core.ID(p.Core.From(e)) + " calls " + p.Core.ID(p.Core.To(e))
}

// which returns the parts of a call that bad is true for, and how to name them:
// not at all if they are all of it.
func which(parts []Part, bad func(*Part) bool) (found []*Part, named string) {
	var matches []string
	for i := range parts {
		if !bad(&parts[i]) {
			continue
		}
		found = append(found, &parts[i])
		if parts[i].Match == "" {
			matches = append(matches, "all other requests")
		} else {
			matches = append(matches, strconv.Quote(parts[i].Match))
		}
	}
	if len(found) == len(parts) || len(found) == 0 {
		return found, ""
	}
	return found, " for " + strings.Join(matches, " and ")
}

// layered is a layer of a part that a rule finds fault with.
type layered struct {
	part  *Part
	layer *policy.Effect
	named string // which part of the call it is, see which
}

// worstLayer returns a layer that bad is true for, the first in order of parts and
// layers, and false if there is none.
func worstLayer(parts []Part, layers func(*Part) []*policy.Effect, bad func(*Part, *policy.Effect) bool) (layered, bool) {
	found, named := which(parts, func(part *Part) bool {
		return slices.ContainsFunc(layers(part), func(l *policy.Effect) bool { return bad(part, l) })
	})
	if len(found) == 0 {
		return layered{}, false
	}
	list := layers(found[0])
	i := slices.IndexFunc(list, func(l *policy.Effect) bool { return bad(found[0], l) })
	return layered{found[0], list[i], named}, true
}

// fixed says where a fix for e is written, in the words of the innermost layer
// that has any, else in code; "" if nowhere. A native manifest tells of the code of
// a program, and of no gateway's.
func (p *Pass) fixed(e graph.Edge, part *Part, f fix) string {
	for i := range slices.Backward(part.Layers) {
		if words := recipe(part.Layers[i].Set.Product, f); words != "" {
			return words
		}
	}
	if !p.entry(e) && slices.ContainsFunc(p.Core.Call(e).Evidence, isNative) {
		return recipe(product.Native, f)
	}
	return inCode[f]
}

// inCode is what code can have that proxies have no words for.
var inCode = map[fix]string{
	fixBreaker: "a breaker in the caller's code", fixBulkhead: "a limit in the caller's code", fixFallback: "a fallback in the caller's code",
}

// attemptFix says where the end of an attempt is written that l makes, in the
// words of its own product, of another layer else, and what it should be.
func (p *Pass) attemptFix(e graph.Edge, part *Part, l *policy.Effect) string {
	const near, all = "a little above the slowest good answer", "enough for all attempts"
	own := l.Set.Product
	switch {
	case recipe(own, fixPerTry) != "":
		return within(recipe(own, fixPerTry), "set", near)
	case recipe(own, fixTotal) != "":
		return within(recipe(own, fixTotal), "set", all)
	case p.fixed(e, part, fixPerTry) != "":
		return within(p.fixed(e, part, fixPerTry), "set", near)
	case p.fixed(e, part, fixTotal) != "":
		return within(p.fixed(e, part, fixTotal), "set", all)
	}
	return endless(own)
}

// endless is the way out where a product cannot end a request.
func endless(p *policy.Product) string {
	return p.DisplayName() + " has no timeout for a whole request: give the calls behind one, and the caller's own code"
}

// within writes "set X: why", or only why where nobody has words for X.
func within(words, verb, why string) string {
	if words == "" {
		return why
	}
	return fmt.Sprintf("%s %s: %s", verb, words, why)
}

func isNative(ev graph.Evidence) bool { return ev.Origin.Reader == product.Native.Name }

// until writes a bound as the time that something can take.
func until(b policy.Limit) string {
	if b.State == policy.Finite {
		return english.Duration(b.Time)
	}
	return b.String()
}

// took writes a bound as a value, with what supplied it where nobody wrote it.
func took(key string, b policy.Limit) KeyValue {
	text := until(b)
	if len(b.By) > 0 && b.By[0].Provenance != policy.Explicit && b.By[0].Provenance != policy.Unknown {
		text += " (" + b.By[0].Provenance.String() + ")"
	}
	return KeyValue{key, text}
}

// value writes a setting, with what supplied it where nobody wrote it.
func value[T any](key string, s policy.Setting[T]) KeyValue {
	text := fmt.Sprint(s.Value)
	switch v := any(s.Value).(type) {
	case time.Duration:
		text = english.Duration(v)
	case []string:
		text = strings.Join(v, ", ")
	}
	switch {
	case !s.Set():
		text = s.Provenance.String()
	case s.Provenance != policy.Explicit:
		text += " (" + s.Provenance.String() + ")"
	}
	return KeyValue{key, text}
}

// tries writes a number of attempts.
func tries(n policy.Tries) string {
	if n == policy.Unlimited {
		return "unlimited"
	}
	return strconv.Itoa(int(n))
}

// attempts is n as a value.
func attempts(l *policy.Effect) KeyValue {
	v := KeyValue{"attempts", tries(l.Attempts)}
	if r := l.Set.Retry; r != nil && r.Retries.Provenance != policy.Explicit && r.Retries.Set() {
		v.Value += " (" + r.Retries.Provenance.String() + ")"
	}
	return v
}

// placed is the place of the first of the settings that has one.
func placed(origins ...graph.Origin) graph.Origin {
	for _, o := range origins {
		if o.File != "" {
			return o
		}
	}
	return graph.Origin{}
}

// retryOrigin is where the retries of a layer are written.
func retryOrigin(l *policy.Effect) graph.Origin {
	r := l.Set.Retry
	o := placed(r.Retries.Origin, r.On.Origin)
	if b := r.Backoff; o.File == "" && b != nil {
		o = placed(b.Base.Origin, b.Kind.Origin, b.Max.Origin)
	}
	return o
}

// sureOf is the confidence of a finding that uses these settings.
func sureOf(provenances ...policy.Provenance) Confidence {
	sure := Certain
	for _, p := range provenances {
		switch p {
		case policy.Unknown:
			return Assumed
		case policy.PlatformDefault, policy.Absent:
			sure = Default
		}
	}
	return sure
}

// sureOfBound is the confidence of a finding that uses a bound.
func sureOfBound(b policy.Limit) Confidence {
	sure := Certain
	for _, d := range b.By {
		sure = min(sure, sureOf(d.Provenance))
	}
	return sure
}

// waysOut lists where a fix is written, product by product, for the page of a rule.
func waysOut(f fix) string {
	var b strings.Builder
	b.WriteByte('\n')
	for _, p := range product.All {
		if words := recipe(p, f); words != "" {
			fmt.Fprintf(&b, "- %s: %s.\n", p.Title, words)
		}
	}
	return b.String()
}
