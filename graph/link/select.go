package link

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/didyoumean"
)

// namingKeys are the labels that distinguish one service from another. Workloads that
// agree in all of them are versions of one service; those behind one name that
// differ in one of them are different services.
var namingKeys = [...]string{
	"app", "app.kubernetes.io/name", "app.kubernetes.io/component", "k8s-app", "name", "component", "role", "service",
}

// selectWorkloads joins every name with the workloads whose pods it selects. If these are
// different services, only those of the same name are joined with it, and it gets routes to
// all of them: callers reach any one.
func (l *linker) selectWorkloads() {
	l.indexPods()
	missing := misses{selected: map[int]bool{}}
	for c := range l.entities {
		for _, n := range l.entities[c].names {
			s := l.selection(n)
			switch len(s.services) {
			case 0:
				missing.names = append(missing.names, miss{c, n})
				continue
			case 1:
				for _, w := range s.services[0] {
					l.unite(c, w)
				}
				s.services[0] = s.services[0][:1] // the others are united with it
				continue
			}
			if len(l.f.Calls) > l.budget.calls {
				l.exceed(l.budget.calls, "calls", n.Origin)
			}
			if l.over != nil {
				return
			}
			pool := &graph.GroupFact{Kind: graph.Pool, Name: "Service " + n.Name, Need: 1, Checked: s.checked, Origin: n.Origin}
			for _, group := range s.services {
				to := l.entities[group[0]].ref
				if slices.ContainsFunc(group, func(w int) bool { return l.entities[w].ref.Name == n.Name }) {
					for _, w := range group {
						l.unite(c, w)
					}
					to = l.entities[c].ref
				}
				l.f.Calls = append(l.f.Calls, graph.CallFact{
					From: graph.EndpointRef{Ref: l.entities[c].ref}, To: graph.EndpointRef{Ref: to},
					Evidence: graph.Evidence{Origin: n.Origin, Way: "service-selector", Strength: graph.Strong, Class: graph.ClassRoute, In: &graph.Place{Group: pool}},
				})
			}
		}
	}
	for _, s := range l.selections {
		for _, w := range s.workloads {
			missing.selected[w] = true
		}
	}
	l.joinMissed(&missing)
}

// A selection is what Services with one selector in one namespace select.
type selection struct {
	workloads []int
	services  [][]int // the workloads of each
	checked   bool    // all have a readiness check, by which the platform sends no calls to those that fail it
}

// selection returns what the selector of a name selects.
func (l *linker) selection(n *graph.Name) *selection {
	key := fmt.Sprintf("%s %v", n.Namespace, n.Selects) // maps are written in the order of their keys
	if s := l.selections[key]; s != nil {
		return s
	}
	workloads := l.selected(n.Selects, n.Namespace)
	s := &selection{workloads: workloads, services: l.services(l.servers(workloads))}
	s.checked = l.checked(s.services)
	l.selections[key] = s
	if l.chosen += len(workloads); l.chosen > l.budget.bound {
		l.exceed(l.budget.bound, "workloads that Services select", n.Origin)
	}
	return s
}

// misses are the names whose selectors match no pod.
type misses struct {
	names    []miss
	selected map[int]bool // workloads that other names select
}

type miss struct {
	entity int
	name   *graph.Name
}

// joinMissed joins names whose selectors match no pod with the workloads that are most likely
// meant, and reports them, unless a tool adds what is missing: the one of the same name, else the only one of the namespace that no
// name selects and that has near values of all labels of the selector.
func (l *linker) joinMissed(m *misses) {
	unselected, served := map[string][]int{}, map[string]bool{}
	for ns, workloads := range l.selectable {
		for _, w := range workloads {
			if m.selected[w] {
				served[ns] = true
			} else {
				unselected[ns] = append(unselected[ns], w)
			}
		}
	}
	for _, of := range m.names {
		c, n := of.entity, of.name
		if n.Selects.IsZero() && n.Target == "" && n.Realm == kubernetes && len(l.f.Added) > 0 { // its selector is added, too
			if w, ok := l.workloadNamed(n, c); ok {
				l.unite(w, c)
			}
		}
		if n.Selects.IsZero() || n.Selects.AnyNamespace || n.Realm != kubernetes || len(n.Selects.Exprs) > 0 {
			continue
		}
		if w, ok := l.workloadNamed(n, c); ok {
			l.missed(c, w, n)
		} else if w, ok := l.misspelled(n, unselected[n.Namespace], c); ok {
			l.missed(c, w, n)
		} else if served[n.Namespace] && l.shouldSelect(n) && len(l.entities[c].things) == 0 && !l.lacksAdded(n.Selects.Labels, nil) {
			l.f.Mistakes = append(l.f.Mistakes, unseenPods(n))
		}
	}
}

// workloadNamed returns the workload with the name of n, other than c.
func (l *linker) workloadNamed(n *graph.Name, c int) (int, bool) {
	for _, w := range l.selectable[n.Namespace] {
		if w != c && l.entities[w].ref.Name == n.Name {
			return w, true
		}
	}
	return 0, false
}

// shouldSelect reports whether a name is a Service whose pods the inputs should have, if they have those of
// others in its namespace.
func (l *linker) shouldSelect(n *graph.Name) bool {
	return n.Ref.Kind == "Service" && n.Of.IsZero() && (n.Namespace != "" || len(l.selectable) == 1)
}

// unseenPods is the mistake of a Service whose pods no input declares.
func unseenPods(n *graph.Name) graph.Mistake {
	var labels []string
	for _, key := range slices.Sorted(maps.Keys(n.Selects.Labels)) {
		labels = append(labels, key+": "+n.Selects.Labels[key])
	}
	return graph.Mistake{
		Kind: graph.UnseenPods, Object: n.Subject(), Field: "spec.selector", Of: n.Ref, Origin: cmp.Or(n.SelectAt, n.Origin),
		Why:  "selects no pod of the inputs: " + strings.Join(labels, ", "),
		Hint: "add the manifest of the pods to the sources, or correct spec.selector",
	}
}

// mostUnselected is among how many workloads without a Service a misspelled label is looked for.
// Real namespaces have few of them.
const mostUnselected = 250

// misspelled returns the one service among workloads, other than c, whose labels nearly are what n
// selects.
func (l *linker) misspelled(n *graph.Name, workloads []int, c int) (int, bool) {
	if len(workloads) > mostUnselected {
		return 0, false
	}
	meant := -1
	for _, w := range workloads {
		if w == c || !nearLabels(n.Selects.Labels, l.podLabels(w)) {
			continue
		}
		if meant >= 0 && l.find(meant) != l.find(w) {
			return 0, false
		}
		meant = w
	}
	return meant, meant >= 0
}

// missed joins a name with a workload that its selector misses.
func (l *linker) missed(c, w int, n *graph.Name) {
	labels, lacks, hints := l.podLabels(w), []string(nil), []string(nil)
	for _, key := range slices.Sorted(maps.Keys(n.Selects.Labels)) {
		value := n.Selects.Labels[key]
		switch have, ok := labels[key]; {
		case !ok:
			lacks = append(lacks, key+": "+value+", which its pods do not have")
		case have != value:
			lacks = append(lacks, key+": "+value+", and its pods have "+key+": "+have)
			hints = append(hints, key+": "+have)
		}
	}
	hint := "correct spec.selector, or the labels of the pods"
	if len(hints) == len(lacks) {
		hint = "write " + strings.Join(hints, " and ") + " in spec.selector, or correct the labels of the pods"
	}
	of := l.entities[w].ref
	l.unite(w, c)
	if l.lacksAdded(n.Selects.Labels, labels) {
		return
	}
	l.f.Mistakes = append(l.f.Mistakes, graph.Mistake{
		Kind: graph.MissedSelector, Object: n.Subject(), Field: "spec.selector", Of: of, Origin: cmp.Or(n.SelectAt, n.Origin),
		Why: "selects no pod of " + of.Subject() + ": " + strings.Join(lacks, "; "), Hint: hint,
	})
}

// lacksAdded reports whether the labels of a selector that pods do not have are added to them when
// the manifests are built.
func (l *linker) lacksAdded(selector, labels graph.Labels) bool {
	for key, value := range selector {
		if labels[key] != value && !slices.ContainsFunc(l.f.Added, func(added graph.Labels) bool { return added[key] == value }) {
			return false
		}
	}
	return true
}

// nearLabels reports whether pods have every label of a selector with the same value or a
// misspelled one.
func nearLabels(selector, labels graph.Labels) bool {
	for key, value := range selector {
		have, ok := labels[key]
		if !ok || have != value && !isMisspelled(value, have) {
			return false
		}
	}
	return true
}

// isMisspelled reports whether two values differ as by a slip of the hand, and not in a number.
func isMisspelled(a, b string) bool {
	letters := func(s string) string { return strings.Trim(s, "0123456789-") }
	return letters(a) != letters(b) && didyoumean.IsTypo(a, b)
}

// checked reports whether all workloads have a readiness check.
func (l *linker) checked(groups [][]int) bool {
	return !slices.ContainsFunc(groups, func(group []int) bool {
		return !slices.ContainsFunc(group, func(w int) bool {
			return slices.ContainsFunc(l.entities[w].things, func(t *graph.Entity) bool { return t.Probes.Readiness })
		})
	})
}

// indexPods lists workloads by each label of their pods, and namespaces with
// their labels.
func (l *linker) indexPods() {
	l.pods = map[podLabel][]int{}
	l.spaces = map[podLabel][]string{}
	l.selections = map[string]*selection{}
	l.namespaceLabels = map[string]graph.Labels{}
	l.namespaces = slices.Sorted(maps.Keys(l.selectable))
	for _, ns := range l.namespaces {
		l.namespaceLabels[ns] = graph.Labels{graph.NamespaceNameLabel: ns}
		for _, c := range l.selectable[ns] {
			for k, v := range l.podLabels(c) {
				here := podLabel{ns, k, v}
				if len(l.pods[here]) == 0 {
					l.spaces[podLabel{key: k, value: v}] = append(l.spaces[podLabel{key: k, value: v}], ns)
				}
				l.pods[here] = append(l.pods[here], c)
			}
		}
	}
	for i := range l.f.Namespaces {
		n := &l.f.Namespaces[i]
		if have := l.namespaceLabels[n.Name]; have != nil {
			maps.Copy(have, n.Labels)
		}
	}
}

// podLabels returns the labels of a workload's pods. Those of several declarations are
// merged: a patch has only some.
func (l *linker) podLabels(c int) graph.Labels {
	things := l.entities[c].things
	if len(things) == 1 {
		return things[0].PodLabels
	}
	all := graph.Labels{}
	for _, t := range things {
		for k, v := range t.PodLabels {
			all[k] = v
		}
	}
	return all
}

// selected returns the workloads that s selects for an object in namespace ns,
// sorted. If nothing in a namespace matches, workloads without a namespace are tried; for
// an object without a namespace all others, if only one of them has a match. Partial inputs
// omit namespaces.
func (l *linker) selected(s graph.Selector, ns string) []int {
	if s.IsZero() {
		return nil
	}
	spaces := s.Namespaces
	switch {
	case s.AnyNamespace:
		spaces = l.spacesFor(&s)
	case s.NamespaceLabels != nil:
		spaces = l.namespacesWith(s.NamespaceLabels)
	case len(spaces) == 0:
		spaces = []string{ns}
	}
	var found []int
	for _, space := range spaces {
		found = append(found, l.inNamespace(s, space)...)
	}
	if len(found) == 0 && len(spaces) == 1 && !s.AnyNamespace {
		if spaces[0] != "" {
			return l.inNamespace(s, "")
		}
		for _, space := range l.spacesFor(&s) {
			more := l.inNamespace(s, space)
			if len(found) > 0 && len(more) > 0 {
				return nil
			}
			found = append(found, more...)
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// spacesFor returns the namespaces in which s may select workloads, sorted.
func (l *linker) spacesFor(s *graph.Selector) []string {
	spaces, first := l.namespaces, true
	for k, v := range s.Labels {
		if list := l.spaces[podLabel{key: k, value: v}]; first || len(list) < len(spaces) {
			spaces, first = list, false
		}
	}
	return spaces
}

func (l *linker) inNamespace(s graph.Selector, ns string) []int {
	candidates, first := l.selectable[ns], true
	for k, v := range s.Labels {
		list := l.pods[podLabel{ns, k, v}]
		if first || len(list) < len(candidates) {
			candidates, first = list, false
		}
	}
	var found []int
	for _, c := range candidates {
		if matches(&s, l.podLabels(c)) {
			found = append(found, c)
		}
	}
	return found
}

func matches(s *graph.Selector, labels graph.Labels) bool {
	for k, v := range s.Labels {
		if got, ok := labels[k]; !ok || got != v {
			return false
		}
	}
	for _, e := range s.Exprs {
		v, has := labels[e.Key]
		ok := false
		switch strings.ToLower(e.Op) {
		case "in":
			ok = has && slices.Contains(e.Values, v)
		case "notin":
			ok = !has || !slices.Contains(e.Values, v)
		case "exists":
			ok = has
		case "doesnotexist":
			ok = !has
		}
		if !ok {
			return false
		}
	}
	return true
}

func (l *linker) namespacesWith(want graph.Labels) []string {
	s := graph.Selector{Labels: want}
	var found []string
	for _, ns := range l.namespaces {
		if matches(&s, l.namespaceLabels[ns]) {
			found = append(found, ns)
		}
	}
	return found
}

// servers leaves out jobs with the labels of a service, unless there are only jobs: a
// migration does not answer calls.
func (l *linker) servers(workloads []int) []int {
	servers := slices.DeleteFunc(slices.Clone(workloads), func(c int) bool { return l.entities[c].family() == graph.FamilyJob })
	if len(servers) == 0 {
		return workloads
	}
	return servers
}

// services groups workloads by service, in order.
func (l *linker) services(workloads []int) [][]int {
	var groups [][]int
	places := map[[len(namingKeys)]string]int{}
	for _, w := range workloads {
		labels := l.podLabels(w)
		var name [len(namingKeys)]string
		for i, key := range namingKeys {
			name[i] = labels[key]
		}
		i, met := places[name]
		if !met {
			i = len(groups)
			places[name] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], w)
	}
	return groups
}
