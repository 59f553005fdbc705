package cmd

import (
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"
	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/analyze/baseline"
	"github.com/weirgraph/weir/analyze/rules"
	"github.com/weirgraph/weir/ingest"
	"github.com/weirgraph/weir/ingest/revision"
	"github.com/weirgraph/weir/internal/english"
)

// Findings that were there before are not reported again: those of a baseline, a file that is
// written once and only shrinks, and those of the base of a branch.

// knownFlags are the flags of check about them.
type knownFlags struct {
	baseline string // read
	write    string // written
	prune    bool
	newFrom  string

	entries []baseline.Entry
	of      *rules.Known // the entries
}

func (k *knownFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&k.baseline, "baseline", "", "do not report the findings that `file` knows")
	f.BoolVar(&k.prune, "prune-baseline", false, "remove from the baseline what is no longer found")
	f.StringVar(&k.write, "write-baseline", "", "write the present findings to `file`, as known ones")
	f.StringVar(&k.newFrom, "new-from", "", "report only findings that `state` does not have, as git:origin/main")
}

// check returns the misuse of the flags, before any input is read.
func (k *knownFlags) check(r *run, sources []string) error {
	switch {
	case k.baseline != "" && k.write != "":
		return misuse("write it without --baseline; --prune-baseline removes what is no longer found", "--write-baseline and --baseline exclude each other")
	case k.prune && k.baseline == "":
		return misuse("add --baseline <file>", "--prune-baseline needs a baseline")
	case k.newFrom != "" && slices.Contains(sources, ingest.Stdin):
		return misuse("write it to a file of the work tree", "--new-from cannot compare standard input")
	}
	for _, file := range []string{k.write, k.pruned()} {
		if file != "" {
			if err := r.writable(file); err != nil {
				return misuse("", "writing %s: %w", file, withoutPath(err))
			}
		}
	}
	return nil
}

// pruned is the baseline if it may be written.
func (k *knownFlags) pruned() string {
	if k.prune {
		return k.baseline
	}
	return ""
}

// load makes the findings known to r. now returns all findings of the inputs.
func (k *knownFlags) load(r *run, sources []string, filter *callFilter, now func() *analyze.Check) error {
	if k.newFrom != "" {
		base, err := r.base(k.newFrom, sources, filter)
		if err != nil {
			return err
		}
		r.known = append(r.known, base)
	}
	switch {
	case k.baseline != "":
		entries, err := readBaseline(k.baseline)
		if err != nil {
			return err
		}
		k.entries = entries
	case k.write != "":
		for f := range now().Singles() {
			k.entries = append(k.entries, baseline.Entry{Fingerprint: f.Fingerprint, Rule: f.Rule, Subject: f.Subject})
		}
		if err := k.save(r, k.write); err != nil {
			return err
		}
		r.printMessage(fmt.Sprintf("%s written to %s: check --baseline %s reports only others", english.Count(len(k.entries), "finding"), k.write, k.write), "")
	default:
		return nil
	}
	name := k.baseline + k.write
	k.of = &rules.Known{By: analyze.ByBaseline, Name: name, Fingerprints: map[string]bool{}}
	for _, e := range k.entries {
		k.of.Fingerprints[e.Fingerprint] = false
	}
	r.known = append(r.known, k.of)
	return nil
}

func readBaseline(name string) ([]baseline.Entry, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, misuse("--write-baseline "+name+" writes it", "reading the baseline: %s: %w", name, withoutPath(err))
	}
	defer file.Close()
	entries, err := baseline.Read(file)
	if err != nil {
		return nil, misuse("write it anew with --write-baseline, or restore it", "reading the baseline: %s: %w", name, err)
	}
	return entries, nil
}

func (k *knownFlags) save(r *run, name string) error {
	if err := r.writeFile(name, func(w io.Writer) error { return baseline.Write(w, k.entries) }); err != nil {
		return misuse("", "writing %s: %w", name, withoutPath(err))
	}
	return nil
}

// finish reports the entries of the baseline that match no finding, or removes them.
func (k *knownFlags) finish(r *run) error {
	if k.baseline == "" {
		return nil
	}
	stale := slices.DeleteFunc(slices.Clone(k.entries), func(e baseline.Entry) bool { return k.of.Fingerprints[e.Fingerprint] })
	if len(stale) == 0 {
		return nil
	}
	count := english.Count(len(stale), "entry")
	if k.prune {
		k.entries = slices.DeleteFunc(k.entries, func(e baseline.Entry) bool { return !k.of.Fingerprints[e.Fingerprint] })
		if err := k.save(r, k.baseline); err != nil {
			return err
		}
		r.printMessage(fmt.Sprintf("%s removed from %s", count, k.baseline), "")
		return nil
	}
	if r.quiet {
		return nil
	}
	first := stale[0]
	message := fmt.Sprintf("%s: %s no longer found: %s %s", k.baseline, count, first.Rule, first.Subject)
	if len(stale) > 1 {
		message += " and others"
	}
	r.printMessage(message, "--prune-baseline removes them, so that they are reported if they come back")
	return nil
}

// base returns the findings of a state, as those that are known. What its configuration or its
// annotations excuse is known, too.
func (r *run) base(word string, sources []string, filter *callFilter) (*rules.Known, error) {
	name, err := parseState(word)
	if err != nil {
		return nil, err
	}
	known := &rules.Known{By: analyze.ByBase, Name: word, Fingerprints: map[string]bool{}}
	old := r.forState()
	collect := func(sources []string) error {
		states, err := old.loadVariants(sources, old.selected(sources), filter)
		if err != nil {
			return err
		}
		unread := 0
		for _, v := range states {
			check := old.checkShowing(v.Graph, rules.Selection{})
			for f := range check.Singles() {
				known.Fingerprints[f.Fingerprint] = false
			}
			for i := range check.Excused {
				known.Fingerprints[check.Excused[i].Fingerprint] = false
			}
			unread += v.Graph.Coverage().Failed()
		}
		if unread > 0 && !r.quiet {
			r.printMessage(fmt.Sprintf("%s of %s could not be read: findings about them may be reported as new", english.Count(unread, "input"), word), "")
		}
		return nil
	}
	if name.revision == "" {
		return known, orRevision(name.source, collect([]string{name.source}))
	}
	here, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	root := ingest.WorkTree(here)
	var inside []string
	for _, s := range sources {
		inside = append(inside, inTree(s, here, root))
	}
	err = r.inRevision(name.revision, func(tree *revision.Tree) error {
		paths, named := existing(inside), len(inside) > 0 || name.path != ""
		if name.path != "" {
			paths = existing([]string{tree.PathOf(name.path)})
		}
		if left := old.keepExisting(); paths == nil && (named || !left) {
			return nil // all is new
		}
		return collect(paths)
	})
	return known, err
}
