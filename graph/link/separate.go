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
// them: "margin.north" puts the one place that declares margin into north. What it finds it
// adds to byFile.
func (l *linker) separateNamespaces(byFile map[string]string) {
	places := l.placesOfNames(byFile)
	if places == nil {
		return
	}
	addressed := map[[2]string]bool{}
	for _, s := range l.scopes() {
		for _, m := range s.addresses() {
			if labels := strings.Split(canonical(m.Host), "."); len(labels) == 2 {
				addressed[[2]string{labels[1], labels[0]}] = true
			}
		}
	}
	l.allScopes = nil // they are by refs, which get their namespaces later
	pairs := slices.SortedFunc(maps.Keys(addressed), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) })
	found := map[string]string{}
	for {
		votes := map[string][]string{}
		for _, p := range pairs {
			var may []string
			for place, names := range places {
				if ns := found[place]; names[p[1]] && (ns == "" || ns == p[0]) {
					may = append(may, place)
				}
			}
			if len(may) == 1 && found[may[0]] == "" && !slices.Contains(votes[may[0]], p[0]) {
				votes[may[0]] = append(votes[may[0]], p[0])
			}
		}
		before := len(found)
		for place, namespaces := range votes {
			if len(namespaces) == 1 {
				found[place] = namespaces[0]
			}
		}
		if len(found) == before {
			break
		}
	}
	for i := range l.f.Entities {
		file := l.f.Entities[i].Origin.File
		if ns := placeOf(found, file); ns != "" && byFile[file] == "" {
			byFile[file] = ns
		}
	}
	for i := range l.f.Names {
		file := l.f.Names[i].Origin.File
		if ns := placeOf(found, file); ns != "" && byFile[file] == "" {
			byFile[file] = ns
		}
	}
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
		if r.Realm == kubernetes && r.Namespace == "" && byFile[o.File] == "" {
			if of := (object{r.Kind, r.Name}); !slices.Contains(files[of], o.File) {
				files[of] = append(files[of], o.File)
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
