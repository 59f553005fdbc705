package rules

import (
	"math"
	"slices"
	"strconv"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// retried is the layers of a part that retry and whose policy is declared,
// outermost first.
func retried(part *analyze.Part) []*policy.Effect {
	var layers []*policy.Effect
	for i := range part.Layers {
		if l := &part.Layers[i]; l.Attempts != 1 && l.Set.Retry.IsExplicit() {
			layers = append(layers, l)
		}
	}
	return layers
}

var fanIns = analyze.NewMemo[graph.Node, int]("how many services call this one and wait")

// repeating is the layers of a part that try again, by whoever's decision.
func repeating(part *analyze.Part) []*policy.Effect {
	var layers []*policy.Effect
	for i := range part.Layers {
		if part.Layers[i].Attempts != 1 {
			layers = append(layers, &part.Layers[i])
		}
	}
	return layers
}

// budgeted reports whether a layer of a part caps retries in proportion to calls.
func budgeted(part *analyze.Part) bool {
	return slices.ContainsFunc(part.Layers, func(l policy.Effect) bool { return l.Set.Retry != nil && l.Set.Retry.Budget.Set() })
}

// attempts is n as a value.
func attempts(l *policy.Effect) analyze.KeyValue {
	v := keyValue("attempts", tries(l.Attempts))
	if r := l.Set.Retry; r != nil && r.Retries.Provenance != policy.Explicit && r.Retries.Set() {
		v.Value += " (" + r.Retries.Provenance.String() + ")"
	}
	return v
}

// unsafe returns the methods of a part that do more done twice than done once.
func unsafe(part *analyze.Part) []string {
	if part.Idempotent {
		return nil
	}
	return harmful(part.Methods)
}

func anyChose(p *Pass, calls []graph.Edge) bool {
	return slices.ContainsFunc(calls, func(e graph.Edge) bool { return chose(p, e) })
}

// harmful returns the methods among some that do more done twice than done once.
func harmful(methods []string) []string {
	return slices.DeleteFunc(slices.Clone(methods), func(m string) bool { return slices.Contains(idempotent, m) })
}

// fanIn is how many services call the callee of e and wait.
func fanIn(p *Pass, e graph.Edge) int {
	g := p.Core
	return fanIns.Of(p.Analysis, g.To(e), func() int {
		n := 0
		for _, in := range g.In(g.To(e)) {
			if g.Mode(in) == graph.Sync {
				n++
			}
		}
		return n
	})
}

// chose reports whether people asked for retries of e.
func chose(p *Pass, e graph.Edge) bool {
	return slices.ContainsFunc(p.Effective(e), func(part analyze.Part) bool { return len(retried(&part)) > 0 })
}

const stormFactor = 27

// retryOrigin is where the retries of a layer are written.
func retryOrigin(l *policy.Effect) graph.Origin {
	r := l.Set.Retry
	o := placed(r.Retries.Origin, r.On.Origin)
	if b := r.Backoff; o.File() == "" && b != nil {
		o = placed(b.Base.Origin, b.Kind.Origin, b.Max.Origin)
	}
	return o
}

// tries writes a number of attempts.
func tries(n policy.Tries) string {
	if n == policy.Unlimited {
		return "unlimited"
	}
	return strconv.Itoa(int(n))
}

const worthTelling = 9

// many writes a factor.
func many(factor float64) string {
	if math.IsInf(factor, 1) {
		return "unbounded"
	}
	return strconv.FormatFloat(math.Round(factor*100)/100, 'f', -1, 64)
}

// idempotent are the methods that do the same done twice as done once (RFC 9110, 9.2.2).
var idempotent = []string{"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"}
