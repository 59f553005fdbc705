package wire

import (
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/sanitize"
)

// Evidence is one place in the inputs that shows a call.
type Evidence struct {
	Way               string   `json:"way"`                // how it shows the call, kebab-case: "env-url", "span"
	Strength          string   `json:"strength"`           // allowed, weak, strong
	Class             string   `json:"class"`              // as in Call
	Observed          bool     `json:"observed,omitempty"` // seen at work; else declared
	InCode            bool     `json:"inCode,omitempty"`   // in source code; else declared
	Mode              string   `json:"mode,omitempty"`     // sync or async, if this evidence says
	Need              string   `json:"need,omitempty"`     // hard or soft, if this evidence says
	Fallback          bool     `json:"fallback,omitempty"` // these and the next three as in Call
	Mirror            bool     `json:"mirror,omitempty"`
	Tolerant          bool     `json:"toleratesDegraded,omitempty"`
	Asked             bool     `json:"asked,omitempty"`
	FreshnessCritical bool     `json:"freshnessCritical,omitempty"`
	Key               string   `json:"key,omitempty"`   // the setting that holds the address
	Match             string   `json:"match,omitempty"` // the part of the calls that it is about
	Protocol          string   `json:"protocol,omitempty"`
	Methods           []string `json:"methods,omitempty"` // upper case, sorted; missing if unknown
	Idempotent        bool     `json:"idempotent,omitempty"`
	Database          string   `json:"database,omitempty"`
	Port              int      `json:"port,omitempty"`
	Group             []int    `json:"group,omitempty"`   // numbers of the groups that it puts the call in
	Through           string   `json:"through,omitempty"` // ID of the service that the caller names, if routes of a mesh lead from it here
	Layer             string   `json:"layer,omitempty"`   // where Policy acts
	Product           string   `json:"product,omitempty"` // whose policy it is
	Policy            *Policy  `json:"policy,omitempty"`  // what the same document declares for the call
	Loose             *Loose   `json:"loose,omitempty"`   // of a request in code: a policy in its file that may act on it
	Origin            Origin   `json:"origin"`
}

// Loose is a policy in source code of which it is not known whether it acts on a call.
type Loose struct {
	Text   string `json:"text"` // what the code calls it
	Origin Origin `json:"origin"`
}

func fromEvidence(w *Evidence, e *graph.Evidence) {
	*w = Evidence{
		Way: e.Way, Strength: e.Strength.String(), Class: e.Class.String(), Key: e.Key, Protocol: e.Protocol,
		Methods: e.Methods, Idempotent: e.Idempotent, Database: e.Database, Port: e.Port, Origin: FromOrigin(e.Origin),
		Observed: e.Observed, InCode: e.InCode, Fallback: e.Fallback, Mirror: e.Mirror, Match: e.Match,
		Tolerant: e.Tolerant, Asked: e.Asked, FreshnessCritical: e.FreshnessCritical, Through: e.Through,
	}
	if e.Mode != graph.ModeUnknown {
		w.Mode = e.Mode.String()
	}
	if e.Need != graph.NeedUnknown {
		w.Need = e.Need.String()
	}
	if e.Loose != nil {
		w.Loose = &Loose{e.Loose.Text, FromOrigin(e.Loose.Origin)}
	}
	if !e.Says.Empty() {
		w.Layer, w.Product, w.Policy = e.Says.Layer.String(), e.Says.Product.String(), FromPolicy(e.Says)
	}
}

func (w *Evidence) toEvidence() graph.Evidence {
	e := graph.Evidence{
		Origin: toOrigin(&w.Origin), Way: w.Way, Key: w.Key, Match: w.Match, Protocol: w.Protocol, Database: w.Database, Port: w.Port,
		Through: sanitize.Text(w.Through), InCode: w.InCode,
		Methods: w.Methods, Idempotent: w.Idempotent, Fallback: w.Fallback, Mirror: w.Mirror, Tolerant: w.Tolerant, Asked: w.Asked, FreshnessCritical: w.FreshnessCritical,
		Strength: word[graph.Strength](graph.Strengths, w.Strength), Class: word[graph.Class](graph.Classes, w.Class),
		Mode: word[graph.Mode](graph.Modes, w.Mode), Need: word[graph.Need](graph.Needs, w.Need),
	}
	if w.Loose != nil {
		e.Loose = &graph.Loose{Origin: toOrigin(&w.Loose.Origin), Text: sanitize.Text(w.Loose.Text)}
	}
	if says := w.Policy.toSet(w.Layer, w.Product); !says.Empty() {
		e.Says = says
	}
	return e
}
