package library

import (
	"io/fs"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/settings"
	"github.com/weirgraph/weir/internal/lazy"
)

// Spring reads application.yml, bootstrap.yml, their properties forms, and what a config
// server hands out under the names of applications. The application is the one named by
// spring.application.name, in the file or in one beside it, else the one that the file is
// named after, else the module whose src/main/resources it is in. A directory of any
// other kind is a guess.
var Spring = &document.Reader{
	Name:  "spring",
	Doc:   "Spring Boot configuration: addresses, gateway routes, registry and config server",
	Reads: []string{"application*.yml", "application*.properties", "bootstrap*.yml", "spring (a top-level key)"},
	Match: isSpringHead,
	Read:  readSpring,
}

func isSpringHead(h *document.Head) bool {
	switch {
	case h.Text:
		return isSpringName(h.Base)
	case h.APIVersion != "" && h.Kind != "", h.Keys == nil, strings.HasPrefix(h.Base, "values"),
		h.Has("openapi"), h.Has("swagger"), h.Has("asyncapi"), // the description of an interface may be called after its service
		h.Has("suite") && h.Has("tests"): // tests of a chart
		return false
	case isSpringName(h.Base):
		return true
	}
	for _, key := range h.Keys {
		switch word, _, dotted := strings.Cut(key, "."); {
		case strings.EqualFold(word, "spring") && !h.HasList(key), word == "eureka" && (dotted || h.Has("server")), word == "zuul", word == "hystrix":
			return true
		}
	}
	return false
}

// isTestSet reports whether a source set of Maven or Gradle is for tests: "it", "integrationTest".
func isTestSet(name string) bool {
	return name == "it" || strings.Contains(strings.ToLower(name), "test")
}

func readSpring(d *document.Document, f *graph.Facts) {
	module, set, ok := settings.SourceSet(path.Dir(d.File))
	if strings.Contains("/"+d.File, "/src/test/") || ok && isTestSet(set) {
		d.Problem(graph.Skipped, d.Root, "", "configuration for tests is skipped")
		return
	}
	if ok && path.Base(module) == "bin" { // where Eclipse puts what it compiles
		d.Problem(graph.Skipped, d.Root, "", "a copy that a build made is skipped")
		return
	}
	values := settings.FileValues(d)
	if readSpringShared(d, f, values) {
		return
	}
	name, said := springApplication(d)
	if isDotnetFile(d.File) { // of Steeltoe, which registers a program of .NET as Spring does
		name = springNameIn(d)
		said = name != ""
	}
	if name == "" {
		settings.AddFile(d, f, values, nil, false)
		return
	}
	app := graph.Ref{Realm: "spring", Name: name}
	strength := graph.Strong
	if !said {
		strength = graph.Weak
	}
	kept := values[:0]
	for _, v := range values {
		route := springRoute.MatchString(v.Key)
		if !route || strings.Contains(v.Text, "${") { // the program's environment may say where the route leads
			if route && v.In == nil {
				v.In = &graph.Place{}
			}
			kept = append(kept, v)
			continue
		}
		if v.Profile != "" {
			place := graph.Place{}
			if v.In != nil {
				place = *v.In
			}
			place.Profile = v.Profile
			v.In = &place
		}
		if to, ok := springTarget(v.Text); ok {
			f.Calls = append(f.Calls, graph.CallFact{
				From: graph.EndpointRef{Ref: app},
				To:   graph.EndpointRef{Host: to},
				Evidence: graph.Evidence{
					Origin: v.Origin, Way: "spring-gateway-route", Strength: strength, Class: graph.ClassIngress,
					Protocol: "http", Port: to.Port, Key: v.Key, In: v.In,
				},
			})
		}
	}
	settings.AddFile(d, f, kept, &graph.Entity{Ref: app, Origin: settings.FileStart(d)}, said)
}

// springRoute holds of the settings that say where a gateway sends requests.
var springRoute = lazy.NewRegexp(`^spring\.cloud\.gateway(?:\.server\.web(?:flux|mvc)|\.mvc)?\.routes\.uri$|^zuul\.routes\.[^.]+\.(?:service-id|url)$`)

// springTarget reads a route's target: lb://name, lb:http://name, a URL, or for Zuul a name.
func springTarget(text string) (graph.Address, bool) {
	if !strings.Contains(text, "://") {
		ok := text != "" && !strings.ContainsAny(text, "/: ${")
		return graph.Address{Host: strings.ToLower(text)}, ok
	}
	if rest, ok := strings.CutPrefix(text, "lb:"); ok && !strings.HasPrefix(rest, "//") { // the scheme of the instances
		text = rest
	}
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.Scheme == "no" || u.Scheme == "forward" || strings.Contains(u.Hostname(), "$") {
		return graph.Address{}, false
	}
	port, _ := strconv.Atoi(u.Port())
	scheme := strings.ToLower(u.Scheme)
	if scheme == "lb" {
		scheme = "http"
	}
	return graph.Address{Scheme: scheme, Host: strings.ToLower(u.Hostname()), Port: port, Path: u.Path}, true
}

// springApplication is the application that a file configures, and whether the
// file or its place says so.
func springApplication(d *document.Document) (name string, said bool) {
	if name := springNameIn(d); name != "" {
		return name, true
	}
	if base := settings.ConfigBase(d.File); !isSpringName(base) {
		// A config server's file: orders.yml, orders-prod.yml.
		name, _, _ := strings.Cut(base, ".")
		return springProfile.ReplaceAllString(name, ""), strings.Contains(d.File, "config")
	}
	file := path.Clean(d.File)
	name = settings.SpringModule(file)
	return name, name != "" && strings.Contains("/"+file, "/src/main/") && !isSpringImport(d)
}

// plainSpringFiles are those that a program of Spring reads with any profile.
var plainSpringFiles = []string{
	"bootstrap.yml", "bootstrap.yaml", "bootstrap.properties", "application.yml", "application.yaml", "application.properties",
}

// isSpringImport reports whether a file has the name of one for a profile, and none for any profile is beside it:
// it is of a library, and programs import it.
func isSpringImport(d *document.Document) bool {
	base := settings.ConfigBase(d.File)
	if d.Dir == nil || slices.Contains(plainSpringFiles, base) || !strings.Contains(base, "-") {
		return false
	}
	return !slices.ContainsFunc(plainSpringFiles, func(beside string) bool {
		_, err := fs.Stat(d.Dir, beside)
		return err == nil
	})
}

// springProfile matches the profiles that file names commonly end in.
var springProfile = lazy.NewRegexp(`-(?:prod|production|dev|development|test|staging|local|docker|k8s|kubernetes|cloud|native|default)$`)

// springNameIn looks for spring.application.name in a document and in the files
// beside it that Spring reads together with it.
func springNameIn(d *document.Document) string {
	if name := applicationName(settings.ConfigBase(d.File), d.Text, d.Root); name != "" {
		return name
	}
	if d.Dir == nil || !isSpringName(settings.ConfigBase(d.File)) {
		return ""
	}
	for _, beside := range plainSpringFiles {
		text, err := fs.ReadFile(d.Dir, beside)
		if err != nil || len(text) > settings.MaxConfig {
			continue
		}
		if strings.HasSuffix(beside, ".properties") {
			if name := applicationName(beside, text, document.Node{}); name != "" {
				return name
			}
			continue
		}
		roots, _ := settings.ParseYAML(string(text))
		for _, root := range roots {
			if name := applicationName(beside, nil, root.Node); name != "" {
				return name
			}
		}
	}
	return ""
}

// applicationName is spring.application.name of one text, a default filled in.
func applicationName(base string, text []byte, root document.Node) string {
	name := ""
	if root.Exists() {
		name = dotted(root, "spring.application.name")
	} else if strings.HasSuffix(base, ".properties") {
		for _, p := range settings.Properties(string(text)) {
			if settings.SpringKey(p.Key) == "spring.application.name" {
				name = p.Text
			}
		}
	}
	if name = settings.FillPlaceholders(name, nil); strings.ContainsAny(name, "${}@ ") {
		return "" // filled in when it is built
	}
	return strings.ToLower(name)
}

// dotted gets a scalar by a path whose names may be written together:
// "spring.application" over "name".
func dotted(n document.Node, key string) string {
	for k, v := range n.Pairs() {
		rest, ok := cutPrefixFold(key, k.Str())
		switch {
		case ok && rest == "":
			return v.Str()
		case ok && rest[0] == '.':
			if text := dotted(v, rest[1:]); text != "" {
				return text
			}
		}
	}
	return ""
}

// cutPrefixFold is strings.CutPrefix for a prefix in any case.
func cutPrefixFold(text, prefix string) (rest string, ok bool) {
	if len(text) < len(prefix) || !strings.EqualFold(text[:len(prefix)], prefix) {
		return text, false
	}
	return text[len(prefix):], true
}

// isDotnetFile reports whether a file is of a program of .NET.
func isDotnetFile(file string) bool {
	return strings.HasPrefix(settings.ConfigBase(file), "appsettings")
}
