package link

import (
	"slices"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
)

// connect turns every fact and every address in a setting into evidence between
// two entities.
func (l *linker) connect() {
	l.edges = map[[2]int][]graph.Evidence{}
	for i := range l.f.Calls {
		l.connectFact(&l.f.Calls[i])
	}
	callers := l.callers()
	l.demoteShared(callers)
	for i := range callers {
		l.demoteCatalogues(&callers[i])
	}
	for i := range callers {
		c := &callers[i]
		if len(l.edges) > l.budget.calls {
			l.exceed(l.budget.calls, "calls", c.scope.origin())
			return
		}
		l.markOwnAddresses(c.from, c.found)
		for j := range c.found {
			l.connectValue(c.scope, c.from, &c.found[j])
		}
	}
	if len(l.f.Code)+len(l.f.CodeLibraries)+len(l.besides) > 0 {
		l.connectCode()
	}
	l.classifyLinks()
}

// classifyLinks gives a link of compose the class of the address that the caller has for it: a program with
// the address of a registry is linked to it for that.
func (l *linker) classifyLinks() {
	isLink := func(e *graph.Evidence) bool { return e.Way == "compose-links" && e.Class == graph.ClassCall }
	for _, evidence := range l.edges {
		of := graph.ClassCall
		for i := range evidence {
			e := &evidence[i]
			if e.Class.Core() && !e.IsStartOrder() { // it is called as well
				of = graph.ClassCall
				break
			}
			if e.Strength == graph.Strong && !e.Class.Core() && e.Class != graph.ClassPeer {
				of = e.Class
			}
		}
		for i := range evidence {
			if isLink(&evidence[i]) {
				evidence[i].Class = of
			}
		}
	}
}

// callers finds the addresses in all settings.
func (l *linker) callers() []caller {
	scopes := l.scopes()
	list := make([]caller, len(scopes))
	for i, s := range scopes {
		from, ok := l.lookup(s.of)
		if !ok {
			from = l.find(l.add(s.of, s.origin()))
		}
		list[i] = caller{s, from, s.addresses()}
	}
	return list
}

// addEvidence adds evidence for a call, unless it is there already, and returns its place
// in the list of the call; -1 if it is none.
func (l *linker) addEvidence(from, to int, e graph.Evidence) int {
	if from == to && !keepsLoops(e) {
		return -1
	}
	key := [2]int{from, to}
	at := l.known(key, &e)
	if at < 0 {
		at = len(l.edges[key])
		l.edges[key] = append(l.edges[key], e)
		if many := l.many[key]; many != nil {
			many.add(&e)
		}
	}
	return at
}

// known returns the place of the same evidence in the list of a call, -1 if it is not there.
func (l *linker) known(key [2]int, e *graph.Evidence) int {
	list := l.edges[key]
	if len(list) < fewEvidence {
		return slices.IndexFunc(list, func(o graph.Evidence) bool { return same(&o, e) })
	}
	many := l.many[key]
	if many == nil {
		many = newEvidencePlaces(list)
		if l.many == nil {
			l.many = map[[2]int]*evidencePlaces{}
		}
		l.many[key] = many
	}
	return many.find(e, func(at int) bool { return same(&list[at], e) })
}

// fewEvidence of a call is searched one by one.
const fewEvidence = 32

// keepsLoops reports whether evidence for a call of a service to itself counts. Only that
// of people and of traces does: in a manifest it is the service's own address, or a split
// between its versions.
func keepsLoops(e graph.Evidence) bool {
	return e.Origin.Reader() == "native" || e.Origin.Reader() == "backstage"
}

func same(e, o *graph.Evidence) bool {
	return e.Origin == o.Origin && e.Way == o.Way && e.Key == o.Key && e.Database == o.Database && e.Port == o.Port && e.Class == o.Class &&
		e.Match == o.Match && e.Through == o.Through && slices.Equal(e.Methods, o.Methods) && e.Says == o.Says && samePlace(e.In, o.In)
}

// samePlace reports whether two places are one member of one group.
func samePlace(p, o *graph.Place) bool {
	if p == nil || o == nil {
		return p == o
	}
	return p.Share == o.Share && p.Rank == o.Rank && p.Match == o.Match && factKey(p.Group) == factKey(o.Group)
}

func (l *linker) connectFact(f *graph.CallFact) {
	// The routes in a graph that weir wrote have moved the calls already.
	isRoute := f.Class == graph.ClassRoute && (f.Rule != nil || f.In != nil)
	pattern := strings.HasPrefix(f.From.Host.Host, "*")
	if isRoute && f.From.Ref == f.To.Ref && f.From.Host.Host == f.To.Host.Host {
		l.routes = append(l.routes, routeFact{f, f.Evidence, -1})
		return
	}
	var froms []int
	if !isRoute || !pattern { // the names that a pattern is about are those that are there anyway
		if isRoute && f.From.Full {
			froms = l.existing(&f.From)
		} else {
			froms = l.party(&f.From, f.Origin, f.Strength)
		}
		if len(froms) == 0 {
			return
		}
	}
	for _, host := range f.Hosts {
		for _, from := range froms {
			l.hosts.addEntrance(host, from)
		}
	}
	e := f.Evidence
	if e.Port == 0 {
		e.Port = f.To.Host.Port
	}
	if e.Database == "" {
		e.Database = f.To.Host.Database
	}
	if e.Protocol == "" {
		e.Protocol = address.ProtocolOn(f.To.Host.Scheme, e.Port).Name
	}
	if f.From.Ref.Realm == "dapr" && f.To.Host.Host != "" {
		for _, from := range froms {
			for _, to := range l.party(l.besideApp(from, f.To), f.Origin, f.Strength) {
				l.addEvidence(from, to, e)
			}
		}
		return
	}
	for _, to := range l.party(&f.To, f.Origin, f.Strength) {
		if len(f.Hosts) <= maxBehind {
			for _, host := range f.Hosts {
				l.hosts.addBehind(host, to)
			}
		}
		if isRoute {
			l.routes = append(l.routes, routeFact{f, e, to})
		}
		for _, from := range froms {
			l.addEvidence(from, to, e)
		}
	}
}

// maxBehind is of how many hosts of one call it is kept what is behind them: a document may have as many
// calls as hosts. The Gateway API allows 16 in a route.
const maxBehind = 100

// besideApp returns a host as the sidecar of an app of Dapr resolves it, which is where the app
// is, wherever the object is that names the host.
func (l *linker) besideApp(app int, host graph.EndpointRef) *graph.EndpointRef {
	of := l.entities[app].ref
	for _, t := range l.entities[app].things {
		if strings.HasPrefix(t.Realm, "compose:") {
			of = t.Ref
		}
	}
	switch {
	case of.Realm == kubernetes && of.Namespace != "", strings.HasPrefix(of.Realm, "compose:"):
		host.Realm, host.Namespace = of.Realm, of.Namespace
	}
	return &host
}

// existing returns the roots of a party as party does, without making a node of what it
// names.
func (l *linker) existing(p *graph.EndpointRef) []int {
	switch {
	case p.Ref.Realm == "dapr" && p.Namespace == "" && len(l.withAppID[p.Ref.Name]) > 1: // one in each namespace
		return l.rootsOf(l.withAppID[p.Ref.Name])
	case p.Host.Host == "":
		return l.party(p, graph.Origin{}, quiet)
	case p.Full:
		if c, ok := l.hosts.full[strings.ToLower(p.Host.Host)]; ok {
			return []int{l.find(c)}
		}
		if c, ok := l.byRef(graph.Ref{Realm: "host", Name: canonical(p.Host.Host)}); ok {
			return []int{l.find(c)}
		}
		return nil
	}
	if c, ok := l.resolve(p.Host.Host, p.Realm, p.Namespace); ok {
		return []int{c}
	}
	host := p.Host.Host
	if p.Realm == kubernetes && p.Namespace != "" && !strings.Contains(host, ".") { // a service that is only called, by its full name
		host += "." + p.Namespace + ".svc.cluster.local"
	}
	if r, inside := clusterService(host); inside {
		if c, ok := l.byRef(r); ok {
			return []int{l.find(c)}
		}
	}
	r := graph.Ref{Realm: "host", Name: canonical(p.Host.Host)}
	if c, ok := l.byRef(r); ok {
		return []int{l.find(c)}
	}
	r.Namespace = p.Namespace // as addExternal has it for short names
	if c, ok := l.byRef(r); ok && !strings.Contains(r.Name, ".") {
		return []int{l.find(c)}
	}
	return nil
}

// quiet resolves without making nodes and without reporting anything.
const quiet graph.Strength = 0xff

// party returns the roots of one end of a fact. A party that is only allowed to call, and
// is no service of the inputs, is reported and makes no node.
func (l *linker) party(p *graph.EndpointRef, o graph.Origin, s graph.Strength) []int {
	switch {
	case !p.Ref.IsZero():
		if c, ok := l.lookupNear(p.Ref, p.Namespace); ok {
			return []int{c}
		}
		if s == quiet {
			return nil
		}
		if s == graph.Allowed {
			l.unresolved(-1, p.Ref.Name, "", o, "no "+kindWord(p.Ref)+" of this name is in the inputs")
			return nil
		}
		l.noteSeveral(p.Ref.Name, o)
		return []int{l.find(l.add(p.Ref, o))}
	case p.Host.Host != "":
		return l.partyHost(p, o, s)
	case !p.Pods.IsZero():
		return l.rootsOf(l.selected(p.Pods, p.Namespace))
	case p.Account != "":
		roots := l.rootsOf(l.running(p.Account, p.Namespace))
		if len(roots) == 0 && s != quiet && !isSharedAccount(p.Account) {
			l.unresolved(-1, p.Account, "", o, "no workload in the inputs runs as this service account")
		}
		return roots
	}
	return nil
}

// lookupNear looks up a ref; one without a namespace first in the namespace of the document
// that has it.
func (l *linker) lookupNear(r graph.Ref, namespace string) (int, bool) {
	if r.Namespace == "" && namespace != "" {
		near := r
		near.Namespace = namespace
		if c, ok := l.lookup(near); ok {
			return c, true
		}
	}
	return l.lookup(r)
}

func (l *linker) partyHost(p *graph.EndpointRef, o graph.Origin, s graph.Strength) []int {
	host := p.Host.Host
	switch {
	case address.IsLocal(host):
		return nil
	case address.HasPlaceholder(host):
		l.unresolved(-1, host, "", o, "it holds a variable that no input gives a value")
		return nil
	}
	if c, ok := l.resolve(host, p.Realm, p.Namespace); ok {
		return []int{c}
	}
	if s == graph.Allowed && !address.IsDomain(host) {
		l.unresolved(-1, host, "", o, "nothing in the inputs answers to it")
		return nil
	}
	if address.IsUnfilled(host) {
		l.unresolved(-1, host, "", o, "no Service can have this name")
		return nil
	}
	if p.Realm != kubernetes {
		l.noteSeveral(host, o)
	}
	return []int{l.addExternal(host, p.Namespace, o)}
}

// noteSeveral reports that a name was not resolved because several services go by it.
func (l *linker) noteSeveral(name string, o graph.Origin) {
	if n := len(l.rootsOf(l.hosts.roots(strings.ToLower(name)))); n > 1 {
		l.note(o, `"`+name+`" could be any of `+strconv.Itoa(n)+" services of that name; none is chosen",
			"write its namespace, as in namespace/"+name)
	}
}

func (l *linker) rootsOf(entities []int) []int {
	var roots []int
	for _, c := range entities {
		roots = append(roots, l.find(c))
	}
	slices.Sort(roots)
	return slices.Compact(roots)
}

// running returns the workloads that run as a service account; those without a namespace
// may be in any. An account that all workloads share proves nothing.
func (l *linker) running(account, namespace string) []int {
	if isSharedAccount(account) {
		return nil
	}
	found := l.accounts[podLabel{namespace: namespace, key: account}]
	if len(found) == 0 {
		found = l.accounts[podLabel{key: account}]
	}
	return found
}

// isSharedAccount reports whether an account does not distinguish workloads.
func isSharedAccount(account string) bool { return account == "default" || account == "*" }
