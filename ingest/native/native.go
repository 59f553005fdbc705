// Package native reads weir.yaml, weir's own manifest.
package native

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/resource"
)

// Reader reads weir's own manifest, which declares calls and policies that no other
// input declares: those in code.
//
// It is strict, because no other program checks it: every key and word it does not
// know is a Failed problem. Durations carry a unit; 0 and "off" switch off. A
// share is "50%" or 0.5, an slo is percent.
var Reader = &document.Reader{
	Name:  "native",
	Doc:   "weir's own manifest: services, calls and the policies in code",
	Reads: []string{"apiVersion: weir/v1", "weir.yaml", "services: as a list"},
	Match: matchNative,
	Read:  readNative,
}

const nativeRealm = "native"

// A weir.yaml has the keys of a manifest and those of the configuration of a run. The
// reader of manifests accepts any value of the latter, and ReadConfig any of the former.
var manifestShape = &shape{is: "a mapping", keys: slices.Concat(manifestKeys, ofAnyShape(configKeys(Rules{})))}

func matchNative(h *document.Head) bool {
	silent := h.APIVersion == "" && h.Kind == "" && !h.Has("schema") // weir's own JSON has a schema
	ofTye := strings.HasPrefix(h.Base, "tye.")
	return !h.Text && (claimsNative(h) || silent && h.HasList("services") && !ofTye)
}

// claimsNative reports whether a document says outright that it is a native
// manifest, in its apiVersion or by its file's name.
func claimsNative(h *document.Head) bool {
	return h.Group() == "weir" || h.APIVersion == "" && h.Kind == "" && named(h)
}

// named reports whether a file has the name of a configuration.
func named(h *document.Head) bool { return slices.Contains(FileNames, h.Base) }

func readNative(d *document.Document, f *graph.Facts) {
	if !claimsNative(&d.Head) && !looksNative(d.Root) {
		if services := d.Root.Get("services").List(); len(services) > 0 && !services[0].IsMap() {
			return // words of a tool for builds
		}
		d.Problem(graph.Skipped, d.Root.Key("services"),
			"if it is a native manifest, add apiVersion: weir/v1 to get its mistakes reported",
			"a list of services in another format")
		return
	}
	checkShape(d, withExtensions(manifestShape, d.Root), "manifest", d.Root)
	r := &native{d: d, f: f, services: map[graph.Ref]document.Node{}}
	for alias, service := range d.Root.Get("aliases").Pairs() {
		r.alias(alias, service)
	}
	for _, service := range d.Root.Get("services").List() {
		r.service(service)
	}
	for _, entry := range d.Root.Get("overrides").List() {
		if o, ok := readOverride(d, entry); ok {
			f.Overrides = append(f.Overrides, o)
		}
	}
}

// looksNative distinguishes a native manifest without apiVersion from the many other
// formats with a list of services: one of its services makes calls, or it has nothing
// that a native manifest could not have.
func looksNative(root document.Node) bool {
	services := root.Get("services").List()
	calling := func(s document.Node) bool { return s.Get("name").IsScalar() && s.Get("calls").IsList() }
	if slices.ContainsFunc(services, calling) {
		return true
	}
	strange := func(s document.Node) bool { return !s.Get("name").IsScalar() || !onlyKeys(serviceShape.keys, s) }
	return len(services) > 0 && onlyKeys(withExtensions(manifestShape, root).keys, root) && !slices.ContainsFunc(services, strange)
}

func onlyKeys(keys []schemaKey, n document.Node) bool {
	for k := range n.Pairs() {
		if findKey(keys, k.Str()) == nil {
			return false
		}
	}
	return true
}

// A native reads one document, whose mistakes checkShape has reported: what does
// not fit its shape is passed over in silence.
type native struct {
	d        *document.Document
	f        *graph.Facts
	services map[graph.Ref]document.Node // where each was written first
}

func (r *native) alias(alias, service document.Node) {
	a, badAlias := parseName(alias.Str())
	of, badService := parseName(service.Str())
	if badAlias != "" || badService != "" || !service.IsScalar() {
		return
	}
	r.f.Names = append(r.f.Names, graph.Name{
		Ref:    graph.Ref{Realm: nativeRealm, Kind: "alias", Namespace: a.namespace, Name: a.name},
		Origin: r.d.At(alias),
		Hosts:  []string{strings.ToLower(a.name)},
		Of:     graph.Ref{Namespace: of.namespace, Name: of.name},
	})
}

func (r *native) service(n document.Node) {
	name, hint := parseName(n.Get("name").Str())
	if hint != "" || !n.Get("name").IsScalar() {
		return
	}
	ref := graph.Ref{Realm: nativeRealm, Namespace: name.namespace, Name: name.name}
	if namespace := n.Get("namespace").Str(); namespace != "" {
		if ref.Namespace != "" && ref.Namespace != namespace {
			r.d.Problem(graph.Failed, n.Get("namespace"), "keep one of them",
				"namespace %q does not match the name %q", namespace, n.Get("name").Str())
		}
		ref.Namespace = namespace
	}
	if first, again := r.services[ref]; again {
		r.d.Problem(graph.Failed, n, "merge it with the first, at "+r.d.At(first).String(), "duplicate service %q",
			nativeName{ref.Namespace, ref.Name}.String())
	} else {
		r.services[ref] = n
	}
	thing := r.thing(ref, n)
	r.f.Entities = append(r.f.Entities, thing)
	r.calls(thing, n)
}

func (r *native) thing(ref graph.Ref, n document.Node) graph.Entity {
	t := graph.Entity{
		Ref:        ref,
		Origin:     r.d.At(n),
		Tier:       setting(r.d, n.Get("tier"), nativeTier),
		Replicas:   setting(r.d, n.Get("replicas"), parseCount),
		SLO:        setting(r.d, n.Get("slo"), parseObjective),
		Entrypoint: setting(r.d, n.Get("entrypoint"), parseTruth),
		Team:       n.Get("team").Str(),
		Owner:      n.Get("owner").Str(),
		System:     n.Get("system").Str(),
		Lifecycle:  n.Get("lifecycle").Str(),
		Aliases:    n.Get("aliases").Strs(),
		Labels:     resource.LabelsOf(n.Get("labels")),
	}
	t.Kind, t.KindSure = graph.ParseKind(n.Get("kind").Str())
	if asked := setting(r.d, n.Get("healthcheck"), parseTruth); asked.Set() {
		t.Probes = graph.Probes{Known: true, Readiness: asked.Value, Origin: asked.Origin}
	}
	for _, port := range n.Get("ports").Items() {
		if p := setting(r.d, port, parsePort); p.Set() {
			t.Ports = append(t.Ports, graph.Port{Number: p.Value})
		}
	}
	return t
}

// FileNames are the names of a configuration.
var FileNames = []string{"weir.yaml", ".weir.yaml", "weir.yml", ".weir.yml"}
