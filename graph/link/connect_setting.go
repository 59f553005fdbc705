package link

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
)

// connectValue makes evidence of one address in a setting.
func (l *linker) connectValue(s *scope, from int, m *found) {
	found, ok := l.resolveFound(s, from, m)
	if !ok {
		return
	}
	to := found.root
	v, p := m.value, address.ProtocolOn(m.Scheme, m.Port)
	proof := prove(&m.Candidate, context{entrance: found.entrance, guess: v.Guess || found.guess, off: s.switchedOff(m.Key), store: l.isStrayOfStore(from, to, m), list: m.list})
	e := graph.Evidence{
		Origin: v.Origin, Way: cmp.Or(found.way, m.Way), Strength: proof.strength(), Class: l.classOfValue(m, from, to, p.Kind), Key: v.Key,
		Protocol: p.Name, Port: m.Port, Database: m.Database, In: v.In, InCode: v.Source == graph.FromCode,
	}
	if (v.Init || m.Waits) && !keepsState(p.Kind) && (to >= len(l.kinds) || !keepsState(l.kinds[to])) {
		e.Way, e.Strength = graph.StartWait, min(e.Strength, graph.Weak)
		if v.Init {
			e.Way = graph.InitContainer
		}
	}
	if e.Protocol == "" && !l.isBroker(to) && hasWord(m.Key.Words[max(0, len(m.Key.Words)-2):], mailWords) {
		e.Protocol = "smtp"
	}
	if p.Async {
		e.Mode = graph.Async
	}
	roots := l.sharing(m.Host, s.of, to)
	if len(roots) > 1 {
		e.In = &graph.Place{Group: &graph.GroupFact{Kind: graph.Pool, Name: m.Host, Need: 1, In: v.In, Origin: v.Origin}}
	}
	for _, to := range roots {
		if m.add != nil {
			m.add(from, to, e)
			continue
		}
		if at := l.addEvidence(from, to, e); at >= 0 {
			l.addressed = append(l.addressed, addressed{found: m, scope: s, from: from, to: to, at: at})
		}
	}
}

// isStrayOfStore reports whether a variable of a stock image of a store, a console or an exporter
// addresses what such a program does not call. Stores call members of their own product and
// what coordinates them, and what variables of their product name (MINIO_NOTIFY_WEBHOOK);
// consoles call stores of their product, exporters stores.
func (l *linker) isStrayOfStore(from, to int, m *found) bool {
	if m.value.Source != graph.FromEnv || from >= len(l.kinds) {
		return false
	}
	var callee graph.Kind
	if to < len(l.kinds) {
		callee = l.kinds[to]
	}
	image := ""
	for _, t := range l.entities[from].things {
		image = cmp.Or(image, graph.ImageName(t.Image))
	}
	switch kind, console := l.kinds[from], consoles[image]; {
	case console != "":
		return !l.isShownBy(console, to, callee, m.Scheme)
	case kind == graph.KindTelemetry:
		return strings.HasSuffix(image, "exporter") && (callee == graph.KindService || callee == graph.KindJob)
	case !keepsState(kind):
		return false
	}
	own := productOfImage(image)
	if own == nil || callee == graph.KindTelemetry || len(m.Key.Words) > 0 && storeProducts[m.Key.Words[0]] == own {
		return false
	}
	other := l.productOf(to)
	return other == nil || !other.coordinates && !slices.ContainsFunc(address.Words(image), func(w string) bool { return storeProducts[w] == other })
}

// isShownBy reports whether a console for a product, or for "sql", may show a callee at an address of a scheme: a store
// of it, or of a product that is not known.
func (l *linker) isShownBy(console string, callee int, kind graph.Kind, scheme string) bool {
	p := l.productOf(callee)
	if p == nil {
		return kind == graph.KindDatabase && !strings.HasPrefix(scheme, "http")
	}
	return p == storeProducts[console] || console == "sql" && p.sql
}

// productOf returns the store product that the image of a root is named after, or else its
// name; nil if none.
func (l *linker) productOf(root int) *storeProduct {
	for _, t := range l.entities[root].things {
		if t.Image == "" {
			continue
		}
		name := graph.ImageName(t.Image)
		if name == "server" { // mssql/server
			name = path.Base(path.Dir(t.Image))
		}
		return productOfImage(name)
	}
	return productOfWords(address.Words(l.entities[root].ref.Name))
}

// sharing returns the roots that answer to a name of the network of a compose project, the
// given one among them: replicas of one program that are services of their own may share an
// alias, and every caller gets the address of one of them.
func (l *linker) sharing(host string, of graph.Ref, root int) []int {
	roots := []int{root}
	if !strings.HasPrefix(of.Realm, "compose:") {
		return roots
	}
	name := canonical(host)
	for _, c := range l.hosts.roots(name) {
		if r := l.find(c); !slices.Contains(roots, r) && l.answersIn(r, of.Realm, name) && l.answersIn(root, of.Realm, name) && l.replicates(r, root) {
			roots = append(roots, r)
		}
	}
	return roots
}

// answersIn reports whether a root is a service of a realm that declares an alias.
func (l *linker) answersIn(root int, realm, alias string) bool {
	return l.entities[root].ref.Realm == realm && slices.ContainsFunc(l.entities[root].things, func(t *graph.Entity) bool {
		return slices.ContainsFunc(t.Aliases, func(a string) bool { return strings.EqualFold(a, alias) })
	})
}

// replicates reports whether two roots are declared with one image, or without an image and
// with names that differ in a number only.
func (l *linker) replicates(v, w int) bool {
	image := func(root int) string {
		for _, t := range l.entities[root].things {
			if t.Image != "" {
				return graph.ImageName(t.Image)
			}
		}
		return ""
	}
	if image(v) != "" || image(w) != "" {
		return image(v) == image(w)
	}
	return stem(l.entities[v].ref.Name) == stem(l.entities[w].ref.Name)
}

// An answerer is the root that answers at an address.
type answerer struct {
	root     int
	entrance bool   // it is a gateway that answers to callers from outside
	guess    bool   // programs may be started elsewhere
	way      string // of the evidence, if the address is one of a proxy of the caller
}

// resolveFound returns what answers at an address. An address that no input declares becomes
// an entity of its own, unless it may not be an address.
func (l *linker) resolveFound(s *scope, from int, m *found) (a answerer, ok bool) {
	v := m.value
	if app, ok := l.invoked(m.Path, s.of.Namespace, v.Origin); ok {
		return answerer{root: app, way: "dapr-invoke"}, true
	}
	if address.IsLocal(m.Host) {
		to, ok := l.listener(from, m.Port)
		if !ok && m.Host == graph.Machine {
			to, ok = l.onMachine(s.of.Realm, m.Port)
		}
		if ok {
			return answerer{root: to}, true
		}
		to, ok = l.byHand(from, m.Port)
		return answerer{root: to, guess: true}, ok
	}
	if address.HasPlaceholder(m.Host) {
		if name, ok := address.NameBefore(m.Host); ok {
			if root, ok := l.resolveFor(s.of, name); ok {
				return answerer{root: root}, true
			}
		}
		l.unresolved(from, m.Address.String(), v.Key, v.Origin, "it holds a variable that no input gives a value")
		return a, false
	}
	if root, ok := l.resolveFor(s.of, m.Host); ok {
		return answerer{root: root}, true
	}
	if front := l.hosts.ingress[canonical(m.Host)]; len(front) > 0 {
		root := l.find(front[0])
		return answerer{root: root, entrance: true}, len(front) == 1 && !m.Key.Site && !l.leadsTo(root, m.Host, from)
	}
	if address.IsPlaceholder(m.Host) {
		l.unresolved(from, m.Host, v.Key, v.Origin, "it is to be filled in")
		return a, false
	}
	if m.Known || address.IsUnfilled(m.Host) {
		if m.Word && v.Source != graph.FromArg {
			l.unresolved(from, m.Host, v.Key, v.Origin, "nothing in the inputs goes by this name")
		}
		return a, false
	}
	if m.own {
		return a, false
	}
	namespace := ""
	if s.of.Realm == kubernetes {
		namespace = s.of.Namespace
	}
	return answerer{root: l.addExternal(m.Host, namespace, v.Origin)}, true
}

// leadsTo reports whether a gateway sends the requests for a host to a service, or may: if it is not declared what
// is behind the host, one of its routes leads there.
func (l *linker) leadsTo(gateway int, host string, to int) bool {
	if host = canonical(host); l.hosts.behind[hostCallee{host, anyCallee}] {
		return l.hosts.behind[hostCallee{host, to}]
	}
	return len(l.edges[[2]int{gateway, to}]) > 0
}

// invoked returns the app that a path of Dapr's sidecar calls, "/v1.0/invoke/APP/method/..." or
// with APP.NAMESPACE, for a program in a namespace.
func (l *linker) invoked(path, namespace string, o graph.Origin) (int, bool) {
	_, rest, ok := strings.Cut("/"+strings.TrimPrefix(path, "/"), "/v1.0/invoke/")
	app, method, _ := strings.Cut(rest, "/")
	if !ok || app == "" || strings.ContainsAny(app, ":{}$") || method != "method" && !strings.HasPrefix(method, "method/") {
		return 0, false
	}
	name, ns, qualified := strings.Cut(app, ".")
	if !qualified {
		ns = namespace
	}
	if c, ok := l.appIn(name, ns, qualified); ok {
		return c, true
	}
	r := graph.Ref{Realm: "dapr", Name: name}
	if c, ok := l.lookup(r); ok && !qualified {
		return c, true
	}
	if qualified {
		r.Namespace = ns
	}
	return l.find(l.add(r, o)), true
}

// classOfValue returns what a call to an address in a setting is for. A broker asks a registry of
// schemas whether it may take a message, and sends it none.
func (l *linker) classOfValue(m *found, from, to int, spoken graph.Kind) graph.Class {
	v := m.value
	switch {
	case m.Key.Health || v.Source == graph.FromEnv && isHealthPath(m.Path):
		return graph.ClassHealth
	case spoken == graph.KindTelemetry || m.Key.Telemetry && !l.isProgram(to):
		return graph.ClassTelemetry
	case m.Key.Control || isPlatform(m.Host) || l.isControlPlane(to) || l.isBroker(from) && asksRegistry(m.Key.Words):
		return graph.ClassControl
	case isGatewayRoute(v.Key):
		return graph.ClassIngress
	}
	return graph.ClassCall
}

// mailWords are among the last words of settings for a server that takes mail.
var mailWords = wordList("smtp submission smarthost relayhost")

func (l *linker) isBroker(root int) bool {
	return root < len(l.kinds) && l.kinds[root] == graph.KindBroker
}

// asksRegistry reports whether the key of a setting of Kafka is for a registry of schemas.
func asksRegistry(key []string) bool {
	at := slices.Index(key, "schema")
	return at > 0 && key[0] == "kafka" && at+1 < len(key) && key[at+1] == "registry"
}

// isControlPlane reports whether a root is declared with images of control planes only.
func (l *linker) isControlPlane(root int) bool {
	controls := false
	for _, t := range l.entities[root].things {
		if t.Image != "" && !graph.IsControlPlane(t.Image) {
			return false
		}
		controls = controls || t.Image != ""
	}
	return controls
}

// isHealthPath reports whether a path is that of a health check.
func isHealthPath(path string) bool {
	switch path[strings.LastIndexByte(path, '/')+1:] {
	case "health", "healthz", "hc", "livez", "readyz", "liveness", "readiness":
		return true
	}
	return false
}
