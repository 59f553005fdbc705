package link

import (
	"path"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
)

// serveClients gives what a configuration server hands out to all programs to those that ask
// one. Of the repositories of several servers it is the one that is nearest to the program in
// the directories.
func (l *linker) serveClients() {
	files := map[string][]graph.Ref{} // by the directory of a repository
	for i := range l.f.Configs {
		if c := &l.f.Configs[i]; c.Clients {
			dir := path.Dir(c.Name)
			files[dir] = append(files[dir], c.Ref)
		}
	}
	if len(files) == 0 {
		return
	}
	l.dropServers(files)
	users := map[graph.Ref][]graph.Ref{}
	for i := range l.f.Uses {
		users[l.f.Uses[i].Config] = append(users[l.f.Uses[i].Config], l.f.Uses[i].Of)
	}
	serve := func(program graph.Ref, o graph.Origin) {
		for _, file := range files[nearestDirectory(files, o.File())] {
			if !slices.Contains(users[file], program) {
				users[file] = append(users[file], program)
				l.f.Uses = append(l.f.Uses, graph.Use{Of: program, Config: file, File: true, Origin: o})
			}
		}
	}
	for i := range l.f.Configs {
		c := &l.f.Configs[i]
		if c.Clients || !slices.ContainsFunc(c.Entries, func(e graph.Entry) bool { return slices.ContainsFunc(e.Values, asksServer) }) {
			continue
		}
		if len(users[c.Ref]) == 0 && c.Owner != nil {
			serve(c.Owner.Ref, c.Origin)
		}
		for _, program := range slices.Clone(users[c.Ref]) {
			serve(program, c.Origin)
		}
	}
	for _, v := range l.f.Values {
		if asksServer(v) {
			serve(v.Of, v.Origin)
		}
	}
}

// dropServers takes what a configuration server hands out from the server that it is mounted into: the one
// program that mounts a repository, where others ask a server.
func (l *linker) dropServers(files map[string][]graph.Ref) {
	asks := slices.ContainsFunc(l.f.Values, asksServer) || slices.ContainsFunc(l.f.Configs, func(c graph.Config) bool {
		return !c.Clients && slices.ContainsFunc(c.Entries, func(e graph.Entry) bool { return slices.ContainsFunc(e.Values, asksServer) })
	})
	if !asks {
		return
	}
	mounting := map[graph.Ref][]graph.Ref{} // by the file
	for _, list := range files {
		for _, file := range list {
			mounting[file] = nil
		}
	}
	for _, u := range l.f.Uses {
		if of, ok := mounting[u.Config]; ok && hosting(u.Of.Realm) && !slices.Contains(of, u.Of) {
			mounting[u.Config] = append(of, u.Of)
		}
	}
	l.f.Uses = slices.DeleteFunc(l.f.Uses, func(u graph.Use) bool {
		return hosting(u.Of.Realm) && len(mounting[u.Config]) == 1
	})
}

// asksServer reports whether a setting makes a program of Spring ask a configuration server.
func asksServer(v graph.Value) bool {
	switch name := relaxed(v.Key); {
	case name == "springconfigimport":
		return strings.Contains(v.Text, "configserver:")
	case strings.HasPrefix(name, "springcloudconfig"):
		rest := strings.TrimPrefix(name, "springcloudconfig")
		return (rest == "uri" || rest == "discoveryserviceid") && v.Text != ""
	}
	return false
}

// nearestDirectory returns the directory that has most of its first names in common with a
// file's, "" if several have.
func nearestDirectory(directories map[string][]graph.Ref, file string) string {
	nearest, most, several := "", -1, false
	own := strings.Split(path.Dir(file), "/")
	for dir := range directories {
		n := 0
		for i, name := range strings.Split(dir, "/") {
			if i >= len(own) || own[i] != name {
				break
			}
			n++
		}
		switch {
		case n > most:
			nearest, most, several = dir, n, false
		case n == most:
			several = true
		}
	}
	if several {
		return ""
	}
	return nearest
}
