package ingest

import (
	"fmt"
	"os"
	"path"
	"path/filepath"

	"github.com/weirgraph/weir/ingest/native"
)

// A Configuration is what reading has to know about that of the run.
type Configuration struct {
	File  string // as the user names it; "" if there is none
	Dir   string // from where it is in effect, relative to the working directory
	Rules native.Rules
}

// scope returns which native manifests are configurations below c: those in directories below its
// own, of the same git work tree.
func (c *Configuration) scope(cwd string) *native.Scope {
	dir := filepath.Join(cwd, c.Dir)
	tree := WorkTree(dir)
	return &native.Scope{Config: filepath.ToSlash(c.File), Rules: c.Rules, Below: func(file string) bool {
		at := filepath.FromSlash(path.Dir(file))
		if !filepath.IsAbs(at) {
			at = filepath.Join(cwd, at)
		}
		return at != dir && within(dir, at) && WorkTree(at) == tree
	}}
}

// ReadConfig returns the text of a configuration, which has no link that leads out of its git
// work tree, unless outside is set.
func ReadConfig(name string, outside bool) ([]byte, error) {
	cwd, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	if err := (&roots{anywhere: outside, cwd: cwd}).named(name); err != nil {
		return nil, &openError{fmt.Sprintf("%q: %v", filepath.ToSlash(name), err), "write --follow-outside if the inputs are trusted"}
	}
	in, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	return readAll(in, 0, maxSmall)
}

// LeadsOut reports whether a path, of a file that need not exist, has a link that leads out of
// its git work tree.
func LeadsOut(name string) bool {
	cwd, err := os.Getwd()
	return err == nil && (&roots{cwd: cwd}).named(name) != nil
}
