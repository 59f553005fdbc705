package rules

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/distinct"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/policy"
)

var policyNeedsMesh = &Rule{
	ID:       "policy-needs-mesh",
	Title:    "mesh policy targets a call outside the mesh",
	Doc:      policyNeedsMeshDoc,
	Severity: analyze.Warning,
	Check:    checkPolicyNeedsMesh,
}

const policyNeedsMeshDoc = `
Timeouts, retries and breakers of a mesh act in the proxy beside the caller. A caller
without a proxy calls directly: the files of the service show a protection that does
not apply to this caller.

Reported for a call that a mesh policy matches if its caller is known to be outside
the mesh; and in Istio's ambient mode, where the node proxy does not handle requests,
if the callee has no waypoint: the label of its Service goes before that of its
namespace, the word "none" or a name without a Gateway is none, and so is a Gateway
whose label says that it is not for Services.

    kind: Deployment               # calls pricing, which has a VirtualService
    metadata: {name: batch}
    spec:
      template:
        metadata:
          labels: {sidecar.istio.io/inject: "false"}

Not reported: callers in the mesh, and policies for the whole mesh that name neither
callers nor callees: that they do not act outside it is meant. If no input declares
whether the callers of a namespace are in the mesh, one info finding for the namespace
says that its policies depend on it.

    labels: {istio-injection: enabled}         # of the namespace

**Fix.** Add the caller to the mesh, or set a timeout for its call in its own code.

- Istio: label "istio-injection: enabled" or "istio.io/rev" on the namespace; ambient
  mode: "istio.io/use-waypoint" on the callee's Service or namespace.
- Linkerd: annotation "linkerd.io/inject: enabled" on the pod template or namespace.
- Kuma: label "kuma.io/sidecar-injection: enabled" on the namespace.
- Consul: annotation "consul.hashicorp.com/connect-inject: true" on the pod template.
`

func checkPolicyNeedsMesh(p *Pass) {
	objects := map[graph.Edge][]*graph.BoundPolicy{}
	untold := map[mesh][]*graph.BoundPolicy{}
	for _, b := range p.Graph.Policies() {
		if b.Says.Empty() || !b.NeedsMesh {
			continue
		}
		if namesParties(b) {
			for _, e := range b.Outside {
				objects[e] = append(objects[e], b)
			}
		}
		for _, e := range b.Calls {
			caller := p.Graph.Service(p.Graph.From(e))
			if _, known := caller.Carrier(b.Product); !known && caller.Kind != graph.KindGateway && analyze.Ecosystem(caller) == "kubernetes" {
				at := mesh{caller.Namespace, b.Product}
				untold[at] = append(untold[at], b)
			}
		}
	}
	for e := range graph.Edge(p.Graph.Calls()) {
		if objects[e] != nil {
			reportOutside(p, e, objects[e])
		}
	}
	meshes := slices.SortedFunc(maps.Keys(untold), func(a, b mesh) int {
		return cmp.Or(strings.Compare(a.namespace, b.namespace), strings.Compare(a.product.String(), b.product.String()))
	})
	for _, at := range meshes {
		reportUnknownMesh(p, at, untold[at])
	}
}

// namesParties reports whether a policy names callers, callees or namespaces. That one for the
// whole mesh does not reach a caller outside it is meant.
func namesParties(b *graph.BoundPolicy) bool {
	return len(b.From) > 0 || len(b.FromNamespaces) > 0 || len(b.To) > 0
}

func reportOutside(p *Pass, e graph.Edge, policies []*graph.BoundPolicy) {
	g := p.Graph
	from, to := g.Service(g.From(e)), g.Service(g.To(e))
	m, _ := from.Carrier(policies[0].Product) // of an API the mesh that would carry it out
	names := objectNames(policies)
	what, has := english.List(names), verb(len(names), "has", "have")
	if len(names) > 2 {
		what = fmt.Sprintf("%s and %d more policies", names[0], len(names)-1)
	}
	without := "without the proxy of " + m.Product.DisplayName()
	if m.In {
		without = "in ambient mode without a waypoint"
	}
	without += fmt.Sprintf(": %s %s no effect on the call", what, has)
	f := analyze.Finding{
		Confidence: analyze.Certain,
		Subject:    callID(g, e),
		Message:    fmt.Sprintf("%s calls %s %s", from.ID, to.ID, without),
		Hint:       "add " + from.ID + " to the mesh, or set a timeout for the call in its code",
		Fix:        joinFix(from, m.Product),
		Values:     []analyze.KeyValue{keyValue("mesh", m.Product.String())},
		Origins:    append([]graph.Origin{m.Origin}, where(policies)...),
		Services:   []graph.Node{g.From(e), g.To(e)},
	}
	f.Alike = analyze.Alike{
		Cause: strings.Join(names, ",") + " " + without, Says: without + "s", Calls: true, One: true,
		Hint: "add the callers to the mesh, or set timeouts for the calls in their code",
	}
	if m.In {
		f.Fix = analyze.Fix{None: analyze.NoValue}
		f.Hint = waypointHint(m.Product, to)
		f.Alike.Hint = "have the label \"istio.io/use-waypoint\" of the Service or namespace of each callee name a Gateway that is a waypoint for Services"
	}
	p.Report(f)
}

// waypointHint says how a service in ambient mode gets a waypoint.
func waypointHint(mesh *policy.Product, to *graph.Service) string {
	way := mesh.OrNative().Waypoint
	if way == nil {
		return "give " + to.ID + " a waypoint"
	}
	callee, _ := to.Member(mesh)
	named, of := callee.Named, "the Service of "+to.ID
	if named.Name == "" {
		named.Name = to.Labels[way.Label]
	}
	switch {
	case named.Unfit != "":
		return fmt.Sprintf("remove label %q from %s %s, which is for Services then", way.For, way.Kind, named.Unfit)
	case named.Name == "":
		return fmt.Sprintf("set label %q on the Service or namespace of %s", way.Label, to.ID)
	case named.By == "Namespace":
		of = "namespace " + to.Namespace
	}
	return fmt.Sprintf("change label %q of %s from %q to the name of a %s that is a waypoint for Services", way.Label, of, named.Name, way.Kind)
}

// A mesh is where a product's proxies would be.
type mesh struct {
	namespace string
	product   *policy.Product
}

func reportUnknownMesh(p *Pass, at mesh, policies []*graph.BoundPolicy) {
	subject, callers := "Namespace/"+at.namespace, "the callers in namespace "+at.namespace
	if at.namespace == "" {
		subject, callers = "Namespace/default", "the callers"
	}
	names := objectNames(policies)
	what := names[0]
	if len(names) > 1 {
		what = fmt.Sprintf("%s and %d more", names[0], len(names)-1)
	}
	p.At(analyze.Info, analyze.Finding{
		Confidence: analyze.Assumed,
		Subject:    subject,
		Detail:     at.product.String(),
		Message:    fmt.Sprintf("no input declares whether %s are in the mesh of %s; outside it, %s %s no effect", callers, at.product.DisplayName(), what, verb(len(names), "has", "have")),
		Fix:        analyze.Fix{None: analyze.NoInput},
		Hint:       "add the manifest of the Namespace with its labels and annotations to the sources",
		Values:     []analyze.KeyValue{keyValue("mesh", at.product.String()), number("policies", len(names))},
		Origins:    where(policies)[:1],
	})
}

// objectNames returns the names of the objects of parts, each once.
func objectNames(parts []*graph.BoundPolicy) []string {
	var names distinct.List[string]
	for _, b := range parts {
		names.Add(b.Object)
	}
	return names.All()
}
