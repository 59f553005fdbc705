package cmd

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/analyze/rules"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest"
	"github.com/weirgraph/weir/ingest/native"
	"github.com/weirgraph/weir/ingest/revision"
	"github.com/weirgraph/weir/internal/english"
)

// States of an estate that are compared: a file or directory, JSON that weir wrote, or the files of
// a commit, "git:main" or "git:main:deploy".

func parseState(word string) (stateName, error) {
	name, isRevision, err := parseRevision(word)
	if !isRevision {
		name.source = word
	}
	return name, err
}

// loadState reads a state that a user names.
func (r *run) loadState(word string) (analyze.State, error) {
	name, err := parseState(word)
	if err != nil {
		return analyze.State{}, err
	}
	if name.revision == "" {
		state, err := r.judge([]string{name.source})
		return state, orRevision(name.source, err)
	}
	var state analyze.State
	old := r.forState()
	err = r.inRevision(name.revision, func(tree *revision.Tree) error {
		var sources []string
		if name.path != "" {
			sources = []string{tree.PathOf(name.path)}
		}
		if !old.keepExisting() && sources == nil {
			state = analyze.State{Graph: graph.New(nil, nil), Check: &analyze.Check{}}
			return nil
		}
		state, err = old.judge(sources)
		return err
	})
	return state, err
}

// orRevision adds to the error of a state that is no file how a revision is written.
func orRevision(word string, err error) error {
	var missing *ingest.SourceError
	var f *exitError
	if errors.As(err, &missing) && errors.As(err, &f) && missing.Source == word {
		f.hint += "; a revision is " + revisionPrefix + word
	}
	return err
}

// judge reads sources, by default the usual ones, and runs the rules.
func (r *run) judge(sources []string) (analyze.State, error) {
	variant, err := r.one(sources)
	if err != nil {
		return analyze.State{}, err
	}
	g, err := r.load(sources, variant)
	if err != nil {
		return analyze.State{}, err
	}
	return analyze.State{Graph: g, Check: r.checkShowing(g, rules.Selection{})}, nil
}

// inRevision calls read in the directory of a revision that the current directory is, and
// removes the files of the revision after it.
func (r *run) inRevision(name string, read func(*revision.Tree) error) (err error) {
	here, err := os.Getwd()
	if err != nil {
		return err
	}
	tree, err := revision.Extract(r.ctx, name, "")
	if err != nil {
		return misuse(hintOf(err), "%s%s: %w", revisionPrefix, name, err)
	}
	defer r.leave.remove(tree.Dir)()
	if len(tree.Left) > 0 && !r.quiet {
		left, more := tree.Left, ""
		if n := len(left) - maxProblems; n > 0 && !r.verbose {
			left, more = left[:maxProblems], fmt.Sprintf(" and %d more", n)
		}
		r.printMessage(revisionPrefix+name+": not read: "+strings.Join(left, ", ")+more, "")
	}
	if err := tree.Enter(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Chdir(here)) }()
	return read(tree)
}

// reportStates prints what could not be read of two states, of the new one in full. The
// comparison is incomplete if anything of either is missing.
func (r *run) reportStates(old, now *graph.Graph, oldName string) {
	r.reportProblems(now, nil)
	if now.Len() == 0 { // all of it is gone, which is a difference and no failure
		r.failed = now.Coverage().Failed() > 0
	}
	if n := old.Coverage().Failed(); n > 0 {
		r.failed = true
		if n != now.Coverage().Failed() {
			r.printMessage(english.Count(n, "input")+" of "+oldName+" could not be read: what is in them is taken for new", "")
		}
	}
}

// forState returns a run that reads another state: its messages and what it could not read are
// not those of this one.
func (r *run) forState() *run {
	other := *r
	config := *r.config
	other.config, other.known, other.reported, other.failed, other.quiet = &config, nil, nil, false, true
	return &other
}

// keepExisting takes from the configuration the sources that the current directory, that of a
// revision, does not have, and what the file itself declares if it is not there. It reports
// false if the configuration lists sources, and none of them is there.
func (r *run) keepExisting() bool {
	listed := len(r.config.Sources)
	r.config.Sources = slices.DeleteFunc(slices.Clone(r.config.Sources), func(s native.Source) bool { return existing([]string{s.Path}) == nil })
	r.config.Manifests = existing(r.config.Manifests)
	return listed == 0 || len(r.config.Sources) > 0
}

// existing are those of the sources that exist, and patterns.
func existing(sources []string) []string {
	var list []string
	for _, s := range sources {
		if _, err := os.Stat(s); err == nil || strings.ContainsAny(s, "*?[") || s == ingest.Stdin {
			list = append(list, s)
		}
	}
	return list
}

// inTree returns a source as it is named from the current directory, so that the same name
// leads to the file in another tree; what is outside of the work tree keeps its name.
func inTree(source, here, root string) string {
	if !filepath.IsAbs(source) || root == "" {
		return source
	}
	if below, err := filepath.Rel(root, source); err != nil || !filepath.IsLocal(below) {
		return source
	}
	rel, err := filepath.Rel(here, source)
	if err != nil {
		return source
	}
	return rel
}
