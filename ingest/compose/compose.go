// Package compose reads projects of Docker Compose: a project is merged from its
// files, its variables are expanded, and each service becomes facts.
package compose

import (
	"path"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/internal/lazy"
)

// Reader reads docker-compose files with the files that they refer to: .env and
// env files, extended and included files, the override file next to them, and
// configuration that services mount. Services of profiles that are off are left out, unless
// one that is on names them. A file that another one includes or extends is a part of that
// project and none of its own.
//
// The semantics of merging are here and not taken from compose's own library: that one
// refuses a file that only adds to others, does not report places, and reads the
// environment of its process. Tests compare the two.
var Reader = &document.Reader{
	Name:  "compose",
	Doc:   "docker-compose: services, environment, links, depends_on, configuration that is mounted or that the Dockerfile copies into the image, labels of Traefik",
	Reads: []string{"compose.yaml", "docker-compose.yml", "services (a map)"},
	Match: isComposeHead,
	Read:  readCompose,
}

// composeKeys are the top-level keys of a compose file.
var composeKeys = []string{"version", "name", "services", "networks", "volumes", "configs", "secrets", "include", "models"}

var composeName = lazy.NewRegexp(`^(?:docker[-_.]?)?compose\b.*\.(?:ya?ml|json)$|^fig\.ya?ml$|\bcompose\.ya?ml$`)

// fragmentWord matches a word in the name of a file that others extend.
var fragmentWord = lazy.NewRegexp(`(?:^|[-_.])(?:base|common|commons|shared|template|templates|defaults?|abstract)(?:[-_.]|$)`)

// isFragment reports whether a file has no name of a project that is started.
func isFragment(base string) bool {
	return !composeName.MatchString(base) || fragmentWord.MatchString(base)
}

func isComposeHead(h *document.Head) bool {
	if h.Text || h.Keys == nil || h.APIVersion != "" || h.Kind != "" || h.HasList("services") {
		return false
	}
	named := composeName.MatchString(h.Base)
	if !h.Has("services") {
		return named
	}
	return named || !slices.ContainsFunc(h.Keys, func(key string) bool {
		return !slices.Contains(composeKeys, key) && !strings.HasPrefix(key, "x-")
	})
}

// serviceKeys are keys of which a service has at least one.
var serviceKeys = []string{
	"image", "build", "command", "environment", "ports", "extends", "depends_on", "volumes", "env_file", "container_name",
	"hostname", "networks", "network_mode", "entrypoint", "deploy", "logging", "healthcheck", "links", "profiles", "labels",
	"restart", "expose", "scale", "configs", "secrets", "volumes_from", "external_links", "provider", "develop",
}

// isServiceMap reports whether services holds services of compose: all that are
// mappings with content have a key of theirs.
func isServiceMap(services document.Node) bool {
	some := false
	for name, service := range services.Pairs() {
		if !service.IsMap() || strings.HasPrefix(name.Str(), "x-") {
			continue
		}
		empty, known := true, false
		for key := range service.Pairs() {
			empty = false
			known = known || slices.Contains(serviceKeys, key.Str())
		}
		if !known && !empty {
			return false
		}
		some = some || known
	}
	return some
}

// isFirstFormat recognises the first format of compose, which had the services
// at the top level: every value is a service with an image or a build.
func isFirstFormat(root document.Node) bool {
	some := false
	for _, service := range root.Pairs() {
		if !service.IsMap() || !service.Get("image").IsScalar() && !service.Get("build").Exists() {
			return false
		}
		some = true
	}
	return some
}

func readCompose(d *document.Document, f *graph.Facts) {
	services := d.Root.Get("services")
	switch {
	case services.Exists() && !services.IsMap():
		d.Problem(graph.Failed, services, "write a mapping from names to services", `"services" is not a mapping`)
		return
	case services.Exists() && !isServiceMap(services):
		d.Problem(graph.Skipped, services, "", `"services" has no service of compose`)
		return
	}
	p := loadProject(d)
	if slices.Contains(overrideNames, path.Base(d.File)) && p.base == "" && !p.isAmongOthers() {
		d.Problem(graph.Skipped, d.Root, "if it is one of the project, put it beside the file that it overrides", "an override file is read only beside what it overrides")
		return
	}
	project := graph.Project{
		File: path.Clean(d.File), Origin: d.At(d.Root), Main: slices.Contains(composeNames, path.Base(d.File)), Fragment: isFragment(path.Base(d.File)), Parts: p.parts, Facts: &graph.Facts{},
	}
	if slices.Contains(overrideNames, path.Base(d.File)) && p.base != "" {
		project.File, project.Main = p.base, true
	}
	p.facts(project.Facts)
	f.Projects = append(f.Projects, project)
}
