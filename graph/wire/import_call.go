package wire

import (
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/sanitize"
	"github.com/weirgraph/weir/policy"
)

func (im *importer) call(c *Call) {
	from, to := im.services[c.From], im.services[c.To]
	if from == nil || to == nil {
		im.lost++
		return
	}
	from.called, to.called = true, true
	own := im.evidence(c, from, to)
	if says := c.Policy.toSet("", ""); !own && len(c.Parts) == 0 && !says.Empty() {
		says.Objects = policy.Objects{}
		im.policy(from, to, &Part{}, says)
	}
	for i := range c.Parts {
		part := &c.Parts[i]
		for k := range part.Layers {
			// What a document declares for its own call came with the evidence.
			if l := &part.Layers[k]; l.Product != "" || !own {
				im.policy(from, to, part, l.toSet())
			}
		}
	}
	if c.Observed != nil {
		im.observed(from, to, c)
	}
}

// maxNest bounds Nest.
const maxNest = 100

// toSet returns what a layer of a part is made of. The objects are those that the file
// names, and never the document itself.
func (l *PartLayer) toSet() *policy.Set {
	s := l.Policy.toSet(l.Layer, l.Product)
	s.Objects, s.Nest = policy.Objects{}.With(l.Objects), min(max(l.Nest, 0), maxNest)
	if s.Objects == nil {
		s.Objects = policy.Objects{}
	}
	return s
}

// evidence adds what declares a call, and reports whether any of it has a policy.
func (im *importer) evidence(c *Call, from, to *importedService) (own bool) {
	for i := range c.Evidence {
		if c.Evidence[i].Observed {
			continue
		}
		for _, s := range [...]*importedService{from, to} {
			if s.kind == graph.KindTopic && !s.Defined && !s.manifest() {
				im.name(s)
			}
		}
		fact := graph.CallFact{From: from.party(from), To: to.party(from), Evidence: c.Evidence[i].toEvidence()}
		own = own || !fact.Says.Empty()
		im.facts.Calls = append(im.facts.Calls, fact)
		for k, n := range c.Evidence[i].Group {
			if k > 0 {
				im.facts.Calls = append(im.facts.Calls, fact)
			}
			im.placed = append(im.placed, placed{len(im.facts.Calls) - 1, c.To, n})
		}
	}
	return own
}

// policy adds what acts on a part of a call.
func (im *importer) policy(from, to *importedService, part *Part, says *policy.Set) {
	im.facts.Policies = append(im.facts.Policies, graph.Policy{
		Origin: im.at, Product: says.Product, Object: "weir/" + from.ID + "->" + to.ID, Namespace: from.Namespace,
		From: []graph.EndpointRef{from.party(from)}, To: []graph.EndpointRef{to.party(from)}, ToIs: graph.Destination, Match: part.Match, Idempotent: part.Idempotent, Says: *says,
	})
}

// observed adds what was seen of a call. The amounts are those of all ways in which it
// was seen, and go with the first.
func (im *importer) observed(from, to *importedService, c *Call) {
	sum, damaged := c.Observed.toObserved()
	if damaged != nil {
		im.problem(im.at, graph.Failed, "the counts are read", "the latency of %s -> %s is damaged: %v", from.ID, to.ID, damaged)
	}
	for _, e := range c.ways(im.at) {
		o := graph.Observation{
			From: from.tracePeer(0), To: to.tracePeer(e.Port), Observed: sum,
			Sighting: &graph.Sighting{Way: e.Way, Mode: word[graph.Mode](graph.Modes, e.Mode), Protocol: e.Protocol},
		}
		o.SetOrigin(toOrigin(&e.Origin))
		im.seen = append(im.seen, o)
		sum = graph.Observed{}
	}
	for _, b := range c.Observed.Beside {
		with := im.services[sanitize.Text(b.To)]
		if with == nil {
			im.lost++
			continue
		}
		im.facts.Pairs = append(im.facts.Pairs, graph.PairObservation{
			From: from.tracePeer(0), To: to.tracePeer(0), With: with.tracePeer(0),
			Requests: float64(b.Requests), Overlapping: float64(b.Overlapping), InTurn: float64(b.InTurn),
		})
	}
}

// ways is the evidence of a call that was observed, at least one.
func (c *Call) ways(document graph.Origin) []*Evidence {
	var list []*Evidence
	for i := range c.Evidence {
		if c.Evidence[i].Observed {
			list = append(list, &c.Evidence[i])
		}
	}
	if list == nil {
		list = append(list, &Evidence{Way: "weir", Mode: graph.Sync.String(), Origin: FromOrigin(document)})
	}
	return list
}
