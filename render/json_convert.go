package render

import (
	"math"
	"reflect"
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

func originJSON(o graph.Origin) jsonOrigin {
	return jsonOrigin{Reader: o.Reader, File: o.File, Line: o.Line, Column: o.Column}
}

// knownOrigin is nil for what has no place in the inputs.
func knownOrigin(o graph.Origin) *jsonOrigin {
	if o == (graph.Origin{}) {
		return nil
	}
	j := originJSON(o)
	return &j
}

// convert returns a slice that is never nil, so that an empty list is written as
// a list.
func convert[T, U any](items []T, to func(T) U) []U {
	converted := make([]U, len(items))
	for i, item := range items {
		converted[i] = to(item)
	}
	return converted
}

// value returns what a setting holds, or nil if it holds nothing.
func value[T any](s policy.Setting[T]) *T {
	if !s.Set() {
		return nil
	}
	return &s.Value
}

// finite returns a number that JSON can write, nil for one without end.
func finite(f float64) *float64 {
	if math.IsInf(f, 0) {
		return nil
	}
	return &f
}

func rawIDs(g *graph.Graph, nodes []graph.Node) []string { return convert(nodes, g.ID) }

func serviceJSON(s *graph.Service) jsonService {
	j := jsonService{
		ID: s.ID, Name: s.Name, Namespace: s.Namespace,
		Kind: s.Kind.String(), Role: s.Role.String(), Defined: s.Defined,
		Tier: value(s.Tier), SLO: value(s.SLO), Entrypoint: value(s.Entrypoint), Replicas: value(s.Replicas),
		Team: s.Team, Owner: s.Owner, System: s.System, Lifecycle: s.Lifecycle,
		Labels: s.Labels, Annotations: ownAnnotations(s.Annotations), Aliases: s.Aliases, Versions: s.Versions,
		Images: s.Images, Stateful: s.Stateful, Headless: s.Headless, Outside: s.Outside,
		Served: servedJSON(s), Origins: convert(s.Origins, originJSON), Provenance: provenanceJSON(s),
	}
	if len(s.Meshes) > 0 {
		j.Meshes = convert(s.Meshes, meshJSON)
	}
	if h := s.Scaling; h != nil {
		j.Scaling = &jsonScaling{Min: h.Min, Max: h.Max, Origin: h.Origin.String()}
	}
	if b := s.Disruption; b != nil {
		j.Disruption = &jsonDisruption{MinAvailable: b.MinAvailable, MaxUnavailable: b.MaxUnavailable, Origin: b.Origin.String()}
	}
	if s.Probes.Known {
		j.Probes = &jsonProbes{Readiness: s.Probes.Readiness, Liveness: s.Probes.Liveness, Startup: s.Probes.Startup, Origin: knownOrigin(s.Probes.Origin)}
		if path := s.Probes.Restarts; path.Set() {
			j.Probes.Restarts = &jsonProbed{Path: path.Value, Origin: originJSON(path.Origin)}
		}
	}
	for _, port := range s.Ports {
		j.Ports = append(j.Ports, jsonPort{Name: port.Name, Number: port.Number, Target: port.Target, Protocol: port.Protocol})
	}
	return j
}

// ownAnnotations leaves out what is not weir's: annotations may hold anything, whole
// manifests too.
func ownAnnotations(all graph.Labels) map[string]string {
	own := map[string]string{}
	for key, v := range all {
		if strings.HasPrefix(key, "weir.dev/") {
			own[key] = v
		}
	}
	return own
}

func meshJSON(m graph.Membership) jsonMesh {
	return jsonMesh{Product: m.Product.String(), In: m.In, Ambient: m.Ambient, Waypoint: m.Waypoint, Origin: originJSON(m.Origin)}
}

// provenanceJSON says where the settings of a service come from.
func provenanceJSON(s *graph.Service) map[string]jsonSaid {
	said := map[string]jsonSaid{}
	for key, f := range map[string]any{"tier": s.Tier, "slo": s.SLO, "entrypoint": s.Entrypoint, "replicas": s.Replicas} {
		if v, ok := policy.SettingIn(reflect.ValueOf(f)); ok && v.Value != nil {
			said[key] = jsonSaid{Provenance: v.Provenance.String(), Origin: knownOrigin(v.Origin)}
		}
	}
	return said
}

func callJSON(g *graph.Graph, e graph.Edge) jsonCall {
	c := g.Call(e)
	j := jsonCall{
		From: g.ID(c.From), To: g.ID(c.To),
		Class: c.Class.String(), Strength: c.Strength.String(), Mode: c.Mode.String(), Need: c.Need.String(),
		Protocol: c.Protocol, Declared: c.Declared, Fallback: c.Fallback, Mirror: c.Mirror,
		Tolerant: c.Tolerant, Fresh: c.Fresh,
	}
	if c.Observed {
		j.Observed = observedJSON(g, g.Observed(e))
	}
	for i := range c.Evidence {
		ev := &c.Evidence[i]
		j.Evidence = append(j.Evidence, evidenceJSON(ev))
		j.Origins = append(j.Origins, originJSON(ev.Origin))
	}
	routes := g.Routes(e)
	if len(routes) == 1 {
		if all := laidOver(routes[0].Layers); !all.Empty() {
			j.Policy = policyJSON(&all)
		}
	}
	if slices.ContainsFunc(routes, func(r graph.Route) bool { return r.Match != "" || slices.ContainsFunc(r.Layers, ofProduct) }) {
		j.Parts = convert(routes, partOfCallJSON)
	}
	slices.SortFunc(j.Origins, compareOrigins)
	j.Origins = slices.Compact(j.Origins)
	return j
}

// laidOver is what layers say together, the outermost first.
func laidOver(layers []policy.Set) policy.Set {
	all := policy.Set{}
	for _, layer := range slices.Backward(layers) {
		all = policy.Overlay(all, layer)
	}
	return all
}

func ofProduct(s policy.Set) bool { return s.Product != nil }

func partOfCallJSON(r graph.Route) jsonPart {
	return jsonPart{
		Match: r.Match, Methods: r.Methods, Idempotent: r.Idempotent,
		Layers: convert(r.Layers, func(s policy.Set) jsonPartLayer {
			return jsonPartLayer{Layer: s.Layer.String(), Product: s.Product.String(), Policy: policyJSON(&s)}
		}),
	}
}

func observedJSON(g *graph.Graph, o *graph.Observed) *jsonObserved {
	if o == nil {
		return &jsonObserved{}
	}
	j := &jsonObserved{Calls: o.Calls, Errors: o.Errors, Retries: o.Retries, Weighted: o.Weighted}
	if sketch, err := o.Latency.MarshalBinary(); err == nil && len(sketch) > 0 {
		j.Latency = &jsonLatency{P50: quantileText(o, 0.5), P95: quantileText(o, 0.95), P99: quantileText(o, 0.99), Sketch: sketch}
	}
	spreadJSON(j, g, &o.Spread)
	return j
}

func compareOrigins(a, b jsonOrigin) int {
	return graph.Origin(a).Compare(graph.Origin(b))
}

func evidenceJSON(e *graph.Evidence) jsonEvidence {
	j := jsonEvidence{
		Way: e.Way, Strength: e.Strength.String(), Class: e.Class.String(), Key: e.Key, Protocol: e.Protocol,
		Methods: e.Methods, Idempotent: e.Idempotent, Database: e.Database, Port: e.Port, Origin: originJSON(e.Origin),
		Observed: e.Observed, Fallback: e.Fallback, Mirror: e.Mirror, Match: e.Match,
		Tolerant: e.Tolerant, Fresh: e.Fresh,
	}
	if e.Mode != graph.ModeUnknown {
		j.Mode = e.Mode.String()
	}
	if e.Need != graph.NeedUnknown {
		j.Need = e.Need.String()
	}
	if !e.Says.Empty() {
		j.Layer, j.Product, j.Policy = e.Says.Layer.String(), e.Says.Product.String(), policyJSON(e.Says)
	}
	return j
}

func findingJSON(f analyze.Finding) any { return toFinding(f) }

func toFinding(f analyze.Finding) jsonFinding {
	j := jsonFinding{
		Rule: f.Rule.ID, Severity: f.Severity.String(), Confidence: f.Confidence.String(),
		Subject: f.Subject, Message: f.Message, Hint: f.Hint,
		Origins: convert(f.Origins, originJSON), Fingerprint: f.Fingerprint,
	}
	if len(f.Values) > 0 {
		j.Values = make(map[string]string, len(f.Values))
		for _, v := range f.Values {
			j.Values[v.Key] = v.Value
		}
	}
	return j
}

func cycleJSON(g *graph.Graph, c *analyze.Cycle) jsonCycle {
	return jsonCycle{
		Services: rawIDs(g, c.Services), Loop: rawIDs(g, c.Loop), Sync: c.Sync, Calls: c.Calls,
		SelfCalls: rawIDs(g, c.SelfCalls), Exact: c.Exact, Cut: rawIDs(g, c.Cut[:]), Left: c.Left, Factor: finite(c.Factor), Storm: rawIDs(g, c.Storm),
		Cuts: convert(c.Cuts, func(k analyze.Cut) jsonCut {
			return jsonCut{From: g.ID(k.From), To: g.ID(k.To), Reason: k.Reason.String(), Why: k.Why}
		}),
	}
}

func fanJSON(g *graph.Graph, f *analyze.Fan) jsonFan {
	return jsonFan{
		Services: convert(f.Services, func(row analyze.FanRow) jsonFanRow { return fanRowJSON(g, row) }),
		Deepest:  rawIDs(g, f.Deepest), Depth: f.Depth, Layers: f.Layers,
		Gates: convert(f.Gates, func(gate analyze.Gate) jsonGate {
			return jsonGate{ID: g.ID(gate.Node), Behind: rawIDs(g, gate.Behind), Lacks: convert(gate.Lacks, same)}
		}),
	}
}

func fanRowJSON(g *graph.Graph, r analyze.FanRow) jsonFanRow {
	return jsonFanRow{
		ID: g.ID(r.Node), FanOut: r.Out, FanIn: r.In, Depth: r.Depth, Layer: r.Layer,
		Role: r.Role.String(), Reach: r.Reach, Impact: r.Impact, Behind: r.Behind, Available: availableJSON(g, r.Available),
		Amp: finite(r.Amp), AmpPath: rawIDs(g, r.AmpPath),
	}
}

func availableJSON(g *graph.Graph, a *analyze.Availability) *jsonAvailable {
	if a == nil {
		return nil
	}
	j := &jsonAvailable{
		Expected: rounded(a.Expected), Promised: rounded(a.Promised), Exact: a.Exact, Counted: a.Counted, Unknown: a.Unknown, Silent: rawIDs(g, a.Silent),
		Worst: convert(a.Worst, func(c analyze.Contributor) jsonContributor { return jsonContributor{g.ID(c.Node), c.Objective} }),
	}
	if a.Objective > 0 {
		j.Objective = &a.Objective
	}
	return j
}

// rounded is a percentage without what floating-point numbers add to it, the same on
// every machine.
func rounded(percent float64) float64 { return math.Round(percent*1e8) / 1e8 }

func pathJSON(g *graph.Graph, p *analyze.Path) jsonPath {
	chains := func(cs [][]graph.Node) [][]string {
		return convert(cs, func(c []graph.Node) []string { return rawIDs(g, c) })
	}
	return jsonPath{From: g.ID(p.From), To: g.ID(p.To), Forward: chains(p.Forward), Back: chains(p.Back), More: p.More}
}

func focusJSON(g *graph.Graph, f *analyze.Focus) jsonFocus {
	call := func(e graph.Edge) jsonCall { return callJSON(g, e) }
	j := jsonFocus{
		Service: serviceJSON(g.Service(f.Node)),
		Calls:   convert(f.Calls, call), CalledBy: convert(f.Called, call),
		Impact: incidentJSON(g, &f.Impact), Needs: rawIDs(g, f.Needs), Fan: fanRowJSON(g, f.Row),
		Findings: convert(f.Findings, toFinding),
	}
	if f.Cycle != nil {
		c := cycleJSON(g, f.Cycle)
		j.Cycle = &c
	}
	return j
}

func coverageJSON(g *graph.Graph) jsonCoverage {
	c := g.Coverage()
	j := jsonCoverage{
		Files: c.Files, Documents: c.Documents, Bytes: c.Bytes, Read: make(map[string]int, len(c.Read)),
		Skipped: convert(c.Skipped, func(n graph.Count) jsonSkipped {
			s := jsonSkipped{Kind: n.Name, Count: n.Count}
			if n.First.File != "" {
				o := originJSON(n.First)
				s.First = &o
			}
			return s
		}),
		Unresolved: convert(c.Unresolved, func(u graph.Unresolved) jsonUnresolved {
			return jsonUnresolved{Address: u.Address, From: u.From, Key: u.Key, Why: u.Why, Origin: originJSON(u.Origin)}
		}),
		Errors: convert(c.Problems, func(p graph.Problem) jsonProblem {
			level := []string{graph.Note: "note", graph.Skipped: "skipped", graph.Failed: "failed"}[p.Level]
			return jsonProblem{Level: level, Message: p.Message, Hint: p.Hint, Origin: originJSON(p.Origin)}
		}),
		Silent: rawIDs(g, c.Silent),
	}
	for _, n := range c.Read {
		j.Read[n.Name] = n.Count
	}
	if s := c.Spans; s.Spans > 0 {
		j.Spans = &jsonSpans{
			Count: s.Spans, Traces: s.Traces, Duplicates: s.Duplicates, Orphans: s.Orphans, Broken: s.Broken,
			Unresolved: s.Unresolved, Nameless: s.Nameless, Spilled: s.Spilled,
		}
	}
	return j
}
