package link

import (
	"slices"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
)

// resolveInferred returns the root of a service without spans, which its callers or callees
// name.
func (w *traceResolver) resolveInferred(k inferredKey, o graph.Origin) int {
	if root, ok := w.resolvePeer(k, o); ok {
		w.noteTaken(k, root, o)
		return root
	}
	r := graph.Ref{Realm: "host", Name: canonical(k.Name)}
	if c, ok := w.byRef(graph.Ref{Name: k.Name}); ok && k.Kind != graph.KindTopic {
		return w.find(c) // a native manifest names it as a callee, and no input declares it
	}
	if k.Kind == graph.KindTopic {
		r = graph.Ref{Realm: traced, Kind: "topic", Name: k.Name}
	}
	c := w.addTraced(r, o)
	ent := &w.entities[c]
	if ent.external = k.Kind != graph.KindTopic; ent.hint == graph.KindUnknown {
		ent.hint = k.Kind
	}
	if ent.hint == graph.KindUnknown && address.ProtocolOn("", k.Host.Port).Kind == graph.KindTelemetry {
		ent.hint = graph.KindTelemetry
	}
	return c
}

// resolvePeer returns the declared service of an inferred one. An address is resolved as its
// caller resolves it, a name among all names, the name of a database among the stores that
// its caller is declared to use.
func (w *traceResolver) resolvePeer(k inferredKey, o graph.Origin) (int, bool) {
	name := strings.ToLower(k.Name)
	if k.Kind == graph.KindTopic {
		return w.topic(name)
	}
	if k.Host.Host != "" && canonical(k.Name) == canonical(k.Host.Host) {
		if root, ok := w.resolveAddress(k); k.Host.Database == "" || ok && w.fits(&k, root) {
			return root, ok
		}
		return w.store(k, o) // the source does not show whether the name is that of the host or of the database
	}
	found := slices.DeleteFunc(w.inScope(append(slices.Clone(w.configuredNames[name]), w.hosts.roots(name)...), "", k.Group), func(r int) bool { return !w.fits(&k, r) })
	if len(found) > 1 {
		if beside := w.ofNamespace(found, w.namespaceOf(k.from)); len(beside) == 1 {
			found = beside
		}
	}
	if len(found) == 1 {
		return found[0], true
	}
	if root, ok := w.resolveAddress(k); ok && w.fits(&k, root) {
		return root, true
	}
	if k.Host.Database != "" {
		return w.store(k, o)
	}
	if len(found) > 1 {
		w.noteOnce(k.TracePeer, `calls to "`+k.Name+`" could be to any of `+strconv.Itoa(len(found))+" services of that name; they are kept apart",
			"add service.peer.namespace to the spans, or an alias to weir.yaml", o)
	}
	return 0, false
}

// fits reports whether a root can be the database that a span names: a program of the same
// name cannot.
func (w *traceResolver) fits(k *inferredKey, root int) bool {
	if k.Host.Database == "" {
		return true
	}
	kind := w.entities[root].hint
	if root < len(w.kinds) {
		kind = w.kinds[root]
	}
	return kind != graph.KindService && kind != graph.KindJob || isStore(kindByName(w.entities[root].ref.Name))
}

func isStore(k graph.Kind) bool { return k == graph.KindDatabase || k == graph.KindCache }

// namespaceOf returns the namespace of a caller, "" if unknown.
func (w *traceResolver) namespaceOf(root int) string {
	if root < 0 {
		return ""
	}
	return w.entities[root].ref.Namespace
}

// resolveAddress resolves the addresses of an inferred service as its caller does.
func (w *traceResolver) resolveAddress(k inferredKey) (int, bool) {
	realm, namespace := "", w.namespaceOf(k.from)
	if k.from >= 0 {
		realm = w.entities[k.from].ref.Realm
	}
	if realm == traced {
		realm = ""
	}
	for _, host := range [...]string{hostIn(k.Name), k.Host.Host} {
		if host == "" || address.IsLocal(host) {
			continue
		}
		if root, ok := w.resolve(host, realm, namespace); ok {
			return root, true
		}
		if name, space, ok := strings.Cut(canonical(host), "."); ok && !strings.Contains(space, ".") {
			if beside := w.ofNamespace(w.hosts.roots(name), space); len(beside) == 1 {
				return beside[0], true
			}
		}
	}
	return 0, false
}

// hostIn returns the host in the forms of an address: "cart:8080",
// "Unspecified/cart:8080" as .NET does, "cart/10.0.0.7:8080" as Java does.
func hostIn(name string) string {
	if before, after, ok := strings.Cut(name, "/"); ok && !strings.Contains(name, "://") {
		switch strings.ToLower(before) {
		case "unspecified", "internetwork", "internetworkv6", "":
			name = after
		default:
			name = before
		}
	}
	if a, ok := address.Parse(name); ok {
		return a.Host
	}
	return name
}

// store returns the one store that the caller of a database is declared to use and that can
// be meant: it has a database of this name, or else it is the only one with the protocol of
// the call.
func (w *traceResolver) store(k inferredKey, o graph.Origin) (int, bool) {
	if w.stores == nil {
		w.findStores()
	}
	var named, speaks []int
	for _, to := range w.stores[k.from] {
		evidence := w.edges[[2]int{k.from, to}]
		if slices.ContainsFunc(evidence, func(e graph.Evidence) bool { return strings.EqualFold(e.Database, k.Host.Database) }) {
			named = append(named, to)
		}
		if slices.ContainsFunc(evidence, func(e graph.Evidence) bool { return e.Protocol == k.protocol && k.protocol != "" }) || w.speaks(to, k.protocol) {
			speaks = append(speaks, to)
		}
	}
	if len(named) == 0 {
		named = speaks
	}
	switch len(named) {
	case 0:
	case 1:
		return named[0], true
	default:
		w.noteOnce(k.TracePeer, `the database "`+k.Name+`" could be on any of `+strconv.Itoa(len(named))+" stores that its caller is declared to use; it is kept apart",
			"add server.address to the spans, or an alias to weir.yaml", o)
	}
	return 0, false
}

// speaks reports whether the name of a store shows a protocol.
func (w *traceResolver) speaks(root int, protocol string) bool {
	return protocol != "" && slices.ContainsFunc(address.Words(w.entities[root].ref.Name), func(word string) bool { return address.ProtocolOf(word).Name == protocol })
}

// findStores lists what is declared to be called and may store data, by caller.
func (w *traceResolver) findStores() {
	w.stores = map[int][]int{}
	for ends, evidence := range w.edges {
		from, to := ends[0], ends[1]
		store := to < len(w.kinds) && isStore(w.kinds[to]) || isStore(w.entities[to].hint) || isStore(kindByName(w.entities[to].ref.Name))
		if slices.ContainsFunc(evidence, func(e graph.Evidence) bool {
			return !e.Observed && (store || isStore(address.ProtocolOn(e.Protocol, e.Port).Kind))
		}) {
			w.stores[from] = append(w.stores[from], to)
		}
	}
	for _, list := range w.stores {
		slices.Sort(list)
	}
}

// noteTaken reports that an inferred service is taken for one of another name or of another
// namespace.
func (w *traceResolver) noteTaken(k inferredKey, root int, o graph.Origin) {
	r, home := w.entities[root].ref, w.namespaceOf(k.from)
	elsewhere := k.Host.Host == "" && home != "" && r.Namespace != "" && r.Namespace != home
	if strings.EqualFold(r.Name, k.Name) && !elsewhere || w.entities[root].tracedOnly || w.noted["to "+k.Name] {
		return
	}
	w.noted["to "+k.Name] = true
	what := `calls to "` + k.Name + `" are taken for those to `
	if k.Host.Database != "" {
		what = `the database "` + k.Name + `" is taken for one of `
	}
	what += kindWord(r) + ` "` + r.Name + `"`
	if elsewhere {
		what += " of namespace " + r.Namespace
	}
	w.note(o, what, "")
}

// topic returns the declared topic or queue of this name.
func (w *traceResolver) topic(name string) (int, bool) {
	roots := slices.DeleteFunc(w.rootsOf(w.hosts.roots(name)), func(r int) bool { return w.entities[r].family() != graph.FamilyTopic })
	if len(roots) != 1 {
		return 0, false
	}
	return roots[0], true
}

// classes returns what observed calls to the peers are for, by their addresses.
func (s *observedEnds) classes() []graph.Class {
	list := make([]graph.Class, len(s.peers))
	for i, to := range s.peers {
		switch {
		case isPlatform(hostIn(strings.ToLower(to.Name))) || isPlatform(canonical(to.Host.Host)):
			list[i] = graph.ClassControl
		case to.Host.Port != 0 && address.ProtocolOn("", to.Host.Port).Kind == graph.KindTelemetry:
			list[i] = graph.ClassTelemetry
		default:
			list[i] = graph.ClassCall
		}
	}
	return list
}
