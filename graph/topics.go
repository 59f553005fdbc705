package graph

// Traces name the topic of a message, manifests the broker that has the topic. A program
// that is declared to call a broker is thereby declared to use its topics.

// ViaDeclaredBroker reports whether e, a call to or from a topic, goes through a broker that
// the program at its other end is declared to call. It walks the calls of that program.
func (g *Graph) ViaDeclaredBroker(e Edge) bool {
	program := g.from[e]
	switch {
	case g.services[g.to[e]].Kind == KindTopic:
	case g.services[program].Kind == KindTopic:
		program = g.to[e]
	default:
		return false
	}
	for f, hi := g.Out(program); f < hi; f++ {
		if c := g.Attributes(f); c.Declared && c.Strength > Allowed && g.services[c.To].Kind == KindBroker && alikeProtocols(c.Protocol, g.Protocol(e)) {
			return true
		}
	}
	return false
}

// ObservedAsTopics reports whether e, a call of a broker, was observed as calls to or from
// topics. It walks the calls that the program makes and answers.
func (g *Graph) ObservedAsTopics(e Edge) bool {
	if g.services[g.to[e]].Kind != KindBroker {
		return false
	}
	program, protocol := g.from[e], g.Protocol(e)
	relays := func(f Edge, other Node) bool {
		return g.services[other].Kind == KindTopic && g.Observed(f) != nil && alikeProtocols(protocol, g.Protocol(f))
	}
	for f, hi := g.Out(program); f < hi; f++ {
		if relays(f, g.to[f]) {
			return true
		}
	}
	for _, f := range g.In(program) {
		if relays(f, g.from[f]) {
			return true
		}
	}
	return false
}

// alikeProtocols reports whether two protocols can be the same: they are equal, or one is
// unknown.
func alikeProtocols(a, b string) bool { return a == b || a == "" || b == "" }

// ObservedAsName reports whether e, a call that the routes of a mesh lead to its callee, was
// observed under the name that the caller calls.
func (g *Graph) ObservedAsName(e Edge) bool {
	for i := range g.Evidence(e) {
		if named, ok := g.lookup[g.Evidence(e)[i].Through]; ok {
			if f, ok := g.Edge(g.from[e], named); ok && g.Observed(f) != nil {
				return true
			}
		}
	}
	return false
}

// ViaDeclaredName reports whether e goes to a name from which the routes of a mesh lead calls
// of its caller on. It walks the calls of that caller.
func (g *Graph) ViaDeclaredName(e Edge) bool {
	for f, hi := g.Out(g.from[e]); f < hi; f++ {
		for i := range g.Evidence(f) {
			if ev := &g.Evidence(f)[i]; ev.Through != "" && !ev.Observed && ev.Through == g.ID(g.to[e]) {
				return true
			}
		}
	}
	return false
}
