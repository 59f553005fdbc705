package ingest

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/native"
)

// A Configuration is what reading has to know about that of the run.
type Configuration struct {
	File  string   // as the user names it; "" if there is none
	Parts []string // it and the files that it extends, by their paths
	Dir   string   // from where it is in effect, relative to the working directory
	Rules native.Rules
	Leave string // the native manifest in a directory below that declares nothing, "" for none
}

// scope returns which native manifests are configurations below c: those in directories below its
// own, of the same git work tree.
func (c *Configuration) scope(cwd string) *native.Scope {
	from := roots{cwd: cwd}
	dir := from.absolute(c.Dir)
	tree := WorkTree(dir)
	parts := map[string]bool{}
	for _, p := range c.Parts {
		parts[from.absolute(p)] = true
	}
	return &native.Scope{Config: filepath.ToSlash(c.File), Rules: c.Rules, Leave: c.Leave, Below: func(file string) bool {
		p := from.absolute(filepath.FromSlash(file))
		at := filepath.Dir(p)
		return at != dir && within(dir, at) && WorkTree(at) == tree && !parts[p]
	}}
}

// ReadConfig returns the text of a configuration, which has no link that leads out of its git
// work tree, unless outside is set, and what identifies the file.
func ReadConfig(name string, outside bool) (text []byte, real string, err error) {
	cwd, err := workingDirectory()
	if err != nil {
		return nil, "", err
	}
	inside := &roots{anywhere: outside, cwd: cwd}
	if inside.named(name) != nil {
		return nil, "", document.ErrOutside
	}
	if real, err = filepath.EvalSymlinks(inside.absolute(name)); err != nil {
		real = name // a pipe that only the process itself can see
	}
	in, err := os.Open(name)
	if err != nil {
		return nil, "", err
	}
	defer in.Close()
	text, err = readAll(in, 0, maxSmall)
	return text, real, err
}

// ReadExtended returns the text of a configuration that another one extends, and what identifies
// the file. It is read only inside the git work tree of the configuration of the run, else inside
// its directory, unless outside is set: else the error is document.ErrOutside.
func ReadExtended(config, name string, outside bool) (text []byte, real string, err error) {
	cwd, err := workingDirectory()
	if err != nil {
		return nil, "", err
	}
	inside := &roots{anywhere: outside, cwd: cwd}
	defer inside.close()
	inside.add(config)
	p, err := inside.follow(name)
	if err != nil {
		return nil, "", err
	}
	in, err := p.open()
	if err != nil {
		return nil, "", err
	}
	defer in.Close()
	if info, err := in.Stat(); err != nil || info.IsDir() {
		return nil, "", &fs.PathError{Op: "open", Path: name, Err: errors.New("it is a directory")}
	}
	text, err = readAll(in, 0, maxSmall)
	return text, p.real, err
}

// LeadsOut reports whether a path, of a file that need not exist, has a link that leads out of
// its git work tree.
func LeadsOut(name string) bool {
	cwd, err := os.Getwd()
	return err == nil && (&roots{cwd: cwd}).named(name) != nil
}
