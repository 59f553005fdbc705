package revision

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	_ "github.com/weirgraph/weir/internal/testlong"
)

// repository makes a git repository of files in a new current directory, with one commit. A name
// that ends in "@" is a symbolic link to its text.
func repository(t *testing.T, files map[string]string) {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	t.Chdir(t.TempDir())
	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	run(t, "init", "-q", "-b", "main")
	commit(t, files)
}

func commit(t *testing.T, files map[string]string) {
	t.Helper()
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		var err error
		if link, ok := strings.CutSuffix(name, "@"); ok {
			err = os.Symlink(text, link)
		} else {
			err = os.WriteFile(name, []byte(text), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	run(t, "add", "-A")
	run(t, "-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "-q", "--allow-empty", "-m", "x")
}

func run(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command("git", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func extract(t *testing.T, name string) *Tree {
	t.Helper()
	tree, err := Extract(context.Background(), name, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tree.Remove() })
	return tree
}

// files lists what a tree has, links with an "@".
func filesOf(t *testing.T, tree *Tree) []string {
	t.Helper()
	var list []string
	err := filepath.WalkDir(tree.Dir, func(p string, e os.DirEntry, err error) error {
		rel, _ := filepath.Rel(tree.Dir, p)
		switch {
		case err != nil:
			return err
		case e.Type()&os.ModeSymlink != 0:
			list = append(list, filepath.ToSlash(rel)+"@")
		case !e.IsDir():
			list = append(list, filepath.ToSlash(rel))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestExtract(t *testing.T) {
	repository(t, map[string]string{
		"deploy/a.yaml": "one\n", "deploy/sub/b.yaml": "two\r\n", "name with\ttab.yaml": "x", "ü.yaml": "x", "main.go": "package main", "link.yaml@": "deploy/a.yaml",
		"big.yaml": "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "empty.yaml": "",
	})
	commit(t, map[string]string{"deploy/a.yaml": "three\n", "later.yaml": "x"})
	if err := os.WriteFile("deploy/a.yaml", []byte("not committed"), 0o644); err != nil {
		t.Fatal(err)
	}
	before := run(t, "status", "--porcelain")
	old, now := extract(t, "HEAD~1"), extract(t, "main")
	if got, want := filesOf(t, old), []string{"deploy/a.yaml", "deploy/sub/b.yaml", "empty.yaml", "link.yaml@", "name with\ttab.yaml", "ü.yaml"}; !slices.Equal(got, want) {
		t.Errorf("files %q, want %q", got, want)
	}
	for tree, want := range map[*Tree]string{old: "one\n", now: "three\n"} {
		if text, err := os.ReadFile(filepath.Join(tree.Dir, "link.yaml")); err != nil || string(text) != want {
			t.Errorf("deploy/a.yaml is %q, %v, want %q", text, err, want)
		}
	}
	if text, err := os.ReadFile(filepath.Join(old.Dir, "deploy", "sub", "b.yaml")); string(text) != "two\r\n" {
		t.Errorf("line breaks are changed: %q, %v", text, err)
	}
	if want := []string{`file "big.yaml", which is in git-lfs`}; !slices.Equal(old.Left, want) {
		t.Errorf("left %q, want %q", old.Left, want)
	}
	if after := run(t, "status", "--porcelain"); after != before {
		t.Errorf("the work tree has changed: %q, was %q", after, before)
	}
	if err := old.Remove(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(old.Dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the files are still there: %v", err)
	}
}

func TestExtractInASubdirectory(t *testing.T) {
	repository(t, map[string]string{"a/deploy/x.yaml": "x", "b/y.yaml": "y"})
	t.Chdir("a")
	tree := extract(t, "HEAD")
	if tree.Here != "a" {
		t.Errorf("the current directory is %q in the tree", tree.Here)
	}
	for name, want := range map[string]string{"b": "../b", "a/deploy": "deploy", "./deploy": "./deploy", ".": ".", "a": "."} {
		if got := filepath.ToSlash(tree.PathOf(name)); got != want {
			t.Errorf("path %q is %q, want %q", name, got, want)
		}
	}
}

// Filters, hooks and attributes of a repository are commands of a stranger.
func TestExtractRunsNothing(t *testing.T) {
	repository(t, map[string]string{".gitattributes": "*.yaml filter=evil diff=evil text eol=crlf export-subst\n", "a.yaml": "x: $Format:%H$\n"})
	witness := filepath.Join(t.TempDir(), "witness")
	for _, key := range []string{"filter.evil.smudge", "filter.evil.process", "diff.evil.textconv", "core.fsmonitor", "core.sshCommand", "core.pager"} {
		run(t, "config", key, "touch "+witness)
	}
	if err := os.WriteFile(".git/hooks/post-checkout", []byte("#!/bin/sh\ntouch "+witness+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	tree := extract(t, "HEAD")
	if text, _ := os.ReadFile(filepath.Join(tree.Dir, "a.yaml")); string(text) != "x: $Format:%H$\n" {
		t.Errorf("the file is %q", text)
	}
	if _, err := os.Stat(witness); err == nil {
		t.Error("something of the repository was run")
	}
}

// A tree may have names that git itself refuses to check out.
func TestExtractHostileNames(t *testing.T) {
	repository(t, map[string]string{"a.yaml": "x"})
	blob := run(t, "hash-object", "-w", "a.yaml")
	tree := func(lines ...string) string {
		cmd := exec.Command("git", "mktree", "--missing")
		cmd.Stdin = strings.NewReader(strings.Join(lines, "\n") + "\n")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Skipf("git mktree: %v: %s", err, out)
		}
		return strings.TrimSpace(string(out))
	}
	link := filepath.Join(t.TempDir(), "target")
	if err := os.WriteFile("target", []byte(filepath.Dir(link)), 0o644); err != nil {
		t.Fatal(err)
	}
	to := run(t, "hash-object", "-w", "target")
	inner := tree("100644 blob " + blob + "\ttarget")
	up := tree("100644 blob " + blob + "\tescaped.yaml")
	all := tree("040000 tree "+up+"\t..", "040000 tree "+up+"\t.git", "120000 blob "+to+"\tdir", "100644 blob "+blob+"\tok.yaml", "160000 commit "+run(t, "rev-parse", "HEAD")+"\tmodule")
	withDir := tree("120000 blob "+to+"\tdir", "040000 tree "+inner+"\tdir")
	for name, root := range map[string]string{"names": all, "link": withDir} {
		id := run(t, "-c", "user.name=x", "-c", "user.email=x@example.com", "commit-tree", "-m", "x", root)
		got := extract(t, id)
		t.Logf("%s: %v, left %v", name, filesOf(t, got), got.Left)
		if _, err := os.Stat(filepath.Join(filepath.Dir(got.Dir), "escaped.yaml")); err == nil {
			t.Errorf("%s: a file is outside of the tree", name)
		}
		if _, err := os.Stat(link); err == nil {
			t.Errorf("%s: a file is written through a link", name)
		}
		if name == "names" && (!slices.Contains(filesOf(t, got), "ok.yaml") || !slices.Contains(got.Left, `submodule "module"`)) {
			t.Errorf("files %v, left %v", filesOf(t, got), got.Left)
		}
	}
}

func TestExtractErrors(t *testing.T) {
	repository(t, map[string]string{"a.yaml": "x"})
	origin, _ := os.Getwd()
	commit(t, map[string]string{"b.yaml": "x"})
	for _, name := range []string{"nope", "-v", "--all", "HEAD:a.yaml", "main..HEAD", ""} {
		var own *Error
		if _, err := Extract(context.Background(), name, t.TempDir()); !errors.As(err, &own) || own.Hint() == "" {
			t.Errorf("revision %q: %v", name, err)
		}
	}
	t.Chdir(t.TempDir())
	if _, err := Extract(context.Background(), "main", ""); err == nil || !strings.Contains(err.Error(), "not a git repository") {
		t.Errorf("outside of a repository: %v", err)
	}
	run(t, "clone", "-q", "--depth=1", "file://"+origin, "shallow")
	t.Chdir("shallow")
	var own *Error
	if _, err := Extract(context.Background(), "HEAD~1", ""); !errors.As(err, &own) || !strings.Contains(own.Hint(), "git fetch --depth=1") {
		t.Errorf("in a shallow clone: %v", err)
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Extract(ended, "HEAD", ""); !errors.Is(err, context.Canceled) {
		t.Errorf("when interrupted: %v", err)
	}
}
