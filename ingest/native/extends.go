package native

import (
	"maps"
	"path/filepath"
	"slices"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/boundary"
	"github.com/weirgraph/weir/ingest/document"
)

// Extended returns the configurations that a weir.yaml extends. What is wrong with it is found by
// ReadConfig.
func Extended(file string, text []byte) []Source {
	d, err := document.First(file, text)
	if err != nil {
		return nil
	}
	return readSources(d, d.Root.Get("extends"))
}

// From makes the paths of c, which are relative to its directory, relative to the working
// directory.
func (c *Config) From(dir string) {
	one := func(p *string) {
		if *p != "-" && !filepath.IsAbs(*p) {
			*p = filepath.Join(dir, *p)
		}
	}
	all := func(paths []string) {
		for i := range paths {
			one(&paths[i])
		}
	}
	sources := func(list []Source) {
		for i := range list {
			one(&list[i].Path)
		}
	}
	renderings := func(list []graph.Rendering) {
		for i := range list {
			all(list[i].Files)
			one(&list[i].Dir)
		}
	}
	sources(c.Sources)
	all(c.Exclude)
	for i := range c.Ignore {
		all(c.Ignore[i].Paths)
	}
	renderings(c.Charts)
	renderings(c.Overlays)
	for _, v := range c.Variants {
		sources(v.Sources)
		renderings(v.Charts)
		renderings(v.Overlays)
	}
}

// Over returns c on top of a configuration that it extends: lists add up, those of first before
// those of c, and of settings that both have that of c counts.
func (c *Config) Over(first *Config) *Config {
	both := *c
	both.Sources = slices.Concat(first.Sources, c.Sources)
	both.Exclude = slices.Concat(first.Exclude, c.Exclude)
	both.Charts = slices.Concat(first.Charts, c.Charts)
	both.Overlays = slices.Concat(first.Overlays, c.Overlays)
	both.Ignore = nil
	for _, i := range first.Ignore {
		i.Shared = true
		both.Ignore = append(both.Ignore, i)
	}
	both.Ignore = append(both.Ignore, c.Ignore...)
	if c.FailOn == "" {
		both.FailOn = first.FailOn
	}
	both.Rules = map[string]RuleConfig{}
	maps.Copy(both.Rules, first.Rules)
	for id, rule := range c.Rules {
		under := both.Rules[id]
		if rule.Severity == "" {
			rule.Severity = under.Severity
		}
		if rule.Limit == 0 {
			rule.Limit = under.Limit
		}
		both.Rules[id] = rule
	}
	replaced := func(r boundary.Rule) bool {
		return r.Kind != boundary.Allow && slices.ContainsFunc(c.Boundaries, func(ours boundary.Rule) bool { return ours.ID() == r.ID() })
	}
	both.Boundaries = append(slices.DeleteFunc(slices.Clone(first.Boundaries), replaced), c.Boundaries...)
	both.Variants = slices.Clone(first.Variants)
	for _, v := range c.Variants {
		i := slices.IndexFunc(both.Variants, func(known Variant) bool { return known.Name == v.Name })
		if i < 0 {
			both.Variants = append(both.Variants, v)
			continue
		}
		known := &both.Variants[i]
		known.Sources = slices.Concat(known.Sources, v.Sources)
		known.Charts = slices.Concat(known.Charts, v.Charts)
		known.Overlays = slices.Concat(known.Overlays, v.Overlays)
	}
	return &both
}
