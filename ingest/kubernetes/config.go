package kubernetes

import (
	"encoding/base64"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/ingest/settings"
)

// readConfigMap reads the entries of a ConfigMap. Binary entries hold no
// addresses, and dashboards only what people look at.
func readConfigMap(o *resource.Object) {
	c := config(o)
	if o.Meta.Get("labels", "grafana_dashboard").Str() == "" {
		readEntries(o, &c, "data", plainText)
		lendEnvironment(&c)
	}
	o.Facts.Configs = append(o.Facts.Configs, c)
	for _, read := range ConfigMaps {
		read(o)
	}
}

// readSecret reads the entries of a Secret as far as they are text. Certificates
// and tokens of the platform's own types hold no addresses.
func readSecret(o *resource.Object) {
	c := config(o)
	switch kind := o.Root.Get("type").Str(); {
	case strings.HasPrefix(kind, "kubernetes.io/"), strings.HasPrefix(kind, "helm.sh/"), strings.HasPrefix(kind, "bootstrap."):
	default:
		readEntries(o, &c, "stringData", plainText)
		readEntries(o, &c, "data", base64Text)
		lendEnvironment(&c)
	}
	o.Facts.Configs = append(o.Facts.Configs, c)
}

func config(o *resource.Object) graph.Config {
	return graph.Config{Ref: o.Self, Origin: o.At(o.Root)}
}

// readEntries adds the entries of a mapping. decode returns the text of one, and
// false when it is none.
func readEntries(o *resource.Object, c *graph.Config, key string, decode func(string) (string, bool)) {
	for k, v := range o.Mapping(o.Root, key).Pairs() {
		if v.IsMap() || v.IsList() {
			o.WrongType(v, []string{k.Str()}, "a text")
			continue
		}
		if text, ok := decode(v.Str()); ok && text != "" {
			c.Entries = append(c.Entries, entry(o, k.Str(), text, v))
		}
	}
}

// entry makes a setting of one entry, or of every setting inside it when it is a
// configuration file.
func entry(o *resource.Object, key, text string, v document.Node) graph.Entry {
	e := graph.Entry{Key: key, Origin: o.At(v)}
	switch {
	case !isConfigFile(key, text):
		e.Text = strings.TrimSpace(text)
	case isDashboard(text):
	default:
		at := e.Origin
		_, first := v.Multiline()
		block := int32(first) != at.Line
		if block {
			at.Line, at.Column = int32(first), 0
		}
		e.Values = settings.Values(key, text, at)
		if !block { // the lines of the file are not lines of the manifest
			for i := range e.Values {
				e.Values[i].Origin = e.Origin
			}
		}
		e.Policies = settings.Policies(key, text, at, !block)
	}
	return e
}

// lendEnvironment adds to the entries of a bundle the policies that they declare
// as environment variables, each to the entry that it begins with.
func lendEnvironment(c *graph.Config) {
	var values []graph.Value
	for _, e := range c.Entries {
		if e.Text != "" {
			values = append(values, graph.Value{Key: e.Key, Text: e.Text, Origin: e.Origin})
		}
	}
	for _, found := range settings.Environment(values) {
		for i := range c.Entries {
			if e := &c.Entries[i]; e.Origin == found.Origin {
				e.Policies = append(e.Policies, found)
				break
			}
		}
	}
}

// isConfigFile reports whether an entry is a file with settings in it, and not
// one setting.
func isConfigFile(key, text string) bool {
	if strings.Contains(strings.TrimSpace(text), "\n") {
		return true
	}
	switch path.Ext(key) {
	case ".yaml", ".yml", ".json", ".properties", ".conf", ".cfg", ".toml", ".ini", ".xml", ".env":
		return true
	}
	return false
}

// isDashboard reports whether a file is a Grafana dashboard, which may be a
// megabyte long and names only queries.
func isDashboard(text string) bool {
	return strings.HasPrefix(strings.TrimSpace(text), "{") &&
		strings.Contains(text, `"panels"`) && strings.Contains(text, `"schemaVersion"`)
}

func plainText(s string) (string, bool) { return s, true }

// base64Text decodes an entry of a Secret, if what comes out is text.
func base64Text(s string) (string, bool) {
	decoded, err := base64.StdEncoding.DecodeString(strings.TrimSpace(s))
	if err != nil || !utf8.Valid(decoded) {
		return "", false
	}
	for _, b := range decoded {
		if b < ' ' && b != '\n' && b != '\r' && b != '\t' {
			return "", false
		}
	}
	return string(decoded), true
}
