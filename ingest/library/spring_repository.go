package library

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/settings"
	"github.com/weirgraph/weir/internal/lazy"
)

// A config server serves to an application the file of its name, orders.yml, and
// application.yml next to it, which is for all of them, those without a file included.

// readSpringShared reads an application.yml of a config server's repository: all
// applications that have a file next to it have its settings. It reports false for a file
// in the place where an application keeps its own.
func readSpringShared(d *document.Document, f *graph.Facts, values []graph.Value) bool {
	if base := settings.ConfigBase(d.File); !isSpringName(base) || !strings.HasPrefix(base, "application") {
		return false
	}
	place := springPlace(d.File)
	if place == springOwnPlace {
		return false
	}
	applications := springFilesBeside(d)
	if len(applications) == 0 && place != springForeignPlace {
		return false
	}
	before := len(f.Configs)
	settings.AddFile(d, f, values, nil, false)
	for i := before; i < len(f.Configs); i++ {
		f.Configs[i].Clients = len(applications) > 0
	}
	for _, name := range applications {
		f.Uses = append(f.Uses, graph.Use{
			Of: graph.Ref{Realm: "spring", Name: name}, Config: settings.FileRef(d.File), File: true, Origin: settings.FileStart(d),
		})
	}
	return true
}

// springWhere is the place of a file of Spring.
type springWhere uint8

const (
	springAnyPlace     springWhere = iota // a directory without a meaning
	springOwnPlace                        // where an application looks for its own
	springForeignPlace                    // in an application, where it does not look for its own
)

// springPlace returns the place by the path: Spring looks in the root of its resources, and
// in their directory "config".
func springPlace(file string) springWhere {
	dir := "/" + path.Dir(path.Clean(file)) + "/"
	i := strings.LastIndex(dir, "/src/main/resources/")
	if i < 0 {
		return springAnyPlace
	}
	switch dir[i+len("/src/main/resources/"):] {
	case "", "config/":
		return springOwnPlace
	}
	return springForeignPlace
}

// springWords begin the settings that only applications of Spring have.
var springWords = lazy.NewRegexp(`(?m)^(?:spring|eureka|zuul|ribbon|hystrix|feign|management)\s*[.:]`)

// springFilesBeside returns the applications that have a file in the directory of d,
// sorted.
func springFilesBeside(d *document.Document) []string {
	if d.Dir == nil {
		return nil
	}
	entries, err := fs.ReadDir(d.Dir, ".")
	if err != nil {
		return nil
	}
	var names []string
	for _, entry := range entries[:min(len(entries), settings.MaxMountedFiles)] {
		base := strings.ToLower(entry.Name())
		name, ext, _ := strings.Cut(base, ".")
		if entry.IsDir() || isSpringName(base) || !slices.Contains([]string{"yml", "yaml", "properties"}, ext) {
			continue
		}
		if text, err := fs.ReadFile(d.Dir, entry.Name()); err == nil && len(text) <= settings.MaxConfig && springWords.Match(text) {
			names = append(names, springProfile.ReplaceAllString(name, ""))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
