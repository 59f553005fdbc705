package graphtest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// domains name the namespaces of a Landscape.
var domains = strings.Fields("orders catalog payments shipping identity search pricing returns loyalty reviews invoicing stock notifications content recommendations fraud partners analytics support warehouse")

// roles name the services of a namespace, in the order in which they call each other.
var roles = strings.Fields("api frontend-for-partners worker query-service command-service validation sync-adapter export-scheduler rules-engine history document-store-proxy lookup audit-trail translation")

// Landscape is a graph of about n services that looks like an estate: gateways before namespaces with
// owners, systems and tiers, in each an API before services with databases and caches; calls within a
// namespace and to the APIs of others, events over brokers, services that most others call, external
// hosts, and a few loops. The same n makes the same graph.
func Landscape(n int) *graph.Graph {
	l := &landscape{rnd: rand.New(rand.NewPCG(uint64(n), 1)), at: map[string]graph.Service{}, calls: map[[2]string]graph.Call{}}
	auth := l.service("platform", "auth", graph.KindService, 1)
	flags := l.service("platform", "feature-flags", graph.KindService, 2)
	l.call(auth, l.service("platform", "auth-db", graph.KindDatabase, 1), graph.Sync)
	l.call(flags, l.service("platform", "flags-cache", graph.KindCache, 2), graph.Sync)
	events := l.service("platform", "events", graph.KindBroker, 1)
	var apis []string
	for k := 0; len(l.at) < n; k++ {
		space := domains[k%len(domains)]
		if k >= len(domains) {
			space += fmt.Sprintf("-%d", k/len(domains)+1)
		}
		members := l.namespace(space, min(8+l.rnd.IntN(7), n-len(l.at)))
		apis = append(apis, members[0])
		for _, id := range members {
			switch {
			case l.rnd.IntN(3) == 0:
				l.call(id, auth, graph.Sync)
			case l.rnd.IntN(8) == 0:
				l.call(id, flags, graph.Sync)
			case l.rnd.IntN(6) == 0:
				l.call(id, events, graph.Async)
			}
			if len(apis) > 1 && l.rnd.IntN(4) == 0 {
				l.call(id, apis[max(0, len(apis)-2-l.rnd.IntN(6))], graph.Sync)
			}
		}
	}
	for i, api := range apis {
		if i%3 == 0 {
			l.call(l.service("edge", fmt.Sprintf("gateway-%d", i/24+1), graph.KindGateway, 1), api, graph.Sync)
		}
		if i%4 == 0 && i > 0 { // a loop
			l.call(apis[i-1], api, graph.Sync)
		}
	}
	return l.graph()
}

type landscape struct {
	rnd   *rand.Rand
	at    map[string]graph.Service
	calls map[[2]string]graph.Call
}

func (l *landscape) service(space, name string, kind graph.Kind, tier int) string {
	id := space + "/" + name
	origin := graph.Source{Reader: "kubernetes", File: "deploy/" + id + ".yaml"}.At(1, 1)
	s := graph.Service{ID: id, Name: name, Namespace: space, Kind: kind, Defined: true, Traits: &graph.Traits{Tier: policy.Declare(tier, origin)}, Origins: []graph.Origin{origin}}
	domain, more, _ := strings.Cut(space, "-")
	k := slices.Index(domains, domain)
	s.Team, s.Owner, s.System = "team-"+domain, fmt.Sprintf("group-%d", (k+1)/4), fmt.Sprintf("system-%d%s", (k+1)/5, more)
	if kind == graph.KindExternal {
		s = graph.Service{ID: name, Name: name, Kind: kind}
	}
	l.at[s.ID] = s
	return s.ID
}

func (l *landscape) call(from, to string, mode graph.Mode) {
	origin := l.at[from].Origins[0]
	origin.Line = int32(10 + len(l.calls)%90)
	l.calls[[2]string{from, to}] = graph.Call{
		Strength: graph.Strong, Mode: mode, Need: graph.Hard, Protocol: "http", Declared: true,
		Evidence: []graph.Evidence{{Origin: origin, Way: "env-url", Strength: graph.Strong, Mode: mode, Need: graph.Hard, Protocol: "http"}},
	}
}

// namespace adds a namespace and returns those of its services that call others, the API first.
func (l *landscape) namespace(space string, n int) []string {
	var members []string
	for i := range max(n, 1) {
		name := roles[i%len(roles)]
		tier := min(4, 1+i/3+l.rnd.IntN(2))
		if i > 2 && i%4 == 3 {
			kind := []graph.Kind{graph.KindDatabase, graph.KindDatabase, graph.KindCache}[l.rnd.IntN(3)]
			l.call(members[len(members)-1], l.service(space, name+"-"+kind.String(), kind, tier), graph.Sync)
			continue
		}
		id := l.service(space, space+"-"+name, graph.KindService, tier)
		if len(members) > 0 {
			l.call(members[l.rnd.IntN(len(members))], id, graph.Sync)
			if l.rnd.IntN(3) == 0 {
				l.call(members[0], id, graph.Sync)
			}
		}
		if l.rnd.IntN(12) == 0 {
			l.call(id, l.service("", "api."+space+".example.com", graph.KindExternal, 0), graph.Sync)
		}
		members = append(members, id)
	}
	return members
}

func (l *landscape) graph() *graph.Graph {
	var services []graph.Service
	for _, s := range l.at {
		services = append(services, s)
	}
	slices.SortFunc(services, func(a, b graph.Service) int { return strings.Compare(a.ID, b.ID) })
	node := map[string]graph.Node{}
	for i := range services {
		node[services[i].ID] = graph.Node(i)
	}
	var calls []graph.Call
	for ends, c := range l.calls {
		c.From, c.To = node[ends[0]], node[ends[1]]
		calls = append(calls, c)
	}
	slices.SortFunc(calls, func(a, b graph.Call) int { return int(a.From-b.From)*len(services) + int(a.To-b.To) })
	return New(services, calls)
}
