package cmd

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/analyze/rules"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest"
	"github.com/weirgraph/weir/ingest/native"
)

// configName is the name of the configuration where --config does not name one.
const configName = "weir.yaml"

// A config has the settings of weir.yaml. Its sources are as seen from the current
// directory.
type config struct {
	native.Config
	File string // as the user would name it; "" if there is none
	Dir  string // from where it is in effect: that of the weir.yaml that is found, else the current directory
}

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

// readSettings reads the configuration that is asked for, else the one that is found. Only the
// one asked for may be a pipe.
func readSettings(asked string, outside bool) (*config, error) {
	found, err := findConfig()
	if err != nil && asked == "" {
		return nil, err
	}
	c, err := readConfig(cmp.Or(asked, found), outside)
	if err != nil {
		return nil, err
	}
	c.Dir = filepath.Dir(found) // "." if none is found
	return c, nil
}

// readConfig reads a configuration. All of it is checked here, so that mistakes are
// reported with their place and no later step fails on one. outside allows links that lead
// out of its git work tree.
func readConfig(name string, outside bool) (*config, error) {
	if name == "" {
		return &config{}, nil
	}
	text, err := ingest.ReadConfig(name, outside)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, misuse("", "no configuration %q", name)
	}
	if err != nil {
		return nil, misuse(hintOf(err), "reading the configuration: %w", err)
	}
	return parseConfig(filepath.ToSlash(name), text)
}

// parseConfig returns the first mistake as its error.
func parseConfig(name string, text []byte) (*config, error) {
	c, problems := native.ReadConfig(name, text, configRules())
	if len(problems) > 0 {
		return nil, misuse(problems[0].Hint, "%s", problemText(problems[0]))
	}
	relativeOne := func(p *string) {
		if *p != "-" && !filepath.IsAbs(*p) {
			*p = filepath.Join(filepath.Dir(name), *p)
		}
	}
	relative := func(paths []string) {
		for i := range paths {
			relativeOne(&paths[i])
		}
	}
	sources := func(list []native.Source) {
		for i := range list {
			relativeOne(&list[i].Path)
		}
	}
	renderings := func(list []graph.Rendering) {
		for i := range list {
			relative(list[i].Files)
			relativeOne(&list[i].Dir)
		}
	}
	sources(c.Sources)
	relative(c.Exclude)
	for i := range c.Ignore {
		relative(c.Ignore[i].Paths)
	}
	renderings(c.Charts)
	renderings(c.Overlays)
	for _, v := range c.Variants {
		sources(v.Sources)
		renderings(v.Charts)
		renderings(v.Overlays)
	}
	return &config{Config: *c, File: name}, nil
}

// configRules are the words that the rules add to the configuration.
func configRules() native.Rules {
	words := native.Rules{Severities: analyze.Severities}
	for _, rule := range rules.Rules {
		words.IDs = append(words.IDs, rule.ID)
		if limitOf(&rules.Limits{}, rule.ID) != nil {
			words.Limited = append(words.Limited, rule.ID)
		}
	}
	return words
}

// ownRules returns the rules that the configuration declares.
func (c *config) ownRules() []*rules.Rule { return rules.Boundaries(c.Boundaries) }

// options returns the settings of the rules.
func (c *config) options(today time.Time) rules.Options {
	o := rules.Options{Severities: map[string]analyze.Severity{}, Own: c.ownRules(), Today: today.Format(time.DateOnly)}
	for _, i := range c.Ignore {
		o.Ignore = append(o.Ignore, analyze.Ignore{Ignore: i})
	}
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
	c, err := readSettings(file, false)
	if err != nil {
		return &config{}
	}
	return c
}
