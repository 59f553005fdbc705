package link

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
	"github.com/weirgraph/weir/policy"
)

// freeze makes services of the roots and calls of the evidence.
func (l *linker) freeze() *graph.Graph {
	members := l.entitiesByRoot()
	roots := l.roots()
	spoken := l.kindsByProtocol()
	all, kinds := make([]identity, len(roots)), make([]graph.Kind, len(roots))
	for i, r := range roots {
		all[i] = l.identify(members[r])
		kinds[i] = l.kindOf(r, members[r], all[i].name, spoken[r])
	}
	list := ids(all, kinds)

	services := make([]graph.Service, len(roots))
	order := make([]int, len(roots))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return strings.Compare(list[a], list[b]) })
	node := make(map[int]graph.Node, len(roots))
	var traits graph.Traits // of one service after the other
	for n, i := range order {
		services[n] = graph.Service{ID: list[i], Name: all[i].name, Namespace: all[i].namespace, Kind: kinds[i]}
		l.describe(&services[n], &traits, members[roots[i]])
		node[roots[i]] = graph.Node(n)
	}
	l.attachLimits(services, node)
	l.joinMeshes(services, members, node)
	names := newEndings(services, node)
	l.reroute(services, node, names)
	l.idleTakenRoutes()
	said := l.override(&services, node)
	if len(said.gone) > 0 {
		names = newEndings(services, node)
	}
	for _, u := range l.pendingUnresolved {
		if u.from >= 0 {
			u.From = services[node[l.find(u.from)]].ID
		}
		l.coverage.Unresolved = append(l.coverage.Unresolved, u.Unresolved)
	}

	calls := graph.NewMaker(services, len(l.edges)+len(l.observed))
	nodes := make([]graph.Node, len(l.entities))
	for c := range nodes {
		nodes[c] = node[l.find(c)]
	}
	add := func(from, to graph.Node, evidence []graph.Evidence) {
		c := newCall(from, to, evidence, services)
		if need := said.needs[[2]graph.Node{c.From, c.To}]; need != graph.NeedUnknown {
			c.Need = need
		}
		calls.Add(&c)
	}
	for ends, evidence := range l.edges {
		add(nodes[ends[0]], nodes[ends[1]], evidence)
		delete(l.edges, ends) // the graph has a copy
	}
	l.sortObserved(func(root int32) int32 { return int32(nodes[root]) }, len(services))
	for ends, evidence := range l.observedEvidence() {
		add(ends[0], ends[1], evidence) // which has no effect if there is evidence of other kinds
	}
	g := calls.Graph()
	d := graph.Details{Coverage: l.coverage, Observed: l.settleObserved(g, node), Groups: alternatives(g)}
	d.Routes, d.Policies = l.bind(g, node, names, said)
	l.markVersions(d.Policies)
	l.completeCoverage(g)
	d.Coverage.Mistakes = l.mistakes(g, node)
	return g.With(d)
}

// kindsByProtocol returns the kinds of roots that the protocols of calls to them show: a
// service that answers to postgres:// is a database.
func (l *linker) kindsByProtocol() map[int]graph.Kind {
	kinds := map[int]graph.Kind{}
	note := func(from, to int, protocol string, observed bool) {
		handed := from < len(l.kinds) && (l.kinds[from] == graph.KindBroker || l.kinds[from] == graph.KindTopic)
		if protocol == "" || handed || l.entities[to].withSpans && observed {
			return // the protocol of a delivery does not make the consumer a broker
		}
		if k := address.ProtocolOf(protocol).Kind; k != graph.KindUnknown && k > kinds[to] {
			kinds[to] = k
		}
	}
	for ends, evidence := range l.edges {
		for i := range evidence {
			note(ends[0], ends[1], evidence[i].Protocol, evidence[i].Observed)
		}
	}
	for _, c := range l.observed {
		note(int(c.from), int(c.to), protocolOf(l.ends.sightings[l.ends.rows[c.observation].Sighting]), true)
	}
	return kinds
}

// describe merges what the entities of one service declare. It uses traits on its way.
func (l *linker) describe(s *graph.Service, traits *graph.Traits, members []int) {
	*traits = graph.Traits{}
	s.Traits = traits
	var workloads, seen []string
	named, withAddress, headless, within, said := false, false, false, false, false
	running := 0
	unread := false // it has a Service of a cluster, and no workload behind it is known
	for _, c := range members {
		ent := &l.entities[c]
		s.Aliases = append(s.Aliases, l.aliasesOf(ent)...)
		seen = append(seen, l.tracedWorkloads[c]...)
		for _, n := range ent.names {
			s.Defined = s.Defined || !n.Outside
			named, withAddress, within = true, withAddress || !n.Headless, within || !n.Outside
			said = said || !n.Unsaid
			unread = unread || n.Realm == kubernetes
			s.Origins = append(s.Origins, n.Origin)
			s.Ports = append(s.Ports, n.Ports...)
			s.Annotations = merge(s.Annotations, n.Annotations)
			s.Labels = merge(s.Labels, n.Labels)
		}
		if len(ent.things) > 0 && ent.ref.Realm == kubernetes {
			workloads = append(workloads, ent.ref.Name)
		}
	}
	for _, c := range slices.Backward(l.byAuthority(members)) {
		for _, t := range l.entities[c].things {
			s.Defined = true
			s.Origins = append(s.Origins, t.Origin)
			if hosting(l.entities[c].ref.Realm) {
				s.Runs = append(s.Runs, t.Origin)
			}
			if t.Realm == kubernetes && !t.Patch {
				s.Workload = &graph.Workload{Ref: t.Ref, PodLabels: t.PodLabels, Origin: t.Origin}
				running++
			}
			workloads = append(workloads, t.Versions...)
			declare(s, t)
			within = true
			if t.Image != "" {
				s.Images = append(s.Images, t.Image)
			}
			s.Stateful, headless = s.Stateful || t.Stateful, headless || t.Headless
		}
	}
	if unread && !slices.ContainsFunc(members, func(c int) bool { return l.entities[c].ref.Realm == kubernetes && len(l.entities[c].things) > 0 }) {
		s.Probes = graph.Probes{} // what is declared elsewhere under this name is not what runs in the cluster
	}
	s.Images, s.Proxy = sortedUnique(s.Images), l.areProxies(members)
	s.Outside = named && !within && said
	s.Headless = headless || named && !withAddress
	s.Replicas = l.replicas(members)
	if s.Replicas.Provenance == policy.Unknown {
		s.Replicas = l.listedReplicas(members)
	}
	if len(s.Origins) == 0 {
		s.Origins = append(s.Origins, l.entities[members[0]].origin)
	}
	if len(workloads) == 0 {
		workloads = seen
	}
	if workloads = sortedUnique(workloads); len(workloads) > 1 {
		s.Versions = workloads
		s.Aliases = append(s.Aliases, workloads...)
	}
	s.Aliases = slices.DeleteFunc(sortedUnique(s.Aliases), func(a string) bool { return a == s.Name })
	slices.SortFunc(s.Origins, graph.Origin.Compare)
	s.Origins = slices.Compact(s.Origins)
	slices.SortFunc(s.Runs, graph.Origin.Compare)
	s.Runs = slices.Compact(s.Runs)
	slices.SortFunc(s.Ports, func(a, b graph.Port) int {
		return cmp.Or(cmp.Compare(a.Number, b.Number), strings.Compare(a.Name, b.Name), strings.Compare(a.Target, b.Target), strings.Compare(a.Protocol, b.Protocol))
	})
	s.Ports = slices.Compact(s.Ports)
	s.Settle(traits)
}

// byAuthority returns entities sorted so that declarations by people come before those of platforms.
func (l *linker) byAuthority(members []int) []int {
	if len(members) == 1 {
		return members
	}
	sorted := slices.Clone(members)
	slices.SortStableFunc(sorted, func(a, b int) int {
		people := func(c int) int {
			if r := l.entities[c].ref.Realm; r == "native" || r == "backstage" {
				return realmRank(r) - 10
			}
			return realmRank(l.entities[c].ref.Realm)
		}
		return cmp.Compare(people(a), people(b))
	})
	return sorted
}

func (l *linker) aliasesOf(c *entity) []string {
	names := slices.Clone(c.hosts)
	names = append(names, c.ref.Name)
	for _, t := range c.things {
		names = append(names, t.Aliases...)
		if t.AppID != "" {
			names = append(names, t.AppID)
		}
	}
	return names
}

func merge(into, from graph.Labels) graph.Labels {
	if len(from) == 0 {
		return into
	}
	if into == nil {
		return maps.Clone(from)
	}
	maps.Copy(into, from)
	return into
}

// declare lays a declaration over a service: what it declares has precedence, the rest is
// kept.
func declare(s *graph.Service, t *graph.Entity) {
	s.Labels = merge(s.Labels, t.Labels)
	s.Annotations = merge(s.Annotations, t.Annotations)
	s.Ports = append(s.Ports, t.Ports...)
	overlay(&s.Tier, t.Tier)
	overlay(&s.SLO, t.SLO)
	overlay(&s.Entrypoint, t.Entrypoint)
	for _, f := range []struct {
		to   *string
		from string
	}{{&s.Team, t.Team}, {&s.Owner, t.Owner}, {&s.System, t.System}, {&s.Lifecycle, t.Lifecycle}} {
		if f.from != "" {
			*f.to = f.from
		}
	}
	overlayProbes(&s.Probes, t.Probes)
	for _, m := range t.Meshes {
		s.Meshes = slices.DeleteFunc(s.Meshes, func(known graph.Membership) bool { return known.Product.Is(m.Product) })
		s.Meshes = append(s.Meshes, m)
	}
}

// replicas returns how many replicas of a service run: as declared by people, else the sum
// over its workloads. Of several declarations of one workload the last one counts, and
// that of a patch has precedence.
func (l *linker) replicas(members []int) policy.Setting[int] {
	var sum policy.Setting[int]
	realm := ""
	for _, c := range l.byAuthority(members) {
		var one policy.Setting[int]
		for _, patch := range [...]bool{false, true} {
			for _, t := range l.entities[c].things {
				if t.Patch == patch {
					overlay(&one, t.Replicas)
				}
			}
		}
		switch r := l.entities[c].ref.Realm; {
		case one.Provenance == policy.Unknown || realm != "" && realm != r:
		case realm == "":
			sum, realm = one, r
		default:
			sum.Value += one.Value
			if one.Provenance == policy.PlatformDefault {
				sum.Provenance = one.Provenance
			}
		}
	}
	return sum
}

// listedReplicas returns the number of replicas by the names that list all of them.
func (l *linker) listedReplicas(members []int) policy.Setting[int] {
	var most policy.Setting[int]
	for _, c := range members {
		for _, n := range l.entities[c].names {
			if n.Replicas.Set() && (!most.Set() || n.Replicas.Value > most.Value || n.Replicas.Value == most.Value && n.Replicas.Origin.Compare(most.Origin) < 0) {
				most = n.Replicas
			}
		}
	}
	return most
}

func overlay[T any](into *policy.Setting[T], from policy.Setting[T]) {
	if from.Provenance != policy.Unknown {
		*into = from
	}
}

func overlayProbes(p *graph.Probes, q graph.Probes) {
	if !q.Known {
		return
	}
	if !p.Known || q.Readiness && !p.Readiness {
		p.Origin = q.Origin
	}
	p.Known = true
	if q.Restarts.Set() && !p.Restarts.Set() {
		p.Restarts = q.Restarts
	}
	p.Readiness, p.Liveness, p.Startup = p.Readiness || q.Readiness, p.Liveness || q.Liveness, p.Startup || q.Startup
}

// attachLimits adds scalers and disruption budgets.
func (l *linker) attachLimits(services []graph.Service, node map[int]graph.Node) {
	for i := range l.f.Scalers {
		if c, ok := l.lookup(l.f.Scalers[i].Of); ok {
			services[node[c]].Own().Scaling = &l.f.Scalers[i]
		}
	}
	for i := range l.f.Budgets {
		b := &l.f.Budgets[i]
		if c, ok := l.lookup(b.Of); ok {
			services[node[c]].Own().Disruption = b
		}
		for _, root := range l.rootsOf(l.selected(b.Selects, b.Namespace)) {
			services[node[root]].Own().Disruption = b
		}
	}
}

// newCall sums up the evidence for one call.
func newCall(from, to graph.Node, evidence []graph.Evidence, services []graph.Service) graph.Call {
	telemetry := services[from].Kind == graph.KindTelemetry || services[to].Kind == graph.KindTelemetry
	async := services[to].Kind == graph.KindBroker || services[to].Kind == graph.KindTopic
	for i := range evidence {
		e := &evidence[i]
		if telemetry && e.Class == graph.ClassCall {
			e.Class = graph.ClassTelemetry
		}
		if async && e.Mode == graph.ModeUnknown {
			e.Mode = graph.Async
		}
		if e.Protocol == "" {
			e.Protocol = protocolOfPort(&services[to], e.Port)
		}
		if p := protocolOfStore(&services[to], e.Key); e.Protocol == "http" && strings.HasSuffix(e.Way, "-host") && !policy.HasRequests(p) {
			e.Protocol = p
		}
	}
	slices.SortStableFunc(evidence, func(a, b graph.Evidence) int {
		return cmp.Or(cmp.Compare(b.Strength, a.Strength), cmp.Compare(a.Class, b.Class), order(a.IsStartOrder(), b.IsStartOrder()), a.Origin.Compare(b.Origin),
			strings.Compare(a.Way, b.Way), strings.Compare(a.Key, b.Key), strings.Compare(a.Database, b.Database))
	})
	shown := &evidence[0]
	if !shown.Class.Core() {
		// What else is done on the way of a call does not hide it.
		if i := slices.IndexFunc(evidence, func(e graph.Evidence) bool { return e.Class.Core() && e.Strength > graph.Allowed }); i >= 0 {
			shown = &evidence[i]
		}
	}
	c := graph.Call{
		From: from, To: to, Evidence: evidence, Mode: graph.Async, Need: graph.Soft, Fallback: true, Mirror: true,
		Class: shown.Class, Strength: shown.Strength,
	}
	saidMode, saidNeed := false, false
	for i := range evidence {
		e := &evidence[i]
		if e.Class == c.Class && c.Protocol == "" {
			c.Protocol = e.Protocol
		}
		c.Declared, c.Observed, c.InCode = c.Declared || !e.Observed && !e.InCode, c.Observed || e.Observed, c.InCode || e.InCode
		c.Fallback = c.Fallback && e.Fallback
		c.Mirror = c.Mirror && e.Mirror
		c.Tolerant, c.FreshnessCritical = c.Tolerant || e.Tolerant, c.FreshnessCritical || e.FreshnessCritical
		if e.Mode != graph.ModeUnknown {
			saidMode = true
			if e.Mode == graph.Sync {
				c.Mode = graph.Sync
			}
		}
		if e.Need != graph.NeedUnknown {
			saidNeed = true
			if e.Need == graph.Hard {
				c.Need = graph.Hard
			}
		}
	}
	if !saidMode {
		c.Mode = graph.Sync
	}
	if !saidNeed {
		c.Need = graph.Hard
	}
	return c
}

// protocolOfStore returns the protocol that the key of an address names, if what has the address is
// a store of such a product: in a mesh, the port beside it may be that of the caller's proxy, as in
// REDIS_HOST with REDIS_PORT=80. It is "" if there is none.
func protocolOfStore(s *graph.Service, key string) string {
	if keepsState(s.Kind) {
		for _, w := range address.Words(key) {
			if p := address.ProtocolOf(w); p.Kind == s.Kind {
				return p.Name
			}
		}
	}
	return ""
}

// protocolOfPort returns the protocol that a service declares for a port, or for all of its
// ports if the port is 0; "" if they differ.
func protocolOfPort(s *graph.Service, port int) string {
	said := ""
	for _, p := range s.Ports {
		protocol := p.Protocol
		if wellKnown := address.ProtocolOfPort(p.Number); wellKnown.Kind == s.Kind && wellKnown.Name != "" {
			protocol = wellKnown.Name
		}
		switch {
		case protocol == "" || port != 0 && p.Number != port:
		case said != "" && said != protocol:
			return ""
		default:
			said = protocol
		}
	}
	return said
}

// mistakes returns the mistakes of the inputs with the services that they are about.
func (l *linker) mistakes(g *graph.Graph, node map[int]graph.Node) []graph.Mistake {
	list := l.f.Mistakes
	for i := range list {
		list[i].Object = cmp.Or(list[i].Object, list[i].Of.Subject())
		if c, ok := l.lookup(list[i].Of); ok {
			if v, ok := node[c]; ok {
				list[i].Service = g.ID(v)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b graph.Mistake) int { return cmp.Or(a.Origin.Compare(b.Origin), strings.Compare(a.Why, b.Why)) })
	return slices.Compact(list)
}

// completeCoverage sorts the coverage and adds the silent services.
func (l *linker) completeCoverage(g *graph.Graph) {
	c := l.coverage
	slices.SortStableFunc(c.Problems, func(a, b graph.Problem) int {
		return cmp.Or(a.Origin.Compare(b.Origin), strings.Compare(a.Message, b.Message))
	})
	c.Problems = slices.Compact(c.Problems)
	c.Below = sortedUnique(c.Below)
	slices.SortFunc(c.Overrides, graph.Origin.Compare)
	slices.SortFunc(c.Estate, func(a, b graph.EstatePart) int { return strings.Compare(a.File, b.File) })
	c.Unread = graph.SettleUnread(c.Unread)
	slices.SortFunc(c.Excuses, func(a, b graph.CommentExcuse) int {
		return cmp.Or(a.Origin.Compare(b.Origin), cmp.Compare(a.Rule, b.Rule))
	})
	c.Excuses = slices.Compact(c.Excuses)
	slices.SortStableFunc(c.Ignores, func(a, b graph.Ignore) int { return a.Origin.Compare(b.Origin) })
	slices.SortStableFunc(c.Unresolved, func(a, b graph.Unresolved) int {
		return cmp.Or(a.Origin.Compare(b.Origin), strings.Compare(a.Address, b.Address), strings.Compare(a.Key, b.Key))
	})
	c.Unresolved = slices.Compact(c.Unresolved)
	for v := range graph.Node(g.Len()) {
		s := g.Service(v)
		if !s.Defined || s.Kind != graph.KindService && s.Kind != graph.KindJob || c.OfEstate(s) {
			continue
		}
		lo, hi := g.Out(v)
		silent := true
		for e := lo; e < hi; e++ {
			silent = silent && (!g.Class(e).Core() || g.Strength(e) == graph.Allowed)
		}
		if silent {
			c.Silent = append(c.Silent, v)
		}
	}
}
