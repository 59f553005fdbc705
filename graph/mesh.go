package graph

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/policy"
)

// A Membership says whether the calls of a service go through the proxy of a
// mesh, so that the mesh's policies can act on them.
type Membership struct {
	Product  string // "istio", "linkerd", "consul", "kuma", "dapr"
	In       bool   // false: it is known to be outside
	Ambient  bool   // without a proxy of its own: istio's ambient mode
	Waypoint bool   // ambient, and a waypoint is named for it
	Origin   Origin // of the object that says so
}

// Member returns what is known of the service's membership of a product's mesh,
// and false if no input says either way.
func (s *Service) Member(product string) (Membership, bool) {
	for _, m := range s.Meshes {
		if m.Product == product {
			return m, true
		}
	}
	return Membership{}, false
}

// Carrier is Member for the policies of any product: those of an API like the
// Gateway API act through whichever mesh the service is in, and nowhere if it is
// known to be outside of one and in no other.
func (s *Service) Carrier(product string) (Membership, bool) {
	if p := policy.FindProduct(product); p == nil || !p.Contract {
		return s.Member(product)
	}
	for _, m := range s.Meshes {
		if m.In && carriesRoutes[m.Product] {
			return m, true
		}
	}
	for _, m := range s.Meshes {
		if carriesRoutes[m.Product] {
			return m, true
		}
	}
	return Membership{}, false
}

// carriesRoutes are the meshes that carry out routes of the Gateway API that are
// bound to Services (GAMMA).
var carriesRoutes = map[string]bool{"istio": true, "linkerd": true, "kuma": true, "consul": true}

// proxied reports whether a product's policies for requests can act on a call. A
// caller outside the mesh has no proxy. In Istio's ambient mode there are proxies
// for requests only in front of callees, as waypoints. Of what is unknown the best
// is presumed.
func (g *Graph) proxied(product string, from, to Node) bool {
	m, known := g.services[from].Carrier(product)
	switch {
	case !known || m.In && !m.Ambient:
		return true
	case !m.In:
		return false
	}
	callee, known := g.services[to].Carrier(product)
	return !known || !callee.Ambient || callee.Waypoint
}

// A sign is a label or annotation that puts a pod, or all pods of a namespace,
// into a mesh or keeps them out. What a pod says goes before its namespace.
type sign struct {
	product string
	key     string
	in, out []string // values; "*" is any other value that is not empty
}

// signs are the ways to join a mesh, as the products document them: Istio's
// "Installing the Sidecar" and "Add workloads to the ambient mesh", Linkerd's
// "Automatic Proxy Injection", Consul's "Annotations and labels", Kuma's "Data
// plane on Kubernetes", Dapr's "Arguments and annotations".
var signs = []sign{
	{"istio", "sidecar.istio.io/inject", []string{"true"}, []string{"false"}},
	{"istio", "istio-injection", []string{"enabled"}, []string{"disabled"}},
	{"istio", "istio.io/rev", []string{"*"}, nil},
	{"linkerd", "linkerd.io/inject", []string{"enabled", "ingress"}, []string{"disabled"}},
	{"consul", "consul.hashicorp.com/connect-inject", []string{"true"}, []string{"false"}},
	{"kuma", "kuma.io/sidecar-injection", []string{"enabled", "true"}, []string{"disabled", "false"}},
	{"dapr", "dapr.io/enabled", []string{"true"}, []string{"false"}},
}

const (
	ambientKey  = "istio.io/dataplane-mode"
	waypointKey = "istio.io/use-waypoint"
)

// joinMeshes finds out for every service which meshes it is in.
func (l *linker) joinMeshes(services []Service, members [][]int, node map[int]Node) {
	spaces := map[string]*Namespace{}
	for i := range l.f.Namespaces {
		n := &l.f.Namespaces[i]
		spaces[n.Name] = n
	}
	for root, n := range node {
		s := &services[n]
		ns := spaces[s.Namespace]
		if s.Namespace == "" && len(spaces) == 1 {
			ns = l.onlyNamespace()
		}
		s.Meshes = memberships(s, ns)
		for _, c := range members[root] {
			r := l.cells[c].ref
			if _, known := s.Member("dapr"); r.Realm == "dapr" && !known {
				s.Meshes = append(s.Meshes, Membership{Product: "dapr", In: true, Origin: l.cells[c].origin})
			}
		}
		if _, known := s.Member("istio"); s.Kind == KindGateway && !known {
			for _, o := range s.Origins {
				if o.Reader == "istio" {
					s.Meshes = append(s.Meshes, Membership{Product: "istio", In: true, Origin: o})
					break
				}
			}
		}
	}
}

// onlyNamespace is the namespace that things without one live in, where the
// inputs speak of a single one.
func (l *linker) onlyNamespace() *Namespace {
	if len(l.f.Namespaces) == 0 {
		return nil
	}
	return &l.f.Namespaces[len(l.f.Namespaces)-1]
}

// memberships returns what is said outright of s, then what signs say.
func memberships(s *Service, ns *Namespace) []Membership {
	list := s.Meshes
	own := func(product string, in bool, o Origin) {
		for _, m := range list {
			if m.Product == product {
				return
			}
		}
		list = append(list, Membership{Product: product, In: in, Origin: o})
	}
	at := Origin{}
	if len(s.Origins) > 0 {
		at = s.Origins[0]
	}
	for _, g := range signs { // what the pod says
		if in, said := g.read(s.Labels, s.Annotations); said {
			own(g.product, in, at)
		}
	}
	_, told := s.Member("istio")
	if mode, o := ambientMode(s, ns); mode != "" && !told {
		list = append(list, Membership{
			Product: "istio", In: mode == "ambient", Ambient: mode == "ambient", Origin: o,
			Waypoint: s.Labels[waypointKey] != "" || ns != nil && ns.Labels[waypointKey] != "",
		})
	}
	if ns == nil || !runsCode(s.Kind) {
		return list
	}
	for _, g := range signs {
		if in, said := g.read(ns.Labels, ns.Annotations); said {
			own(g.product, in, ns.Origin)
		}
	}
	return list
}

// ambientMode returns the mode that the pod or else its namespace states, and
// where; "" if neither does.
func ambientMode(s *Service, ns *Namespace) (string, Origin) {
	if mode := s.Labels[ambientKey]; mode != "" && len(s.Origins) > 0 {
		return mode, s.Origins[0]
	}
	if ns != nil {
		return ns.Labels[ambientKey], ns.Origin
	}
	return "", Origin{}
}

func runsCode(k Kind) bool { return k != KindExternal && k != KindTopic }

func (g sign) read(labels, annotations Labels) (in, said bool) {
	v := labels[g.key]
	if v == "" {
		v = annotations[g.key]
	}
	v = strings.ToLower(v)
	switch {
	case v == "":
		return false, false
	case slices.Contains(g.in, v):
		return true, true
	case slices.Contains(g.out, v):
		return false, true
	}
	any := slices.Contains(g.in, "*")
	return any, any
}
