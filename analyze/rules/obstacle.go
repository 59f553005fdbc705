package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// Why a call lacks what an object in the inputs declares for its callee: the object is for
// other callers, namespaces or ports, for gateways alone, or another object hides it. Rules
// that report what is missing name it, with its place.

// An obstacle is an object that would give a call what it lacks, and does not act on it.
type obstacle struct {
	text   string // follows the message: "Resiliency/back/books sets one, for calls from ..."
	hint   string // how the object would act; empty if the remedy of the rule is the way
	fix    analyze.Fix
	origin graph.Origin
}

// obstacleOf returns why a call lacks what serves a purpose, and false if no object would give it.
// Of several objects the one counts that is nearest to acting.
func obstacleOf(p *Pass, e graph.Edge, purpose policy.Purpose) (obstacle, bool) {
	for _, n := range nearMisses(p)[e] {
		if gives(&n.policy.Says, purpose) {
			return n.explain(p, e), true
		}
	}
	return obstacle{}, false
}

// explain adds an obstacle to a finding.
func (c obstacle) explain(f *analyze.Finding) {
	f.Message += "; " + c.text
	f.Alike.Cause += " " + c.text
	f.Alike.Says += "; " + c.text
	if c.hint != "" {
		f.Hint, f.Alike.Hint, f.Fix = c.hint, c.hint, c.fix
	}
	if c.origin.File() != "" && !slices.Contains(f.Origins, c.origin) {
		f.Origins = append([]graph.Origin{c.origin}, f.Origins...)
	}
}

// gives reports whether a set declares what serves a purpose.
func gives(s *policy.Set, purpose policy.Purpose) bool {
	switch purpose {
	case policy.TotalTimeout:
		return s.Timeout != nil && (isSaid(s.Timeout.Total) || isSaid(s.Timeout.PerTry) || isSaid(s.Timeout.ReadGap))
	case policy.Retries:
		return s.Retry != nil && (isSaid(s.Retry.Retries) || isSaid(s.Retry.On))
	case policy.CircuitBreaker:
		return s.Breaker != nil && s.Breaker.IsWritten()
	case policy.ConcurrencyLimit:
		return s.Bulkhead != nil && (isSaid(s.Bulkhead.MaxConcurrent) || isSaid(s.Bulkhead.MaxConnections) || isSaid(s.Bulkhead.MaxPending))
	}
	return false
}

func isSaid[T any](s policy.Setting[T]) bool {
	return s.Provenance == policy.Explicit || s.Provenance == policy.MeshDefault
}

// A nearMiss is a policy that would act on a call but for one thing.
type nearMiss struct {
	policy *graph.BoundPolicy
	why    nearness
	reason graph.UnboundReason // of a missed one
	by     *graph.Policy       // of a hidden one
	others int                 // further ones beside an unreferenced one
}

// A nearness is what keeps a policy from a call, the nearest to acting first.
type nearness uint8

const (
	hidden       nearness = iota // by another object
	outside                      // the caller has no proxy of its mesh
	opaque                       // its product sees no requests there
	bypassed                     // it is for gateways alone
	missed                       // one of its conditions excludes the call
	astray                       // its callee is named by a name that leads to no service from its namespace
	misplaced                    // what names the object that it belongs to is where its product does not read it
	misspelled                   // the name of its callee is that of no service, and like this one's
	apart                        // the object that it belongs to is in another namespace, where it is not looked up
	misnamed                     // the object that it belongs to is not there, and its name is like that of one that is
	unreferenced                 // the object that it belongs to is named by no route
	unclaimed                    // no Service names the object that it belongs to
	unincluded                   // it is one of routes to the callee that no gateway has
)

var nearMissesOf = analyze.NewMemo[analyze.Once, map[graph.Edge][]nearMiss]("the policies that almost act on each call")

// nearMisses returns for each call the policies that would act on it but for one thing, the
// nearest first.
func nearMisses(p *Pass) map[graph.Edge][]nearMiss {
	return nearMissesOf.Of(p.Analysis, analyze.Once{}, func() map[graph.Edge][]nearMiss {
		near, named := map[graph.Edge][]nearMiss{}, callsByName(p.Core)
		var unreferred []readerIn                    // where no route names some, in the order of the policies
		alone := map[readerIn][]*graph.BoundPolicy{} // these
		var services []*graph.BoundPolicy            // where no Service names them
		add := func(calls []graph.Edge, n nearMiss) {
			for _, e := range calls {
				near[e] = append(near[e], n)
			}
		}
		for _, b := range p.Core.Policies() {
			if b.Says.Objects != nil { // of a saved graph, which has what acts on each call and no objects
				continue
			}
			for _, s := range b.Shadows {
				if s.Field == "" && s.By.Object != b.Object && !b.Default {
					add(s.Calls, nearMiss{policy: b, why: hidden, by: s.By})
				}
			}
			add(b.BypassedBy, nearMiss{policy: b, why: bypassed})
			if b.UnboundReason == graph.OtherMesh {
				for _, m := range b.Missed {
					add(m.Calls, nearMiss{policy: b, why: missed, reason: m.Reason})
				}
				continue
			}
			if b.UnboundReason != graph.NotUnbound {
				add(p.misspelledCalls(b, named), nearMiss{policy: b, why: misspelled})
			}
			if b.UnboundReason == graph.NoRoute && !b.Of.IsZero() {
				if by := p.misplaced()[b.Object]; by != nil && by.object == b.Object {
					for i := range b.To {
						add(p.callsTo(named, &b.To[i]), nearMiss{policy: b, why: misplaced})
					}
				} else if by != nil {
					add(by.calls, nearMiss{policy: b, why: misplaced})
				} else if meant, ok := p.elsewhere(b); ok {
					add(p.routed().calls[meant], nearMiss{policy: b, why: apart})
				} else if meant, ok := p.nearObject(b); ok {
					add(p.routed().calls[meant], nearMiss{policy: b, why: misnamed})
				} else if _, ok := referring(b); ok {
					in := readerIn{b.Origin.Reader(), b.Namespace}
					if alone[in] == nil {
						unreferred = append(unreferred, in)
					}
					alone[in] = append(alone[in], b)
				}
			}
			if annotation, _ := serviceAnnotation(b); annotation != "" {
				services = append(services, b)
			}
			if _, ok := leftOut(b); ok {
				for i := range b.To {
					add(slices.DeleteFunc(p.callsTo(named, &b.To[i]), func(e graph.Edge) bool { return !p.routesOf(e, b.Origin.Reader()) }), nearMiss{policy: b, why: unincluded})
				}
			}
			if b.Says.Layer != policy.ClientProxy || len(b.To) == 0 { // those of programs and gateways are meant for them
				continue
			}
			add(b.Outside, nearMiss{policy: b, why: outside})
			add(b.Opaque, nearMiss{policy: b, why: opaque})
			for _, m := range b.Missed {
				add(m.Calls, nearMiss{policy: b, why: missed, reason: m.Reason})
			}
			if b.UnboundReason == graph.NoCallee && b.CalleeAlias == "" {
				for i := range b.To {
					add(named[firstLabel(partyName(&b.To[i]))], nearMiss{policy: b, why: astray})
				}
			}
		}
		if len(unreferred) > 0 {
			calls := p.gatewayCalls()
			for _, in := range unreferred {
				add(calls[in], nearMiss{policy: alone[in][0], why: unreferenced, others: len(alone[in]) - 1})
			}
		}
		objects := map[graph.Ref]map[string]bool{} // that none names, by kind and namespace
		for _, b := range services {
			of := graph.Ref{Kind: kindOf(b.Object), Namespace: b.Namespace}
			if objects[of] == nil {
				objects[of] = map[string]bool{}
			}
			objects[of][b.Object] = true
		}
		for _, b := range services {
			alone := len(objects[graph.Ref{Kind: kindOf(b.Object), Namespace: b.Namespace}]) == 1
			add(p.unclaimed(b, alone), nearMiss{policy: b, why: unclaimed})
		}
		for _, list := range near {
			slices.SortStableFunc(list, func(a, b nearMiss) int { return int(a.why) - int(b.why) })
		}
		return near
	})
}

// callsByName returns the calls to services in namespaces, by the name of the callee.
func callsByName(g *graph.Graph) map[string][]graph.Edge {
	calls := map[string][]graph.Edge{}
	for e := range graph.Edge(g.Calls()) {
		if callee := g.Service(g.To(e)); callee.Namespace != "" {
			calls[callee.Name] = append(calls[callee.Name], e)
		}
	}
	return calls
}

// callsTo returns the calls to the services that a party names, looked up in its namespace.
func (p *Pass) callsTo(byName map[string][]graph.Edge, party *graph.EndpointRef) []graph.Edge {
	name, in := partyName(party), namespaceOf(party)
	return slices.DeleteFunc(slices.Clone(byName[firstLabel(name)]), func(e graph.Edge) bool {
		to := p.Core.Service(p.Core.To(e))
		return !isCallee(to, name) || in != "" && to.Namespace != in
	})
}

// misspelledCalls returns the calls that a policy would be for if the name of its callee, which is that
// of no service, were written as the one that it is like: of callers that it names, and to callees in
// the namespace that it names.
func (p *Pass) misspelledCalls(b *graph.BoundPolicy, named map[string][]graph.Edge) []graph.Edge {
	var calls []graph.Edge
	for i := range b.To {
		name := firstLabel(partyName(&b.To[i]))
		if len(p.serviceNames().defined[name]) > 0 {
			continue
		}
		for _, e := range named[nearName(p, name)] {
			if in := namespaceOf(&b.To[i]); (in == "" || p.Core.Service(p.Core.To(e)).Namespace == in) && p.isCaller(b, e) {
				calls = append(calls, e)
			}
		}
	}
	return calls
}

// namespaceOf is the namespace that a party names, else the one where its name is looked up, and empty
// if its names are the same in all.
func namespaceOf(party *graph.EndpointRef) string {
	if _, rest, long := strings.Cut(partyName(party), "."); long {
		return firstLabel(rest)
	}
	return cmp.Or(party.Ref.Namespace, party.Namespace)
}

// isCaller reports whether a policy that names its callers names that of e.
func (p *Pass) isCaller(b *graph.BoundPolicy, e graph.Edge) bool {
	caller := p.Core.Service(p.Core.From(e))
	return len(b.From) == 0 || slices.ContainsFunc(b.From, func(from graph.EndpointRef) bool { return isCallee(caller, partyName(&from)) })
}

// explain writes why a policy does not act on a call.
func (n nearMiss) explain(p *Pass, e graph.Edge) obstacle {
	b, from := n.policy, p.Core.Service(p.Core.From(e))
	c := obstacle{origin: b.Origin}
	product := b.Product.DisplayName()
	switch n.why {
	case hidden:
		c.text = fmt.Sprintf("%s declares one, but %s is in its place (%s)", b.Object, n.by.Object, n.by.Origin)
		kind, _, _ := strings.Cut(n.by.Object, "/")
		if with, ok := b.Product.OrNative().Merges[kind]; ok && !n.by.Merge && n.by.Rank > b.Rank {
			c.text = fmt.Sprintf("%s declares one, but %s without %s replaces it as a whole (%s)", b.Object, n.by.Object, with.Path, n.by.Origin)
			c.hint = fmt.Sprintf("set %s of %s to %s, or declare what this call needs there", with.Path, named(n.by.Object), with.Value)
			c.fix = fixOf(n.by, with)
		}
	case outside:
		c.text = fmt.Sprintf("%s declares one, but acts in proxies of %s, which %s does not have", b.Object, product, from.ID)
		c.hint = fmt.Sprintf("add %s to the mesh of %s, or set a timeout in its code", from.ID, product)
	case opaque:
		if b.OpaqueBy != nil {
			c.text = fmt.Sprintf("%s declares one, but %s declares protocol %q, with which %s refuses it", b.Object, b.OpaqueBy.Object, b.OpaqueBy.Protocol, product)
			c.hint, c.fix = requestsHint(p, b, b.OpaqueBy, p.Core.From(e), p.Core.To(e))
			break
		}
		c.text = fmt.Sprintf("%s declares one, but the port is declared for bytes, where %s sees no requests", b.Object, product)
		c.hint = `name the port "http" or "http-...", or set "appProtocol: http"`
		c.fix = p.protocolFix(p.Core.Service(p.Core.To(e)))
	case bypassed:
		c.text = fmt.Sprintf("%s declares one for gateways only", b.Object)
		c.hint = fmt.Sprintf(`add "mesh" to spec.gateways of %s`, named(b.Object))
		c.fix = fixOf(b.Policy, policy.Edit{Op: policy.OpAdd, Path: "spec.gateways[+]", Value: "mesh"})
	case missed:
		n.missed(from, p.Core.Service(p.Core.To(e)), &c)
	case misplaced:
		by := p.misplaced()[b.Object]
		if by.object == b.Object { // its own name
			c.text = fmt.Sprintf("%s declares one, but %s", b.Object, by.flaw.Why)
			c.hint, c.fix = strings.Replace(by.flaw.Hint, "name it ", "name "+named(b.Object)+" ", 1), flawFix(p, by.policy, by.flaw)
			break
		}
		c.text = fmt.Sprintf("%s declares one, but %s of %s, which names it, has no effect: %s (%s)", b.Object, by.flaw.Field, by.object, by.flaw.Why, by.flaw.Origin)
		c.hint, c.fix = strings.Replace(by.flaw.Hint, "move it ", "move "+by.flaw.Field+" ", 1), flawFix(p, by.policy, by.flaw)
	case misnamed, unreferenced, apart:
		n.explainObject(p, e, &c)
	case unclaimed:
		c.text, c.hint, c.fix = explainUnclaimed(p, b, e)
	case unincluded:
		c.text = fmt.Sprintf("%s declares one, but nothing routes to it", b.Object)
		c.hint = fmt.Sprintf("refer to %s in the routes of %s, or delete it", named(b.Object), from.ID)
		c.fix = analyze.Fix{None: analyze.NoEdit}
	case misspelled:
		to := p.Core.Service(p.Core.To(e))
		c.text = fmt.Sprintf("%s declares one for %s, which is no service", b.Object, partyNames(b.To))
		c.hint = fmt.Sprintf("write %q in %s", to.Name, named(b.Object))
		for i := range b.To {
			if name := partyName(&b.To[i]); nearName(p, firstLabel(name)) == to.Name {
				c.fix = namesInstead(b, name, to.Name)
			}
		}
	case astray:
		to := p.Core.Service(p.Core.To(e))
		c.text = fmt.Sprintf("%s declares one for %s, which is no service from namespace %q", b.Object, partyNames(b.To), b.To[0].Namespace)
		c.hint = fmt.Sprintf("write the full name in %s, %q", named(b.Object), fullName(to))
		c.fix = namesInstead(b, firstLabel(partyName(&b.To[0])), fullName(to))
		if servesGateways(p, b.Object) {
			c.hint = fmt.Sprintf("add %q to the hosts of %s", fullName(to), named(b.Object))
			c.fix = fixOf(b.Policy, policy.Edit{Op: policy.OpAdd, Path: "spec.hosts[+]", Value: fullName(to)})
		}
	}
	return c
}

// missed writes why a condition of a policy excludes the calls from one service to another.
func (n nearMiss) missed(from, to *graph.Service, c *obstacle) {
	b := n.policy
	switch n.reason {
	case graph.NotExported:
		c.text = fmt.Sprintf("%s declares one, but is exported to %s, not to %q", b.Object, quoted(b.FromNamespaces), from.Namespace)
		c.hint = fmt.Sprintf("export %s to %q", named(b.Object), from.Namespace)
		c.fix = fixOf(b.Policy, policy.Edit{Op: policy.OpAdd, Path: "spec.exportTo[+]", Value: from.Namespace})
	case graph.NotLookedUp:
		c.text = fmt.Sprintf("%s declares one, but %s looks for it in the namespaces of caller and callee, not in %q", b.Object, b.Product.DisplayName(), b.Namespace)
		c.hint = fmt.Sprintf("move %s to the namespace of the callee", named(b.Object))
		c.fix = fixOf(b.Policy, policy.Edit{Path: "metadata.namespace", Value: to.Namespace})
		if b.Lookup == graph.CallersOwn {
			c.text = fmt.Sprintf("%s declares one, but acts on calls from its own namespace %q only", b.Object, b.Namespace)
			c.hint = fmt.Sprintf("add a copy of %s to the namespace %q", named(b.Object), from.Namespace)
			c.fix = fixOf(b.Policy, policy.Edit{Path: "metadata.namespace", Value: from.Namespace})
			c.fix.Changes[0].Copy = true
		}
	case graph.OtherMesh:
		mesh := proxyMesh(b, from, to)
		c.text = fmt.Sprintf("%s declares one for mesh %q, and %s is in mesh %q", b.Object, b.Mesh, proxyOwner(b, from, to).ID, mesh)
		c.hint, c.fix = intoMesh(b, mesh)
	case graph.NoPort:
		c.text = fmt.Sprintf("%s declares one for port %d only", b.Object, b.Port)
		c.hint = fmt.Sprintf("remove the port from %s, or add the one of this call", named(b.Object))
	default:
		c.text = fmt.Sprintf("%s declares one for other callers only", b.Object)
		c.hint = fmt.Sprintf("add %s to the callers of %s", from.ID, named(b.Object))
	}
}

// proxyOwner is the service in whose proxy a policy acts on the calls from one service to another.
func proxyOwner(b *graph.BoundPolicy, from, to *graph.Service) *graph.Service {
	if b.Says.Layer == policy.ServerProxy {
		return to
	}
	return from
}

// proxyMesh is the name of the mesh of that proxy.
func proxyMesh(b *graph.BoundPolicy, from, to *graph.Service) string {
	m, _ := proxyOwner(b, from, to).Member(b.Product)
	return m.Mesh
}

// intoMesh is how a policy acts in the mesh of this name.
func intoMesh(b *graph.BoundPolicy, mesh string) (string, analyze.Fix) {
	path := cmp.Or(b.Paths[graph.MeshPath], "metadata.labels["+b.Product.MeshKey+"]")
	return fmt.Sprintf("set %s of %s to %q", path, named(b.Object), mesh), fixOf(b.Policy, policy.Edit{Path: path, Value: mesh})
}

// named is an object as hints name it, "VirtualService shop/cart".
func named(object string) string { return strings.Replace(object, "/", " ", 1) }

// fullName is the name of a service in its cluster.
func fullName(s *graph.Service) string { return s.Name + "." + s.Namespace + ".svc.cluster.local" }

var gatewayObjects = analyze.NewMemo[analyze.Once, map[string]bool]("the objects with policies for calls of gateways")

// servesGateways reports whether an object has a part for calls of gateways: a name that is none
// inside the cluster may be for them.
func servesGateways(p *Pass, object string) bool {
	return gatewayObjects.Of(p.Analysis, analyze.Once{}, func() map[string]bool {
		objects := map[string]bool{}
		for _, b := range p.Graph.Policies() {
			if slices.ContainsFunc(b.Calls, func(e graph.Edge) bool { return p.Graph.Service(p.Graph.From(e)).Kind == graph.KindGateway }) {
				objects[b.Object] = true
			}
		}
		return objects
	})[object]
}

// referring returns how an object of the kind of b's is written and named by others, and false if
// objects of its kind act without.
func referring(b *graph.BoundPolicy) (policy.Remediation, bool) {
	way, ok := b.Product.OrNative().Remediation(policy.TotalTimeout, b.Of.Kind)
	return way, ok && way.Kind == b.Of.Kind && way.Refers != nil
}

// A readerIn is a reader, with a namespace in which it has found objects.
type readerIn struct{ reader, namespace string }

// gatewayCalls are those of gateways, by the readers that have found them and the namespaces of the
// callees.
func (p *Pass) gatewayCalls() map[readerIn][]graph.Edge {
	by := map[readerIn][]graph.Edge{}
	for e := range graph.Edge(p.Core.Calls()) {
		if !fromGateway(p, e) {
			continue
		}
		for _, ev := range p.Core.Evidence(e) {
			in := readerIn{ev.Origin.Reader(), p.Core.Service(p.Core.To(e)).Namespace}
			if calls := by[in]; len(calls) == 0 || calls[len(calls)-1] != e {
				by[in] = append(calls, e)
			}
		}
	}
	return by
}

// routesOf reports whether a reader has found a call of a gateway.
func (p *Pass) routesOf(e graph.Edge, reader string) bool {
	return fromGateway(p, e) && slices.ContainsFunc(p.Core.Evidence(e), func(ev graph.Evidence) bool { return ev.Origin.Reader() == reader })
}

// explainObject writes why a policy of an object through which no call goes does not act on a call.
func (n nearMiss) explainObject(p *Pass, e graph.Edge, c *obstacle) {
	b := n.policy
	if n.why == apart {
		meant, _ := p.elsewhere(b)
		c.text = fmt.Sprintf("%s declares one for %s %q of its own namespace %q, and the one of this call is in %q", b.Object, b.Of.Kind, b.Of.Name, b.Namespace, meant.Namespace)
		if namesItself(b) {
			c.text = fmt.Sprintf("%s declares one, but its route names the one of namespace %q, where there is none", b.Object, meant.Namespace)
		}
		c.hint = fmt.Sprintf("move %s to namespace %s", named(b.Object), meant.Namespace)
		c.fix = fixOf(b.Policy, policy.Edit{Path: "metadata.namespace", Value: meant.Namespace})
		return
	}
	if n.why == misnamed {
		meant, _ := p.nearObject(b)
		c.text = fmt.Sprintf("%s declares one for %s %q, which is not there", b.Object, b.Of.Kind, b.Of.Name)
		c.hint, c.fix = fmt.Sprintf("write %q in %s", meant.Name, named(b.Object)), namesInstead(b, b.Of.Name, meant.Name)
		if namesItself(b) {
			c.text = fmt.Sprintf("%s declares one, but the route names %q, which is not there", b.Object, meant.Name)
			_, c.hint, c.fix = p.misspelledReference(b, meant)
		}
		if meant.Kind != b.Of.Kind {
			c.hint, c.fix = fmt.Sprintf("write kind %s in %s", meant.Kind, named(b.Object)), analyze.Fix{None: analyze.NoEdit}
		}
		return
	}
	c.text = fmt.Sprintf("%s declares one, but no route names it", b.Object)
	way, _ := referring(b)
	c.hint = fmt.Sprintf("set %s of the %s to %q", way.Refers.Edits[0].Path, way.Refers.Kind, b.Of.Name)
	if n.others > 0 { // which one is meant is not known
		c.text = fmt.Sprintf("%s and %d more declare one, but no route names them", b.Object, n.others)
		c.hint = fmt.Sprintf("set %s of the %s to the name of one", way.Refers.Edits[0].Path, way.Refers.Kind)
		c.fix = analyze.Fix{None: analyze.NoValue}
		return
	}
	edit := analyze.ObjectEdit{Kind: way.Refers.Kind}
	for _, ev := range p.Core.Evidence(e) {
		edit.Places = append(edit.Places, ev.Origin)
	}
	for _, field := range way.Refers.Edits {
		field.Value = b.Of.Name
		edit.Edits = append(edit.Edits, analyze.FieldEdit{Edit: field})
	}
	c.fix = analyze.Fix{Changes: []analyze.ObjectEdit{edit}}
}
