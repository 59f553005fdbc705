package link

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/didyoumean"
	"github.com/weirgraph/weir/policy"
)

// overrides are those of calls, by their ends.
type overrides struct {
	needs map[[2]graph.Node]graph.Need
	says  map[[2]graph.Node]*policy.Set
	gone  []graph.Node // services that only calls named which are removed
}

// An overrider has what overrides are looked up in.
type overrider struct {
	l        *linker
	services []graph.Service
	node     map[int]graph.Node
	calls    map[[2]graph.Node][][2]int // the ends of the evidence of each call
	byName   map[string][]graph.Node
}

// override does what overrides declare: to services, and to evidence where a call is removed. The rest
// it returns. A service that nothing declares is gone with the last call to it, as it would be if
// no input had the address. What is overridden and is not there is reported.
func (l *linker) override(services *[]graph.Service, node map[int]graph.Node) overrides {
	said := overrides{}
	if len(l.f.Overrides) == 0 {
		return said
	}
	o := &overrider{l: l, services: *services, node: node, calls: map[[2]graph.Node][][2]int{}, byName: map[string][]graph.Node{}}
	o.index()
	said.needs, said.says = map[[2]graph.Node]graph.Need{}, map[[2]graph.Node]*policy.Set{}
	removed := map[[2]graph.Node]bool{}
	for i := range l.f.Overrides {
		one := &l.f.Overrides[i]
		of, ok := o.service(one, one.Of)
		switch {
		case !ok:
		case one.To == "":
			o.replicas(of, one.Replicas)
			l.coverage.Overrides = append(l.coverage.Overrides, one.Origin)
		default:
			to, ok := o.service(one, one.To)
			ends := [2]graph.Node{of, to}
			if ok && o.calls[ends] == nil {
				o.problem(one, fmt.Sprintf("%s does not call %s", o.services[of].ID, o.services[to].ID), "weir show "+o.services[of].ID+" lists its calls")
			}
			if !ok || o.calls[ends] == nil || !o.fallback(of, one) {
				continue
			}
			l.coverage.Overrides = append(l.coverage.Overrides, one.Origin)
			if one.Removed {
				removed[ends] = true
			}
			if one.Need != graph.NeedUnknown {
				said.needs[ends] = one.Need
			}
			if before := said.says[ends]; one.Says != nil && before != nil {
				both := policy.Overlay(*before, *one.Says)
				said.says[ends] = &both
			} else if one.Says != nil {
				said.says[ends] = one.Says
			}
		}
	}
	o.remove(removed)
	if said.gone = o.gone(removed); len(said.gone) > 0 {
		*services = o.without(said.gone)
		said = said.renumbered()
	}
	return said
}

func (o *overrider) index() {
	for v := range o.services {
		s := &o.services[v]
		for _, name := range append([]string{s.Name}, s.Aliases...) {
			if name = strings.ToLower(name); !slices.Contains(o.byName[name], graph.Node(v)) {
				o.byName[name] = append(o.byName[name], graph.Node(v))
			}
		}
	}
	for ends := range o.l.edges {
		o.calls[o.nodes(ends)] = append(o.calls[o.nodes(ends)], ends)
	}
	for _, c := range o.l.observed {
		at := o.nodes([2]int{int(c.from), int(c.to)})
		if o.calls[at] == nil {
			o.calls[at] = [][2]int{}
		}
	}
}

// nodes are the services of the ends of evidence.
func (o *overrider) nodes(ends [2]int) [2]graph.Node {
	return [2]graph.Node{o.node[o.l.find(ends[0])], o.node[o.l.find(ends[1])]}
}

// service returns the service of an ID or a name, and reports one that is not there.
func (o *overrider) service(one *graph.Override, name string) (graph.Node, bool) {
	at, ok := slices.BinarySearchFunc(o.services, name, func(s graph.Service, id string) int { return strings.Compare(s.ID, id) })
	if ok {
		return graph.Node(at), true
	}
	named := o.byName[strings.ToLower(name)]
	if len(named) == 1 {
		return named[0], true
	}
	var ids []string
	for _, v := range named {
		ids = append(ids, o.services[v].ID)
	}
	if len(ids) > 0 {
		o.problem(one, fmt.Sprintf("several services are called %q", name), "write one of "+strings.Join(ids, ", "))
		return 0, false
	}
	for i := range o.services {
		ids = append(ids, o.services[i].ID, o.services[i].Name)
	}
	o.problem(one, fmt.Sprintf("no service %q", name), didyoumean.Hint(name, ids))
	return 0, false
}

func (o *overrider) problem(one *graph.Override, message, hint string) {
	o.l.coverage.Problems = append(o.l.coverage.Problems, graph.Problem{Origin: one.Origin, Level: graph.Skipped, Message: message + ": this override has no effect", Hint: hint})
}

// replicas sets how many replicas a service has, at least if a scaler decides.
func (o *overrider) replicas(v graph.Node, n policy.Setting[int]) {
	s := &o.services[v]
	s.Own().Replicas = n
	if s.Scaling != nil {
		scaler := *s.Scaling
		scaler.Min, scaler.Max, scaler.Origin = n.Value, max(n.Value, scaler.Max), n.Origin
		s.Scaling = &scaler
	}
}

// fallback adds the calls that are made instead of one, and reports false if a service to call is not
// there.
func (o *overrider) fallback(from graph.Node, one *graph.Override) bool {
	if one.Says == nil || one.Says.Fallback == nil {
		return true
	}
	for _, step := range one.Says.Fallback.Steps {
		if step.Kind.Value != "service" {
			continue
		}
		to, ok := o.service(one, step.To)
		if !ok {
			return false
		}
		e := graph.Evidence{Origin: step.Kind.Origin, Way: "native-fallback", Strength: graph.Strong, Class: graph.ClassCall, Fallback: true}
		if step.Timeout != (policy.Setting[time.Duration]{}) {
			e.Says = &policy.Set{Layer: policy.App, Timeout: &policy.Timeout{Total: step.Timeout}}
		}
		ends := [2]int{o.root(from), o.root(to)}
		o.l.addEvidence(ends[0], ends[1], e)
	}
	return true
}

func (o *overrider) root(v graph.Node) int {
	for root, n := range o.node {
		if n == v {
			return root
		}
	}
	return -1
}

// remove takes away the evidence of calls.
func (o *overrider) remove(calls map[[2]graph.Node]bool) {
	if len(calls) == 0 {
		return
	}
	for at := range calls {
		for _, ends := range o.calls[at] {
			delete(o.l.edges, ends)
			delete(o.l.behind, ends)
		}
	}
	o.l.observed = slices.DeleteFunc(o.l.observed, func(c observedCall) bool { return calls[o.nodes([2]int{int(c.from), int(c.to)})] })
}

// gone returns the services that no input declares and to which all calls are removed, sorted.
func (o *overrider) gone(removed map[[2]graph.Node]bool) []graph.Node {
	if len(removed) == 0 {
		return nil
	}
	called := map[graph.Node]bool{}
	for at := range o.calls {
		if !removed[at] {
			called[at[0]], called[at[1]] = true, true
		}
	}
	declared := map[graph.Node]bool{}
	for c := range o.l.entities {
		if e := &o.l.entities[c]; len(e.things)+len(e.names) > 0 || o.l.entities[o.l.find(c)].withSpans {
			declared[o.node[o.l.find(c)]] = true
		}
	}
	var list []graph.Node
	for at := range removed {
		if to := at[1]; !called[to] && !declared[to] {
			list = append(list, to)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// without returns the services that stay, and numbers them anew.
func (o *overrider) without(gone []graph.Node) []graph.Service {
	var kept []graph.Service
	for v := range o.services {
		if _, is := slices.BinarySearch(gone, graph.Node(v)); !is {
			kept = append(kept, o.services[v])
		}
	}
	for root, v := range o.node {
		if at, is := slices.BinarySearch(gone, v); is {
			delete(o.node, root)
		} else {
			o.node[root] = v - graph.Node(at)
		}
	}
	return kept
}

// renumbered names services as they are without those that are gone.
func (s overrides) renumbered() overrides {
	number := func(ends [2]graph.Node) [2]graph.Node {
		for i, v := range ends {
			at, _ := slices.BinarySearch(s.gone, v)
			ends[i] = v - graph.Node(at)
		}
		return ends
	}
	r := overrides{needs: map[[2]graph.Node]graph.Need{}, says: map[[2]graph.Node]*policy.Set{}, gone: s.gone}
	for ends, need := range s.needs {
		r.needs[number(ends)] = need
	}
	for ends, set := range s.says {
		r.says[number(ends)] = set
	}
	return r
}
