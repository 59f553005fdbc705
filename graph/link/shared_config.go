package link

import (
	"cmp"
	"maps"
	"slices"
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
	modules map[string]set[int]           // the same, of files in modules of Maven and Gradle
	chosen  map[[2]int]bool               // the programs that name a database of a store themselves, with the store
	inCode  map[string]bool               // the settings that code reads, by their relaxed forms
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
		put(taken, c, v.Origin.File())
		if names := places[v.Origin]; names.len >= minSharing {
			if s.blocks[v.Origin.File()] == nil {
				s.blocks[v.Origin.File()] = block{}
			}
			s.blocks[v.Origin.File()][[2]string{v.Key, v.Text}] = names
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
				if !s.common[v.Origin.File()] {
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
			s.common[v.Origin.File()] = true
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
	case s.common[v.Origin.File()], s.places[v.Origin].len > 1:
		return bundle{file: v.Origin.File()}, true
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
		sorted := slices.Sorted(programs.all())
		if countPrograms(sorted) < minSharing {
			continue
		}
		names := strings.Join(sorted, "\n")
		if same[names] == nil {
			same[names] = &copiers{names}
		}
		s.copiers[setting] = same[names]
	}
}

// countPrograms returns how many programs have some names of nameOf, sorted. Services of one image, one of which
// has the name of another and more words, are one program: "shop-web-0" and "shop-web-internal".
func countPrograms(names []string) int {
	count := 0
	shortest := map[string]string{} // names by image
	for _, name := range names {
		service, image, _ := strings.Cut(name, " ")
		service = strings.TrimSuffix(service, "-#")
		if first, ok := shortest[image]; image == "" || !ok || service != first && !strings.HasPrefix(service, first+"-") {
			shortest[image] = service
			count++
		}
	}
	return count
}

// programsIn returns how many programs a set of names of nameOf has. Large sets are taken as they are.
func programsIn(names set[string]) int {
	if names.len < minSharing || names.len > maxAlike {
		return names.len
	}
	return countPrograms(slices.Sorted(names.all()))
}

// maxAlike is how many services one program is at most.
const maxAlike = 32

// shares reports how many different programs have the setting in a bundle.
func (s *sharing) shares(v *setting, b bundle) int {
	switch {
	case b.config != nil:
		return s.configs[b.config].len
	case s.common[b.file]:
		return minSharing // the program itself, and those that choose from the file
	case b.copied != nil:
		return s.copies[[2]string{v.Key, v.Text}].len
	case b.file != v.Origin.File():
		return s.blocks[b.file][[2]string{v.Key, v.Text}].len
	}
	return programsIn(s.places[v.Origin])
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
		if to, ok := s.resolveFor(c.scope.of, m.Host); ok {
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

// findReferences finds which settings of files placeholders refer to.
func (s *sharing) findReferences() {
	s.refer, s.modules, s.inCode = map[string]set[int]{}, map[string]set[int]{}, map[string]bool{}
	for i := range s.f.Code {
		for _, name := range s.f.Code[i].Settings {
			s.inCode[relaxed(name)] = true
		}
	}
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
			rest, isModule := v.Text, strings.Contains("/"+v.Origin.File(), "/src/main/resources/")
			for {
				_, after, found := strings.Cut(rest, "${")
				if !found {
					break
				}
				end := strings.IndexAny(after, ":}")
				if end < 0 {
					break
				}
				put(s.refer, relaxed(after[:end]), root)
				if isModule {
					put(s.modules, relaxed(after[:end]), root)
				}
				rest = after[end:]
			}
		}
	}
}

// findDatabases finds which programs name a database of a store in settings of no bundle.
func (s *sharing) findDatabases() {
	s.chosen = map[[2]int]bool{}
	for i := range s.callers {
		c := &s.callers[i]
		for j := range c.found {
			m := &c.found[j]
			if m.Database == "" {
				continue
			}
			if b, ok := s.bundleOf(c, m.value); ok && s.shares(m.value, b) >= minSharing {
				continue
			}
			if to, ok := s.resolveFor(c.scope.of, m.Host); ok {
				s.chosen[[2]int{c.from, to}] = true
			}
		}
	}
}

// genericNames are names of programs that are words of settings of every program.
var genericNames = wordList(`app api web server service backend frontend worker main core common client gateway proxy`)
