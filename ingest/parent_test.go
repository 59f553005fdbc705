package ingest

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/weirgraph/weir/ingest/document"
)

// Files of several directories are opened by several workers, each as what it is.
func TestParent(t *testing.T) {
	write(t, map[string]string{"a/f.yaml": "text of a", "b/f.yaml": "text of b", "c/f.yaml": "text of c"})
	dir, err := workingDirectory()
	if err != nil {
		t.Fatal(err)
	}
	r := &roots{cwd: dir, dirs: []string{dir}}
	defer r.close()
	var all sync.WaitGroup
	for worker := range 4 {
		all.Go(func() {
			for i := range 200 {
				name := string("abc"[(i*(worker+1))%3])
				text, err := r.read(filepath.Join(dir, name, "f.yaml"))
				if err != nil || string(text) != "text of "+name {
					t.Errorf("%s: %q, %v", name, text, err)
				}
			}
		})
	}
	all.Wait()
	if _, err := r.read(filepath.Join(dir, "a", "none.yaml")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what is not there: %v", err)
	}
}

// A file or a directory that becomes a link out of the root after it was found is not read.
func TestParentBecomesLink(t *testing.T) {
	for _, change := range []string{"sub/f.yaml", "sub"} {
		t.Run(change, func(t *testing.T) {
			write(t, map[string]string{"in/sub/e.yaml": "e", "in/sub/f.yaml": "f", "outside/sub/f.yaml": "secret"})
			dir, err := workingDirectory()
			if err != nil {
				t.Fatal(err)
			}
			r := &roots{cwd: dir, dirs: []string{filepath.Join(dir, "in")}}
			defer r.close()
			if change != "sub" { // the directory is open already
				if text, err := r.read("in/sub/e.yaml"); err != nil || string(text) != "e" {
					t.Fatalf("%q, %v", text, err)
				}
			}
			p, err := r.follow("in/sub/f.yaml")
			if err != nil {
				t.Fatal(err)
			}
			at := filepath.Join(dir, "in", change)
			if err := errors.Join(os.Rename(at, at+".old"), os.Symlink(filepath.Join(dir, "outside", change), at)); err != nil {
				t.Skip("no links: ", err)
			}
			if f, err := p.open(); err == nil {
				text, _ := io.ReadAll(f)
				f.Close()
				t.Errorf("the file is read through a link: %q", text)
			}
			if _, err := r.follow(at); !errors.Is(err, document.ErrOutside) {
				t.Errorf("the link is followed: %v", err)
			}
		})
	}
}
