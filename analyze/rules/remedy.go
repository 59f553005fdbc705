package rules

import (
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// A remedy is a remediation for a call, with the user's own object that it is in.
type remedy struct {
	policy.Remediation
	in      *policy.Product // that expresses it; nil for code
	object  string          // its name, "shop/pricing"; empty if the inputs have none, or for several calls
	instead string          // the object that has to go for it, "ServiceProfile shop/pricing"; empty if none has

	way     policy.Remediation // for any call
	own     string             // the path that its object has for the setting, if that is not the one of its product
	call    graph.Edge         // of Core
	layer   *policy.Set
	purpose policy.Purpose
	part    *analyze.Part // of the call; nil if it is not known
}

// hint writes an imperative that ends in rest: "to 2s" or "above 2s" for the value, and
// otherwise what follows a colon. Where the sentence adds an object instead of setting
// a field, the value follows a colon too.
func (r remedy) hint(verb, rest string) string {
	sentence, separator := r.sentence(verb), ": "
	if verb == "set" && strings.HasPrefix(r.Sentence(verb, r.object), "add ") {
		rest = strings.TrimPrefix(rest, "to ")
	} else if strings.HasPrefix(rest, "to ") || strings.HasPrefix(rest, "above ") || strings.HasPrefix(rest, "if ") {
		separator = " "
	}
	return sentence + separator + rest
}

// sentence is the hint without a value.
func (r remedy) sentence(verb string) string {
	sentence := r.Sentence(verb, r.object)
	if r.instead != "" {
		sentence = "in place of " + r.instead + ", " + sentence
	}
	return sentence
}

// general is r without the name of an object, for findings about several calls.
func (r remedy) general() remedy {
	if r.instead != "" {
		kind, _, _ := strings.Cut(r.instead, " ")
		return remedy{Remediation: r.way, instead: "a " + kind}
	}
	if r.layer == nil {
		return remedy{Remediation: r.Remediation}
	}
	return remedy{Remediation: r.way}
}

// commonOf returns what is to be done for the calls of one finding: in the object of the first,
// in no object by name where they have several.
func commonOf(ways []remedy) remedy {
	for _, r := range ways[1:] {
		if r.Kind != ways[0].Kind || r.object != ways[0].object {
			return ways[0].general()
		}
	}
	return ways[0]
}

// policiesOf returns the policies that act on each call.
func policiesOf(p *Pass) map[graph.Edge][]*graph.BoundPolicy {
	return boundOf.Of(p.Analysis, analyze.Once{}, func() map[graph.Edge][]*graph.BoundPolicy {
		of := map[graph.Edge][]*graph.BoundPolicy{}
		for _, b := range p.Core.Policies() {
			for _, e := range b.Calls {
				of[e] = append(of[e], b)
			}
		}
		return of
	})
}

// orNative returns p, or the native manifest for nil.
func orNative(p *policy.Product) *policy.Product {
	if p == nil {
		return product.Native
	}
	return p
}

var boundOf = analyze.NewMemo[analyze.Once, map[graph.Edge][]*graph.BoundPolicy]("the policies that select each call")
