package cmd

import (
	"cmp"
	"context"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/analyze/rules"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest"
	"github.com/weirgraph/weir/ingest/native"
	"github.com/weirgraph/weir/ingest/revision"
	"github.com/weirgraph/weir/internal/english"
)

// configName is the name of the configuration where --config does not name one.
const configName = "weir.yaml"

// findConfig returns the name of the nearest weir.yaml in the current directory or above it in
// its git work tree, "" if there is none.
func findConfig() (string, error) {
	here, err := os.Getwd()
	if err != nil {
		return "", nil
	}
	root := ingest.WorkTree(here)
	for name := configName; ; name = filepath.Join("..", name) {
		switch info, err := os.Stat(name); {
		case err != nil || info.IsDir():
		case !info.Mode().IsRegular():
			return "", misuse("make it one, or name it with --config", "the configuration %q is not a regular file", name)
		default:
			return name, nil
		}
		if root == "" || here == root || here == filepath.Dir(here) {
			return "", nil
		}
		here = filepath.Dir(here)
	}
}

// readSettings reads the configuration that is asked for, else the one that is found, and those
// that it extends. Only the one asked for may be a pipe. outside allows links and paths that lead
// out of its git work tree.
func readSettings(ctx context.Context, asked string, outside bool) (*config, error) {
	found, err := findConfig()
	if err != nil && asked == "" {
		return nil, err
	}
	c := &config{File: cmp.Or(asked, found), Dir: filepath.Dir(found)} // "." if none is found
	if c.File == "" {
		return c, nil
	}
	r := &configReader{outside: outside}
	first := configFile{path: c.File, name: filepath.ToSlash(c.File)}
	if name, isState, err := parseRevision(c.File); err != nil {
		return nil, err
	} else if isState {
		if r.commit, err = revision.Find(ctx, name.revision); err != nil {
			return nil, misuse(hintOf(err), "%s%s: %w", revisionPrefix, name.revision, err)
		}
		r.revision, c.Revision = revisionPrefix+name.revision, revisionPrefix+name.revision
		first = r.committed(r.commit.Path(cmp.Or(name.path, configName)))
		c.File = first.name
	}
	if own := r.dir(first); asked != "" && path.Base(filepath.ToSlash(first.path)) == configName && above(own) {
		c.Dir = own
	}
	read, err := r.read(ctx, first)
	if err != nil {
		return nil, err
	}
	c.Config, c.Parts, c.Manifests, c.Texts = *read, r.parts, r.manifests, r.texts
	if r.commit != nil {
		c.Below, err = r.below(ctx, c)
	}
	return c, err
}

// above reports whether a directory is the current one or above it.
func above(dir string) bool {
	if here, err := os.Getwd(); err == nil && filepath.IsAbs(dir) {
		if rel, err := filepath.Rel(here, dir); err == nil {
			dir = rel
		}
	}
	steps := strings.Split(filepath.ToSlash(filepath.Clean(dir)), "/")
	return dir == "." || !slices.ContainsFunc(steps, func(step string) bool { return step != ".." })
}

// configRules are the words that the rules add to the configuration.
func configRules() native.Rules {
	words := native.Rules{Severities: analyze.Severities}
	for _, rule := range rules.Rules {
		ids := append([]string{rule.ID}, rules.FormerIDs(rule.ID)...)
		words.IDs = append(words.IDs, ids...)
		if limitOf(&rules.Limits{}, rule.ID) != nil {
			words.Limited = append(words.Limited, ids...)
		}
	}
	return words
}

// words are those that the rules, and what c itself declares, add to the configuration.
func words(c *native.Config) native.Rules {
	list := configRules()
	for i := range c.Boundaries {
		list.IDs = append(list.IDs, c.Boundaries[i].ID())
	}
	return list
}

// ownRules returns the rules that the configuration declares.
func (c *config) ownRules() []*rules.Rule { return rules.Boundaries(c.Boundaries) }

// mostJudged bounds the services and calls that all architecture rules look at, each rule at all of them:
// about five seconds.
const mostJudged = 100_000_000

// checkBoundaries refuses more architecture rules than can be judged on g.
func (c *config) checkBoundaries(g *graph.Graph) error {
	if most := mostJudged / max(g.Len()+g.Calls(), 1); len(c.Boundaries) > most {
		return unread("write one rule with selectors, such as {namespace: shop}, in place of one for each service",
			"%s: the inputs have more than %s for %d services and %d calls", c.Boundaries[most].Origin, english.Count(most, "architecture rule"), g.Len(), g.Calls())
	}
	return nil
}

// options returns the settings of the rules.
func (c *config) options(today time.Time) rules.Options {
	o := rules.Options{Severities: map[string]analyze.Severity{}, Own: c.ownRules(), Today: today.Format(time.DateOnly)}
	for _, i := range slices.Concat(c.Ignore, c.Below) {
		o.Ignore = append(o.Ignore, analyze.Ignore{Ignore: i})
	}
	o.NoAnnotations = c.Revision != ""
	for id, rule := range c.Rules {
		if limit := limitOf(&o.Limits, id); limit != nil {
			*limit = rule.Limit
		}
		switch i := slices.Index(analyze.Severities, rule.Severity); {
		case rule.Severity == native.Off:
			o.Off = append(o.Off, id)
		case i >= 0:
			o.Severities[id] = analyze.Severity(i)
		}
	}
	return o
}

// checkVariants returns the misuse of a variant that the configuration does not declare.
func (c *config) checkVariants(asked []string) error {
	names := c.variantNames()
	for _, name := range asked {
		if slices.Contains(names, name) {
			continue
		}
		if len(names) == 0 {
			return misuse("declare it under variants in "+configName, "no variant %q: the configuration has none", name)
		}
		return misuse(oneOf(name, names), "no variant %q", name)
	}
	return nil
}

// variantNames returns the names of the variants, in the order of the file.
func (c *config) variantNames() []string {
	var names []string
	for _, v := range c.Variants {
		names = append(names, v.Name)
	}
	return names
}

// completeVariants completes --variant.
func completeVariants(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	return configOf(cmd).variantNames(), cobra.ShellCompDirectiveNoFileComp
}

// configOf returns the configuration that a command line names, for its completion: an empty one
// if it cannot be read.
func configOf(cmd *cobra.Command) *config {
	file, _ := cmd.Flags().GetString("config")
	c, err := readSettings(cmd.Context(), file, false)
	if err != nil {
		return &config{}
	}
	return c
}
