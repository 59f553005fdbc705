package link

import (
	"fmt"
	"slices"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
	"github.com/weirgraph/weir/policy"
)

// attachConfigPolicies gives the policies in configuration to the programs that use it. If
// no program does, a policy applies to the callers that it names, else to no call; it is
// reported as unbound then. What a reader of the whole file has stated already is not stated again.
func (l *linker) attachConfigPolicies() {
	configs := l.configs()
	type attachment struct {
		to     graph.Ref
		origin graph.Origin
		object string
		match  string
		group  string
		callee string // one route can lead to several
	}
	attached := map[attachment]bool{}
	type statement struct {
		product      *policy.Product
		file         string
		line, column int32
	}
	statementOf := func(p *graph.Policy) statement {
		return statement{p.Product, p.Origin.File(), p.Origin.Line, p.Origin.Column}
	}
	stated := map[statement]bool{}
	for i := range l.f.Policies {
		stated[statementOf(&l.f.Policies[i])] = true
	}
	used := map[graph.Origin]bool{}
	attach := func(p *graph.Policy, to graph.Ref) {
		if a := (attachment{to, p.Origin, p.Object, p.Match, p.Group, fmt.Sprint(p.To)}); !attached[a] && !stated[statementOf(p)] {
			attached[a] = true
			l.f.Policies = append(l.f.Policies, p.For(to))
		}
	}
	for i := range l.f.Uses {
		u := &l.f.Uses[i]
		for _, c := range configs.of(u) {
			for j := range c.Entries {
				e := &c.Entries[j]
				if u.Init || u.Key != "" && u.Key != e.Key {
					continue
				}
				for k := range e.Policies {
					attach(&e.Policies[k], u.Of)
					used[e.Policies[k].Origin] = true
				}
			}
		}
	}
	for i := range l.f.Configs {
		for _, e := range l.f.Configs[i].Entries {
			for k := range e.Policies {
				switch p := &e.Policies[k]; {
				case used[p.Origin]:
				case p.From == nil:
					attach(p, l.f.Configs[i].Ref)
				case p.From[0].Ref.IsZero():
					l.f.Policies = append(l.f.Policies, *p)
				default:
					attach(p, p.From[0].Ref)
				}
			}
		}
	}
	sortBy(l.f.Policies, func(p *graph.Policy) (graph.Origin, string) { return p.Origin, p.Object })
}

// expandHosts replaces the variables and the names of settings in the hosts of policies that a
// program has in its configuration: they are those of the program.
func (l *linker) expandHosts() {
	byEntity := map[graph.Ref][]*scope{}
	scopes := func(of graph.Ref) []*scope {
		if len(byEntity) == 0 {
			for _, s := range l.scopes() {
				byEntity[s.of] = append(byEntity[s.of], s)
			}
		}
		return byEntity[of]
	}
	for i := range l.f.Policies {
		p := &l.f.Policies[i]
		if len(p.From) == 0 || p.From[0].Ref.IsZero() {
			continue
		}
		before := len(p.To)
		p.To = withParts(p.To, func() []*scope { return scopes(p.From[0].Ref) })
		if b := p.Says.Breaker; len(p.To) > before && b != nil && b.Kind.Provenance == policy.Absent {
			p.Says.Breaker = nil // that a single server is never taken out is not said of several
		}
		for j := range p.To {
			host := &p.To[j].Host
			if !address.HasPlaceholder(host.Host) {
				continue
			}
			for _, s := range scopes(p.From[0].Ref) {
				if to, ok := address.Parse(s.expand(host.Host)); ok && !address.HasPlaceholder(to.Host) {
					host.Host = to.Host
					if host.Port == 0 {
						host.Port = to.Port
					}
					break
				}
			}
		}
	}
}

// withParts replaces the callees that are named by a Part by the addresses of the settings
// that have it.
func withParts(to []graph.EndpointRef, scopes func() []*scope) []graph.EndpointRef {
	if !slices.ContainsFunc(to, func(e graph.EndpointRef) bool { return e.Part != "" }) {
		return to
	}
	var all []graph.EndpointRef
	for _, e := range to {
		known := false
		for _, s := range scopes() {
			for _, text := range s.parts.hosts(e.Part, 0) {
				if host, ok := address.Parse(text); ok {
					one := e
					one.Host, one.Part, known = host, "", true
					all = append(all, one)
				}
			}
		}
		if e.Part = ""; !known {
			all = append(all, e)
		}
	}
	return all
}
