package cmd

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/analyze/rules"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/render/pen"
)

func newInit(r *run) *cobra.Command {
	var print bool
	cmd := &cobra.Command{
		Use:   "init [source...]",
		Short: "Write a weir.yaml for what is found.",
		Long: `Writes the sources, and as comments: tiers that weir guesses, services of which
no input shows a call, and exceptions for the present errors. Comments have no
effect until their # is removed, so the file changes no result by itself. An
existing weir.yaml is never changed.`,
		Example: `weir init
weir init deploy/ traces/
weir init --print`,
	}
	cmd.Flags().BoolVar(&print, "print", false, "print it instead of writing it")
	r.addInputFlags(cmd)
	cmd.RunE = func(_ *cobra.Command, args []string) error { return runInit(r, print, args) }
	return cmd
}

func runInit(r *run, print bool, sources []string) error {
	if !print {
		if r.config.File != "" {
			return misuse("add to it, or print a new one with --print", "there is a configuration already: %s", r.config.File)
		}
		if _, err := os.Lstat(configName); err == nil {
			return misuse("remove it, or print a new one with --print", "%q exists", configName)
		}
		if err := r.writable(configName); err != nil {
			return misuse("", "writing %s: %w", configName, withoutPath(err))
		}
	}
	g, err := r.read(sources)
	if err != nil {
		return err
	}
	text := draftOf(g, r.checkShowing(g, rules.Selection{}), sources)
	if print {
		_, err := io.WriteString(r.out, text)
		return err
	}
	err = r.writeFile(configName, func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
	if err != nil {
		return misuse("", "writing %s: %w", configName, withoutPath(err))
	}
	r.printMessage(configName+" is written; what it suggests has no effect until the # is removed", "weir check reads it")
	return nil
}

// configSchema is where editors find the schema of weir.yaml.
const configSchema = "https://raw.githubusercontent.com/weirgraph/weir/main/docs/schema/config.json"

// mostDrafted is how many services and findings a draft lists.
const mostDrafted = 30

// A draft is the text of a weir.yaml. Lines that begin with "# " are prose; others that begin with
// "#" are configuration without it.
type draft struct {
	strings.Builder
	graph *graph.Graph
}

func (d *draft) line(format string, args ...any) { fmt.Fprintf(d, format+"\n", args...) }

// draftOf returns the weir.yaml that is suggested for a graph and its findings.
func draftOf(g *graph.Graph, check *analyze.Check, sources []string) string {
	d := &draft{graph: g}
	d.line("# yaml-language-server: $schema=%s", configSchema)
	d.line("# All keys: https://github.com/weirgraph/weir/blob/main/docs/configuration.md")
	d.line("# Keys after a # are suggestions: they are in effect when the # is removed.")
	d.sources(sources)
	d.line("\n# Findings at or above it fail a run: error, warning, info or never.\n#fail-on: error")
	d.services()
	d.ignore(check)
	d.line("\n# Rules of your own: https://github.com/weirgraph/weir/blob/main/docs/architecture-rules.md")
	d.line("#forbid:\n#- name: web-to-database\n#  from: web\n#  to: {kind: database}\n#  comment: why")
	return d.String()
}

// sources writes what is read if a command line names no source.
func (d *draft) sources(sources []string) {
	c := d.graph.Coverage()
	var read []string
	for _, count := range c.Read {
		read = append(read, fmt.Sprintf("%s %d", count.Name, count.Count))
	}
	d.line("\n# Read if the command line names no source: now %s, %s.\n# Documents by reader: %s.",
		english.Count(c.Files, "file"), english.Count(d.graph.Len(), "service"), strings.Join(read, ", "))
	var inside, outside []string
	for _, s := range sources {
		switch {
		case s == ingest.Stdin:
		case isOutside(s):
			outside = append(outside, s)
		default:
			inside = append(inside, s)
		}
	}
	if outside != nil {
		d.line("# Outside of the work tree, to be named on the command line: %s.", comment(strings.Join(outside, ", ")))
	} else if inside == nil {
		inside = []string{"."}
	}
	if inside == nil {
		return
	}
	d.line("sources:")
	for _, s := range inside {
		d.line("- %s", scalar(filepath.ToSlash(s)))
	}
}

// isOutside reports whether a source is outside of the work tree of the current directory, or of
// the directory itself if there is none. A configuration cannot name such a source.
func isOutside(source string) bool {
	here, err := os.Getwd()
	if err != nil {
		return false
	}
	full, err := filepath.Abs(source)
	if err != nil {
		return true
	}
	inner, err := filepath.Rel(cmp.Or(ingest.WorkTree(here), here), full)
	return err != nil || !filepath.IsLocal(inner)
}

// services writes the tiers that are guessed and the services of which no call is visible.
func (d *draft) services() {
	tiers := map[graph.Node]analyze.TierGuess{}
	silent := map[graph.Node]bool{}
	var nodes []graph.Node
	for _, guess := range analyze.GuessTiers(analyze.Scope(d.graph, graph.Weak)) {
		tiers[guess.Node] = guess
		nodes = append(nodes, guess.Node)
	}
	for _, v := range d.graph.Coverage().Silent {
		silent[v] = true
		nodes = append(nodes, v)
	}
	slices.Sort(nodes)
	nodes = slices.Compact(nodes)
	if len(nodes) == 0 {
		return
	}
	d.line("\n# Tiers that weir guesses, from 1, the most critical, to 4; services that others need have one from them.")
	d.line("# Calls of services of which no input shows one: they may be in code, or there are none.")
	d.line("#services:")
	for _, v := range nodes[:min(len(nodes), mostDrafted)] {
		s := d.graph.Service(v)
		name := s.Name
		if s.Namespace != "" {
			name = s.Namespace + "/" + name
		}
		d.line("#- name: %s", scalar(name))
		if s.Kind != graph.KindService {
			d.line("#  kind: %s", s.Kind)
		}
		if guess, ok := tiers[v]; ok {
			d.line("#  tier: %d # %s", guess.Tier, comment(guess.Why))
		}
		if silent[v] {
			d.line("#  calls: [] # as in [{to: cart, timeout: 2s}]")
		}
	}
	if more := len(nodes) - mostDrafted; more > 0 {
		d.line("# and %d more, see weir check --verbose", more)
	}
}

// ignore writes exceptions for the findings that are errors.
func (d *draft) ignore(check *analyze.Check) {
	var found []*analyze.Finding
	for f := range check.Singles() {
		if f.Severity == analyze.Error {
			found = append(found, f)
		}
	}
	if len(found) == 0 {
		return
	}
	d.line("\n# Exceptions for the present errors. A baseline knows all findings: weir check --write-baseline weir-baseline.json")
	d.line("#ignore:")
	for _, f := range found[:min(len(found), mostDrafted)] {
		d.line("#- rule: %s # %s\n#  subject: %s\n#  reason: why it is accepted", scalar(f.Rule), comment(f.Message), scalar(f.Subject))
	}
	if more := len(found) - mostDrafted; more > 0 {
		d.line("# and %d more", more)
	}
}

// comment returns text for a comment at the end of a line.
func comment(text string) string { return strings.Join(strings.Fields(pen.Clean(text)), " ") }

var plainScalar = lazy.NewRegexp(`^[A-Za-z./][A-Za-z0-9./_-]*$`)

// scalar returns text as a value of YAML.
func scalar(text string) string {
	switch strings.ToLower(text) {
	case "true", "false", "yes", "no", "on", "off", "null", "y", "n":
	default:
		if plainScalar.MatchString(text) {
			return text
		}
	}
	var quoted strings.Builder
	e := json.NewEncoder(&quoted)
	e.SetEscapeHTML(false)
	if err := e.Encode(text); err != nil { // of a text there is none
		panic(err)
	}
	return strings.TrimSpace(quoted.String())
}
