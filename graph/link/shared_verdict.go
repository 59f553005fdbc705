package link

import (
	"slices"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
)

// demoteShared marks the addresses in shared bundles. What three or more different programs
// take whole shows which of them could call which service, and proves no call of any, listed
// in it or not. An address in it keeps its strength for a program
//
//   - that is shown to use the service otherwise: by a start order, a link, a permission
//   - whose name, and that of no other program with the bundle, is in the key or the host
//   - if it names no program, and is the only store of its product in the bundle, for a program
//     that is no store itself, unless at least half of the programs with the bundle are shown to use it otherwise, or
//     the program is a module whose settings refer to variables of the bundle and not to that one
//   - if it is for what all programs use alike: telemetry, a registry
//
// but not for a program in whose settings nothing refers to a definition that settings of others
// refer to: "app.store.host" in "${app.store.host}".
//
// A key that a program names itself, and what a program reads alone, is in no bundle, unless three
// name the same keys of three services, one of which is among the three programs: then it is a block
// that is copied into all of them. Of fewer services such a key is weak if that of the service itself is
// among the programs. A file with
// the variables of a whole project, from which its programs choose theirs, is a bundle of all of
// them for a program that takes it whole. Of a bundle that two programs have only the addresses
// of a list with both of them are weak.
func (l *linker) demoteShared(callers []caller) {
	s := &sharing{linker: l, callers: callers, programs: l.programs()}
	s.count()
	s.findDatabases()
	for i := range callers {
		for b, list := range s.bundles(&callers[i]) {
			s.judge(&callers[i], b, list)
		}
	}
	s.note()
}

// judge decides what the addresses of a bundle prove for a caller.
func (s *sharing) judge(c *caller, b bundle, list []entry) {
	listed, unknown := map[int]bool{}, map[string]bool{}
	for i := range list {
		switch e := &list[i]; {
		case e.to >= 0 && s.mayCall(e.to):
			listed[e.to] = true
		case e.isUndeclared():
			unknown[e.Host] = true
		}
	}
	single := singleStores(list, s.programs)
	if b.copied != nil && (len(listed)+len(unknown) < minSharing || s.isChosen(b, list, listed)) {
		s.weakenOwn(c, b, list)
		return
	}
	for i := range list {
		e := &list[i]
		if e.Database != "" && s.shares(e.value, b) >= minSharing && s.chosen[[2]int{c.from, e.to}] {
			e.Database = ""
		}
		switch {
		case s.shares(e.value, b) < minSharing:
			if len(listed) >= minSharing && listed[c.from] {
				e.list = sharedList
				s.mark(b, e.found)
			}
		case e.to == c.from || s.shownOtherwise(c.from, e.to):
		default:
			switch named, self := s.named(c.from, b, e); {
			case s.isDefinition(c, e), e.isUndeclared() && b.copied != nil && self, // its own address
				b.copied == nil && e.value.In == nil && e.value.Source == graph.FromEnv && s.isProxy(c.from):
				e.list = commonList
				s.mark(b, e.found)
			case named && self, !named && (single[e.store] && !s.isStore(c.from) && !s.isShownOfMost(b, e.to) && !s.isUnread(c, e) || s.isCommon(e)):
			default:
				e.list = commonList
				s.mark(b, e.found)
			}
		}
	}
}

// isProxy reports whether a root runs a stock proxy. It takes a whole bundle for the few variables that its
// configuration has a place for.
func (s *sharing) isProxy(root int) bool {
	return slices.ContainsFunc(s.entities[root].things, func(t *graph.Entity) bool { return t.Proxy })
}

// isUndeclared reports whether an entry is the address of a service of the platform that the inputs do not declare.
func (e *entry) isUndeclared() bool {
	return e.to < 0 && e.store == "" && !e.Key.Telemetry && e.Host != "" && !address.IsDomain(e.Host)
}

// isChosen reports whether the addresses of a copied block are keys that programs name one by one, and
// none of the programs is itself listed.
func (s *sharing) isChosen(b bundle, list []entry, listed map[int]bool) bool {
	for i := range list {
		if v := list[i].value; v.config == nil || v.whole {
			return false
		}
	}
	for root := range s.readers[b].all() {
		if listed[root] {
			return false
		}
	}
	return true
}

// weakenOwn makes the keys weak that several programs name, and that of the service itself among them: it
// has no use for its own address, and so they are not named by those alone that use them.
func (s *sharing) weakenOwn(c *caller, b bundle, list []entry) {
	for i := range list {
		e := &list[i]
		if v := e.value; v.config != nil && !v.whole && e.to >= 0 && e.to != c.from && s.readers[b].has(e.to) && !s.shownOtherwise(c.from, e.to) {
			e.list = sharedList
			s.mark(b, e.found)
		}
	}
}

// isShownOfMost reports whether at least half of the programs with a bundle, stores left out, are shown to use a root by
// evidence of their own: then the others do not use it.
func (s *sharing) isShownOfMost(b bundle, to int) bool {
	if to < 0 {
		return false
	}
	programs, shown := 0, 0
	for root := range s.readers[b].all() {
		if root == to || s.isStore(root) {
			continue
		}
		programs++
		if s.shownOtherwise(root, to) {
			shown++
		}
	}
	return 2*shown >= programs && shown > 0
}

// isDefinition reports whether an entry is a definition that settings of other programs refer to, and none of
// the caller's.
func (s *sharing) isDefinition(c *caller, e *entry) bool {
	if e.value.Source != graph.FromFile || !strings.Contains(e.value.Key, ".") {
		return false
	}
	in := s.refer[relaxed(e.value.Key)]
	return in.len > 0 && !in.has(c.from)
}

// ownVariables are the first words of variables that a framework reads itself, without a placeholder in the program's settings.
var ownVariables = wordList(`spring eureka management quarkus micronaut server logging otel dapr`)

// isUnread reports whether an entry is a variable of a bundle that the program does not read: placeholders in the
// settings of its module refer to other variables of the bundle, and neither they nor any code refer to this one.
func (s *sharing) isUnread(c *caller, e *entry) bool {
	name := relaxed(e.value.Key)
	first, _, _ := strings.Cut(strings.ToLower(e.value.Key), "_")
	if e.value.Source != graph.FromEnv || slices.Contains(ownVariables, first) || s.refer[name].has(c.from) || s.inCode[name] {
		return false
	}
	for i := range c.scope.values {
		v := &c.scope.values[i]
		if v.Source == graph.FromEnv && v.config == e.value.config && v.Origin.File() == e.value.Origin.File() && s.modules[relaxed(v.Key)].has(c.from) {
			return true
		}
	}
	return false
}

// mark remembers the first address of a bundle that lost its strength.
func (s *sharing) mark(b bundle, m *found) {
	if first := s.demoted[b]; first == nil || m.value.Origin.Compare(first.value.Origin) < 0 {
		s.demoted[b] = m
	}
}

// isStore reports whether a root is declared as something that keeps state, or, where nothing
// declares what it is, has the name of that.
func (s *sharing) isStore(root int) bool {
	switch {
	case root >= len(s.kinds):
		return false
	case s.kinds[root] == graph.KindUnknown:
		return keepsState(kindByName(s.entities[root].ref.Name))
	}
	return keepsState(s.kinds[root])
}

// dashboards are images of programs that show what others collect. Programs send them nothing.
var dashboards = wordList(`kibana opensearch-dashboards grafana grafana-oss grafana-enterprise`)

// isCommon reports whether an entry is for what all programs of an estate use alike.
func (s *sharing) isCommon(e *entry) bool {
	kind := address.ProtocolOn(e.Scheme, e.Port).Kind
	if e.to >= 0 && slices.Contains(dashboards, s.programs[e.to].image) {
		return false
	}
	if e.to >= 0 && e.to < len(s.kinds) && s.kinds[e.to] == graph.KindTelemetry {
		return true
	}
	return kind == graph.KindTelemetry || e.Key.Control || e.Key.Telemetry && (e.to < 0 || !s.isProgram(e.to))
}

// singleStores returns the products of which a list has one store: several addresses in one
// setting, and names that differ in a number only, are members of one.
func singleStores(list []entry, programs []program) map[string]bool {
	first := map[string]*entry{}
	single := map[string]bool{}
	for i := range list {
		e := &list[i]
		switch f := first[e.store]; {
		case e.store == "":
		case f == nil:
			first[e.store], single[e.store] = e, true
		case f.value.Origin == e.value.Origin || f.Host == e.Host:
		case f.to >= 0 && e.to >= 0 && (f.to == e.to || programs[f.to].stem == programs[e.to].stem):
		default:
			single[e.store] = false
		}
	}
	return single
}

// shownOtherwise reports whether evidence of a program's own shows that it uses another
// one.
func (s *sharing) shownOtherwise(from, to int) bool {
	return slices.ContainsFunc(s.edges[[2]int{from, to}], func(e graph.Evidence) bool {
		return s.orders[e.Origin].len < minSharing
	})
}

// named reports whether the key or the host of an entry has exactly one name of programs with
// the bundle, and whether that is the caller's, or that of a program of its image whose name
// begins alike.
func (s *sharing) named(from int, b bundle, e *entry) (one, self bool) {
	var inside []int // the roots of such names, of those with one name the first
	names := s.namesOf(b)
	for _, words := range [][]string{e.Key.Words, address.Words(strings.Split(e.Host, ".")[0])} {
		names.within(words, func(roots []int) {
			if i := slices.IndexFunc(roots, func(r int) bool { return r != e.to }); i >= 0 {
				inside = append(inside, roots[i])
			}
		})
	}
	slices.Sort(inside)
	best, several := -1, false
	var words []string
	for _, r := range slices.Compact(inside) {
		name := address.Words(s.entities[r].ref.Name)
		switch {
		case best < 0 || contains(name, words) && len(name) > len(words):
			best, words, several = r, name, best >= 0 && several
		case contains(words, name):
			// A longer name has this one in it.
		default:
			several = true
		}
	}
	if best < 0 || several {
		return false, false
	}
	own := address.Words(s.entities[from].ref.Name)
	if slices.Equal(own, words) { // a service and its job have one name
		return true, true
	}
	image := s.programs[from].image
	return true, len(own) > len(words) && slices.Equal(own[:len(words)], words) && image != "" && image == s.programs[best].image
}

// namesOf returns the names of the programs with a bundle that are not generic.
func (s *sharing) namesOf(b bundle) *readerNames {
	names := s.called[b]
	if names != nil {
		return names
	}
	names = &readerNames{roots: map[string][]int{}}
	for _, r := range slices.Sorted(s.readers[b].all()) {
		name := address.Words(s.entities[r].ref.Name)
		if len(name) == 0 || len(name) > mostNameWords || len(name) == 1 && slices.Contains(genericNames, name[0]) {
			continue
		}
		text := strings.Join(name, " ")
		names.roots[text] = append(names.roots[text], r)
		names.lengths = append(names.lengths, len(name))
	}
	slices.Sort(names.lengths)
	names.lengths = slices.Compact(names.lengths)
	s.called[b] = names
	return names
}

// contains reports whether words has the words of part, one after the other.
func contains(words, part []string) bool {
	for i := 0; i+len(part) <= len(words); i++ {
		if slices.Equal(words[i:i+len(part)], part) {
			return true
		}
	}
	return false
}

// note reports the bundles that prove no call.
func (s *sharing) note() {
	for b, first := range s.demoted {
		programs := strconv.Itoa(s.readers[b].len)
		what := "these settings are copied into " + programs + " programs"
		switch {
		case b.config != nil && b.config.Kind != "file":
			what = b.config.Kind + " " + b.config.Name + " is given whole to " + programs + " programs"
		case b.config != nil:
			what = "this file is given whole to " + programs + " programs"
		case s.common[b.file]:
			what = "this file has the variables of the whole project, which its programs choose from"
		case b.file != "":
			what = "these settings are given to " + programs + " programs alike"
		}
		s.linker.note(first.value.Origin, what+": an address in it proves no call of a single one", "")
	}
}

// mayCall reports whether a root is declared as a program that could call others,
// and not as a store or a broker.
func (l *linker) mayCall(root int) bool {
	if root >= len(l.kinds) {
		return false
	}
	switch l.kinds[root] {
	case graph.KindService, graph.KindJob, graph.KindGateway:
		return true
	case graph.KindUnknown:
		return !l.entities[root].external
	}
	return false
}
