package link

import "github.com/weirgraph/weir/graph"

// attachConfigPolicies gives the policies that stand in the configuration of programs to
// whoever uses it. What nobody uses is for the callers that it names itself, else
// for no call, but it stays known.
func (l *linker) attachConfigPolicies() {
	configs := l.configs()
	type loan struct {
		to     graph.Ref
		origin graph.Origin
		object string
		match  string
	}
	lent := map[loan]bool{}
	used := map[graph.Origin]bool{}
	lend := func(p *graph.Policy, to graph.Ref) {
		if at := (loan{to, p.Origin, p.Object, p.Match}); !lent[at] {
			lent[at] = true
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
					lend(&e.Policies[k], u.Of)
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
					lend(p, l.f.Configs[i].Ref)
				case p.From[0].Ref.IsZero():
					l.f.Policies = append(l.f.Policies, *p)
				default:
					lend(p, p.From[0].Ref)
				}
			}
		}
	}
	sortBy(l.f.Policies, func(p *graph.Policy) (graph.Origin, string) { return p.Origin, p.Object })
}
