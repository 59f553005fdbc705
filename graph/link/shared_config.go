package link

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
)

// A caller is a scope with the root that has it and the addresses in it.
type caller struct {
	scope *scope
	from  int // a root
	found []found
}

// A bundle is a source of settings that programs take whole: a config, a file whose settings
// several of them have, or a block of settings that is copied into several of them.
type bundle struct {
	config *graph.Config
	file   string
	copied *copiers
}

// Copiers are the programs with a block of settings. Each set of programs has one.
type copiers struct{ names string } // sorted

// minSharing is how many different programs that take a bundle whole make it shared, and
// how many services a block of settings must list before it is taken for a copy. Two may be
// a service and the one it calls.
const minSharing = 3

// demoteShared marks the addresses in shared bundles. What three or more different programs
// take whole shows which of them could call which service, and proves no call of any, listed
// in it or not. An address in it keeps its strength for a program
//
//   - that is shown to use the service otherwise: by a start order, a link, a permission
//   - whose name, and that of no other program with the bundle, is in the key or the host
//   - if it names no program, and is the only store of its product in the bundle, for a program
//     that is no store itself, unless at least half of the programs with the bundle are shown to use it otherwise
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
	for i := range callers {
		for b, list := range s.bundles(&callers[i]) {
			s.judge(&callers[i], b, list)
		}
	}
	s.note()
}

// A sharing is the state of demoteShared.
type sharing struct {
	*linker
	callers  []caller
	programs []program

	names   map[int]string                // what distinguishes the program of a root
	configs map[*graph.Config]set[string] // the programs that take a config whole
	places  map[graph.Origin]set[string]  // the programs that have the setting of a place
	blocks  map[string]block              // what programs share, by the file that has it
	copied  map[*caller][]string          // the files whose blocks a program has copies of
	copies  map[[2]string]set[string]     // the programs with a key and text of their own
	copiers map[[2]string]*copiers        // of those that three or more have
	common  map[string]bool               // the files with the variables of a project
	orders  map[graph.Origin]set[int]     // the roots that a start order is for
	demoted map[bundle]*found             // the first address that lost its strength
	readers map[bundle]set[int]           // the roots that have a bundle
	called  map[bundle]*readerNames       // their names
	refer   map[string]set[int]           // the roots in whose settings a placeholder has the name of a setting, by its relaxed form
}

// A block is the settings of one file that three or more programs have, by key and text, with
// the names of the programs.
type block map[[2]string]set[string]

// findBlocks finds what programs share, and which others have a copy of most of it in a file of
// their own.
func (s *sharing) findBlocks() {
	s.blocks, s.copied = map[string]block{}, map[*caller][]string{}
	places := map[graph.Origin]set[string]{}
	s.eachOwn(func(c *caller, v *setting) { put(places, v.Origin, s.nameOf(c)) })
	taken := map[*caller]set[string]{} // the files of which a program has settings
	s.eachOwn(func(c *caller, v *setting) {
		put(taken, c, v.Origin.File)
		if names := places[v.Origin]; names.len >= minSharing {
			if s.blocks[v.Origin.File] == nil {
				s.blocks[v.Origin.File] = block{}
			}
			s.blocks[v.Origin.File][[2]string{v.Key, v.Text}] = names
		}
	})
	if len(s.blocks) == 0 {
		return
	}
	files := map[[2]string][]string{} // with a setting in their blocks
	for _, file := range slices.Sorted(maps.Keys(s.blocks)) {
		for setting := range s.blocks[file] {
			files[setting] = append(files[setting], file)
		}
	}
	same := map[*caller]map[string]int{} // how many settings of a block a program has copies of
	s.eachOwn(func(c *caller, v *setting) {
		for _, file := range files[[2]string{v.Key, v.Text}] {
			if taken[c].has(file) {
				continue
			}
			if same[c] == nil {
				same[c] = map[string]int{}
			}
			same[c][file]++
		}
	})
	for c, counts := range same {
		for _, file := range slices.Sorted(maps.Keys(counts)) {
			if n := counts[file]; n >= minSharing && 2*n >= len(s.blocks[file]) {
				s.copied[c] = append(s.copied[c], file)
			}
		}
	}
}

// eachOwn calls yield with the settings that programs have themselves, and not from a config.
func (s *sharing) eachOwn(yield func(*caller, *setting)) {
	for i := range s.callers {
		c := &s.callers[i]
		for j := range c.scope.values {
			if v := &c.scope.values[j]; v.config == nil && v.Key != "" {
				yield(c, v)
			}
		}
	}
}

// count finds out which programs have what.
func (s *sharing) count() {
	s.names = map[int]string{}
	s.configs, s.places, s.copies = map[*graph.Config]set[string]{}, map[graph.Origin]set[string]{}, map[[2]string]set[string]{}
	s.demoted, s.readers, s.called = map[bundle]*found{}, map[bundle]set[int]{}, map[bundle]*readerNames{}
	s.findCommon()
	s.findReferences()
	for i := range s.callers {
		c := &s.callers[i]
		name := s.nameOf(c)
		for j := range c.found {
			switch v := c.found[j].value; {
			case v.config != nil && v.whole:
				put(s.configs, v.config, name)
				// Of an image in several estates or under several names each has its own config.
				put(s.copies, [2]string{v.Key, v.Text}, cmp.Or(s.programs[c.from].image, name))
			case v.config != nil:
				put(s.copies, [2]string{v.Key, v.Text}, name)
			case v.config == nil:
				put(s.places, v.Origin, name)
				if !s.common[v.Origin.File] {
					put(s.copies, [2]string{v.Key, v.Text}, name)
				}
			}
		}
	}
	s.findCopiers()
	s.findBlocks()
	s.orders = map[graph.Origin]set[int]{}
	for ends, evidence := range s.edges {
		for i := range evidence {
			put(s.orders, evidence[i].Origin, ends[0])
		}
	}
	for i := range s.callers {
		c := &s.callers[i]
		for j := range c.found {
			if b, ok := s.bundleOf(c, c.found[j].value); ok {
				put(s.readers, b, c.from)
			}
		}
	}
}

// findCommon finds the files with the variables of a project that a program takes whole.
func (s *sharing) findCommon() {
	s.common = map[string]bool{}
	s.eachOwn(func(_ *caller, v *setting) {
		if v.Common {
			s.common[v.Origin.File] = true
		}
	})
}

// nameOf returns what distinguishes the program of a caller from others: replicas, and the
// same service in another environment, are no different programs.
func (s *sharing) nameOf(c *caller) string {
	if name, ok := s.names[c.from]; ok {
		return name
	}
	name := stem(s.entities[c.from].ref.Name)
	if image := s.programs[c.from].image; image != "" {
		name += " " + image
	}
	s.names[c.from] = name
	return name
}

// bundleOf returns the bundle that a setting is from, unless the program names it itself.
func (s *sharing) bundleOf(c *caller, v *setting) (bundle, bool) {
	switch {
	case v.config != nil && !v.whole:
		copied := s.copiers[[2]string{v.Key, v.Text}]
		return bundle{copied: copied}, copied != nil
	case v.config != nil && s.configs[v.config].len >= minSharing:
		return bundle{config: v.config}, true
	case v.config != nil: // of one or two programs, and may be a copy of those of others
	case s.common[v.Origin.File], s.places[v.Origin].len > 1:
		return bundle{file: v.Origin.File}, true
	}
	for _, file := range s.copied[c] { // of settings of its own
		if s.blocks[file][[2]string{v.Key, v.Text}].len > 0 {
			return bundle{file: file}, true
		}
	}
	copied := s.copiers[[2]string{v.Key, v.Text}]
	if copied == nil && v.config != nil {
		return bundle{config: v.config}, true
	}
	return bundle{copied: copied}, copied != nil
}

// findCopiers finds the settings that the same programs have.
func (s *sharing) findCopiers() {
	s.copiers = map[[2]string]*copiers{}
	same := map[string]*copiers{}
	for setting, programs := range s.copies {
		if programs.len < minSharing || setting[0] == "" {
			continue
		}
		names := strings.Join(slices.Sorted(programs.all()), "\n")
		if same[names] == nil {
			same[names] = &copiers{names}
		}
		s.copiers[setting] = same[names]
	}
}

// shares reports how many different programs have the setting in a bundle.
func (s *sharing) shares(v *setting, b bundle) int {
	switch {
	case b.config != nil:
		return s.configs[b.config].len
	case s.common[b.file]:
		return minSharing // the program itself, and those that choose from the file
	case b.copied != nil:
		return s.copies[[2]string{v.Key, v.Text}].len
	case b.file != v.Origin.File:
		return s.blocks[b.file][[2]string{v.Key, v.Text}].len
	}
	return s.places[v.Origin].len
}

// An entry is an address of a caller in a bundle.
type entry struct {
	*found
	to    int    // the root that answers; -1 if no input declares one
	store string // the product, or the kind, of a store
}

// bundles returns the addresses of a caller by the bundles that several programs have.
func (s *sharing) bundles(c *caller) map[bundle][]entry {
	all := map[bundle][]entry{}
	for j := range c.found {
		m := &c.found[j]
		b, ok := s.bundleOf(c, m.value)
		if !ok || s.shares(m.value, b) < 2 {
			continue
		}
		e := entry{found: m, to: -1}
		if to, ok := s.resolve(m.Host, c.scope.of.Realm, c.scope.of.Namespace); ok {
			e.to = to
		}
		e.store = s.storeOf(&e)
		all[b] = append(all[b], e)
	}
	return all
}

// storeOf returns the product of the store that answers at an entry, its kind if the
// product is unknown, "" if it is no store.
func (s *sharing) storeOf(e *entry) string {
	spoken := address.ProtocolOn(e.Scheme, e.Port)
	if e.to < 0 {
		if keepsState(spoken.Kind) {
			return spoken.Name
		}
		return ""
	}
	if p := s.programs[e.to].product; p != nil {
		return p.name
	}
	if e.to < len(s.kinds) && keepsState(s.kinds[e.to]) {
		return s.kinds[e.to].String()
	}
	if keepsState(spoken.Kind) && (e.to >= len(s.kinds) || s.kinds[e.to] != graph.KindService || s.programs[e.to].image == "") {
		return spoken.Name
	}
	return ""
}

// judge decides what the addresses of a bundle prove for a caller.
func (s *sharing) judge(c *caller, b bundle, list []entry) {
	listed := map[int]bool{}
	for i := range list {
		if to := list[i].to; to >= 0 && s.mayCall(to) {
			listed[to] = true
		}
	}
	single := singleStores(list, s.programs)
	if b.copied != nil && (len(listed) < minSharing || s.isChosen(b, list, listed)) {
		s.weakenOwn(c, b, list)
		return
	}
	for i := range list {
		e := &list[i]
		switch {
		case s.shares(e.value, b) < minSharing:
			if len(listed) >= minSharing && listed[c.from] {
				e.list = sharedList
				s.mark(b, e.found)
			}
		case e.to == c.from || s.shownOtherwise(c.from, e.to):
		default:
			switch named, self := s.named(c.from, b, e); {
			case s.isDefinition(c, e):
				e.list = commonList
				s.mark(b, e.found)
			case named && self, !named && (single[e.store] && !s.isStore(c.from) && !s.isShownOfMost(b, e.to) || s.isCommon(e)):
			default:
				e.list = commonList
				s.mark(b, e.found)
			}
		}
	}
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

// findReferences finds which settings of files placeholders refer to.
func (s *sharing) findReferences() {
	s.refer = map[string]set[int]{}
	for i := range s.callers {
		c := &s.callers[i]
		for j := range c.scope.values {
			v := &c.scope.values[j]
			if v.Source != graph.FromFile {
				continue
			}
			root := c.from
			if c.scope.isOtherBinder(v.Key) {
				root = -1 // it acts in no program
			}
			rest := v.Text
			for {
				_, after, found := strings.Cut(rest, "${")
				if !found {
					break
				}
				end := strings.IndexAny(after, ":}")
				if end < 0 {
					break
				}
				if name := after[:end]; strings.Contains(name, ".") {
					put(s.refer, relaxed(name), root)
				}
				rest = after[end:]
			}
		}
	}
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

// isCommon reports whether an entry is for what all programs of an estate use alike.
func (s *sharing) isCommon(e *entry) bool {
	kind := address.ProtocolOn(e.Scheme, e.Port).Kind
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

// genericNames are names of programs that are words of settings of every program.
var genericNames = wordList(`app api web server service backend frontend worker main core common client gateway proxy`)

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
