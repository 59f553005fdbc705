package link

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// proxied reports whether a product's policies for requests can act on a call. A caller
// outside the mesh has no proxy. In ambient mode only waypoints, which are in front of
// callees, handle requests. Unknown membership counts as inside.
func proxied(product *policy.Product, from, to *graph.Service) bool {
	m, known := from.Carrier(product)
	switch {
	case !known || m.In && !m.Ambient:
		return true
	case !m.In:
		return false
	}
	callee, known := to.Carrier(product)
	return !known || callee.Ambient && callee.Waypoint
}

// joinMeshes sets for every service which meshes it is in.
func (l *linker) joinMeshes(services []graph.Service, members [][]int, node map[int]graph.Node) {
	spaces := map[string]*graph.Namespace{}
	for i := range l.f.Namespaces {
		n := &l.f.Namespaces[i]
		spaces[n.Name] = n
	}
	waypoints := l.waypoints()
	l.elsewhere = map[graph.Node]bool{}
	for root, n := range node {
		s := &services[n]
		if l.runsElsewhere(members[root]) {
			l.elsewhere[n] = true
		}
		ns := spaces[s.Namespace]
		switch {
		case s.Namespace == "" && len(spaces) == 1 && !l.elsewhere[n]:
			ns = l.onlyNamespace()
		case s.Kind == graph.KindGateway && l.isRoutingObject(members[root]):
			ns = nil // what runs it may be anywhere
		}
		meshes := memberships(s, ns, func(p *policy.Product) (graph.NamedWaypoint, bool) {
			return waypoints.serve(p, s, l.serviceLabels(members[root]), ns)
		})
		if len(meshes) > len(s.Meshes) {
			s.Own().Meshes = meshes
		}
		for _, p := range product.Meshes {
			if _, known := s.Member(p); !known {
				l.joinUnsigned(s, p, members[root])
			}
		}
	}
}

// runsElsewhere reports whether a service is declared for another platform than Kubernetes only.
func (l *linker) runsElsewhere(entities []int) bool {
	elsewhere := false
	for _, c := range entities {
		realm := l.entities[c].ref.Realm
		if realm == kubernetes {
			return false
		}
		elsewhere = elsewhere || hosting(realm)
	}
	return elsewhere
}

// isRoutingObject reports whether only objects with routes declare or name a gateway, and no
// workload.
func (l *linker) isRoutingObject(entities []int) bool {
	return !slices.ContainsFunc(entities, func(c int) bool {
		ent := &l.entities[c]
		return len(ent.names) > 0 || slices.ContainsFunc(ent.things, func(t *graph.Entity) bool { return t.PodLabels != nil || t.Image != "" })
	})
}

// joinUnsigned makes a service a member of the mesh of a product where its names or its
// kind show that it is one.
func (l *linker) joinUnsigned(s *graph.Service, p *policy.Product, entities []int) {
	in := func(o graph.Origin) {
		s.Own().Meshes = append(s.Meshes, graph.Membership{Product: p, In: true, Origin: o})
	}
	for _, c := range entities {
		if p.MemberRealm != "" && l.entities[c].ref.Realm == p.MemberRealm {
			in(l.entities[c].origin)
			return
		}
	}
	if p.OwnGateways && s.Kind == graph.KindGateway {
		for _, o := range s.Origins {
			if o.Reader() == p.Name {
				in(o)
				return
			}
		}
	}
}

// onlyNamespace returns the namespace of entities without one, if the inputs have a single
// one.
func (l *linker) onlyNamespace() *graph.Namespace {
	if len(l.f.Namespaces) == 0 {
		return nil
	}
	return &l.f.Namespaces[len(l.f.Namespaces)-1]
}

// memberships returns the memberships that are declared, then those that labels and
// annotations show.
func memberships(s *graph.Service, ns *graph.Namespace, waypoint func(*policy.Product) (graph.NamedWaypoint, bool)) []graph.Membership {
	list := s.Meshes
	own := func(product *policy.Product, in bool, o graph.Origin) {
		if !slices.ContainsFunc(list, func(m graph.Membership) bool { return m.Product.Is(product) }) {
			list = append(list, graph.Membership{Product: product, In: in, Mesh: meshName(product, s, ns), Origin: o})
		}
	}
	at := graph.Origin{}
	if len(s.Origins) > 0 {
		at = s.Origins[0]
	}
	for _, p := range product.Meshes { // labels of the pod
		for _, sign := range p.Signs {
			if in, found := readSign(sign, s.Labels, s.Annotations); found {
				own(p, in, at)
			}
		}
	}
	for _, p := range product.Meshes {
		_, declared := s.Member(p)
		if mode, o := ambientMode(p, s, ns); mode != "" && !declared {
			m := graph.Membership{Product: p, In: mode == "ambient", Ambient: mode == "ambient", Origin: o}
			m.Named, m.Waypoint = waypoint(p)
			list = append(list, m)
		}
	}
	if ns == nil || !runsCode(s.Kind) {
		return list
	}
	for _, p := range product.Meshes {
		for _, sign := range p.Signs {
			if in, found := readSign(sign, ns.Labels, ns.Annotations); found {
				own(p, in, ns.Origin)
			}
		}
	}
	return list
}

// meshName is the name of the mesh of a product that a service is in, if it is in one; empty if it has one
// mesh only, or a namespace that is not among the inputs may name it.
func meshName(p *policy.Product, s *graph.Service, ns *graph.Namespace) string {
	if p.MeshKey == "" {
		return ""
	}
	name := cmp.Or(s.Labels[p.MeshKey], s.Annotations[p.MeshKey])
	if name == "" && ns != nil {
		name = cmp.Or(ns.Labels[p.MeshKey], ns.Annotations[p.MeshKey], p.MeshDefault)
	}
	return name
}

// inMesh reports whether a service is in the mesh of this name of a product, as far as that is known.
func inMesh(s *graph.Service, p *policy.Product, name string) bool {
	m, known := s.Member(p)
	return name == "" || !known || m.Mesh == "" || m.Mesh == name
}

// ofMesh reports whether the proxy in which a policy acts on a call is of the mesh that it is for.
func (b *binder) ofMesh(p *graph.Policy, from, callee graph.Node) bool {
	at := from
	if p.Says.Layer == policy.ServerProxy {
		at = callee
	}
	return inMesh(b.g.Service(at), p.Product, p.Mesh)
}

// waypoints are the objects that can be waypoints, by name; nil if the inputs have none of
// their kind, so that they may be anywhere.
type waypoints map[graph.Ref]*graph.LabeledObject

func (l *linker) waypoints() waypoints {
	found := waypoints{}
	for _, p := range product.Meshes {
		if p.Waypoint == nil {
			continue
		}
		for i := range l.f.Labeled {
			if o := &l.f.Labeled[i]; o.Kind == p.Waypoint.Kind && o.Origin.Reader() != p.Name {
				found[graph.Ref{Kind: p.Name, Namespace: o.Namespace, Name: o.Name}] = o
			}
		}
	}
	return found
}

// serve returns the waypoint that labels of a service name, and whether it serves that: its own label
// goes before that of its namespace, even if it names none.
func (w waypoints) serve(p *policy.Product, s *graph.Service, own graph.Labels, ns *graph.Namespace) (named graph.NamedWaypoint, serves bool) {
	if p.Waypoint == nil {
		return named, false
	}
	labels, by := own, "Service"
	if labels[p.Waypoint.Label] == "" && ns != nil {
		labels, by = ns.Labels, "Namespace"
	}
	name := labels[p.Waypoint.Label]
	if name == "" {
		return named, false
	}
	named = graph.NamedWaypoint{Name: name, By: by}
	if name == p.Waypoint.NoName {
		return named, false
	}
	of, found := w[graph.Ref{Kind: p.Name, Namespace: cmp.Or(labels[p.Waypoint.Namespace], s.Namespace), Name: name}]
	if !found {
		return named, !slices.ContainsFunc(slices.Collect(maps.Keys(w)), func(r graph.Ref) bool { return r.Kind == p.Name })
	}
	if slices.Contains(p.Waypoint.ForOthers, of.Labels[p.Waypoint.For]) {
		named.Unfit = of.Namespace + "/" + of.Name
	}
	return named, (!of.Own() || of.Namespace == s.Namespace) && named.Unfit == ""
}

// serviceLabels returns the labels of the Services that lead to entities, not those of pods.
func (l *linker) serviceLabels(entities []int) graph.Labels {
	labels := graph.Labels{}
	for _, c := range entities {
		for _, n := range l.entities[c].names {
			maps.Copy(labels, n.Labels)
		}
	}
	return labels
}

// ambientMode returns the mode that the pod or else its namespace has, and where; ""
// if neither does.
func ambientMode(p *policy.Product, s *graph.Service, ns *graph.Namespace) (string, graph.Origin) {
	if p.AmbientLabel == "" {
		return "", graph.Origin{}
	}
	if mode := s.Labels[p.AmbientLabel]; mode != "" && len(s.Origins) > 0 {
		return mode, s.Origins[0]
	}
	if ns != nil {
		return ns.Labels[p.AmbientLabel], ns.Origin
	}
	return "", graph.Origin{}
}

func runsCode(k graph.Kind) bool { return k != graph.KindExternal && k != graph.KindTopic }

// readSign returns whether labels or annotations declare their object in a mesh; found is
// false if they declare neither.
func readSign(g policy.MeshSign, labels, annotations graph.Labels) (in, found bool) {
	v := labels[g.Key]
	if v == "" {
		v = annotations[g.Key]
	}
	v = strings.ToLower(v)
	switch {
	case v == "":
		return false, false
	case slices.Contains(g.In, v):
		return true, true
	case slices.Contains(g.Out, v):
		return false, true
	}
	other := slices.Contains(g.In, "*")
	return other, other
}
