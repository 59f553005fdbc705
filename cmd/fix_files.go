package cmd

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/weirgraph/weir/fix"
	"github.com/weirgraph/weir/ingest"
	"github.com/weirgraph/weir/policy"
)

// fixRoots are the directories of the sources, absolute, outside of which no file is changed.
type fixRoots []string

// openRoots returns the directories that the sources are, or are in.
func (r *run) openRoots(sources []string) fixRoots {
	if len(sources) == 0 {
		for _, s := range r.config.Sources {
			sources = append(sources, s.Path)
		}
	}
	if len(sources) == 0 {
		sources = []string{"."}
	}
	sources = slices.Concat(sources, r.config.Manifests)
	var roots fixRoots
	for _, source := range sources {
		if source == ingest.Stdin {
			continue
		}
		if info, err := os.Stat(source); err != nil || !info.IsDir() {
			source = filepath.Dir(source)
		}
		if root, err := filepath.Abs(source); err == nil { // files are named from the working directory
			roots = append(roots, root)
		}
	}
	return roots
}

// read returns the text of a file, and an error if it is not a plain file inside of the roots.
func (roots fixRoots) read(name string) ([]byte, error) {
	if name == policy.Stdin {
		return nil, errors.New("standard input cannot be edited")
	}
	if err := roots.inside(name); err != nil {
		return nil, err
	}
	switch filepath.Ext(name) {
	case ".gz", ".zst", ".tgz", ".tar":
		return nil, fmt.Errorf("%s is an archive", name)
	}
	text, err := os.ReadFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fix.ErrNotExist
	case err != nil:
		return nil, err
	case bytes.IndexByte(text, 0) >= 0:
		return nil, fmt.Errorf("%s is not text", name)
	}
	return text, nil
}

// inside returns an error for a name that is outside of the roots, or that a link leads to.
func (roots fixRoots) inside(name string) error {
	file, err := filepath.Abs(filepath.FromSlash(name))
	if err != nil {
		return err
	}
	for _, root := range roots {
		rel, err := filepath.Rel(root, file)
		if err != nil || !filepath.IsLocal(rel) {
			continue
		}
		at := root
		for _, part := range strings.Split(rel, string(filepath.Separator)) {
			at = filepath.Join(at, part)
			info, err := os.Lstat(at)
			switch {
			case errors.Is(err, fs.ErrNotExist):
				return nil
			case err != nil:
				return fmt.Errorf("%s is not a file of the sources", name)
			case info.Mode()&fs.ModeSymlink != 0:
				return fmt.Errorf("%s is behind a link", name)
			}
		}
		return nil
	}
	return fmt.Errorf("%s is not a file of the sources", name)
}

// write replaces files by their new texts, each of them whole: the new texts are written beside the
// files first, so that nothing is changed if there is no room for one of them. What is left of these
// when the run is interrupted is removed.
func (roots fixRoots) write(files []fix.File, leave *leftovers) error {
	type pending struct{ temporary, name string }
	var list []pending
	var gone []string
	for _, f := range files {
		if f.After == nil {
			if err := roots.unchanged(f); err != nil {
				return unread("nothing is changed", "removing %s: %w", f.Name, err)
			}
			gone = append(gone, f.Name)
			continue
		}
		temporary, err := roots.beside(f)
		if err != nil {
			return unread("nothing is changed", "writing %s: %w", f.Name, err)
		}
		defer leave.remove(temporary)()
		list = append(list, pending{temporary, f.Name})
	}
	for _, p := range list {
		if err := os.Rename(p.temporary, p.name); err != nil {
			return unread("the files before it are changed, the others are not", "writing %s: %w", p.name, err)
		}
	}
	for _, name := range gone {
		if err := os.Remove(name); err != nil {
			return unread("the other files are changed", "removing %s: %w", name, err)
		}
	}
	return nil
}

// unchanged returns an error if a file that was read is another one now, or is not to be written.
func (roots fixRoots) unchanged(f fix.File) error {
	now, err := roots.read(f.Name)
	if err != nil {
		return err
	}
	info, err := os.Stat(f.Name)
	switch {
	case err != nil:
		return err
	case !bytes.Equal(now, f.Before):
		return errors.New("it has changed since it was read")
	case info.Mode().Perm()&0o222 == 0:
		return errors.New("it is read-only")
	}
	return nil
}

// beside writes the new text of a file into the directory of the file, with its mode, and returns
// the name. It is an error if the file has changed since it was read.
func (roots fixRoots) beside(f fix.File) (string, error) {
	mode := fs.FileMode(0o644)
	if f.Before == nil {
		if _, err := roots.read(f.Name); err == nil {
			return "", errors.New("it has changed since it was read")
		} else if !errors.Is(err, fix.ErrNotExist) {
			return "", err
		}
	} else {
		if err := roots.unchanged(f); err != nil {
			return "", err
		}
		info, err := os.Stat(f.Name)
		if err != nil {
			return "", err
		}
		mode = info.Mode().Perm()
	}
	t, err := createTemporary(filepath.Dir(f.Name), mode)
	if err != nil {
		return "", err
	}
	_, err = t.Write(f.After)
	if err = errors.Join(err, t.Chmod(mode), t.Close()); err != nil {
		_ = os.Remove(t.Name()) // the error of writing is reported
		return "", err
	}
	return t.Name(), nil
}
