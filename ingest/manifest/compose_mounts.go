package manifest

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
)

// maxMountedFiles bounds the files of one mounted folder.
const maxMountedFiles = 100

// fileRef is the Config of a configuration file, whoever comes upon it.
func fileRef(file string) graph.Ref {
	return graph.Ref{Realm: "file", Kind: "file", Name: path.Clean(file)}
}

// mounts ties the configuration that the service sees to it.
func (e *composeEmitter) mounts() {
	for _, m := range e.s.mounts {
		if m.kind == "volume" {
			e.mount(m)
			continue
		}
		bundle, ok := e.bundles[m.kind+"/"+m.source.text]
		switch {
		case ok && bundle.file != "":
			e.use(bundle.file, m.source.at)
		case ok && bundle.content != "":
			ref := graph.Ref{Realm: e.realm, Kind: m.kind, Name: m.source.text}
			e.config(ref, path.Base(m.target), bundle.content, graph.Origin{
				Reader: bundle.at.Reader, File: bundle.at.File, Line: bundle.at.Line,
			}, m.source.at)
		}
	}
}

// mount reads a mounted file, or the files of a mounted folder if it is one of
// configuration and not the program's own source.
func (e *composeEmitter) mount(m composeMount) {
	name := path.Join(m.dir, m.source.text)
	if e.main.Dir == nil {
		return
	}
	entries, err := fs.ReadDir(e.main.Dir, name)
	if err != nil {
		e.use(name, m.source.at)
		return
	}
	if name == "." || !isConfigFolder(m.target) {
		return
	}
	for _, entry := range entries[:min(len(entries), maxMountedFiles)] {
		if !entry.IsDir() {
			e.use(path.Join(name, entry.Name()), m.source.at)
		}
	}
}

// isConfigFolder reports whether a folder in a container is one of configuration.
func isConfigFolder(target string) bool {
	return slices.ContainsFunc(strings.Split(target, "/"), func(part string) bool {
		return part == "etc" || strings.Contains(part, "conf") || part == "provisioning" || part == "datasources"
	})
}

// use adds a file, the first time it is met, and that the service uses it.
func (e *composeEmitter) use(name string, at graph.Origin) {
	file := e.file(name)
	ref := fileRef(file)
	if !e.configs[ref] {
		text, err := e.content(name)
		if err != nil {
			return // made when the project starts, or not kept with it
		}
		e.config(ref, path.Base(name), string(text), graph.Origin{Reader: e.main.Reader, File: file, Line: 1, Column: 1}, at)
		return
	}
	e.f.Uses = append(e.f.Uses, graph.Use{Of: e.of, Config: ref, File: true, Origin: at})
}

// config adds a text of configuration and its use at a place.
func (e *composeEmitter) config(ref graph.Ref, name, text string, start, at graph.Origin) {
	if !e.configs[ref] {
		e.configs[ref] = true
		if values := configValues(name, text, start); len(values) > 0 {
			e.f.Configs = append(e.f.Configs, graph.Config{
				Ref: ref, Origin: start, Entries: []graph.Entry{{Key: name, Values: values, Origin: start}},
			})
		}
	}
	e.f.Uses = append(e.f.Uses, graph.Use{Of: e.of, Config: ref, File: true, Origin: at})
}
