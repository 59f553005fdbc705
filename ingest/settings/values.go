// Package settings finds configuration files of programs, parses them into trees of
// settings, and returns the addresses and policies in them. Grammars of products are in
// its exported lists, which package ingest fills.
package settings

import (
	"path"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/lazy"
)

// Values finds the settings in a configuration file that a service reads:
// Spring YAML and properties, nginx, Envoy, Prometheus, JSON, TOML and anything
// else that has addresses in it. name is the file's name, at the origin of its
// first line. The values are Key, Text, Way and Origin only; whose they are is the
// caller's to say.
//
// A Key is a path of names without list positions: "spring.datasource.url", "proxy_pass",
// "scrape_configs.static_configs.targets". Where the format itself makes sure that a
// setting is an address the service connects to, only such settings are returned; of an
// unknown format, every setting that could be one. Columns are set only for a file of its
// own, whose at.Column is 1: inside another document the indentation is not known.
func Values(name, text string, at graph.Origin) []graph.Value {
	name = ConfigBase(name)
	s := &Collector{At: at, File: name}
	if Worthless(name, text) {
		return nil
	}
	text = strings.TrimPrefix(text, "\ufeff")
	for _, formats := range [...][]TextFormat{TextFormats, plainFormats} {
		for _, f := range formats {
			if f.Match(name, text) && f.Read(s, name, text) {
				return forEnvironment(name, s.Values)
			}
			s.Values = nil
		}
	}
	return nil
}

// plainFormats are the formats of no product, tried after those of products, most
// specific first.
var plainFormats = []TextFormat{
	{LooksLikeProperties, readProperties},
	{isTOML, readTOML},
	{looksLikeSections, readSections},
	{looksLikeYAML, readYAMLSettings},
	{func(string, string) bool { return true }, readPlainText},
}

// ConfigBase is the name by which a format is detected: lower case, without the directory
// and without the suffixes of files that are filled in at start.
func ConfigBase(name string) string {
	name = strings.ToLower(path.Base(name))
	for _, suffix := range []string{".template", ".tmpl", ".tpl", ".j2", ".ctmpl"} {
		name = strings.TrimSuffix(name, suffix)
	}
	return name
}

// Limits on what is looked at. A configuration that is written by hand is far below
// MaxConfig; what is larger is data. Scripts above maxScript are programs and not a few
// lines that start one.
const (
	MaxConfig = 512 << 10
	maxScript = 16 << 10
)

// notConfig matches files that programs are built from; what they name is
// fetched or documented and not called.
var notConfig = lazy.NewRegexp(`^(?:package(?:-lock)?\.json|composer\.json|tsconfig.*\.json|jsconfig\.json|angular\.json|lerna\.json|pnpm-lock\.yaml|.*\.lock|go\.(?:mod|sum)|pom\.xml|build\.gradle.*|requirements.*\.txt|dockerfile.*|makefile|readme.*|licen[cs]e.*|changelog.*|\.git.*|\.docker.*|\.?eslint.*|babel\.config.*|renovate\.json|swagger.*|openapi.*)$`)

// Worthless reports whether a file cannot hold settings, by a glance.
func Worthless(name, text string) bool {
	if len(text) > MaxConfig || strings.IndexByte(text, 0) >= 0 || notConfig.MatchString(name) {
		return true
	}
	switch path.Ext(name) {
	case ".sql", ".html", ".htm", ".css", ".js", ".mjs", ".lua", ".md", ".svg", ".csv", ".crt", ".pem", ".key", ".pub",
		".rules", ".xsd", ".proto", ".graphql", ".map", ".jar", ".zip", ".gz", ".so", ".png", ".jpg", ".ico", ".ts", ".tsx", ".jsx",
		".scss", ".jsonld", ".ttl", ".rdf", ".owl", ".java", ".kt", ".go", ".rs", ".c", ".h", ".vue", ".http", ".ipynb", ".dump", ".bak":
		return true
	case ".sh", ".bash", ".py", ".rb", ".pl":
		return len(text) > maxScript
	}
	head := text[:min(len(text), 4<<10)]
	switch {
	case strings.HasPrefix(head, "#!"):
		return len(text) > maxScript
	case strings.Contains(head, "-----BEGIN "),
		strings.Contains(head, "kind: CustomResourceDefinition"):
		return true
	case strings.HasPrefix(strings.TrimLeft(head, " \t\r\n"), "{"):
		return strings.Contains(text, `"panels"`) && (strings.Contains(text, `"schemaVersion"`) || strings.Contains(text, `"templating"`))
	}
	return false
}

// Collector collects what a format finds.
type Collector struct {
	At     graph.Origin // of the first line
	File   string       // the name of the file, as ConfigBase has it
	In     *graph.Place // of the settings that are added next; nil if they are in no group
	Part   string       // of the settings that are added next, as in graph.Value
	Loose  bool         // of those with a Part
	Values []graph.Value
}

// Add takes a setting from a line and column of the file, both from 1.
func (s *Collector) Add(line, column int, key, text string) {
	if text = strings.TrimSpace(text); text == "" {
		return
	}
	s.Values = append(s.Values, graph.Value{
		Key: key, Text: text, Source: graph.FromFile, In: s.In, Part: s.Part, Loose: s.Loose, Origin: s.place(line, column),
	})
}

// NameLast gives the setting that was added last its key with all names in it.
func (s *Collector) NameLast(full string) {
	if n := len(s.Values); n > 0 {
		s.Values[n-1].Full = full
	}
}

// AddReference takes a setting in whose place those of the program with a Part act, in whatever
// file they are, or else its own text, which may be empty.
func (s *Collector) AddReference(line, column int, key, part, text string) {
	s.Values = append(s.Values, graph.Value{
		Key: key, Text: text, Refers: part, Source: graph.FromFile, In: s.In, Part: s.Part, Loose: s.Loose, Origin: s.place(line, column),
	})
}

// NewGroup is a group of callees of a proxy in a place.
func (s *Collector) NewGroup(kind graph.GroupKind, line, column int, name string, in *graph.Place) *graph.GroupFact {
	return ProxyGroup(kind, s.place(line, column), name, in)
}

// ProxyGroup is a group of callees of a proxy in a place.
func ProxyGroup(kind graph.GroupKind, at graph.Origin, name string, in *graph.Place) *graph.GroupFact {
	g := &graph.GroupFact{Kind: kind, Name: name, In: in, Multiplexes: true, Origin: at}
	if kind == graph.Pool {
		g.Need = 1
	}
	return g
}

// place is the origin of a line of the file.
func (s *Collector) place(line, column int) graph.Origin {
	o := s.At
	if o.Line > 0 {
		o.Line += int32(line) - 1
	}
	if o.Column != 1 {
		column = 0
	}
	o.Column = int32(column)
	return o
}

// joinKey adds a name to the path of a key.
func joinKey(prefix, name string) string {
	if prefix == "" {
		return name
	}
	return prefix + "." + name
}

// addressKey holds of keys whose value people expect to be an address.
var addressKey = lazy.NewRegexp(`(?i)(url|uri|host|hostname|addr|address|endpoint|server|servers|broker|brokers|upstream|target|destination|dsn|connection|proxy|backend|service)s?$`)

var (
	fullURL    = lazy.NewRegexp(`[A-Za-z][A-Za-z0-9+.\-]*://[^\s"'<>` + "`" + `|\\,;)\]}]+`)
	assignment = lazy.NewRegexp(`^\s*(?:export\s+|set\s+|ENV\s+)?["']?([\w.\-]+)["']?\s*(?:=>|[:=]|\s)\s*["']?([\w.\-]+:\d{2,5})["']?[;,]?\s*$`)
	urlKey     = lazy.NewRegexp(`(?:^|[^\w.\-])([A-Za-z_][\w.\-]*)["']?\s*(?:=>|[:=(]|\s)\s*["']?$`)
)

// readPlainText looks at text of no known format, scripts and templates among
// them: URLs of hosts inside, or after a key that announces an address, and
// host:port after such a key. Other URLs point people to pages.
func readPlainText(s *Collector, _, text string) bool {
	for i, line := range strings.Split(text, "\n") {
		if isComment(strings.TrimSpace(line)) {
			continue
		}
		m := assignment.FindStringSubmatchIndex(line)
		if m == nil {
			m = element.FindStringSubmatchIndex(line)
		}
		if m != nil && addressKey.MatchString(line[m[2]:m[3]]) {
			s.Add(i+1, m[4]+1, line[m[2]:m[3]], line[m[4]:m[5]])
			continue
		}
		for _, m := range fullURL.FindAllStringIndex(line, -1) {
			key := ""
			if k := urlKey.FindStringSubmatch(line[max(0, m[0]-100):m[0]]); k != nil {
				key = k[1]
			}
			if address := line[m[0]:m[1]]; key != "" && addressKey.MatchString(key) || insideURL.MatchString(address) {
				s.Add(i+1, m[0]+1, key, address)
			}
		}
	}
	return true
}

// insideURL matches URLs with a port or with a host of one word or of a cluster.
var insideURL = lazy.NewRegexp(`://(?:[^/@\s]*@)?(?:[\w.\-]+:\d{2,5}\b|[\w\-]+(?:[/?#]|$)|[\w.\-]+\.(?:svc|local|internal)\b)`)

// element matches an XML element that holds host:port.
var element = lazy.NewRegexp(`<([\w.\-]+)>\s*([\w.\-]+:\d{2,5})\s*</`)

// isComment reports whether a line is a comment in any of the languages that
// configuration is written in.
func isComment(line string) bool {
	for _, mark := range []string{"#", "//", ";", "--", "<!--", "/*", "* ", "REM "} {
		if strings.HasPrefix(line, mark) {
			return true
		}
	}
	return false
}
