package cmd

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze/rules"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/native"
	"github.com/weirgraph/weir/ingest/revision"
)

// A configReader reads a configuration and those that it extends, from the work tree or from a
// commit.
type configReader struct {
	outside  bool
	commit   *revision.Commit // nil if files are read
	revision string           // of the commit, "git:main"

	first     string   // the path of the configuration of the run
	stack     []string // the ids of the files that extend the one that is read, the first one first
	names     []string // of the same
	done      []string // the ids of the files that were read
	parts     []string // the files as they are named from the current directory
	manifests []string // those that declare services
	texts     []ingest.Text
}

// A configFile is one of them.
type configFile struct {
	path string       // in the work tree, as it is named from the current directory; of a commit, below its root
	name string       // in messages and origins
	id   string       // the same for two paths of one file, set when it is read
	at   graph.Origin // of the entry that extends it; zero for the first one
}

// committed returns the file of the commit with a path.
func (r *configReader) committed(p string) configFile {
	return configFile{path: p, name: r.revision + ":" + p, id: p}
}

// misuse returns an error about a file, at the entry that names it if there is one.
func (f *configFile) misuse(hint, format string, args ...any) error {
	if f.at.File() != "" {
		format, args = "%s: "+format, slices.Concat([]any{f.at}, args)
	}
	return misuse(hint, format, args...)
}

// text returns the text of a file, and sets its id.
func (r *configReader) text(ctx context.Context, f *configFile) ([]byte, error) {
	var text []byte
	var err error
	switch {
	case r.commit != nil:
		var committed string
		if committed, err = r.commit.Read(ctx, f.path); err != nil {
			return nil, f.misuse(hintOf(err), "%s: %w", r.revision, err)
		}
		return []byte(committed), nil
	case f.at.File() == "":
		text, f.id, err = ingest.ReadConfig(f.path, r.outside)
	default:
		text, f.id, err = ingest.ReadExtended(r.first, f.path, r.outside)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, f.misuse("", "no configuration %q", f.name)
	case errors.Is(err, document.ErrOutside):
		return nil, f.misuse("write --follow-outside if the inputs are trusted", "reading the configuration: %q: %w", f.name, document.ErrOutside)
	case err != nil:
		return nil, f.misuse(hintOf(err), "reading the configuration: %q: %w", f.name, withoutPath(err))
	}
	return text, nil
}

// read returns a file on top of those that it extends. All of it is checked here, so that mistakes
// are reported with their place and no later step fails on one: the first is the error.
func (r *configReader) read(ctx context.Context, f configFile) (*native.Config, error) {
	if f.at.File() == "" {
		r.first = f.path
	}
	text, err := r.text(ctx, &f)
	if err != nil {
		return nil, err
	}
	if slices.Contains(r.stack, f.id) {
		return nil, f.misuse("remove one of these entries", "%s extends itself: %s", f.name, strings.Join(append(r.names, f.name), ", "))
	}
	if slices.Contains(r.done, f.id) {
		return &native.Config{}, nil // it is below what was read since
	}
	r.stack, r.names = append(r.stack, f.id), append(r.names, f.name)
	under := &native.Config{}
	for _, e := range native.Extended(f.name, text) {
		first, err := r.read(ctx, r.extended(f, e))
		if err != nil {
			return nil, err
		}
		under = first.Over(under)
	}
	r.stack, r.names = r.stack[:len(r.stack)-1], r.names[:len(r.names)-1]
	r.done = append(r.done, f.id)
	c, err := parseConfig(f.name, text, under)
	if err != nil {
		return nil, err
	}
	c.From(r.dir(f))
	part := filepath.Join(r.dir(f), path.Base(filepath.ToSlash(f.path)))
	r.parts = append(r.parts, part)
	switch {
	case r.commit != nil: // in the place of the file that the work tree has
		replaced := ingest.Text{Name: f.name, Path: part}
		if c.Manifest {
			replaced.Text = string(text)
		}
		r.texts, r.parts = append(r.texts, replaced), append(r.parts, f.name)
	case c.Manifest:
		r.manifests = append(r.manifests, f.path)
	}
	return c.Over(under), nil
}

// parseConfig returns the first mistake as its error. The file may name the rules that the
// configuration under it declares.
func parseConfig(name string, text []byte, under *native.Config) (*native.Config, error) {
	c, problems := native.ReadConfig(name, text, words(under))
	if len(problems) > 0 {
		return nil, misuse(problems[0].Hint, "%s", problemText(problems[0]))
	}
	for _, id := range slices.Sorted(maps.Keys(c.Rules)) {
		now := rules.CurrentID(id)
		if _, both := c.Rules[now]; !both {
			c.Rules[now] = c.Rules[id]
		}
		if now != id {
			delete(c.Rules, id)
		}
	}
	for i := range c.Ignore {
		c.Ignore[i].Rule = rules.CurrentID(c.Ignore[i].Rule)
	}
	return c, nil
}

// extended returns the file that an entry of another one names.
func (r *configReader) extended(f configFile, e native.Source) configFile {
	var next configFile
	switch name := filepath.FromSlash(e.Path); {
	case r.commit != nil:
		next = r.committed(path.Join(path.Dir(f.path), e.Path))
	case filepath.IsAbs(name):
		next = configFile{path: name, name: e.Path}
	default:
		name = filepath.Join(filepath.Dir(f.path), name)
		next = configFile{path: name, name: filepath.ToSlash(name)}
	}
	next.at = e.Origin
	return next
}

// dir returns the directory of a file as it is named from the current directory.
func (r *configReader) dir(f configFile) string {
	if r.commit == nil {
		return filepath.Dir(f.path)
	}
	return r.commit.FromHere(path.Dir(f.path))
}

// below returns the entries of ignore of the configurations below c in the commit. Those with
// mistakes excuse nothing.
func (r *configReader) below(ctx context.Context, c *config) ([]graph.Ignore, error) {
	names, err := r.commit.Named(ctx, native.FileNames...)
	if err != nil {
		return nil, misuse(hintOf(err), "%s: %w", r.revision, err)
	}
	here, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	var list []graph.Ignore
	for _, name := range names {
		f := r.committed(name)
		dir := r.dir(f)
		if rel, err := filepath.Rel(filepath.Join(here, c.Dir), filepath.Join(here, dir)); err != nil || rel == "." || !filepath.IsLocal(rel) {
			continue
		}
		text, err := r.text(ctx, &f)
		if err != nil {
			return nil, err
		}
		list = append(list, native.IgnoresBelow(f.name, filepath.ToSlash(dir), text, words(&c.Config))...)
	}
	return list, nil
}
