// Package catalog reads service catalogs: Backstage.
package catalog

import (
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/resource"
)

// Backstage reads the entities of a Backstage catalog: what people say that
// there is, whose it is and what it depends on.
//
// Components and Resources become services. An API is a name that the component
// answers to which provides it, so that whoever consumes the API calls that
// component. Parts, owners, systems and domains make no calls.
var Backstage = &document.Reader{
	Name:  "backstage",
	Doc:   "Backstage catalogs: components, resources, and what they depend on, provide and consume",
	Reads: []string{"Component", "Resource", "API", "System", "Domain", "Group", "User", "Location", "Template"},
	Match: func(h *document.Head) bool { return !h.Text && h.Group() == "backstage.io" },
	Read:  readBackstage,
}

const backstageRealm = "backstage"

func readBackstage(d *document.Document, f *graph.Facts) {
	e := &entity{d: d, f: f, spec: d.Root.Get("spec"), meta: d.Root.Get("metadata")}
	switch kind := strings.ToLower(d.Head.Kind); kind {
	case "component", "resource":
		e.read(kind)
	case "location":
		e.location()
	case "api", "system", "domain", "group", "user", "template":
		// An API is named by the component that provides it. The others run nowhere.
	case "":
		d.Problem(graph.Failed, d.Root, "write kind: Component", "an entity has no kind")
	default:
		d.Problem(graph.Skipped, d.Root.Key("kind"), "", "entities of kind %q are not services and have no calls", d.Head.Kind)
	}
}

// An entity is one document of a catalog.
type entity struct {
	d          *document.Document
	f          *graph.Facts
	meta, spec document.Node
	ref        graph.Ref
}

func (e *entity) read(kind string) {
	name := e.meta.Get("name")
	switch {
	case document.IsPlaceholder(name.Str()):
		e.d.Problem(graph.Skipped, name, "pass the entity that the template creates", "a template of an entity, not an entity: %q", name.Str())
		return
	case name.Str() == "":
		e.d.Problem(graph.Failed, e.d.Root.Key("metadata"), "", "a %s has no metadata.name", kind)
		return
	}
	e.ref = backstageRef(kind, e.meta.Get("namespace").Str(), name.Str())
	owner, team := ownerOf(e.spec.Get("owner").Str())
	system, _ := parseEntityRef(e.spec.Get("system").Str(), "system", "")
	thing := graph.Entity{
		Ref:         e.ref,
		Origin:      e.d.At(name),
		Kind:        entityKind(kind, name.Str(), e.spec.Get("type").Str()),
		Labels:      resource.LabelsOf(e.meta.Get("labels")),
		Annotations: resource.LabelsOf(e.meta.Get("annotations")),
		Owner:       owner,
		Team:        team,
		System:      system.Name,
		Lifecycle:   e.spec.Get("lifecycle").Str(),
	}
	for k, v := range e.meta.Get("labels").Pairs() {
		prefix, word := resource.LabelKey(k.Str())
		if resource.OwnWord(prefix) {
			resource.SayFacet(&thing, word, v.Str(), e.d.At(v))
		}
	}
	e.f.Entities = append(e.f.Entities, thing)
	e.names()
	e.dependencies()
}

// names states under which further names the entity is known: the APIs it
// provides, and what it is called in a cluster.
func (e *entity) names() {
	for _, api := range e.refs("providesApis", "api") {
		e.name(api.ref, api.node)
	}
	annotations := e.meta.Get("annotations")
	namespace := annotations.Get("backstage.io/kubernetes-namespace").Str()
	known := map[string]bool{e.ref.Name: true}
	called := func(name string, n document.Node) {
		if name = strings.ToLower(strings.TrimSpace(name)); name != "" && !known[name] {
			known[name] = true
			e.name(graph.Ref{Realm: backstageRealm, Kind: "kubernetes", Namespace: namespace, Name: name}, n)
		}
	}
	id := annotations.Get("backstage.io/kubernetes-id")
	called(id.Str(), id)
	selector := annotations.Get("backstage.io/kubernetes-label-selector")
	for _, condition := range strings.Split(selector.Str(), ",") {
		if key, value, ok := strings.Cut(condition, "="); ok && namesWorkload(strings.TrimRight(key, "! =")) {
			called(strings.TrimLeft(value, "="), selector)
		}
	}
}

// namesWorkload reports whether a label's value is by custom the name of what
// carries it.
func namesWorkload(label string) bool {
	switch strings.TrimSpace(label) {
	case "app", "app.kubernetes.io/name", "k8s-app":
		return true
	}
	return false
}

func (e *entity) name(ref graph.Ref, at document.Node) {
	e.f.Names = append(e.f.Names, graph.Name{Ref: ref, Origin: e.d.At(at), Of: e.ref})
}

// dependencies states whom the entity calls, and who calls it.
func (e *entity) dependencies() {
	for _, to := range e.refs("dependsOn", "") {
		e.call(e.ref, to.ref, "backstage-depends-on", to.node)
	}
	for _, from := range e.refs("dependencyOf", "") {
		e.call(from.ref, e.ref, "backstage-dependency-of", from.node)
	}
	for _, api := range e.refs("consumesApis", "api") {
		e.call(e.ref, api.ref, "backstage-consumes-api", api.node)
	}
}

func (e *entity) call(from, to graph.Ref, way string, at document.Node) {
	e.f.Calls = append(e.f.Calls, graph.CallFact{
		From:     graph.EndpointRef{Ref: from},
		To:       graph.EndpointRef{Ref: to},
		Evidence: graph.Evidence{Origin: e.d.At(at), Way: way, Strength: graph.Strong, Class: graph.ClassCall},
	})
}

type entityRef struct {
	ref  graph.Ref
	node document.Node
}

// refs returns the entities that a list in the spec names, those that run.
func (e *entity) refs(field, defaultKind string) []entityRef {
	var refs []entityRef
	for _, n := range e.spec.Get(field).Items() {
		ref, ok := parseEntityRef(n.Str(), defaultKind, e.ref.Namespace)
		switch {
		case !ok || !n.IsScalar():
			e.d.Problem(graph.Failed, n, "write kind:namespace/name, component:default/cart", "%s %q is not a reference to an entity", field, n.Str())
		case ref.Kind != "" && ref.Kind != "component" && ref.Kind != "resource" && ref.Kind != "api":
			e.d.Problem(graph.Skipped, n, "name a component or resource instead", "%s %q: a %s has no calls", field, n.Str(), ref.Kind)
		default:
			refs = append(refs, entityRef{ref, n})
		}
	}
	return refs
}

// location says which parts of the catalog are elsewhere: weir fetches nothing.
func (e *entity) location() {
	for _, target := range append(e.spec.Get("targets").List(), e.spec.Get("target")) {
		if text := target.Str(); strings.Contains(text, "://") {
			e.d.Problem(graph.Note, target, "pass a copy of it if it belongs to the system", "this part of the catalog is at another location and was not read: %q", text)
		}
	}
}

// parseEntityRef reads a reference in the full form kind:namespace/name or with
// kind and namespace left out. An empty kind stays empty: whichever entity goes
// by the name.
func parseEntityRef(text, kind, namespace string) (ref graph.Ref, ok bool) {
	rest := strings.TrimSpace(text)
	if k, r, found := strings.Cut(rest, ":"); found {
		kind, rest = k, r
	}
	if ns, name, found := strings.Cut(rest, "/"); found {
		namespace, rest = ns, name
	}
	if rest == "" || strings.ContainsAny(rest, ":/{} \t\n") {
		return graph.Ref{}, false
	}
	return backstageRef(strings.ToLower(kind), namespace, rest), true
}

// backstageRef makes a ref. Backstage does not distinguish upper from lower case, so
// refs are lower case; and "default" is the namespace of those that give none.
func backstageRef(kind, namespace, name string) graph.Ref {
	namespace = strings.ToLower(namespace)
	if namespace == "default" {
		namespace = ""
	}
	return graph.Ref{Realm: backstageRealm, Kind: kind, Namespace: namespace, Name: strings.ToLower(name)}
}

// ownerOf returns the owner in short form, and the team if it is one: a group
// needs no kind, a person keeps it.
func ownerOf(text string) (owner, team string) {
	ref, ok := parseEntityRef(text, "group", "")
	if !ok {
		return text, ""
	}
	if ref.Namespace != "" {
		ref.Name = ref.Namespace + "/" + ref.Name
	}
	if ref.Kind == "group" && !strings.Contains(ref.Name, "@") {
		return ref.Name, ref.Name
	}
	return strings.TrimSpace(text), ""
}
