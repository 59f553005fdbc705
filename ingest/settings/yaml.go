package settings

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/internal/yaml"
)

func looksLikeYAML(name, text string) bool {
	switch path.Ext(name) {
	case ".yml", ".yaml", ".json", ".jsonc", ".json5":
		return true
	case ".conf", ".cfg", ".ini", ".sh", ".env", ".xml", ".toml", ".properties", ".py":
		return false
	}
	start := strings.TrimLeft(text, " \t\r\n")
	return strings.HasPrefix(start, "{") || strings.HasPrefix(start, "---") || yamlKey.MatchString(text)
}

// readYAMLSettings reads every document of a YAML or JSON file with the grammar
// of the product that it belongs to, or else all of its settings.
func readYAMLSettings(s *Collector, name, text string) bool {
	roots, ok := ParseYAML(text)
	if !ok {
		return false
	}
	for _, root := range roots {
		s.readYAMLRoot(name, root)
	}
	return true
}

func isTOML(name, _ string) bool { return path.Ext(name) == ".toml" }

// parseRoots reads the documents of a YAML, JSON or TOML file.
func parseRoots(name, text string) (roots []YAMLRoot, ok bool) {
	if !isTOML(name, text) {
		return ParseYAML(text)
	}
	if root, ok := parseTOML(text); ok {
		return []YAMLRoot{root}, true
	}
	return nil, false
}

// readTOML reads a TOML file of a product whose files may be YAML as well.
func readTOML(s *Collector, name, text string) bool {
	root, ok := parseTOML(text)
	return ok && s.readFormat(name, root)
}

// readFormat reads a document with the grammar of the product that it belongs to. It returns
// false if it belongs to none.
func (s *Collector) readFormat(name string, root YAMLRoot) bool {
	for _, f := range YAMLFormats {
		if f.Match(name, root.Node) {
			f.Read(s, root)
			return true
		}
	}
	return false
}

func (s *Collector) readYAMLRoot(name string, root YAMLRoot) {
	if s.readFormat(name, root) {
		return
	}
	if isForeignManifest(root.Node) {
		return
	}
	s.Flatten(root, "", root.Node, 0)
}

// isForeignManifest holds of files that are manifests themselves: a service that
// mounts them reads objects of others in them, not its own settings.
func isForeignManifest(root document.Node) bool {
	return root.Get("apiVersion").IsScalar() && root.Get("kind").IsScalar() ||
		root.Get("openapi").IsScalar() || root.Get("swagger").IsScalar()
}

// A YAMLRoot is one document of a YAML file.
type YAMLRoot struct {
	document.Node
	doc  *document.Document
	line int // lines of the file before this document
}

// Put takes the setting at a node.
func (s *Collector) Put(root YAMLRoot, n document.Node, key string) {
	s.PutText(root, n, key, n.Str())
}

// PutText takes a setting at a node whose text is not the node's own.
func (s *Collector) PutText(root YAMLRoot, n document.Node, key, text string) {
	line, column := s.Here(root, n)
	s.Add(line, column, key, text)
}

// Here is the line and column of a node in its file.
func (s *Collector) Here(root YAMLRoot, n document.Node) (line, column int) {
	o := root.doc.At(n)
	return int(o.Line) + root.line, int(o.Column)
}

// Place is the place of a node in its file.
func (s *Collector) Place(root YAMLRoot, n document.Node) graph.Origin {
	return s.place(s.Here(root, n))
}

// MaxYAMLDepth bounds the nesting that is followed, against cycles of aliases.
const MaxYAMLDepth = 40

// Flatten takes every scalar under n that could be an address or a port.
func (s *Collector) Flatten(root YAMLRoot, key string, n document.Node, depth int) {
	switch {
	case depth > MaxYAMLDepth || len(s.Values) > MaxValues:
	case n.IsMap():
		for k, v := range n.Pairs() {
			if v.IsScalar() && (hostKey(k.Str()) || calleeKey(k.Str())) {
				s.PutText(root, v, joinKey(key, k.Str()), WithPort(v.Str(), sisterPort(n, k.Str())))
				continue
			}
			if v.IsScalar() && isServerWithWeight(key, k.Str(), v.Str()) {
				s.PutText(root, k, key, k.Str())
				continue
			}
			s.Flatten(root, joinKey(key, k.Str()), v, depth+1)
		}
	case n.IsList():
		for _, item := range n.List() {
			s.Flatten(root, key, item, depth+1)
		}
	case n.IsScalar():
		if couldMatter(key, n.Str()) {
			s.Put(root, n, key)
		}
	}
}

// isServerWithWeight reports whether a pair is a server of an upstream of APISIX, whose weight is its value:
// "nodes": {"cart:8080": 1}.
func isServerWithWeight(key, server, weight string) bool {
	_, port, ok := address.SplitHostPort(server)
	n, err := strconv.Atoi(weight)
	return err == nil && n > 0 && ok && port > 0 && (key == "nodes" || strings.HasSuffix(key, ".nodes"))
}

// MaxValues bounds the settings of one file; data files have more.
const MaxValues = 5_000

// couldMatter leaves out what is no address and no part of one: truth values,
// numbers that are no ports, long texts.
func couldMatter(key, text string) bool {
	if text == "" || len(text) > 4<<10 {
		return false
	}
	if strings.Trim(text, "0123456789.-+eE_%") == "" && !strings.Contains(strings.Trim(text, "."), ".") {
		return strings.HasSuffix(strings.ToLower(key), "port")
	}
	switch strings.ToLower(text) {
	case "true", "false", "yes", "no", "on", "off", "null", "~":
		return false
	}
	return true
}

// hostKey holds of keys beside which a port is often given apart.
func hostKey(key string) bool {
	key = strings.ToLower(key)
	return strings.HasSuffix(key, "host") || strings.HasSuffix(key, "hostname") || key == "address" || key == "server"
}

// calleeKey holds of keys that name a host only beside a port.
func calleeKey(key string) bool {
	switch strings.ToLower(key) {
	case "service", "servicename", "service_name", "addr", "upstream", "backend", "target":
		return true
	}
	return false
}

// sisterPort returns the port given beside the key of a host: "port" beside
// "host", "dbPort" beside "dbHost".
func sisterPort(n document.Node, key string) string {
	looked := 0
	for k, v := range n.Pairs() {
		if portOf(key, k.Str()) || calleeKey(key) && isCalleePort(key, k.Str()) {
			return v.Str()
		}
		if looked++; looked > maxSisters {
			break
		}
	}
	return ""
}

// maxSisters bounds how far the port of a host is looked for.
const maxSisters = 100

// portOf reports whether the key port gives the port for the key host.
func portOf(host, port string) bool {
	host, port = strings.ToLower(host), strings.ToLower(port)
	stem, ok := strings.CutSuffix(port, "port")
	if !ok {
		return false
	}
	for _, word := range []string{"hostname", "host", "address", "server"} {
		if rest, ok := strings.CutSuffix(host, word); ok {
			return rest == stem
		}
	}
	return false
}

// isCalleePort reports whether a key beside one that names a callee gives its port: "port",
// "servicePort" beside "service".
func isCalleePort(key, port string) bool {
	port, ok := strings.CutSuffix(Relaxed(port), "port")
	stem := strings.TrimSuffix(Relaxed(key), "name")
	return ok && (port == "" || port == stem)
}

// WithPort adds a port to a bare host name.
func WithPort(host, port string) string {
	if port == "" || strings.Trim(port, "0123456789") != "" || host == "" || strings.ContainsAny(host, ":/, ;=") {
		return host
	}
	return host + ":" + port
}

// ParseYAML reads the documents of a YAML or JSON text. It returns false if the
// text is no YAML, or nothing but a scalar, as every plain text is.
func ParseYAML(text string) (roots []YAMLRoot, ok bool) {
	if start := strings.TrimLeft(text, " \t\r\n"); strings.HasPrefix(start, "{") || strings.HasPrefix(start, "[") {
		text = strings.ReplaceAll(text, "\t", " ") // JSON may be indented with tabs, YAML may not
	}
	line := 0
	for _, part := range splitYAML(text) {
		doc := &document.Document{Facts: &graph.Facts{}}
		n, err := ParseNode(doc, []byte(part))
		if err != nil {
			return nil, false
		}
		if n.IsMap() || n.IsList() {
			roots = append(roots, YAMLRoot{Node: n, doc: doc, line: line})
		}
		line += strings.Count(part, "\n")
	}
	return roots, len(roots) > 0
}

// ParseNode parses the first YAML document of a text as one of d. The parser
// panics on some odd inputs; that is an error like any other.
func ParseNode(d *document.Document, text []byte) (n document.Node, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("the YAML parser gave up: %v", v)
		}
	}()
	var y yaml.Node
	if err := yaml.Unmarshal(text, &y); err != nil {
		return document.Node{}, err
	}
	return document.NewNode(d, &y), nil
}

// splitYAML cuts a stream before its document marks.
func splitYAML(text string) []string {
	var parts []string
	for {
		i := strings.Index(text, "\n---")
		for i >= 0 && i+4 < len(text) && !strings.ContainsRune(" \t\r\n", rune(text[i+4])) {
			next := strings.Index(text[i+1:], "\n---")
			if next < 0 {
				i = -1
				break
			}
			i += 1 + next
		}
		if i < 0 {
			return append(parts, text)
		}
		parts, text = append(parts, text[:i+1]), text[i+1:]
	}
}
