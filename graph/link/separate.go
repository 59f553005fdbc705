package link

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
)

// separateNamespaces decides where objects of one name are that no input gives a namespace.
// Their files, or the directories of these, are in different namespaces if addresses name
// them: "margin.north" puts the one place that declares margin into north. Of several places
// it is the one with the name of the namespace, else the one beside the program that has the
// address, else its own. Files of a directory about which no address says anything are where all
// others of it are. What it finds it adds to byFile.
func (l *linker) separateNamespaces(byFile map[string]string) {
	places := l.placesOfNames(byFile)
	if places == nil {
		return
	}
	s := separation{places: places, addressed: l.addressedNames(), found: map[string]string{}}
	l.allScopes = nil // they are by refs, which get their namespaces later
	for how := 0; how < len(nearness); {
		if s.decide(nearness[how]) {
			how = 0
		} else {
			how++
		}
	}
	s.complete()
	see := func(file string) {
		if ns := placeOf(s.found, file); ns != "" && byFile[file] == "" {
			byFile[file] = ns
		}
	}
	for i := range l.f.Entities {
		see(l.f.Entities[i].Origin.File())
	}
	for i := range l.f.Names {
		see(l.f.Names[i].Origin.File())
	}
	for i := range l.f.Policies {
		see(l.f.Policies[i].Origin.File())
	}
}

// A separation gives namespaces to places, which are files, or directories with a slash at
// their ends.
type separation struct {
	places    map[string]map[string]bool // the names that a place declares
	addressed []addressedName            // sorted
	found     map[string]string          // the namespaces of places
}

// An addressedName is a name with a namespace in the settings of other programs.
type addressedName struct {
	namespace, name string
	files           []string // that write it
}

// addressedNames returns the hosts of two labels in settings, but those in settings of a
// program of the same name: it calls another one.
func (l *linker) addressedNames() []addressedName {
	files := map[[2]string][]string{}
	for _, s := range l.scopes() {
		for _, m := range s.addresses() {
			labels := strings.Split(canonical(m.Host), ".")
			if len(labels) != 2 {
				continue
			}
			of := [2]string{labels[1], labels[0]}
			if file := m.value.Origin.File(); s.of.Name != labels[0] && !slices.Contains(files[of], file) {
				files[of] = append(files[of], file)
			} else if files[of] == nil {
				files[of] = []string{}
			}
		}
	}
	var list []addressedName
	for _, of := range slices.SortedFunc(maps.Keys(files), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) }) {
		list = append(list, addressedName{of[0], of[1], files[of]})
	}
	return list
}

// nearness are the ways in which one of several places is the one that an address in a file
// means, the surest first. The file is empty where it does not matter.
var nearness = []func(place, namespace, file string) bool{
	func(string, string, string) bool { return true },
	func(place, namespace, _ string) bool { return namedAfter(place) == namespace },
	func(place, _, file string) bool { return file != "" && path.Dir(place) == path.Dir(file) },
	func(place, _, file string) bool { return place == file },
}

// namedAfter returns the namespace that a place has the name of, if it has that of one.
func namedAfter(place string) string {
	own := path.Base(place)
	return strings.ToLower(strings.ReplaceAll(strings.TrimSuffix(own, path.Ext(own)), "_", "-"))
}

// decide gives namespaces to the places that are the only ones near enough for what addresses
// name, and reports whether it found any.
func (s *separation) decide(near func(place, namespace, file string) bool) bool {
	votes := map[string][]string{}
	for _, a := range s.addressed {
		var may []string
		for place, names := range s.places {
			if ns := s.found[place]; names[a.name] && (ns == "" || ns == a.namespace) {
				may = append(may, place)
			}
		}
		for _, file := range append(a.files, "") {
			only, count := "", 0
			for _, place := range may {
				if near(place, a.namespace, file) {
					only, count = place, count+1
				}
			}
			if count == 1 && s.found[only] == "" && !s.declares(a) && !slices.Contains(votes[only], a.namespace) {
				votes[only] = append(votes[only], a.namespace)
			}
		}
	}
	any := false
	for place, namespaces := range votes {
		if len(namespaces) == 1 {
			s.found[place], any = namespaces[0], true
		}
	}
	return any
}

// declares reports whether a place that has the namespace declares the name.
func (s *separation) declares(a addressedName) bool {
	for place, names := range s.places {
		if s.found[place] == a.namespace && names[a.name] {
			return true
		}
	}
	return false
}

// complete gives the files of a directory the namespace of those that have one, if these
// declare at least half of the names in it, and none that the file declares, too; and the
// directory, if that is the one of all its files. If its files have several, each that of its
// own name, then so has a file that declares what another place declares.
func (s *separation) complete() {
	files := map[string][]string{} // by directory
	for place := range s.places {
		if !strings.HasSuffix(place, "/") {
			files[path.Dir(place)] = append(files[path.Dir(place)], place)
		}
	}
	for directory, list := range files {
		var namespaces []string
		names, others, named := map[string]bool{}, map[string]bool{}, true
		for _, file := range list {
			ns := s.found[file]
			if ns == "" {
				maps.Copy(others, s.places[file])
				continue
			}
			maps.Copy(names, s.places[file])
			named = named && namedAfter(file) == ns
			if !slices.Contains(namespaces, ns) {
				namespaces = append(namespaces, ns)
			}
		}
		switch {
		case len(namespaces) > 1 && named:
			for _, file := range list {
				if s.found[file] == "" && s.declaredTwice(file) {
					s.found[file] = namedAfter(file)
				}
			}
		case len(namespaces) == 1 && len(others) <= len(names):
			s.join(directory, list, namespaces[0], names)
		}
	}
}

// join gives files the namespace of their directory, unless they declare names of its other
// files.
func (s *separation) join(directory string, list []string, namespace string, names map[string]bool) {
	all := true
	for _, file := range list {
		switch {
		case s.found[file] != "":
		case sharesName(s.places[file], names):
			all = false
		default:
			s.found[file] = namespace
		}
	}
	if all {
		s.found[directory+"/"] = namespace
	}
}

// declaredTwice reports whether another place declares a name of this one.
func (s *separation) declaredTwice(place string) bool {
	for other, names := range s.places {
		if other != place && sharesName(s.places[place], names) {
			return true
		}
	}
	return false
}

func sharesName(a, b map[string]bool) bool {
	for name := range a {
		if b[name] {
			return true
		}
	}
	return false
}

// placeOf returns the namespace of a file or of its directory.
func placeOf(found map[string]string, file string) string {
	if ns := found[file]; ns != "" {
		return ns
	}
	return found[path.Dir(file)+"/"]
}

// placesOfNames returns the names of objects without a namespace by file, or by directory,
// which ends with a slash, if those of one name are in different ones; nil if no two objects
// have one name.
func (l *linker) placesOfNames(byFile map[string]string) map[string]map[string]bool {
	type object struct{ kind, name string }
	files := map[object][]string{}
	see := func(r *graph.Ref, o *graph.Origin) {
		if r.Realm == kubernetes && r.Namespace == "" && byFile[o.File()] == "" {
			if of := (object{r.Kind, r.Name}); !slices.Contains(files[of], o.File()) {
				files[of] = append(files[of], o.File())
			}
		}
	}
	for i := range l.f.Entities {
		if t := &l.f.Entities[i]; !t.Patch {
			see(&t.Ref, &t.Origin)
		}
	}
	for i := range l.f.Names {
		see(&l.f.Names[i].Ref, &l.f.Names[i].Origin)
	}
	several, single := map[string]bool{}, map[string]bool{} // files, and directories with two of a name
	for _, list := range files {
		if len(list) < 2 {
			continue
		}
		directories := map[string]bool{}
		for _, file := range list {
			several[file] = true
			if directories[path.Dir(file)] {
				single[path.Dir(file)] = true
			}
			directories[path.Dir(file)] = true
		}
	}
	if len(several) == 0 {
		return nil
	}
	in := map[string]bool{}
	for file := range several {
		in[path.Dir(file)] = true
	}
	places := map[string]map[string]bool{}
	for of, list := range files {
		for _, file := range list {
			place := file
			switch directory := path.Dir(file); {
			case !in[directory]:
				continue
			case !single[directory]:
				place = directory + "/"
			}
			if places[place] == nil {
				places[place] = map[string]bool{}
			}
			places[place][of.name] = true
		}
	}
	return places
}
