package revision

import (
	"context"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Commit is one whose files are read one by one.
type Commit struct {
	ID   string // its full name
	Here string // the current directory below the root of the repository, "." or below
	name string
}

// Find returns the commit of a name in the repository that the current directory is in. The
// error is that of Extract.
func Find(ctx context.Context, name string) (*Commit, error) {
	id, err := resolve(ctx, name)
	if err != nil {
		return nil, err
	}
	prefix, err := git(ctx, "rev-parse", "--show-prefix")
	if err != nil {
		return nil, err
	}
	return &Commit{id, path.Clean("./" + strings.TrimRight(prefix, "\n")), name}, nil
}

// Time returns when the commit was made, as 2026-11-28T10:00:00Z.
func (c *Commit) Time(ctx context.Context) (string, error) {
	text, err := git(ctx, "show", "-s", "--no-show-signature", "--format=%ct", c.ID)
	if err != nil {
		return "", err
	}
	seconds, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil {
		return "", fmt.Errorf("the time of commit %s: %q", c.ID, text)
	}
	return time.Unix(seconds, 0).UTC().Format(time.RFC3339), nil
}

// Path returns a path as a user names it, below the root of the repository. As in git's own
// notation it is relative to the current directory if it begins with "./" or "../". It is not
// local if it leads out of the repository.
func (c *Commit) Path(name string) string {
	if relative(name) {
		return path.Join(c.Here, name)
	}
	return path.Clean(name)
}

// relative reports whether a path of a revision begins at the current directory.
func relative(name string) bool {
	return strings.HasPrefix(name, "./") || strings.HasPrefix(name, "../") || name == "." || name == ".."
}

// FromHere returns a path below the root as it is named from the current directory.
func (c *Commit) FromHere(name string) string { return fromHere(c.Here, name) }

func fromHere(here, name string) string {
	rel, err := filepath.Rel(filepath.FromSlash(here), filepath.FromSlash(path.Clean(name)))
	if err != nil {
		return name
	}
	return rel
}

// Read returns the text of a file, by its path below the root. The error is an *Error if there is
// none, or it is no text.
func (c *Commit) Read(ctx context.Context, name string) (text string, err error) {
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return "", &Error{fmt.Sprintf("%q leads out of the repository", name), "a revision has the files of its repository only"}
	}
	list, err := git(ctx, "ls-tree", "-l", "-z", "--full-tree", c.ID, "--", name)
	if err != nil {
		return "", err
	}
	e, ok := parseEntry(strings.TrimSuffix(list, "\x00"))
	switch {
	case !ok:
		return "", &Error{fmt.Sprintf("revision %q has no file %q", c.name, name), "a path begins at the root of the repository, or at the current directory with ./"}
	case !strings.HasPrefix(e.mode, "100"):
		return "", &Error{fmt.Sprintf("%q is no file in revision %q", name, c.name), "name a file, which is no link"}
	case e.size > maxBlob:
		return "", &Error{fmt.Sprintf("%q of revision %q is larger than %d MB", name, c.name, maxBlob>>20), ""}
	}
	if text, err = git(ctx, "cat-file", "blob", e.object); err != nil {
		return "", err
	}
	if strings.HasPrefix(text, string(lfs)) {
		return "", &Error{fmt.Sprintf("%q of revision %q is in git-lfs", name, c.name), "keep it in git itself"}
	}
	return text, nil
}

// Named returns the paths of the files with one of these names, sorted.
func (c *Commit) Named(ctx context.Context, names ...string) ([]string, error) {
	list, err := git(ctx, "ls-tree", "-r", "-l", "-z", "--full-tree", c.ID)
	if err != nil {
		return nil, err
	}
	var paths []string
	for line := range strings.SplitSeq(strings.TrimSuffix(list, "\x00"), "\x00") {
		e, ok := parseEntry(line)
		if !ok || !strings.HasPrefix(e.mode, "100") {
			continue
		}
		if slices.Contains(names, path.Base(e.name)) {
			paths = append(paths, e.name)
		}
	}
	return paths, nil
}
