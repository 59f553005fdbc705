package rules

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/policy"
)

var policyUnbound = &Rule{
	ID:       "policy-unbound",
	Title:    "policy that matches no call",
	Doc:      policyUnboundDoc,
	Severity: analyze.Warning,
	NoFix:    analyze.NoInput,
	Check:    checkPolicyUnbound,
}

const policyUnboundDoc = `
A policy that matches nothing is valid, is applied, and has no effect. A short host
name means the namespace of the policy, not that of the service; some products do not
look for policies in a third namespace.

Reported for an object that matches no call of the inputs, with the reason: no
service has that name; the service is in another namespace; the policy is in a
namespace where its product does not look for it, or is not exported to the callers;
or it applies to a port without calls, or to a subset whose labels match no pod.

    kind: VirtualService
    metadata: {name: ratings, namespace: platform}
    spec:
      hosts: [ratings]             # ratings.platform; the service is in shop

Reported, too, is a route that no listener of its Gateway takes, for its namespace or because no
listener has the name that it asks for: such a route makes no call.

    kind: Gateway
    metadata: {name: web, namespace: infra}
    spec:
      listeners: [{name: http, port: 80, protocol: HTTP}]   # routes of infra only, unless
                                                            # allowedRoutes says otherwise
A field in the wrong place of its object is reported, too, with the place where it belongs:

    kind: DestinationRule
    spec: {host: cart, outlierDetection: {}}   # spec.trafficPolicy.outlierDetection

Severity: warning if the inputs show which service was meant. Info if the inputs may
be incomplete: they do not contain the service, or no calls to it. More than three
such objects are reported in one finding.

Not reported: objects that match a call, unless a part of them names services that get none:
a target in "targets.apps" of Dapr is for invocations, not for deliveries; and what a proxy says
of the program behind it on its own machine, and hosts with variables; and objects for what has the
name of a release that is not rendered in front, which is reported itself. What a library does for a
program of which no input shows a call to another program is not judged: its calls are in code.

    hosts: [ratings.shop.svc.cluster.local]

**Fix.**

- Istio: use the full host name, "ratings.shop.svc.cluster.local"; put a
  DestinationRule in the namespace of the service or of its callers.
- Dapr: use the app-id in "targets.apps", as in "dapr.io/app-id" of the callee.
- Gateway API, Linkerd: add the namespace to "parentRefs" and "targetRefs".
- Kuma: use a "targetRef" with the tags or the name of the service.
- Traefik: reference the middleware in a router, or delete it.
- resilience4j: name the instance after the service, or declare the service's other
  name in "aliases".
`

// fewUnseen objects that match no visible service are reported one by one, more as one:
// then the inputs are a part of something.
const fewUnseen = 3

func checkPolicyUnbound(p *Pass) {
	var unseen, inCode []analyze.Finding
	acting := actingPlaces(p.Graph)
	refused := map[string]bool{}
	for _, m := range p.Graph.Coverage().Mistakes {
		if m.Kind == graph.NotAdmitted {
			f := mistake(p, &m)
			f.Fix = analyze.Fix{None: analyze.NoValue} // whom a gateway admits is for its owner to decide
			p.Report(f)
			refused[m.Object] = true
		}
	}
	for _, o := range objects(p.Graph) {
		if refused[o.name] { // its policies act on no call for this reason
			continue
		}
		var loose, allowed []*graph.BoundPolicy
		bound := false
		for _, part := range o.parts {
			_, made := made(p, part)
			switch {
			case onlyAllowed(p, part):
				if isDeclared(&part.Says) {
					allowed = append(allowed, part)
				}
			case part.UnboundReason == graph.NotUnbound && !made, part.UnboundReason == graph.NoCoreCall:
				bound = true
			case staysInside(part), filledInLater(part), notRenderedYet(p, part), part.UnboundReason == graph.NoRoute && p.misplaced()[o.name] != nil:
			case isDeclared(&part.Says) && (amiss[part.UnboundReason] || !acting[part.Origin]):
				loose = append(loose, part)
			}
		}
		if bound { // the other parts are for other calls; only a name without a service is wrong
			loose = slices.DeleteFunc(loose, func(b *graph.BoundPolicy) bool { return b.CalleeAlias != "" || !amiss[b.UnboundReason] })
			if len(loose) == 0 {
				loose = allowed
			}
		}
		if len(loose) == 0 {
			continue
		}
		switch f := unboundFinding(p, o, loose, !bound); {
		case f.Severity != analyze.Info:
			p.At(f.Severity, f)
		case !slices.ContainsFunc(loose, func(b *graph.BoundPolicy) bool { return !callsInCode(p, b) }):
			inCode = append(inCode, f)
		default:
			unseen = append(unseen, f)
		}
	}
	if len(inCode) > 0 {
		p.Unjudged(analyze.Finding{
			Confidence: analyze.Assumed,
			Subject:    "inputs",
			Message:    fmt.Sprintf("the inputs show no calls of the programs that have %s (first: %s): their calls may be in code", english.Count(len(inCode), "policy"), inCode[0].Subject),
			Hint:       "add traces to the sources; " + callsHint,
			Values:     []analyze.KeyValue{number("policies", len(inCode))},
			Origins:    inCode[0].Origins,
		})
	}
	checkFlaws(p, graph.Unbound, "does nothing in %s")
	if len(unseen) > fewUnseen {
		reportUnseen(p, unseen)
		return
	}
	for _, f := range unseen {
		p.At(analyze.Info, f)
	}
}

// callsInCode reports whether a policy is one of a library for calls of programs of which no input
// shows a call to another program.
func callsInCode(p *Pass, b *graph.BoundPolicy) bool {
	return b.Says.Layer == policy.App && len(b.From) > 0 && !slices.ContainsFunc(b.From, func(from graph.EndpointRef) bool {
		name := partyName(&from)
		for e := range graph.Edge(p.Core.Calls()) {
			if caller := p.Core.Service(p.Core.From(e)); caller.Name == name || slices.Contains(caller.Aliases, name) {
				switch p.Core.Service(p.Core.To(e)).Kind {
				case graph.KindDatabase, graph.KindCache, graph.KindBroker:
				default:
					return true
				}
			}
		}
		return name == ""
	})
}

// staysInside reports whether a policy is only for what a proxy sends to its own machine: to the
// program behind it.
func staysInside(b *graph.BoundPolicy) bool {
	return len(b.To) > 0 && !slices.ContainsFunc(b.To, func(to graph.EndpointRef) bool {
		return to.Host.Host != "localhost" && !strings.HasPrefix(to.Host.Host, "127.")
	})
}

// filledInLater reports whether all hosts of a policy hold variables: which services they are is
// not known.
func filledInLater(b *graph.BoundPolicy) bool {
	return len(b.To) > 0 && !slices.ContainsFunc(b.To, func(to graph.EndpointRef) bool {
		host := to.Host.Host
		return !strings.Contains(host, "$") && !(strings.Contains(host, "_") && strings.Contains(host, ".svc."))
	})
}

// notRenderedYet reports whether the object that a policy belongs to, or the service that it is for, has
// the name of a release that is not rendered, or begins with it, as what charts declare does. That
// release is reported.
func notRenderedYet(p *Pass, b *graph.BoundPolicy) bool {
	name := b.Of.Name
	if b.UnboundReason == graph.NoCallee && len(b.To) == 1 {
		name = firstLabel(partyName(&b.To[0]))
	} else if b.UnboundReason != graph.NoRoute {
		return false
	}
	return name != "" && slices.ContainsFunc(p.Graph.Coverage().Unread, func(u graph.Unread) bool {
		release := path.Base(u.Name)
		return u.Kind.Lost && (name == release || strings.HasPrefix(name, release+"-"))
	})
}

// onlyAllowed reports whether a policy is for calls that its callers may make, and for none that
// an input shows.
func onlyAllowed(p *Pass, b *graph.BoundPolicy) bool {
	return b.UnboundReason == graph.NotUnbound && partyNames(b.To) != "" && len(b.Outside)+len(b.Opaque)+len(b.BypassedBy) == 0 &&
		!slices.ContainsFunc(b.Calls, func(e graph.Edge) bool { return p.Graph.Strength(e) != graph.Allowed })
}

// actingPlaces returns the places of policies that are for calls. What several programs have in
// common is written in one place, and is of use if it is for a call of one of them.
func actingPlaces(g *graph.Graph) map[graph.Origin]bool {
	acting := map[graph.Origin]bool{}
	for _, b := range g.Policies() {
		if b.UnboundReason == graph.NotUnbound {
			acting[b.Origin] = true
		}
	}
	return acting
}

// amiss are the obstacles that are mistakes even beside parts that are for calls.
var amiss = map[graph.UnboundReason]bool{graph.NotUnbound: true, graph.NoCallee: true, graph.NoReplica: true, graph.NoSubset: true}

func reportUnseen(p *Pass, unseen []analyze.Finding) {
	f := analyze.Finding{
		Confidence: analyze.Assumed,
		Subject:    "inputs",
		Message:    fmt.Sprintf("%d objects (first: %s) match services that the inputs do not contain or that have no callers", len(unseen), unseen[0].Subject),
		Hint:       "add the manifests of the services and their callers to the sources; " + callsHint,
	}
	var names []string
	for _, u := range unseen {
		names = append(names, u.Subject)
		f.Origins = append(f.Origins, u.Origins[0])
	}
	f.Values = []analyze.KeyValue{number("count", len(names)), keyValue("objects", strings.Join(names, ", "))}
	p.At(analyze.Info, f)
}

// made reports whether the policy itself is the only sign of a service it is for,
// and whose names these are.
func made(p *Pass, b *graph.BoundPolicy) (parties []graph.EndpointRef, made bool) {
	for _, side := range []struct {
		parties []graph.EndpointRef
		end     func(graph.Edge) graph.Node
	}{{b.To, p.Graph.To}, {b.From, p.Graph.From}} {
		if len(b.Calls) > 0 && len(side.parties) > 0 && !slices.ContainsFunc(b.Calls, func(e graph.Edge) bool {
			return !invented(p, p.Graph.Service(side.end(e)), side.parties) || !ownWord(p, b, e)
		}) {
			return side.parties, true
		}
	}
	return nil, false
}

// invented reports whether a service is in the inputs only because an object named
// it. What may run elsewhere is not, unless its name is that of another service
// but for a letter or two.
func invented(p *Pass, s *graph.Service, parties []graph.EndpointRef) bool {
	switch {
	case s.Defined:
		return false
	case s.Kind == graph.KindService && s.Namespace == "":
		return true
	case s.Kind != graph.KindExternal && s.Kind != graph.KindGateway && s.Kind != graph.KindService || strings.Contains(s.Name, "."):
		return false
	}
	return slices.ContainsFunc(parties, func(party graph.EndpointRef) bool { return nearName(p, firstLabel(partyName(&party))) != "" })
}

// ownWord reports whether only the document of a policy declares a call.
func ownWord(p *Pass, b *graph.BoundPolicy, e graph.Edge) bool {
	return !slices.ContainsFunc(p.Graph.Call(e).Evidence, func(ev graph.Evidence) bool {
		return ev.Origin.Reader() != b.Origin.Reader() || ev.Origin.File() != b.Origin.File()
	})
}

// A miss says why a policy is for no call, and what to do.
type miss struct {
	why, hint string
	fix       analyze.Fix
	severity  analyze.Severity
	sure      analyze.Confidence
	at        []graph.Origin // where the fault is, if that is not in the policy
}

// unboundFinding makes the finding about parts of an object, or the whole of it.
func unboundFinding(p *Pass, o object, loose []*graph.BoundPolicy, whole bool) analyze.Finding {
	worst, because := missOf(p, loose[0]), loose[0]
	for _, b := range loose[1:] {
		if m := missOf(p, b); m.severity > worst.severity {
			worst, because = m, b
		}
	}
	reason := because.UnboundReason
	switch {
	case reason != graph.NotUnbound:
	case onlyAllowed(p, because):
		reason = graph.NoCall
	default: // a service is there only by this name
		reason = graph.NoCallee
	}
	what := o.name + " is for no call"
	if !whole {
		what = fmt.Sprintf("%s of %s %s no call", english.Count(len(where(loose)), "part"), o.name, verb(len(where(loose)), "matches", "match"))
	}
	return analyze.Finding{
		Severity:   worst.severity,
		Confidence: worst.sure,
		Subject:    o.name,
		Message:    what + ": " + worst.why,
		Hint:       worst.hint,
		Fix:        worst.fix,
		Values:     []analyze.KeyValue{keyValue("reason", reason.String())},
		Origins:    append(slices.Clone(worst.at), where(loose)...),
	}
}

func missOf(p *Pass, b *graph.BoundPolicy) miss {
	switch b.UnboundReason {
	case graph.NotUnbound:
		if onlyAllowed(p, b) {
			break
		}
		parties, _ := made(p, b)
		return noSuchService(p, b, parties)
	case graph.NoCallee:
		return noSuchService(p, b, b.To)
	case graph.NoCaller:
		if of, ok := leftOut(b); ok {
			return miss{
				why: "nothing in the inputs routes to it", hint: "refer to it in the routes of a gateway, or delete it",
				severity: routesSeverity(p, of), sure: analyze.Assumed,
			}
		}
		return noSuchService(p, b, b.From)
	case graph.NotExported:
		return miss{
			why:  "its callers are in other namespaces than " + quoted(b.FromNamespaces) + ", for which it is",
			hint: "export it to the namespaces of the callers", severity: analyze.Warning, sure: analyze.Certain,
			fix: fixOf(b.Policy, policy.Edit{Op: policy.OpRemove, Path: "spec.exportTo"}),
		}
	case graph.NotLookedUp:
		return miss{
			why:  fmt.Sprintf("%s looks for it in the namespaces of callers and callees, not in %q", b.Product.DisplayName(), b.Namespace),
			hint: "move it to the namespace of the service", severity: analyze.Warning, sure: analyze.Certain,
			fix: toNamespace(p, b),
		}
	case graph.OtherMesh:
		e := b.Missed[slices.IndexFunc(b.Missed, func(m graph.Missed) bool { return m.Reason == graph.OtherMesh })].Calls[0]
		from, to := p.Graph.Service(p.Graph.From(e)), p.Graph.Service(p.Graph.To(e))
		m := miss{
			why:      fmt.Sprintf("it is of mesh %q, and %s is in mesh %q", b.Mesh, proxyOwner(b, from, to).ID, proxyMesh(b, from, to)),
			severity: analyze.Warning, sure: analyze.Certain,
		}
		if len(b.To) == 0 { // of a mesh whose services may not be among the inputs
			m.severity, m.sure = analyze.Info, analyze.Assumed
		}
		m.hint, m.fix = intoMesh(b, proxyMesh(b, from, to))
		return m
	case graph.NoPort:
		return miss{
			why:  fmt.Sprintf("no call goes to port %d", b.Port),
			hint: "use the port that callers use, or none", severity: analyze.Warning, sure: analyze.Certain,
			fix: analyze.Fix{None: analyze.NoValue},
		}
	case graph.NoRoute:
		if annotation, _ := serviceAnnotation(b); annotation != "" {
			return miss{
				why: "no Service in the inputs names it", hint: "name it in annotation " + annotation + " of a Service, or delete it",
				severity: analyze.Info, sure: analyze.Assumed,
			}
		}
		if b.Of.IsZero() {
			return miss{why: "no object in the inputs references it", hint: "reference it, or delete it", severity: analyze.Info, sure: analyze.Assumed}
		}
		return nothingThrough(p, b)
	case graph.NoReplica:
		return miss{
			why:  fmt.Sprintf("no pod of %s has the labels of the subset %q: %s", partyNames(b.To), b.Subset, labelText(b.Selects)),
			hint: "compare the labels of the subset with those of the pods", severity: analyze.Warning, sure: analyze.Certain,
			fix: analyze.Fix{None: analyze.NoValue},
		}
	case graph.NoTarget:
		return miss{
			why: fmt.Sprintf("no call in the inputs goes through a %s", b.Targets), hint: "compare the labels of targetSelectors with those of the objects",
			severity: analyze.Info, sure: analyze.Assumed,
		}
	case graph.NoSubset:
		return miss{
			why:  fmt.Sprintf("no route in the inputs sends calls to the subset %q of %s", b.Subset, partyNames(b.To)),
			hint: "use the subset as the destination of a route, or declare the policy for all replicas", severity: analyze.Info, sure: analyze.Assumed,
		}
	}
	why := "no input shows a call that it could be for"
	if names := partyNames(b.To); names != "" {
		if m := noSuchService(p, b, b.To); m.severity == analyze.Warning && !anyDefined(p, b.To) {
			return m
		}
		why = "no input shows a call to " + names
		if b.NotGateways && anyCalled(p, b.To) {
			why = "only gateways call " + names + ", and it is not for them"
		}
	}
	return miss{why: why, hint: callsHint, severity: analyze.Info, sure: analyze.Assumed}
}

// nothingThrough explains why no call goes through the object that a policy belongs
// to: no route names it, or it is not there.
func nothingThrough(p *Pass, b *graph.BoundPolicy) miss {
	if near, ok := p.nearObject(b); ok {
		return p.misnamedObject(b, near)
	}
	if meant, ok := p.elsewhere(b); ok {
		why := fmt.Sprintf("%s %q is in namespace %q, and looked up in %q", b.Of.Kind, b.Of.Name, meant.Namespace, b.Namespace)
		if namesItself(b) {
			why = fmt.Sprintf("a route names the one of namespace %q, where there is none", meant.Namespace)
		}
		return miss{
			why:  why,
			hint: fmt.Sprintf("move it to namespace %s", meant.Namespace), severity: routesSeverity(p, b.Of), sure: analyze.Assumed,
			fix: fixOf(b.Policy, policy.Edit{Path: "metadata.namespace", Value: meant.Namespace}),
		}
	}
	of := fmt.Sprintf("%s %q", b.Of.Kind, b.Of.Name)
	if parent, ok := p.parentService(b); ok {
		return miss{
			why: fmt.Sprintf("its parent is the Gateway %q, which is not in the inputs; the Service %s is", parent.Name, parent.ID), hint: `write kind: Service and group: "" in parentRefs`,
			severity: analyze.Warning, sure: analyze.Assumed, fix: analyze.Fix{None: analyze.NoEdit},
		}
	}
	if namesItself(b) {
		return miss{
			why: "no route in the inputs goes through " + of, hint: "reference it in a route, or delete it",
			severity: routesSeverity(p, b.Of), sure: analyze.Assumed,
		}
	}
	return miss{
		why: "no call in the inputs goes through " + of, hint: "add the directory that declares it to the sources, or correct the name",
		severity: routesSeverity(p, b.Of), sure: analyze.Assumed,
	}
}

// parentService returns the Service that has the name of the Gateway to which a route belongs, and to which
// the route leads, as one for the calls of a mesh does. It is false if there is none.
func (p *Pass) parentService(b *graph.BoundPolicy) (*graph.Service, bool) {
	if len(b.From) != 1 || b.From[0].Ref.Kind != "Gateway" {
		return nil, false
	}
	for _, v := range p.serviceNames().defined[b.From[0].Ref.Name] {
		if s := p.Core.Service(v); s.Namespace == b.From[0].Ref.Namespace && slices.ContainsFunc(b.To, func(to graph.EndpointRef) bool { return isCallee(s, partyName(&to)) }) {
			return s, true
		}
	}
	return nil, false
}

// anyDefined reports whether some service of the inputs has the name of a party.
func anyDefined(p *Pass, parties []graph.EndpointRef) bool {
	return slices.ContainsFunc(parties, func(party graph.EndpointRef) bool {
		return p.serviceNames().defined[firstLabel(partyName(&party))] != nil
	})
}

// anyCalled reports whether some call goes to a party, of whatever caller.
func anyCalled(p *Pass, parties []graph.EndpointRef) bool {
	return slices.ContainsFunc(parties, func(party graph.EndpointRef) bool {
		name := partyName(&party)
		return slices.ContainsFunc(p.serviceNames().defined[firstLabel(name)], func(v graph.Node) bool {
			return isCallee(p.Core.Service(v), name) && len(p.Core.In(v)) > 0
		})
	})
}

// labelText writes labels as selectors do, sorted.
func labelText(labels graph.Labels) string {
	var words []string
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		words = append(words, key+"="+labels[key])
	}
	return strings.Join(words, ",")
}

const callsHint = `if there are such calls, declare them with "calls" in a weir.yaml beside the other inputs`

// noSuchService explains why no service has the names of parties.
func noSuchService(p *Pass, b *graph.BoundPolicy, parties []graph.EndpointRef) miss {
	if b.CalleeAlias != "" {
		return miss{
			why:  fmt.Sprintf("its program calls no service that matches %q", b.CalleeAlias),
			hint: fmt.Sprintf(`if it is for a service with another name, declare the alias %q for it; %s`, b.CalleeAlias, callsHint), severity: analyze.Info, sure: analyze.Assumed,
		}
	}
	for i := range parties {
		if ref := parties[i].Ref; ref.Realm == "kubernetes" && (ref.Kind == "ConfigMap" || ref.Kind == "Secret") {
			return miss{
				why:  fmt.Sprintf("no program in the inputs uses %s %s", ref.Kind, ref.Name),
				hint: "add the workload that mounts it to the sources, or delete it", severity: analyze.Info, sure: analyze.Assumed,
			}
		}
	}
	names := partyNames(parties)
	missing := names + " is not a service in the inputs"
	if strings.Contains(names, "\" and \"") {
		missing = names + " are no services in the inputs"
	}
	for i := range parties {
		if strings.Contains(partyName(&parties[i]), "${") {
			continue
		}
		name := firstLabel(partyName(&parties[i]))
		for _, v := range p.serviceNames().defined[name] {
			s := p.Graph.Service(v)
			if s.Namespace == "" {
				continue
			}
			hint, fix := fmt.Sprintf("write the full name, %q", fullName(s)), namesInstead(b, partyName(&parties[i]), fullName(s))
			if servesGateways(p, b.Object) {
				hint, fix = fmt.Sprintf("add %q to its hosts", fullName(s)), fixOf(b.Policy, policy.Edit{Op: policy.OpAdd, Path: "spec.hosts[+]", Value: fullName(s)})
			}
			return miss{
				fix:      fix,
				why:      fmt.Sprintf("%s resolves to no service from namespace %q; the service is %s", names, parties[i].Namespace, s.ID),
				hint:     hint,
				severity: analyze.Warning, sure: analyze.Certain,
			}
		}
		if near := nearName(p, name); near != "" {
			return miss{
				why: missing, hint: fmt.Sprintf("did you mean %q?", near), severity: analyze.Warning, sure: analyze.Assumed,
				fix: namesInstead(b, partyName(&parties[i]), near),
			}
		}
	}
	if strings.Contains(names, "${") {
		return miss{why: "its host is a variable that no input sets", hint: "add the input that sets it to the sources", severity: analyze.Info, sure: analyze.Assumed}
	}
	if names == "" {
		return miss{why: "no workload in the inputs matches its selector", hint: "compare the selector with the labels of the pods", severity: analyze.Info, sure: analyze.Assumed}
	}
	return miss{
		why: missing, hint: "add the directory that declares it to the sources, or correct the name", severity: analyze.Info, sure: analyze.Assumed,
	}
}

// A world is the kind of objects that calls go through.
type world struct{ realm, kind string }

var routedWorlds = analyze.NewMemo[analyze.Once, map[world]bool]("the kinds of objects that calls go through")

// routesSeverity depends on whether the inputs have routes of the world of an object,
// so that one of them could have named it.
func routesSeverity(p *Pass, of graph.Ref) analyze.Severity {
	routed := routedWorlds.Of(p.Analysis, analyze.Once{}, func() map[world]bool {
		worlds := map[world]bool{}
		for e := range graph.Edge(p.Graph.Calls()) {
			for i := range p.Graph.Evidence(e) {
				for _, r := range p.Graph.Evidence(e)[i].Via {
					worlds[world{r.Realm, r.Kind}] = true
				}
			}
		}
		return worlds
	})
	if routed[world{of.Realm, of.Kind}] {
		return analyze.Warning
	}
	return analyze.Info
}

// toNamespace is the fix that moves an object to the namespace of the one service that it is for.
func toNamespace(p *Pass, b *graph.BoundPolicy) analyze.Fix {
	if !p.fixes {
		return analyze.Fix{}
	}
	var calls []graph.Edge
	namespace := ""
	for e := range graph.Edge(p.Core.Calls()) {
		to := p.Core.Service(p.Core.To(e))
		if !slices.ContainsFunc(b.To, func(party graph.EndpointRef) bool { return isCallee(to, partyName(&party)) }) {
			continue
		}
		if namespace != "" && to.Namespace != namespace {
			return analyze.Fix{None: analyze.NoValue}
		}
		calls, namespace = append(calls, e), to.Namespace
	}
	if namespace == "" || namespace == b.Namespace {
		return analyze.Fix{None: analyze.NoValue}
	}
	f := fixOf(b.Policy, policy.Edit{Path: "metadata.namespace", Value: namespace})
	edits, more := breakerNeeds(p, b, f.Changes[0].Kind, calls)
	f.Changes[0].Edits = append(edits, f.Changes[0].Edits...) // it has its new name at last
	return f.And(more)
}

// misnamedObject explains why a policy is for no call: it names an object that is not there, and whose
// name is like that of one that is, or the same as that of one of another kind.
func (p *Pass) misnamedObject(b *graph.BoundPolicy, near graph.Ref) miss {
	if near.Kind != b.Of.Kind {
		return miss{
			why: fmt.Sprintf("no call goes through %s %q", b.Of.Kind, b.Of.Name), hint: fmt.Sprintf("did you mean %s %q?", near.Kind, near.Name),
			severity: analyze.Warning, sure: analyze.Certain, fix: analyze.Fix{None: analyze.NoEdit},
		}
	}
	if namesItself(b) {
		at, hint, fix := p.misspelledReference(b, near)
		return miss{
			why:  fmt.Sprintf("a route names %s %q, which is not there", near.Kind, near.Name),
			hint: hint, severity: analyze.Warning, sure: analyze.Certain, fix: fix, at: at,
		}
	}
	return miss{
		why: fmt.Sprintf("no call goes through %s %q", b.Of.Kind, b.Of.Name), hint: fmt.Sprintf("did you mean %q?", near.Name),
		severity: analyze.Warning, sure: analyze.Certain, fix: namesInstead(b, b.Of.Name, near.Name),
	}
}
