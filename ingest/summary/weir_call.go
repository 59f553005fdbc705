package summary

import (
	"encoding/json"
	"slices"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// weirCall is a call as the file has it.
type weirCall struct {
	From, To string
	Observed *weirObserved
	Policy   weirPolicy
	Parts    []weirPart
	Evidence []weirEvidence
}

// weirPart is a part of a call and what acts on it.
type weirPart struct {
	Match  string
	Layers []struct {
		Layer, Product string
		Policy         weirPolicy
	}
}

type weirObserved struct {
	Calls, Errors, Retries, Weighted amount
	Latency                          *struct{ Sketch []byte }
	weirSpread
}

type weirEvidence struct {
	Way, Strength, Class, Mode, Need string
	Observed, Fallback, Mirror       bool
	Tolerant                         bool `json:"toleratesDegraded"`
	Fresh                            bool `json:"freshnessCritical"`
	Key, Match, Protocol, Database   string
	Methods                          []string
	Port                             int
	Layer, Product                   string
	Idempotent                       bool
	Policy                           weirPolicy
	Origin                           graph.Origin
}

func (w *weir) call(c *weirCall) {
	from, to := w.services[c.From], w.services[c.To]
	if from == nil || to == nil {
		w.lost++
		return
	}
	from.called, to.called = true, true
	own := false
	var seen []weirEvidence
	for _, e := range c.Evidence {
		if e.Observed {
			seen = append(seen, e)
			continue
		}
		for _, s := range [...]*weirService{from, to} {
			if s.kind == graph.KindTopic && !s.Defined && !s.told() {
				w.name(s)
			}
		}
		fact := graph.Fact{From: from.party(from), To: to.party(from), Evidence: e.evidence()}
		own = own || !fact.Says.Empty()
		w.f.Calls = append(w.f.Calls, fact)
	}
	if says := c.Policy.set("", ""); !own && len(c.Parts) == 0 && !says.Empty() {
		w.policy(from, to, "", says)
	}
	for _, part := range c.Parts {
		for _, l := range part.Layers {
			// What a document says of its own call came with the evidence.
			if says := l.Policy.set(l.Layer, l.Product); l.Product != "" {
				w.policy(from, to, part.Match, says)
			}
		}
	}
	if c.Observed != nil {
		w.observe(from, to, c.Observed, seen)
	}
}

// policy takes what acts on a part of a call.
func (w *weir) policy(from, to *weirService, match string, says *policy.Set) {
	w.f.Policies = append(w.f.Policies, graph.Policy{
		Origin: w.d.Line(1, 0), Product: says.Product, Object: "weir/" + from.ID + "->" + to.ID, Namespace: from.Namespace,
		From: []graph.Party{from.party(from)}, To: []graph.Party{to.party(from)}, Match: match, Says: *says,
	})
}

// observe takes what was seen of a call. The numbers are those of all ways in which
// it was seen, and go with the first.
func (w *weir) observe(from, to *weirService, o *weirObserved, ways []weirEvidence) {
	if ways == nil {
		ways = []weirEvidence{{Way: "weir", Mode: graph.Sync.String(), Origin: w.d.Line(1, 0)}}
	}
	for i, e := range ways {
		seen := graph.Observation{
			From: from.seen(0), To: to.seen(e.Port), Origin: e.Origin, Way: e.Way, Mode: word[graph.Mode](graph.Modes, e.Mode), Protocol: e.Protocol,
		}
		if i == 0 {
			seen.Observed = graph.Observed{
				Calls: float64(o.Calls), Errors: float64(o.Errors), Retries: float64(o.Retries), Weighted: float64(o.Weighted),
				Spread: o.spread(),
			}
			if o.Latency != nil {
				if err := seen.Latency.UnmarshalBinary(o.Latency.Sketch); err != nil {
					problem(w.d, 1, graph.Failed, "the counts are read", "the latency of %s -> %s is damaged: %v", from.ID, to.ID, err)
				}
			}
		}
		w.f.Observations = append(w.f.Observations, seen)
	}
	w.beside(from, to, o)
}

func (e *weirEvidence) evidence() graph.Evidence {
	v := graph.Evidence{
		Origin: e.Origin, Way: e.Way, Key: e.Key, Match: e.Match, Protocol: e.Protocol, Database: e.Database, Port: e.Port,
		Methods: e.Methods, Idempotent: e.Idempotent, Fallback: e.Fallback, Mirror: e.Mirror, Tolerant: e.Tolerant, Fresh: e.Fresh,
		Strength: word[graph.Strength](graph.Strengths, e.Strength), Class: word[graph.Class](graph.Classes, e.Class),
		Mode: word[graph.Mode](graph.Modes, e.Mode), Need: word[graph.Need](graph.Needs, e.Need),
	}
	if says := e.Policy.set(e.Layer, e.Product); !says.Empty() {
		v.Says = says
	}
	return v
}

// word is the constant that a word stands for, the zero one for none.
func word[T ~uint8](words []string, w string) T { return T(max(0, slices.Index(words, w))) }

// weirPolicy is a policy part by part.
type weirPolicy map[string]json.RawMessage
