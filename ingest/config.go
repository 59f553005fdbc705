package ingest

import (
	"fmt"
	"os"
	"path/filepath"
)

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
