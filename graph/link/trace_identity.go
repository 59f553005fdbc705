package link

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
)

// traced is the realm of services that only traces have.
const traced = "trace"

// A traceResolver finds the services of the names in traces. A name that can be of several
// services is reported, and none is chosen: it is a node of its own.
type traceResolver struct {
	*linker
	configuredNames map[string][]int  // roots by the name in traces that settings give them
	groups          map[string]int    // by name, how many groups have a service of this name
	onlyNamespaces  map[string]string // by name, the one namespace in spans of it; "" for several
	roots           []int             // by peer with spans; -1 until it is known
	inferred        map[inferredKey]int
	called          map[inferredKey]int // the same without the protocol, plus 1
	noted           map[string]bool
	stores          map[int][]int // what a caller is declared to call and may store data; nil until used
}

type inferredKey struct {
	*graph.TracePeer
	from     int    // the caller, whose namespace a short host is looked up in
	protocol string // of a database
}

func newTraceResolver(l *linker) *traceResolver {
	w := &traceResolver{
		linker: l, roots: slices.Repeat([]int{-1}, len(l.ends.peers)), configuredNames: map[string][]int{}, groups: map[string]int{}, onlyNamespaces: map[string]string{},
		inferred: map[inferredKey]int{}, called: map[inferredKey]int{}, noted: map[string]bool{},
	}
	w.readConfiguredNames()
	return w
}

// collectNames reads the names of all services with spans. It must run before names are
// resolved.
func (w *traceResolver) collectNames() {
	groups := map[string]map[string]bool{}
	for _, s := range w.ends.peers {
		if s.Inferred {
			continue
		}
		if s.Group != "" && s.Namespace == "" {
			if groups[s.Name] == nil {
				groups[s.Name] = map[string]bool{}
			}
			groups[s.Name][s.Group] = true
		}
		if home, ok := w.onlyNamespaces[s.Name]; s.Namespace != "" && (!ok || home != s.Namespace) {
			if w.onlyNamespaces[s.Name] = s.Namespace; ok {
				w.onlyNamespaces[s.Name] = ""
			}
		}
	}
	for name, of := range groups {
		w.groups[name] = len(of)
	}
	for i := range w.f.ObservedServices {
		w.sight(w.ends.services[i], w.f.ObservedServices[i].Origin)
	}
	none := graph.ObservedPlace{Sighting: -1}
	first := slices.Repeat([]graph.ObservedPlace{none}, len(w.ends.peers)) // of all places where a peer is an end of a call
	for i := range w.ends.rows {
		r := &w.ends.rows[i]
		for _, p := range [...]int32{r.From, r.To} {
			if first[p] == none {
				w.sight(p, w.ends.origin(r.ObservedPlace))
				first[p] = r.ObservedPlace
			} else if w.ends.comparePlaces(r.ObservedPlace, first[p]) < 0 {
				first[p] = r.ObservedPlace
			}
		}
	}
	for p, at := range first {
		if at != none {
			w.sight(int32(p), w.ends.origin(at))
		}
	}
}

// sight finds the root of a peer with spans at one more place.
func (w *traceResolver) sight(peer int32, at graph.Origin) {
	if !w.ends.peers[peer].Inferred {
		w.entities[w.service(peer, at)].withSpans = true
	}
}

// readConfiguredNames finds the settings that give services their names in traces.
func (w *traceResolver) readConfiguredNames() {
	for _, s := range w.scopes() {
		for i := range s.values {
			v := &s.values[i]
			name := ""
			switch {
			case spanNames[v.Key]:
				name = v.Text
			case v.Key == "OTEL_RESOURCE_ATTRIBUTES":
				name = attributeIn(v.Text, "service.name")
			case v.Key == "" && strings.Contains(v.Text, "otel.service.name="):
				_, rest, _ := strings.Cut(v.Text, "otel.service.name=")
				name, _, _ = strings.Cut(rest, " ")
			}
			if name = strings.ToLower(strings.TrimSpace(name)); name == "" || address.HasPlaceholder(name) {
				continue
			}
			if root, ok := w.lookup(s.of); ok && !slices.Contains(w.configuredNames[name], root) {
				w.configuredNames[name] = append(w.configuredNames[name], root)
			}
		}
	}
}

// attributeIn returns the value of a key in "key=value,key=value".
func attributeIn(list, key string) string {
	for pair := range strings.SplitSeq(list, ",") {
		if k, v, ok := strings.Cut(pair, "="); ok && strings.TrimSpace(k) == key {
			return v
		}
	}
	return ""
}

// caller returns the root of the caller in an observation.
func (w *traceResolver) caller(i int) int {
	r := &w.ends.rows[i]
	if root := w.roots[r.From]; root >= 0 {
		return root
	}
	return w.party(r.From, r, -1)
}

// callee returns the root of the callee in an observation.
func (w *traceResolver) callee(i int) int {
	r := &w.ends.rows[i]
	if root := w.roots[r.To]; root >= 0 {
		return root
	}
	from := w.roots[r.From] // -1 if it is inferred, too
	return w.party(r.To, r, from)
}

// party returns the root of an inferred end of an observed call. from is the root of the caller if the
// end is a callee.
func (w *traceResolver) party(peer int32, r *graph.ObservedRow, from int) int {
	key := inferredKey{w.ends.peers[peer], from, ""}
	if key.Kind == graph.KindDatabase {
		key.protocol = address.ProtocolOf(strings.ToLower(w.ends.sightings[r.Sighting].Protocol)).Name
	}
	return w.inferredService(key, w.ends.origin(r.ObservedPlace))
}

// ofSpans returns the root of an observed service.
func (w *traceResolver) ofSpans(i int) int {
	s := &w.f.ObservedServices[i]
	if !s.Inferred {
		return w.service(w.ends.services[i], s.Origin)
	}
	return w.inferredService(inferredKey{s.TracePeer, -1, ""}, s.Origin)
}

// inferredService returns the root of a service without spans.
func (w *traceResolver) inferredService(key inferredKey, o graph.Origin) int {
	root, ok := w.inferred[key]
	if !ok {
		root = w.resolveInferred(key, o)
		w.inferred[key] = root
	}
	if key.protocol = ""; w.called[key] == 0 {
		w.called[key] = root + 1
	}
	w.keepFirstOrigin(w.find(root), o)
	return w.find(root)
}

// service returns the root of a service of which spans were seen.
func (w *traceResolver) service(peer int32, o graph.Origin) int {
	root := w.roots[peer]
	if root < 0 {
		s, ok := w.ends.peers[peer], false
		if root, ok = w.byRef(s.Ref); (!ok || s.Ref.IsZero()) && !s.Nameless {
			root, ok = w.declared(s, o)
		}
		if !ok {
			root = w.undeclared(s, o)
		}
		root = w.find(root)
		w.roots[peer] = root
		if s.Workload != "" {
			w.tracedWorkloads[root] = append(w.tracedWorkloads[root], s.Workload)
		}
	}
	w.keepFirstOrigin(root, o)
	return root
}

// addTraced returns the entity of a service that only traces have. It makes a new one if
// there is none.
func (w *traceResolver) addTraced(r graph.Ref, o graph.Origin) int {
	before := len(w.entities)
	c := w.add(r, o)
	if c == before {
		w.entities[c].tracedOnly = true
	}
	return c
}

// keepFirstOrigin keeps the first place of a service that only traces have.
func (w *traceResolver) keepFirstOrigin(root int, o graph.Origin) {
	if c := &w.entities[root]; c.tracedOnly && o.Compare(c.origin) < 0 {
		c.origin = o
	}
}

// declared returns the service of the manifests that spans of this name come from.
func (w *traceResolver) declared(s *graph.TracePeer, o graph.Origin) (int, bool) {
	name := strings.ToLower(s.Name)
	for _, candidates := range [...][]int{w.configuredNames[name], w.hosts.roots(name), w.hosts.roots(strings.ToLower(s.Workload))} {
		found := slices.DeleteFunc(w.inScope(candidates, s.Namespace, s.Group), func(r int) bool { return w.entities[r].tracedOnly })
		switch {
		case len(found) == 1:
			w.noteJoined(s, found[0], o)
			return found[0], true
		case len(found) > 1:
			w.noteAmbiguous(s, len(found), o)
			return 0, false
		}
	}
	if short, namespace, ok := cutLast(name); ok { // as Istio names services: reviews.bookinfo
		if found := w.ofNamespace(w.hosts.roots(short), namespace); len(found) == 1 {
			w.noteJoined(s, found[0], o)
			return found[0], true
		}
	}
	if owner, kind := address.PodController(name); owner != name { // the default name of programs whose name is not configured
		found := slices.DeleteFunc(w.inScope(w.hosts.roots(owner), s.Namespace, s.Group), func(r int) bool {
			ref := w.entities[r].ref
			workload, ok := w.byRef(graph.Ref{Realm: kubernetes, Kind: kind, Namespace: ref.Namespace, Name: owner})
			return ref.Realm != kubernetes || kind != "" && (!ok || w.find(workload) != r)
		})
		if len(found) == 1 {
			w.noteJoined(s, found[0], o)
			return found[0], true
		}
	}
	return 0, false
}

// inScope returns which of the services may be meant: those in the namespace of a span or
// without one, else those of its group.
func (w *traceResolver) inScope(candidates []int, namespace, group string) []int {
	roots := slices.DeleteFunc(w.rootsOf(candidates), func(r int) bool {
		f := w.entities[r].family()
		return f == graph.FamilyGateway || f == graph.FamilyTopic
	})
	if namespace != "" {
		return slices.DeleteFunc(roots, func(r int) bool {
			n := w.entities[r].ref.Namespace
			return n != "" && n != namespace && w.entities[r].ref.Realm == kubernetes
		})
	}
	if len(roots) > 1 && group != "" {
		if found := w.ofNamespace(roots, group); len(found) > 0 {
			return found
		}
	}
	return w.preferRunning(roots)
}

// ofNamespace returns the services of a namespace.
func (w *traceResolver) ofNamespace(roots []int, namespace string) []int {
	return slices.DeleteFunc(w.rootsOf(roots), func(r int) bool { return w.entities[r].ref.Namespace != namespace })
}

func cutLast(name string) (before, after string, ok bool) {
	i := strings.LastIndexByte(name, '.')
	if i <= 0 || i == len(name)-1 {
		return "", "", false
	}
	return name[:i], name[i+1:], true
}

// noteJoined reports that spans are taken for those of a service of another name.
func (w *traceResolver) noteJoined(s *graph.TracePeer, root int, o graph.Origin) {
	if r := w.entities[root].ref; r.Name != s.Name && !w.noted[s.Name] {
		w.noted[s.Name] = true
		w.note(o, `spans of "`+s.Name+`" are taken for those of `+kindWord(r)+` "`+r.Name+`"`, "")
	}
}

func (w *traceResolver) noteAmbiguous(s *graph.TracePeer, several int, o graph.Origin) {
	w.noteOnce(s, `spans of "`+s.Name+`" could be of any of `+strconv.Itoa(several)+" services of that name; they are kept apart",
		"add k8s.namespace.name to the spans' resource, or an alias to weir.yaml", o)
}

// noteOnce reports, once for a name, that no service was chosen for it.
func (w *traceResolver) noteOnce(s *graph.TracePeer, message, hint string, o graph.Origin) {
	if !w.noted[s.Name] {
		w.noted[s.Name] = true
		w.note(o, message, hint)
	}
}

// addressedOnly returns what manifests name as a callee and do not declare: a host, or a name
// in a native manifest.
func (w *traceResolver) addressedOnly(name, namespace string) (int, bool) {
	if c, ok := w.byRef(graph.Ref{Name: name, Namespace: namespace}); ok {
		return w.find(c), true
	}
	c, ok := w.byRef(graph.Ref{Realm: "host", Name: canonical(name)})
	if !ok || namespace != "" || !w.entities[c].external {
		return 0, false
	}
	return w.find(c), true
}

// undeclared returns the entity of a service that only traces have.
func (w *traceResolver) undeclared(s *graph.TracePeer, o graph.Origin) int {
	if root, ok := w.addressedOnly(s.Name, s.Namespace); ok && !s.Nameless {
		w.entities[root].hint = cmp.Or(s.Kind, graph.KindService)
		return root
	}
	r := graph.Ref{Realm: traced, Name: s.Name, Namespace: s.Namespace}
	if r.Namespace == "" && !s.Nameless {
		if home := w.onlyNamespaces[s.Name]; home != "" && len(w.ofNamespace(w.hosts.roots(strings.ToLower(s.Name)), home)) == 0 {
			r.Namespace = home // else it is not the service that is declared there
		} else if home == "" && w.groups[s.Name] > 1 {
			r.Namespace = s.Group
		}
	}
	c := w.addTraced(r, o)
	switch {
	case s.Kind != graph.KindUnknown:
		w.entities[c].hint = s.Kind
	case w.entities[c].hint == graph.KindUnknown:
		if w.entities[c].hint = kindByName(s.Name); w.entities[c].hint == graph.KindUnknown {
			w.entities[c].hint = graph.KindService
		}
	}
	w.addName(traced, r.Namespace, r.Name, c)
	return c
}
