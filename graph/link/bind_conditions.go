package link

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// excludes returns which condition of a policy excludes a call to one of its callees, if all
// others hold: NoCaller, NotExported, NotLookedUp, NoPort or OtherMesh; NotUnbound if not one does.
func (b *binder) excludes(p *graph.Policy, e graph.Edge, froms, tos []graph.Node, anyFrom, anyTo bool) graph.UnboundReason {
	onAnyPort := *p
	onAnyPort.Port = 0
	from := b.g.From(e)
	callee, ok := b.calleeOf(&onAnyPort, e, b.g.Evidence(e), tos, anyTo)
	if !ok || !b.g.Class(e).Core() || b.asks(e) {
		return graph.NotUnbound
	}
	_, found := lookup(p.Lookup, p.Namespace, p.Product, b.g.Service(from), b.g.Service(callee))
	_, onPort := b.calleeOf(p, e, b.g.Evidence(e), tos, anyTo)
	why := graph.NotUnbound
	for _, condition := range []struct {
		holds  bool
		reason graph.UnboundReason
	}{
		{anyFrom || isAmong(froms, from), graph.NoCaller},
		{b.exported(p, from), graph.NotExported},
		{found, graph.NotLookedUp},
		{onPort, graph.NoPort},
		{b.ofMesh(p, from, callee), graph.OtherMesh},
	} {
		switch {
		case condition.holds:
		case why != graph.NotUnbound:
			return graph.NotUnbound
		default:
			why = condition.reason
		}
	}
	return why
}

// behindProxy reports whether the callee of a call is in the mesh of a policy. Unknown
// membership counts as inside for services that the policy or the call says so of, and for
// programs.
func (b *binder) behindProxy(p *graph.Policy, e graph.Edge, callee graph.Node) bool {
	s := b.g.Service(callee)
	m, known := s.Member(p.Product)
	return m.In || !known && (len(p.To) > 0 || b.addressed(e, p.Product) || s.Kind == graph.KindService || s.Kind == graph.KindGateway)
}

// asks reports whether the caller asks the callee alone whether requests may pass.
func (b *binder) asks(e graph.Edge) bool {
	var one [1]graph.Evidence
	return !slices.ContainsFunc(b.g.EvidenceIn(e, &one), func(ev graph.Evidence) bool { return ev.Class.Core() && !ev.Asked })
}

// isLogin reports whether all settings that show a call are those of logins, which libraries of their
// own call.
func (b *binder) isLogin(e graph.Edge) bool {
	var one [1]graph.Evidence
	return !slices.ContainsFunc(b.g.EvidenceIn(e, &one), func(ev graph.Evidence) bool { return ev.Class.Core() && !address.IsLogin(ev.Key) })
}

// ofOtherClass reports whether a gateway is an object whose class is not that of the product of
// a policy: then it runs another proxy, whatever mesh its namespace is in.
func (b *binder) ofOtherClass(p *graph.Policy, from graph.Node) bool {
	s := b.g.Service(from)
	if s.Kind != graph.KindGateway || len(s.Images) > 0 || len(s.Origins) == 0 || b.l == nil {
		return false
	}
	if reader := s.Origins[0].Reader(); reader != kubernetes && reader != product.GatewayAPI.Name {
		return false
	}
	if m, known := s.Carrier(p.Product); known && m.In {
		return false
	}
	return !slices.ContainsFunc(b.classes, func(c *graph.Policy) bool {
		froms, _ := b.nodes(c, c.From)
		return c.Product.Is(p.Product) && isAmong(froms, from)
	})
}

// calleeOf returns the service as which a policy meets the callee of the part of a call that
// evidence shows, and false if it is not for the part by callee, port and rule.
func (b *binder) calleeOf(p *graph.Policy, e graph.Edge, evidence []graph.Evidence, tos []graph.Node, anyTo bool) (callee graph.Node, ok bool) {
	to := b.g.To(e)
	if !b.sentOn[e] { // no route has moved it here
		ok := anyTo || isAmong(tos, to)
		return to, ok && (p.Port == 0 || b.onPort(e, p.Port)) && (p.Rule.IsZero() || slices.ContainsFunc(evidence, func(ev graph.Evidence) bool {
			return ev.Class.Core() && isOfRule(p, &ev)
		}))
	}
	for i := range evidence {
		ev := &evidence[i]
		if !ev.Class.Core() || !isOfRule(p, ev) {
			continue
		}
		callee, ok := b.meets(p, e, ev, tos)
		port := portOf(ev)
		if callee != to && ev.ThroughPort != 0 {
			port = ev.ThroughPort
		}
		if (anyTo || ok) && (p.Port == 0 || port == 0 || port == p.Port) {
			return callee, true
		}
	}
	return to, false
}

// isOfRule reports whether the part of a call that evidence shows is that of a policy's rule,
// if the route of the rule made the parts.
func isOfRule(p *graph.Policy, ev *graph.Evidence) bool {
	return p.Rule.IsZero() || !slices.Contains(ev.Via, p.Rule) || withoutListener(ev.Match) == p.Match
}

// meets returns the name of the callee by which a policy meets a call, and whether it is
// among the callees of the policy.
func (b *binder) meets(p *graph.Policy, e graph.Edge, ev *graph.Evidence, tos []graph.Node) (callee graph.Node, ok bool) {
	to := b.g.To(e)
	named := addressee(b.g, e, ev)
	which := p.ToIs
	if p.Says.Layer == policy.ServerProxy {
		which = graph.Destination // whose proxy it is
	}
	switch {
	case which == graph.NamedHost:
		return named, isAmong(tos, named)
	case isAmong(tos, to):
		return to, true
	case which == graph.EitherName && isAmong(tos, named):
		return named, true
	case which == graph.Destination && p.Says.Layer == policy.ServerProxy:
		return to, false
	}
	i := slices.IndexFunc(b.behind[e], func(v graph.Node) bool { return isAmong(tos, v) })
	if i >= 0 {
		return b.behind[e][i], true
	}
	return to, false
}

// precisionOf returns the precision by which a policy names a service, that of its best host.
func (b *binder) precisionOf(p *graph.Policy, name graph.Node) int {
	best := exactHost
	for i := range p.To {
		best = min(best, precision(p.To[i].Host.Host))
	}
	if best == exactHost {
		return best
	}
	for i := range p.To {
		here := precision(p.To[i].Host.Host)
		if here > best && isAmong(b.party(&p.To[i]), name) {
			best = here
		}
	}
	return best
}

// goesBy reports whether a service that a caller addresses for a call, or its callee, is one
// that is asked for.
func (b *binder) goesBy(e graph.Edge, is func(*graph.Service) bool) bool {
	if is(b.g.Service(b.g.To(e))) {
		return true
	}
	return b.sentOn[e] && slices.ContainsFunc(b.g.Evidence(e), func(ev graph.Evidence) bool {
		v, ok := b.g.Node(ev.Through)
		return ok && is(b.g.Service(v))
	})
}

// lookup returns whether a product finds an object in a namespace for a call, and how early:
// greater is earlier.
func lookup(how graph.Lookup, namespace string, p *policy.Product, from, to *graph.Service) (order int, ok bool) {
	caller, callee := from.Namespace, to.Namespace
	switch how {
	case graph.CallersOwn:
		return 0, namespace == caller || namespace == "" || caller == ""
	case graph.CallerFirst, graph.NearCaller:
		switch {
		case namespace == caller:
			return 3, true
		case namespace == callee, callee == "":
			return 2, true
		case how == graph.CallerFirst && namespace != "" && namespace == p.OrNative().RootNamespace:
			return 1, true
		}
		return 0, namespace == "" // applied with one that the inputs do not give
	}
	return 0, true
}

func (b *binder) onPort(e graph.Edge, port int) bool {
	unknown := true
	for i := range b.g.Evidence(e) {
		switch p := portOf(&b.g.Evidence(e)[i]); p {
		case port:
			return true
		case 0:
		default:
			unknown = false
		}
	}
	return unknown
}

// portOf returns the port that is called, 0 if unknown: the one that is written, else
// that of the scheme of a URL.
func portOf(ev *graph.Evidence) int {
	if ev.Port == 0 && strings.HasSuffix(ev.Way, "-url") {
		return schemePorts[ev.Protocol]
	}
	return ev.Port
}

var schemePorts = map[string]int{"http": 80, "https": 443}

// opaque reports whether a call goes to a port that is declared for a protocol without
// requests.
func (b *binder) opaque(e graph.Edge) bool {
	opaque := false
	for _, p := range b.g.Service(b.g.To(e)).Ports {
		if !b.onPort(e, p.Number) {
			continue
		}
		if p.Protocol == "" && !b.isMessaging(e) || policy.HasRequests(p.Protocol) {
			return false
		}
		opaque = true
	}
	return opaque
}

// isMessaging reports whether a call without a declared protocol is to a broker or a cache:
// what these speak has no requests that a proxy could repeat, but for their consoles.
func (b *binder) isMessaging(e graph.Edge) bool {
	switch b.g.Service(b.g.To(e)).Kind {
	case graph.KindBroker, graph.KindTopic, graph.KindCache:
		return b.g.Protocol(e) == ""
	}
	return false
}

// mayUseProtocol reports whether a call can be of one of the protocols.
func (b *binder) mayUseProtocol(e graph.Edge, protocols []string) bool {
	switch b.g.Service(b.g.To(e)).Kind {
	case graph.KindDatabase, graph.KindCache, graph.KindBroker, graph.KindTopic:
		return false
	}
	protocol := b.g.Protocol(e)
	return protocol == "" || slices.Contains(protocols, protocol)
}
