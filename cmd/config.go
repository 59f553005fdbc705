package cmd

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/analyze/rules"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/native"
	"github.com/weirgraph/weir/internal/yaml"
)

// configName is the configuration's name in the current directory.
const configName = "weir.yaml"

// A config has the settings of weir.yaml. Sources in it are relative to its
// directory.
type config struct {
	File    string   // as the user would name it; "" if there is none
	Sources []string // for command lines without a source
	Overlay bool     // the file also has services or aliases, which the native reader reads
	Rules   map[string]ruleConfig
	Ignore  []analyze.Ignore
	FailOn  string // "" if not set
}

// A ruleConfig changes one rule.
type ruleConfig struct {
	Severity string // "off", one of analyze.Severities, "" to leave it
	Limit    int    // 0 to leave it
}

// findConfig returns the name of the configuration to read: the one asked for,
// else weir.yaml of the current directory if it exists, else "".
func findConfig(asked string) string {
	if asked != "" {
		return asked
	}
	if info, err := os.Stat(configName); err == nil && !info.IsDir() {
		return configName
	}
	return ""
}

// readConfig reads a configuration. All of it is checked here, so that mistakes are
// reported with their place and no later step fails on one.
func readConfig(name string) (*config, error) {
	if name == "" {
		return &config{}, nil
	}
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, misuse("", "no configuration %q", name)
	}
	if err != nil {
		return nil, misuse("", "reading the configuration: %w", err)
	}
	return parseConfig(filepath.ToSlash(name), text)
}

func parseConfig(name string, text []byte) (*config, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, misuse("", "%s", syntaxError(name, err))
	}
	p := &configParser{config: &config{File: name}}
	if len(doc.Content) > 0 {
		p.top(doc.Content[0])
	}
	if p.err != nil {
		return nil, p.err
	}
	return p.config, nil
}

var yamlLine = regexp.MustCompile(`^yaml: line (\d+): `)

// syntaxError puts the place before the message of the YAML parser.
func syntaxError(name string, err error) string {
	text := err.Error()
	if m := yamlLine.FindStringSubmatch(text); m != nil {
		return name + ":" + m[1] + ": not YAML: " + strings.TrimPrefix(text, m[0])
	}
	return name + ": not YAML: " + strings.TrimPrefix(text, "yaml: ")
}

// A configParser fills a config from YAML and stops at the first mistake.
type configParser struct {
	*config
	err error
}

// configKeys are the keys of weir.yaml, for checking and for suggestions.
var configKeys = append([]string{"apiVersion", "services", "aliases"}, native.ConfigKeys...)

func (p *configParser) top(root *yaml.Node) {
	if root.Kind == yaml.ScalarNode && root.ShortTag() == "!!null" {
		return
	}
	p.mapping(root, "the configuration", configKeys, func(key string, value *yaml.Node) {
		switch key {
		case "sources":
			p.Sources = p.texts(value, key)
			for i, s := range p.Sources {
				if s != "-" && !filepath.IsAbs(s) {
					p.Sources[i] = filepath.Join(filepath.Dir(p.File), s)
				}
			}
		case "services", "aliases":
			p.Overlay = true // and checked by the native reader
		case "rules":
			p.Rules = map[string]ruleConfig{}
			p.mapping(value, key, ruleIDs(), func(id string, rule *yaml.Node) { p.Rules[id] = p.rule(id, rule) })
		case "ignore":
			for _, entry := range p.list(value, key) {
				p.Ignore = append(p.Ignore, p.ignore(entry))
			}
		case "fail-on":
			p.FailOn = p.word(value, key, failOnWords)
		}
	})
}

// rule reads "off", a severity, or {severity: ..., limit: ...}.
func (p *configParser) rule(id string, n *yaml.Node) (rule ruleConfig) {
	words := append([]string{"off"}, analyze.Severities...)
	if n.Kind != yaml.MappingNode {
		rule.Severity = p.word(n, "rules."+id, words)
		return rule
	}
	p.mapping(n, "rules."+id, []string{"severity", "limit"}, func(key string, value *yaml.Node) {
		switch key {
		case "severity":
			rule.Severity = p.word(value, key, words)
		case "limit":
			limit, err := strconv.Atoi(value.Value)
			switch {
			case err != nil || limit < 1:
				p.fail(value, "", "%q is not a limit: it takes a whole number from 1", value.Value)
			case limitOf(&rules.Limits{}, id) == nil:
				p.fail(value, "", "rule %q has no limit", id)
			}
			rule.Limit = limit
		}
	})
	return rule
}

// ignore reads one entry of ignore. The reason is required: without it, later readers
// cannot decide whether the entry is still needed.
func (p *configParser) ignore(n *yaml.Node) analyze.Ignore {
	i := analyze.Ignore{Subject: "*", Origin: p.at(n)}
	p.mapping(n, "an entry of ignore", []string{"rule", "subject", "reason", "until"}, func(key string, value *yaml.Node) {
		switch key {
		case "rule":
			i.Rule = p.word(value, key, append(ruleIDs(), "*"))
		case "subject":
			i.Subject = p.text(value, key)
		case "reason":
			i.Reason = p.text(value, key)
		case "until":
			i.Until = p.date(value)
		}
	})
	switch {
	case i.Rule == "":
		p.fail(n, "", "an entry of ignore names no rule")
	case i.Reason == "":
		p.fail(n, "add a reason, for whoever finds the entry later", "an entry of ignore gives no reason")
	}
	return i
}

func (p *configParser) date(n *yaml.Node) string {
	if _, err := time.Parse(time.DateOnly, n.Value); err != nil {
		p.fail(n, "write it as 2027-01-31", "%q is not a date", n.Value)
	}
	return n.Value
}

// mapping calls each for the entries of a mapping, whose keys have to be among
// keys.
func (p *configParser) mapping(n *yaml.Node, what string, keys []string, each func(key string, value *yaml.Node)) {
	n = resolveAlias(n)
	if n.Kind != yaml.MappingNode {
		p.fail(n, "", "%s is not a mapping", what)
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content) && p.err == nil; i += 2 {
		key := n.Content[i]
		switch {
		case !slices.Contains(keys, key.Value):
			p.fail(key, oneOf(key.Value, keys), "unknown key %q in %s", key.Value, what)
		case seen[key.Value]:
			p.fail(key, "", "key %q stands twice in %s", key.Value, what)
		default:
			seen[key.Value] = true
			each(key.Value, resolveAlias(n.Content[i+1]))
		}
	}
}

func (p *configParser) list(n *yaml.Node, what string) []*yaml.Node {
	if n.Kind != yaml.SequenceNode {
		p.fail(n, "", "%s is not a list", what)
		return nil
	}
	items := make([]*yaml.Node, len(n.Content))
	for i, item := range n.Content {
		items[i] = resolveAlias(item)
	}
	return items
}

func (p *configParser) texts(n *yaml.Node, what string) (texts []string) {
	for _, item := range p.list(n, what) {
		texts = append(texts, p.text(item, "an entry of "+what))
	}
	return texts
}

// text reads a scalar that is not empty.
func (p *configParser) text(n *yaml.Node, what string) string {
	if n.Kind != yaml.ScalarNode || n.Value == "" {
		p.fail(n, "", "%s is not a text", what)
		return ""
	}
	return n.Value
}

// word reads a scalar that is one of words.
func (p *configParser) word(n *yaml.Node, what string, words []string) string {
	word := p.text(n, what)
	if p.err == nil && !slices.Contains(words, word) {
		p.fail(n, oneOf(word, words), "unknown %s %q", what, word)
	}
	return word
}

// fail keeps the first mistake, with its place.
func (p *configParser) fail(n *yaml.Node, hint, format string, args ...any) {
	if p.err == nil {
		p.err = misuse(hint, "%s: %s", p.at(n), fmt.Sprintf(format, args...))
	}
}

func (p *configParser) at(n *yaml.Node) graph.Origin {
	return graph.Origin{Reader: "config", File: p.File, Line: int32(n.Line), Column: int32(n.Column)}
}

// resolveAlias returns the node that an alias refers to, and any other node as it is.
func resolveAlias(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}
