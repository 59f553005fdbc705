package link

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
)

// index lists every name of every entity. Names that the platform resolves have precedence
// over names of workloads.
func (l *linker) index() {
	l.hosts = hosts{nameIndex: newNameIndex(), indexed: true, full: map[string]int{}, again: map[nameInFile]int{}, ingress: map[string][]int{}, behind: map[hostCallee]bool{}, homeNamespaces: map[string]bool{}, namespaces: map[string]bool{}}
	for _, addressable := range []bool{true, false} {
		for c := range l.entities {
			ent := &l.entities[c]
			if (len(ent.names) > 0) == addressable {
				l.indexEntity(c)
			}
		}
	}
	l.indexEstate()
	slices.SortFunc(l.hosts.wildcards, func(a, b wildcard) int {
		if len(a.suffix) != len(b.suffix) {
			return len(b.suffix) - len(a.suffix)
		}
		return strings.Compare(a.suffix, b.suffix)
	})
	l.connectRealms()
	l.resolveAliases()
	l.findHomeNamespaces()
	l.joinTwins()
}

func (l *linker) indexEntity(c int) {
	ent := &l.entities[c]
	h, root := &l.hosts, l.find(c)
	if ent.ref.Realm == kubernetes {
		h.namespaces[ent.ref.Namespace] = true
	}
	if ent.family() == graph.FamilyGateway {
		for _, t := range ent.things {
			for _, a := range t.Aliases {
				h.addEntrance(a, root)
			}
		}
	}
	if ent.ref.Realm != "host" && ent.family() != graph.FamilyGateway {
		l.addName(ent.ref.Realm, ent.ref.Namespace, ent.ref.Name, root)
		for _, t := range ent.things {
			for _, a := range t.Aliases {
				l.addName(ent.ref.Realm, ent.ref.Namespace, a, root)
			}
		}
	}
	for _, host := range ent.hosts {
		if suffix, ok := strings.CutPrefix(host, "*"); ok {
			if len(suffix) > 1 {
				h.wildcards = append(h.wildcards, wildcard{suffix, root})
			}
			continue
		}
		if _, taken := h.full[host]; !taken {
			h.full[host] = root
		}
		if !strings.Contains(host, ".") {
			l.addName(ent.ref.Realm, ent.ref.Namespace, host, root)
		}
	}
}

// addEntrance enters a domain at which a gateway answers to callers from outside.
func (h *hosts) addEntrance(host string, gateway int) {
	if host = canonical(host); address.IsDomain(host) && !slices.Contains(h.ingress[host], gateway) {
		h.ingress[host] = append(h.ingress[host], gateway)
	}
}

// addBehind enters what a gateway sends the requests for a domain to.
func (h *hosts) addBehind(host string, callee int) {
	host = canonical(host)
	h.behind[hostCallee{host, anyCallee}], h.behind[hostCallee{host, callee}] = true, true
}

// addName enters a name. An earlier entry has precedence.
func (l *linker) addName(realm, namespace, name string, root int) {
	h, of := &l.hosts, &l.entities[root].ref
	name = strings.ToLower(name)
	switch first, taken := h.enter(space{realm, namespace}, name, root); {
	case !taken:
	case first == root:
		return
	case isCompose(realm):
		if inFile := (nameInFile{graph.Ref{Realm: realm, Namespace: namespace, Name: name}, l.entities[root].origin.File()}); h.again[inFile] == 0 {
			h.again[inFile] = root + 1
		}
	}
	h.enterBare(name, root, of.Realm != kubernetes || of.Namespace == "")
}

// resolveAliases joins names that are aliases of another host with what answers there.
func (l *linker) resolveAliases() {
	for i := range l.f.Names {
		n := &l.f.Names[i]
		if n.Target == "" || address.IsLocal(n.Target) {
			continue
		}
		c, ok := l.byRef(n.Ref)
		if !ok {
			continue
		}
		target, ok := l.resolve(n.Target, n.Realm, n.Namespace)
		if !ok {
			target = l.addExternal(n.Target, "", n.Origin)
		}
		l.unite(target, c)
	}
}

// joinTwins joins names for services of other clusters with those services, where the inputs declare
// them: they are read together with what runs there.
func (l *linker) joinTwins() {
	for i := range l.f.Names {
		n := &l.f.Names[i]
		if n.Twin == "" || len(n.Hosts) == 0 {
			continue
		}
		if c, ok := l.resolve(n.Hosts[0], n.Realm, n.Namespace); ok {
			if twin, ok := l.resolve(n.Twin, n.Realm, n.Namespace); ok {
				l.unite(twin, c)
			}
		}
	}
}

// findHomeNamespaces decides in which namespaces objects without one may be: in "default",
// and in one that is addressed with the names of two or more of them, but has no objects of
// these names. Of four names at most one may be that of no object: a store that is elsewhere.
func (l *linker) findHomeNamespaces() {
	l.hosts.homeNamespaces["default"] = true
	if !l.hosts.namespaces[""] {
		return
	}
	hits, misses := map[string]set[string]{}, map[string]set[string]{} // names by namespace
	see := func(host string) {
		parts := strings.Split(canonical(host), ".")
		if len(parts) != 2 {
			return
		}
		if _, ok := l.hosts.in(kubernetes, parts[1], parts[0]); ok {
			return
		}
		if _, ok := l.hosts.in(kubernetes, "", parts[0]); !ok {
			put(misses, parts[1], parts[0])
		} else {
			put(hits, parts[1], parts[0])
		}
	}
	for _, s := range l.scopes() {
		for _, m := range s.addresses() {
			see(m.Host)
		}
	}
	for i := range l.f.Calls {
		see(l.f.Calls[i].From.Host.Host)
		see(l.f.Calls[i].To.Host.Host)
	}
	for ns, names := range hits {
		if names.len >= 2 && 3*misses[ns].len <= names.len {
			l.hosts.homeNamespaces[ns] = true
		}
	}
	for i := range l.f.Namespaces {
		if n := l.f.Namespaces[i].Name; !l.hosts.namespaces[n] && misses[n].len == 0 && len(l.f.Namespaces) == 1 {
			l.hosts.homeNamespaces[n] = true
		}
	}
}

// lookup returns the root of a ref, if the inputs declare it.
func (l *linker) lookup(r graph.Ref) (int, bool) {
	if c, ok := l.byRef(r); ok {
		return l.find(c), true
	}
	if r.Realm == "dapr" {
		if c, ok := l.appIn(r.Name, r.Namespace, true); ok && r.Namespace != "" {
			return c, true
		}
		if c, ok := l.apps[r.Name]; ok {
			return l.find(c), true
		}
	}
	if !l.hosts.indexed {
		return l.lookupSlow(r)
	}
	name := strings.ToLower(r.Name)
	if r.Realm != "" {
		spaces := []string{r.Namespace, ""}
		if r.Namespace == "" && r.Realm == kubernetes {
			spaces[1] = "default"
		}
		for _, ns := range spaces {
			if c, ok := l.hosts.in(r.Realm, ns, name); ok && (r.Kind == "" || r.Realm != "backstage") {
				return l.find(c), true
			}
		}
	}
	switch {
	case r.Realm == "" || !hosting(r.Realm) && r.Realm != "backstage":
		return l.byName(name, r.Namespace)
	case r.Realm == kubernetes && r.Kind == "Service":
		return l.resolveByPeople(name, r.Namespace)
	case isCompose(r.Realm) && r.Kind == "service": // of a file that is used together with this one
		return l.uniqueAmong(l.hosts.roots(name), func(c int) bool { return isCompose(l.entities[c].ref.Realm) && len(l.entities[c].things) > 0 })
	}
	return 0, false
}

func isCompose(realm string) bool { return strings.HasPrefix(realm, "compose:") }

// isAspire reports whether a realm is that of an application host of .NET Aspire: a system of
// its own, like a compose project.
func isAspire(realm string) bool { return strings.HasPrefix(realm, "aspire:") }

// projectOf returns the directory of a compose project, or of an application host, by its realm.
func projectOf(realm string) (string, bool) {
	if !isCompose(realm) && !isAspire(realm) {
		return "", false
	}
	_, dir, _ := strings.Cut(realm, ":")
	return dir, true
}

// hosting reports whether a realm is a platform that runs services. The entities of other
// realms (native manifests, catalogs, configuration) usually run on such a platform.
func hosting(realm string) bool {
	return realm == kubernetes || isCompose(realm)
}

// lookupSlow finds a ref of any realm by name before names are indexed.
func (l *linker) lookupSlow(r graph.Ref) (int, bool) {
	if ns, name, ok := strings.Cut(r.Name, "/"); ok && r.Namespace == "" {
		r.Namespace, r.Name = ns, name
	}
	found := -1
	for c := range l.entities {
		ent := &l.entities[c]
		if !strings.EqualFold(ent.ref.Name, r.Name) || r.Realm != "" && ent.ref.Realm != r.Realm ||
			r.Namespace != "" && ent.ref.Namespace != r.Namespace || ent.family() == graph.FamilyGateway || len(ent.things)+len(ent.names) == 0 {
			continue
		}
		root := l.find(c)
		if found >= 0 && found != root {
			return 0, false
		}
		found = root
	}
	return found, found >= 0
}

// byName returns the one service of this name in any realm.
func (l *linker) byName(name, namespace string) (int, bool) {
	if ns, n, ok := strings.Cut(name, "/"); ok {
		name, namespace = n, ns
	}
	return l.uniqueAmong(l.hosts.roots(name), func(c int) bool {
		return namespace == "" || l.entities[c].ref.Namespace == namespace || l.entities[l.find(c)].ref.Namespace == namespace
	})
}

// resolveFor returns the root that answers to host, as resolved by a program. Files of one compose
// project may give services of theirs the same container name, as of one demo in several languages: they
// are not started together, and a name is that of the service in the program's own file.
func (l *linker) resolveFor(of graph.Ref, host string) (int, bool) {
	if c, ok := l.byRef(of); ok && len(l.hosts.again) > 0 {
		key := graph.Ref{Realm: of.Realm, Namespace: of.Namespace, Name: canonical(host)}
		if root := l.hosts.again[nameInFile{key, l.entities[c].origin.File()}]; root > 0 {
			return l.find(root - 1), true
		}
	}
	return l.resolve(host, of.Realm, of.Namespace)
}

// resolve returns the root that answers to host, as resolved by a program in the given
// realm and namespace.
func (l *linker) resolve(host, realm, namespace string) (int, bool) {
	full := canonical(host)
	if c, ok := l.hosts.full[full]; ok {
		return l.find(c), true
	}
	if c, ok := l.resolveWritten(host, full, realm, namespace); ok {
		return c, true
	}
	if inside, _, ok := clusterHost(full); ok {
		if c, ok := l.resolveKubernetes(inside, namespace); ok {
			return c, true
		}
	}
	if realm == kubernetes {
		if c, ok := l.resolveKubernetes(full, namespace); ok {
			return c, true
		}
	} else if realm != "" {
		if c, ok := l.hosts.in(realm, namespace, full); ok {
			return l.find(c), true
		}
		if c, ok := l.hosts.in(realm, "", full); ok {
			return l.find(c), true
		}
		if c, ok := l.resolveConnected(full, realm); ok {
			return c, true
		}
	}
	for _, w := range l.hosts.wildcards {
		if strings.HasSuffix(full, w.suffix) {
			return l.find(w.entity), true
		}
	}
	if !strings.Contains(full, ".") && realm == kubernetes {
		return l.resolveShortName(full, namespace)
	}
	if c, ok := l.byName(full, ""); ok {
		return c, true
	}
	if realm != kubernetes && strings.Contains(full, ".") {
		if c, ok := l.resolveKubernetes(full, namespace); ok {
			return c, true
		}
	}
	if name, ns, ok := strings.Cut(full, "."); ok && strings.Contains(strings.ToLower(host)+".", ".svc.") {
		return l.resolveByPeople(name, ns)
	}
	return 0, false
}

// connectRealms finds the realms that share a network. One that Compose makes has the name of
// its project before its own: "shop_default".
func (l *linker) connectRealms() {
	if len(l.f.Networks) == 0 {
		return
	}
	h := &l.hosts
	h.members, h.networks = map[string][]string{}, map[string][]string{}
	h.joined = map[[2]string]bool{}
	join := func(network, realm string) {
		if !h.joined[[2]string{network, realm}] {
			h.joined[[2]string{network, realm}] = true
			h.members[network] = append(h.members[network], realm)
			h.networks[realm] = append(h.networks[realm], network)
		}
	}
	for _, n := range l.f.Networks {
		join(n.Name, n.Realm)
	}
	projects, seen := map[string][]string{}, map[string]bool{} // realms of Compose, by the name of the project
	for c := range l.entities {
		realm := l.entities[c].ref.Realm
		if project, ok := strings.CutPrefix(realm, "compose:"); ok && !seen[realm] {
			seen[realm] = true
			projects[path.Base(project)] = append(projects[path.Base(project)], realm)
		}
	}
	for _, network := range slices.Collect(maps.Keys(h.members)) {
		for i := range len(network) {
			if network[i] == '_' {
				for _, realm := range projects[network[:i]] {
					join(network, realm)
				}
			}
		}
	}
	h.realms = h.realmsByName(func(realm string) bool { return len(h.networks[realm]) > 0 })
}

// resolveConnected returns the one root of this name in the realms that share a network with
// the given one.
func (l *linker) resolveConnected(name, realm string) (int, bool) {
	h, found := &l.hosts, -1
	for _, network := range h.networks[realm] {
		others := h.members[network]
		if having := h.realms[name]; len(having) < len(others) {
			others = having
		}
		for _, other := range others {
			c, ok := h.in(other, "", name)
			if !ok || other == realm || !h.joined[[2]string{network, other}] {
				continue
			}
			root := l.find(c)
			if found >= 0 && found != root {
				return 0, false
			}
			found = root
		}
	}
	return found, found >= 0
}

// resolveWritten returns the root whose own name, letter for letter, is that of a cluster's
// Service, as the alias "db.shop.svc.cluster.local" of a network of Compose: outside of a
// cluster it answers there, whatever the cluster has. full is the canonical form of host.
func (l *linker) resolveWritten(host, full, realm, namespace string) (int, bool) {
	written := strings.TrimSuffix(strings.ToLower(host), ".")
	if written == full || realm == kubernetes || realm == "" {
		return 0, false
	}
	for _, ns := range []string{namespace, ""} {
		if c, ok := l.hosts.in(realm, ns, written); ok {
			return l.find(c), true
		}
	}
	return 0, false
}

// resolveByPeople returns the one entity of this name that people declare in the namespace,
// else without a namespace, which they often omit.
func (l *linker) resolveByPeople(name, namespace string) (int, bool) {
	for _, ns := range [...]string{namespace, ""} {
		if c, ok := l.uniqueAmong(l.hosts.loose(name), func(c int) bool { r := &l.entities[c].ref; return !hosting(r.Realm) && r.Namespace == ns }); ok {
			return c, true
		}
	}
	return 0, false
}

// resolveShortName resolves a short name among entities without a namespace and those of
// other realms; a cluster looks for it in the caller's namespace only. A namespace in a
// native manifest is that of the cluster.
func (l *linker) resolveShortName(name, namespace string) (int, bool) {
	return l.uniqueAmong(l.hosts.loose(name), func(c int) bool {
		r := &l.entities[c].ref
		elsewhere := r.Realm == "native" && namespace != "" && r.Namespace != namespace
		return r.Namespace == "" || r.Realm != kubernetes && !elsewhere
	})
}

// uniqueAmong returns the one root of those entities of a list that may be meant.
func (l *linker) uniqueAmong(list []int, may func(c int) bool) (int, bool) {
	found := -1
	for _, c := range list {
		if !may(c) {
			continue
		}
		root := l.find(c)
		if found >= 0 && found != root {
			return 0, false
		}
		found = root
	}
	return found, found >= 0
}

// resolveKubernetes follows the cluster's DNS: svc, svc.ns, pod.svc, pod.svc.ns,
// and the forms of Consul and Kuma.
func (l *linker) resolveKubernetes(full, namespace string) (int, bool) {
	for _, suffix := range []string{".service.consul", ".virtual.consul", ".ingress.consul"} {
		if s, ok := strings.CutSuffix(full, suffix); ok {
			full = s
		}
	}
	if s, ok := strings.CutSuffix(full, ".mesh"); ok {
		full = strings.ReplaceAll(s, "_", ".")
		if name, _, found := strings.Cut(full, ".svc."); found {
			full = name
		}
	}
	parts := strings.Split(full, ".")
	at := func(name, ns string) (int, bool) {
		if c, ok := l.hosts.in(kubernetes, ns, name); ok {
			return l.find(c), true
		}
		if ns == "" { // applied without one
			if c, ok := l.hosts.in(kubernetes, "default", name); ok {
				return l.find(c), true
			}
		}
		if ns != "" && (ns == namespace || l.hosts.homeNamespaces[ns]) {
			if c, ok := l.hosts.in(kubernetes, "", name); ok {
				return l.find(c), true
			}
		}
		return 0, false
	}
	switch len(parts) {
	case 1:
		if c, ok := at(parts[0], namespace); ok || namespace != "" {
			return c, ok
		}
		return l.byName(parts[0], "")
	case 2:
		if c, ok := at(parts[0], parts[1]); ok {
			return c, true
		}
		if l.isStatefulPod(parts[0]) {
			return at(parts[1], namespace)
		}
	case 3:
		if l.isStatefulPod(parts[0]) {
			return at(parts[1], parts[2])
		}
	}
	return 0, false
}

// isStatefulPod reports whether a label is a pod of a StatefulSet: "mongo-0".
func (l *linker) isStatefulPod(s string) bool {
	i := strings.LastIndexByte(s, '-')
	return i > 0 && i < len(s)-1 && strings.Trim(s[i+1:], "0123456789") == ""
}

// addExternal returns the entity of a host that the inputs address and do not declare: a
// Service of the cluster if it is the name of one, else an external service. A short name
// belongs to the namespace of the caller.
func (l *linker) addExternal(host, namespace string, o graph.Origin) int {
	r, inside := clusterService(host)
	if !inside {
		r = graph.Ref{Realm: "host", Name: canonical(host)}
		if !strings.Contains(r.Name, ".") {
			r.Namespace = namespace
		}
	}
	c := l.add(r, o)
	ent := &l.entities[c]
	ent.external = true
	if host = strings.ToLower(host); !slices.Contains(ent.hosts, host) {
		ent.hosts = append(ent.hosts, host)
	}
	return l.find(c)
}

// appIn returns the workload with an app-id in a namespace; those without one may be in any.
func (l *linker) appIn(id, namespace string, qualified bool) (int, bool) {
	found, elsewhere := -1, -1
	for _, c := range l.withAppID[id] {
		switch ns := l.entities[c].ref.Namespace; {
		case ns == namespace:
			found = l.find(c)
		case ns == "" || !qualified && namespace == "":
			elsewhere = l.find(c)
		}
	}
	if found < 0 {
		found = elsewhere
	}
	return found, found >= 0
}
