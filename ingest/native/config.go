package native

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/boundary"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/internal/glob"
)

// A Config is what weir.yaml configures of a run.
type Config struct {
	Sources  []Source
	Exclude  []string // patterns of paths that are not read, as written
	Manifest bool     // the file also has services, aliases or overrides, which Reader reads
	Rules    map[string]RuleConfig
	Ignore   []graph.Ignore    // their paths are as written
	FailOn   string            // a severity, Never, or "" if not set
	Charts   []graph.Rendering // under render; their paths are as written
	Overlays []graph.Rendering
	Variants []Variant // in the order of the file

	Boundaries []boundary.Rule // forbid, require and allow, each in the order of the file
}

// A Source is a file, a directory or a pattern that the configuration lists.
type Source struct {
	Path   string // as written
	Origin graph.Origin
}

// A Variant is a state of the estate, such as dev or prod.
type Variant struct {
	Name     string
	Sources  []Source // besides those of all
	Charts   []graph.Rendering
	Overlays []graph.Rendering
}

// Paths returns the sources, charts and overlays of the variant.
func (v *Variant) Paths() []string {
	var paths []string
	for _, s := range v.Sources {
		paths = append(paths, s.Path)
	}
	for _, list := range [][]graph.Rendering{v.Charts, v.Overlays} {
		for _, r := range list {
			paths = append(paths, r.Dir)
		}
	}
	return paths
}

// A RuleConfig changes one rule.
type RuleConfig struct {
	Severity string // a severity, Off, or "" if not set
	Limit    int    // 0 if not set
}

// Rules are the words that rules add to the schema of the configuration.
type Rules struct {
	IDs        []string
	Limited    []string // ids of the rules that have a limit
	Severities []string
}

// ReadConfig reads the configuration in the first document of a weir.yaml. The
// problems are in the order of the file; the configuration is complete if there are
// none.
func ReadConfig(file string, text []byte, rules Rules) (*Config, []graph.Problem) {
	d, err := document.First(file, text)
	d.Reader = "config"
	if syntax := (*document.SyntaxError)(nil); errors.As(err, &syntax) {
		return nil, []graph.Problem{{
			Origin: d.Line(syntax.Line, syntax.Column), Message: syntax.Message, Hint: syntax.Hint, Level: graph.Failed,
		}}
	}
	rules.IDs = slices.Concat(rules.IDs, boundaryIDs(d.Root))
	s := &shape{is: "a mapping", keys: slices.Concat(ofAnyShape(manifestKeys), configKeys(rules))}
	checkShape(d, withExtensions(s, d.Root), "configuration", d.Root)
	c := &Config{
		Sources:  readSources(d, d.Root.Get("sources")),
		Exclude:  d.Root.Get("exclude").Strs(),
		Manifest: slices.ContainsFunc(manifestKeys, func(k schemaKey) bool { return k.name != "apiVersion" && d.Root.Get(k.name).Exists() }),
		Rules:    map[string]RuleConfig{},
		FailOn:   d.Root.Get("fail-on").Str(),
	}
	c.Charts, c.Overlays = readRender(d, d.Root.Get("render"))
	c.Boundaries = readBoundaries(d)
	for name, n := range d.Root.Get("variants").Pairs() {
		v := Variant{Name: name.Str(), Sources: readSources(d, n.Get("sources"))}
		v.Charts, v.Overlays = readRender(d, n.Get("render"))
		c.Variants = append(c.Variants, v)
	}
	for id, rule := range d.Root.Get("rules").Pairs() {
		c.Rules[id.Str()] = readRule(d, rule)
	}
	for _, entry := range d.Root.Get("ignore").List() {
		c.Ignore = append(c.Ignore, readIgnore(d, entry))
	}
	return c, d.Facts.Problems
}

func readSources(d *document.Document, list document.Node) []Source {
	var sources []Source
	for _, n := range list.Items() {
		if n.IsScalar() {
			sources = append(sources, Source{n.Str(), d.At(n)})
		}
	}
	return sources
}

func readRule(d *document.Document, n document.Node) RuleConfig {
	if n.IsScalar() {
		return RuleConfig{Severity: n.Str()}
	}
	return RuleConfig{Severity: n.Get("severity").Str(), Limit: setting(d, n.Get("limit"), parseLimit).Value}
}

func readIgnore(d *document.Document, n document.Node) graph.Ignore {
	return graph.Ignore{
		Rule: cmp.Or(n.Get("rule").Str(), "*"), Subject: cmp.Or(n.Get("subject").Str(), "*"),
		Fingerprints: n.Get("fingerprint").Strs(), Services: n.Get("services").Strs(), Paths: n.Get("paths").Strs(),
		Reason: n.Get("reason").Str(), Until: n.Get("until").Str(), Origin: d.At(n),
	}
}

// listedRules is the hint for an unknown rule that is similar to no rule.
const listedRules = `"weir rules" lists the rules`

// configKeys are the keys of weir.yaml that configure a run.
func configKeys(rules Rules) []schemaKey {
	var ruleKeys []schemaKey
	for _, id := range rules.IDs {
		ruleKeys = append(ruleKeys, schemaKey{name: id, shape: ruleShape(id, rules)})
	}
	return slices.Concat([]schemaKey{
		{name: "extends", shape: listOf(aText), doc: "files whose settings come first"},
		{name: "sources", shape: &shape{is: "a list", item: aText, hint: "write sources: [deploy/]"}, doc: "read if the command line names no source"},
		{name: "exclude", shape: &shape{is: "a list", item: aText, hint: "write exclude: [charts/]"}, doc: "paths and patterns that are not read"},
		{name: "rules", shape: &shape{is: "a mapping", keys: ruleKeys, patterns: []schemaKey{{name: ownRule, shape: ruleShape("", rules)}}, listed: listedRules, hint: "write RULE: SEVERITY for each rule"}, doc: "severities and limits of rules"},
		{name: "ignore", shape: &shape{is: "a list", hint: `write "- rule: sync-cycle" for each entry`, item: ignoreShape(rules)}, doc: "exceptions"},
		{name: "render", shape: renderShape, doc: "how --render renders charts and overlays"},
		{name: "variants", shape: &shape{is: "a mapping", hint: "write NAME: {sources: [overlays/prod]} for each variant", values: &shape{
			is: "a mapping", hint: "write sources: [overlays/prod]", keys: []schemaKey{
				{name: "sources", shape: listOf(aText)},
				{name: "render", shape: renderShape},
			},
		}}, doc: "states of the estate that are judged by themselves"},
		{name: "fail-on", shape: wordOf("a severity", append(slices.Clone(rules.Severities), Never)...), doc: "the lowest severity that fails a run"},
	}, boundaryKeys(rules.Severities))
}

// ownRule matches the ids of architecture rules.
const ownRule = `^((forbid|require)/.+|allow)$`

// ignoreShape is an entry of ignore.
func ignoreShape(rules Rules) *shape {
	ignored := slices.Concat(rules.IDs, []string{"*"})
	return &shape{
		is: "a mapping", hint: "write rule: sync-cycle", keys: []schemaKey{
			{name: "rule", shape: scalarOf("a rule", oneOfListed(listedRules, ignored...)).as(constraint{"anyOf": []any{enumOf(ignored...), textOf(ownRule)}})},
			{name: "subject", shape: aText},
			{name: "fingerprint", shape: listOf(scalarOf("a fingerprint", parseFingerprint))},
			{name: "services", shape: listOf(aText)},
			{name: "paths", shape: listOf(scalarOf("a pattern of paths", parsePattern))},
			{name: "reason", shape: aText, required: "why the finding is accepted"}, // without it, no later reader can decide whether the entry is still needed
			{name: "until", shape: scalarOf("a date", parseDate).as(textOf("^[0-9]{4}-[0-9]{2}-[0-9]{2}$"))},
		},
		check: func(d *document.Document, n document.Node) {
			if !n.Get("rule").Exists() && !n.Get("fingerprint").Exists() {
				d.Problem(graph.Failed, n, "write rule: sync-cycle, or fingerprint: that of a finding", "\"rule\" is missing")
			}
			for k, v := range n.Pairs() { // without a value the entry would match everything
				if slices.Contains([]string{"fingerprint", "services", "paths"}, k.Str()) && len(v.Strs()) == 0 && !v.IsMap() {
					d.Problem(graph.Failed, k, "write its values, or remove it", "%q is empty", k.Str())
				}
			}
		},
	}
}

// ruleShape is a severity, or a mapping with a severity and, if the rule has one, a
// limit.
func ruleShape(id string, rules Rules) *shape {
	severity := wordOf("a severity", append([]string{Off}, rules.Severities...)...)
	return &shape{
		is: "a severity or a mapping", def: "rule", scalar: severity.scalar, value: severity.value, hint: "write " + id + ": {severity: info}",
		keys: []schemaKey{{name: "severity", shape: severity}, {name: "limit", shape: aLimit}},
		check: func(d *document.Document, n document.Node) {
			if limit := n.Get("limit"); limit.Exists() && !slices.Contains(rules.Limited, id) {
				d.Problem(graph.Failed, limit, "remove it", "rule %q has no limit", id)
			}
		},
	}
}

func parseFingerprint(text string) (fingerprint, hint string) {
	if len(text) != 16 || strings.Trim(text, "0123456789abcdef") != "" {
		return "", "write the 16 digits that --output json and the baseline have for the finding, in quotes"
	}
	return text, ""
}

func parsePattern(text string) (pattern, hint string) {
	if text == "" || !glob.Valid(text) {
		return "", `write a file, a directory or a pattern as deploy/**/*.yaml; close every "[" with a "]"`
	}
	return text, ""
}

func parseDate(text string) (date, hint string) {
	if _, err := time.Parse(time.DateOnly, text); err != nil {
		return "", "write it as 2027-01-31"
	}
	return text, ""
}
