// Package revision reads the files of a commit from the object database of a git repository
// into a directory. No work tree is touched, and nothing of the repository is run: no filter,
// no hook, no driver. What a commit can only name, submodules and files of LFS, is listed.
package revision

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A Tree is the files of a commit in a directory of their own.
type Tree struct {
	Commit string   // its full name
	Dir    string   // has the files; remove it when they are read
	Here   string   // the current directory in it, "." or below; it need not exist
	Left   []string // what is not in Dir, in words, sorted
}

// maxTree bounds what is written for one commit.
const maxTree = 2 << 30

// unwanted are the endings of files that weir never reads: programs, pictures, packages.
var unwanted = []string{
	".go", ".java", ".kt", ".scala", ".groovy", ".cs", ".fs", ".ts", ".tsx", ".jsx", ".vue", ".py", ".rb", ".rs", ".c", ".cc", ".cpp", ".h", ".hpp", ".swift",
	".dart", ".ex", ".exs", ".css", ".scss", ".less", ".html", ".md", ".rst", ".adoc", ".png", ".jpg", ".jpeg", ".gif", ".svg", ".ico", ".webp", ".pdf", ".woff",
	".woff2", ".ttf", ".eot", ".otf", ".mp3", ".mp4", ".mov", ".wav", ".zip", ".jar", ".war", ".class", ".so", ".dll", ".exe", ".wasm", ".map", ".psd", ".parquet",
}

// Extract writes the files of a commit of the repository that the current directory is in to a
// new directory below dir, "" for that of the system. The error is an *Error if git is missing,
// there is no repository, or it does not have the commit.
func Extract(ctx context.Context, name, dir string) (*Tree, error) {
	commit, err := Find(ctx, name)
	if err != nil {
		return nil, err
	}
	t := &Tree{Commit: commit.ID, Here: commit.Here}
	if t.Dir, err = os.MkdirTemp(dir, "weir-revision-"); err != nil {
		return nil, err
	}
	if err := t.fill(ctx); err != nil {
		return nil, errors.Join(err, t.Remove())
	}
	slices.Sort(t.Left)
	return t, nil
}

// Remove removes the files.
func (t *Tree) Remove() error { return os.RemoveAll(t.Dir) }

// fill writes the files of the commit.
func (t *Tree) fill(ctx context.Context) error {
	list, err := git(ctx, "ls-tree", "-r", "-l", "-z", "--full-tree", t.Commit)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(t.Dir)
	if err != nil {
		return err
	}
	defer root.Close()
	// It makes the directory the root inside which links and references are followed.
	if err := root.Mkdir(".git", 0o700); err != nil {
		return err
	}
	var entries []entry
	total := int64(0)
	for line := range strings.SplitSeq(strings.TrimSuffix(list, "\x00"), "\x00") {
		e, ok := parseEntry(line)
		switch {
		case !ok || !filepath.IsLocal(filepath.FromSlash(e.name)) || slices.Contains(strings.Split(e.name, "/"), ".git"):
		case e.mode == "160000":
			t.Left = append(t.Left, fmt.Sprintf("submodule %q", e.name))
		case slices.Contains(unwanted, strings.ToLower(path.Ext(e.name))):
		case e.size > maxBlob:
			t.Left = append(t.Left, fmt.Sprintf("file %q of %d MB", e.name, e.size>>20))
		default:
			if total += e.size; total > maxTree {
				return &Error{fmt.Sprintf("the files of revision %s are larger than %d GB", t.Commit[:12], maxTree>>30), "name a path: git:REVISION:path"}
			}
			entries = append(entries, e)
		}
	}
	return t.copyBlobs(ctx, root, entries)
}

// copyBlobs asks one git for all files.
func (t *Tree) copyBlobs(ctx context.Context, root *os.Root, entries []entry) error {
	cmd := command(ctx, "cat-file", "--batch")
	asks, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	answers, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	go func() {
		w := bufio.NewWriter(asks)
		for _, e := range entries {
			fmt.Fprintln(w, e.object)
		}
		w.Flush()
		asks.Close()
	}()
	r := bufio.NewReaderSize(answers, 1<<16)
	for _, e := range entries {
		if err := t.copyBlob(root, e, r); err != nil {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
			return err
		}
	}
	return cmd.Wait()
}

// copyBlob writes one file from "object type size\n", as many bytes, "\n".
func (t *Tree) copyBlob(root *os.Root, e entry, r *bufio.Reader) error {
	head, err := r.ReadString('\n')
	if err != nil {
		return fmt.Errorf("reading the revision: %w", err)
	}
	fields := strings.Fields(head)
	if len(fields) != 3 { // "object missing", of a partial clone
		t.Left = append(t.Left, fmt.Sprintf("file %q, which is not in this clone", e.name))
		return nil
	}
	size, err := strconv.ParseInt(fields[2], 10, 64)
	if err != nil {
		return fmt.Errorf("reading the revision: size %q", fields[2])
	}
	text := make([]byte, size)
	if _, err := io.ReadFull(r, text); err != nil {
		return fmt.Errorf("reading the revision: %w", err)
	}
	if _, err := r.Discard(1); err != nil {
		return fmt.Errorf("reading the revision: %w", err)
	}
	if bytes.HasPrefix(text, lfs) {
		t.Left = append(t.Left, fmt.Sprintf("file %q, which is in git-lfs", e.name))
		return nil
	}
	if err := root.MkdirAll(path.Dir(e.name), 0o700); err != nil {
		return t.leave(e, err)
	}
	if e.mode == "120000" {
		return t.leave(e, root.Symlink(string(text), e.name))
	}
	return t.leave(e, root.WriteFile(e.name, text, 0o600))
}

// leave lists a file that this system cannot have: a name that it does not allow, or two names
// that are one to it.
func (t *Tree) leave(e entry, err error) error {
	var refused *fs.PathError
	var link *os.LinkError
	if errors.As(err, &refused) || errors.As(err, &link) {
		t.Left = append(t.Left, fmt.Sprintf("file %q", e.name))
		return nil
	}
	return err
}

// Enter makes the current directory that of the tree, which is made if the commit does not have it.
func (t *Tree) Enter() error {
	here := filepath.Join(t.Dir, filepath.FromSlash(t.Here))
	if err := os.MkdirAll(here, 0o700); err != nil {
		return err
	}
	return os.Chdir(here)
}

// PathOf returns a path of the commit as it is named from the current directory of the tree. As
// in git's own notation it is below the root, or below the current directory if it begins
// with "./" or "../".
func (t *Tree) PathOf(name string) string {
	if relative(name) {
		return filepath.FromSlash(name)
	}
	return fromHere(t.Here, name)
}
