package wire

import (
	"slices"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// A Call is an edge of the graph: From calls To.
type Call struct {
	From              string    `json:"from"`               // ID of the caller
	To                string    `json:"to"`                 // ID of the callee
	Class             string    `json:"class"`              // call, ingress, route, control, telemetry, health, peer
	Strength          string    `json:"strength"`           // of the strongest evidence: allowed, weak, strong
	Mode              string    `json:"mode"`               // sync, async
	Need              string    `json:"need"`               // hard: the caller fails without the callee; soft
	Protocol          string    `json:"protocol,omitempty"` // "http", "grpc", "postgresql"
	Declared          bool      `json:"declared"`           // an input declares it
	InCode            bool      `json:"inCode,omitempty"`   // source code shows it
	Observed          *Observed `json:"observed,omitempty"` // there if traces or metrics show the call
	Fallback          bool      `json:"fallback,omitempty"` // made only instead of another call
	Mirror            bool      `json:"mirror,omitempty"`   // copies of traffic only
	Tolerant          bool      `json:"toleratesDegraded,omitempty"`
	FreshnessCritical bool      `json:"freshnessCritical,omitempty"` // of events: the consumer is degraded when no new ones come
	Calls             int       `json:"calls,omitempty"`             // calls that are drawn as this one, if there are several
	Group             []int     `json:"group,omitempty"`             // numbers of the groups that it is a member of; missing if the callee is needed by itself

	// Policy repeats what Parts has, if there is one part and one layer of it declares
	// anything. It is missing if several layers act, which no single value can describe:
	// their timeouts nest and their retries multiply. In documents of earlier versions it is
	// then all layers laid over each other, beside Parts.
	Policy *Policy `json:"policy,omitempty"`
	// Parts is what each layer declares, part by part, sorted by Match. It is complete: a
	// call without it has no policy that an input shows. It is also missing for
	// several calls with different policies that are drawn as one. Documents of earlier versions
	// omit it if Policy, of the layer app, is complete.
	Parts []Part `json:"parts,omitempty"`

	Evidence []Evidence `json:"evidence,omitempty"` // the strongest first
	Origins  []Origin   `json:"origins,omitempty"`  // those of Evidence, sorted, each once
}

// A Part is a part of a call and what its layers declare. Match is missing for all of
// the call, or for the rest of it beside other parts.
type Part struct {
	Match      string      `json:"match,omitempty"` // as weir policies shows it: "/v2*", "POST"
	Methods    []string    `json:"methods,omitempty"`
	Idempotent bool        `json:"idempotent,omitempty"`
	Layers     []PartLayer `json:"layers"` // outermost first
}

// A PartLayer is what one product declares, and supplies by default, in one layer.
type PartLayer struct {
	Layer   string `json:"layer"`             // app, client-proxy, gateway, server-proxy
	Product string `json:"product,omitempty"` // "istio"; missing for the native manifest
	Nest    int    `json:"nest,omitempty"`    // the place among layers of one program that wrap each other
	Policy  Policy `json:"policy"`
	// Objects are the objects that the policies come from: "VirtualService/shop/pricing".
	Objects []string `json:"objects,omitempty"`
}

// FromCall returns a call as a document has it.
func FromCall(g *graph.Graph, e graph.Edge) Call {
	var w Call
	w.Set(g, e)
	return w
}

// Set makes w the call e of g as a document has it. It uses the lists that w has again.
func (w *Call) Set(g *graph.Graph, e graph.Edge) {
	var one [1]graph.Evidence
	c, evidence := g.Attributes(e), g.EvidenceIn(e, &one)
	*w = Call{
		From: g.ID(c.From), To: g.ID(c.To),
		Class: c.Class.String(), Strength: c.Strength.String(), Mode: c.Mode.String(), Need: c.Need.String(),
		Protocol: c.Protocol, Declared: c.Declared, InCode: c.InCode, Fallback: c.Fallback, Mirror: c.Mirror,
		Tolerant: c.Tolerant, FreshnessCritical: c.FreshnessCritical,
		Observed: w.Observed, Evidence: w.Evidence[:0], Origins: w.Origins[:0],
	}
	if c.Observed {
		w.setObserved(g, g.Observed(e))
	} else {
		w.Observed = nil
	}
	w.fromEvidence(evidence)
	w.fromGroups(g, e, evidence)
	w.fromRoutes(g.Routes(e))
}

func (w *Call) setObserved(g *graph.Graph, o *graph.Observed) {
	if w.Observed == nil {
		w.Observed = &Observed{}
	}
	*w.Observed = Observed{}
	if o == nil {
		return
	}
	if w.Observed.Calls, w.Observed.Errors = Amount(o.Calls), Amount(o.Errors); o.Traced != nil {
		w.Observed.fromTraced(g, o.Traced)
	}
}

func (w *Call) fromEvidence(list []graph.Evidence) {
	for i := range list {
		w.Evidence = append(w.Evidence, Evidence{})
		fromEvidence(&w.Evidence[i], &list[i])
		w.Origins = append(w.Origins, FromOrigin(list[i].Origin))
	}
	slices.SortFunc(w.Origins, compareOrigins)
	w.Origins = slices.Compact(w.Origins)
}

func (w *Call) fromRoutes(routes []graph.Route) {
	var declaring []*policy.Set
	acts := false
	for i := range routes {
		acts = acts || routes[i].Match != "" || len(routes[i].Layers) > 0
		for k := range routes[i].Layers {
			if s := &routes[i].Layers[k]; !s.Empty() {
				declaring = append(declaring, s)
			}
		}
	}
	if len(routes) == 1 && len(declaring) == 1 {
		w.Policy = FromPolicy(declaring[0])
	}
	if acts {
		w.Parts = convert(routes, fromRoute)
	}
}

func fromRoute(r graph.Route) Part {
	p := Part{Match: r.Match, Methods: r.Methods, Idempotent: r.Idempotent, Layers: make([]PartLayer, len(r.Layers))}
	for i := range r.Layers {
		s := &r.Layers[i]
		p.Layers[i] = PartLayer{Layer: s.Layer.String(), Product: s.Product.String(), Nest: s.Nest, Policy: *FromPolicy(s), Objects: s.Objects}
	}
	return p
}
