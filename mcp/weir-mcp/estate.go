package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/weirgraph/weir/cmd"
	"github.com/weirgraph/weir/ingest"
)

// An estate is the sources that may be read.
type estate struct {
	roots []string // as weir gets them
	real  []string // absolute and without links

	one sync.Mutex // runs of weir, one at a time
}

// newEstate returns an estate of the named sources, by default the current directory.
func newEstate(sources []string) (*estate, error) {
	if len(sources) == 0 {
		sources = []string{"."}
	}
	e := &estate{roots: sources}
	for _, source := range sources {
		real, err := realPath(source)
		if err != nil {
			return nil, fmt.Errorf("no file or directory %q; name the sources that may be read", source)
		}
		e.real = append(e.real, real)
	}
	return e, nil
}

func realPath(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(abs)
}

// sources returns the sources of a question: all roots, or files and directories below them.
func (e *estate) sources(asked []string) ([]string, error) {
	if len(asked) == 0 {
		return e.roots, nil
	}
	for _, source := range asked {
		if err := e.check(source); err != nil {
			return nil, err
		}
	}
	return asked, nil
}

// check returns the error of a source that may not be read.
func (e *estate) check(source string) error {
	real, err := realPath(source)
	if errors.Is(err, os.ErrNotExist) && !e.below(filepath.Clean(source)) {
		err = nil // what is not below a root is not even said to be missing
	}
	if err == nil && e.below(real) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("no file or directory %q; name one below %s", source, strings.Join(e.roots, ", "))
	}
	return fmt.Errorf("%q is not below what weir-mcp was started with; name a file or directory below %s", source, strings.Join(e.roots, ", "))
}

func (e *estate) below(path string) bool {
	abs, err := filepath.Abs(path)
	return err == nil && slices.ContainsFunc(e.real, func(root string) bool {
		rel, err := filepath.Rel(root, abs)
		return err == nil && filepath.IsLocal(rel)
	})
}

// states returns the two states of diff. The new one is by default the only root as it is.
func (e *estate) states(old, now string) ([]string, error) {
	if old == "" {
		return nil, errors.New("the argument \"old\" is missing")
	}
	if now == "" {
		if len(e.roots) > 1 {
			return nil, fmt.Errorf("the argument \"new\" is missing; name one of %s", strings.Join(e.roots, ", "))
		}
		now = e.roots[0]
	}
	var words []string
	for _, word := range []string{old, now} {
		state, err := e.state(word)
		if err != nil {
			return nil, err
		}
		words = append(words, state)
	}
	return words, nil
}

// state returns a state of diff: a source, or the part of a revision that is below a root.
func (e *estate) state(word string) (string, error) {
	rest, isRevision := strings.CutPrefix(word, "git:")
	if !isRevision {
		return word, e.check(word)
	}
	here, err := os.Getwd()
	if err != nil {
		return "", err
	}
	if _, path, named := strings.Cut(rest, ":"); named {
		if !strings.HasPrefix(path, "./") && !strings.HasPrefix(path, "../") { // as in git
			path = filepath.Join(ingest.WorkTree(here), path)
		}
		if !e.below(path) {
			return "", fmt.Errorf("%q is not below what weir-mcp was started with; name a directory below %s", word, strings.Join(e.roots, ", "))
		}
		return word, nil
	}
	if len(e.roots) > 1 {
		return "", fmt.Errorf("%q names no path; add one of %s, as in git:main:deploy", word, strings.Join(e.roots, ", "))
	}
	root, err := filepath.Rel(here, e.real[0])
	if err != nil {
		return "", err
	}
	return word + ":./" + filepath.ToSlash(root), nil
}

// weir runs a command of weir and returns its report, and what it said on standard error. It is an
// error if there is no report.
func (e *estate) weir(command string, flags, words []string) (report []byte, said string, err error) {
	e.one.Lock()
	defer e.one.Unlock()
	args := slices.Concat([]string{command, "-o", "json"}, flags, []string{"--"}, words)
	var out, talk bytes.Buffer
	cmd.Main(args, strings.NewReader(""), &out, &talk)
	said = strings.ReplaceAll(strings.TrimSpace(talk.String()), "weir: ", "")
	if out.Len() == 0 {
		if usage := strings.Index(said, "\n\n"); usage >= 0 {
			said = said[:usage]
		}
		return nil, "", errors.New(said)
	}
	return out.Bytes(), said, nil
}
