package revision

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
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

// An Error is a revision that cannot be read, and what to do about it.
type Error struct{ message, hint string }

func (e *Error) Error() string { return e.message }

// Hint is how to make it readable.
func (e *Error) Hint() string { return e.hint }

// maxBlob bounds a file. Larger ones are no manifests.
const maxBlob = 64 << 20

// resolve returns the full name of a commit.
func resolve(ctx context.Context, name string) (string, error) {
	if _, err := exec.LookPath("git"); err != nil {
		return "", &Error{`the program "git" is not installed`, "install git, or name a directory that has the files of the revision"}
	}
	commit, err := git(ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", name+"^{commit}")
	if err == nil {
		return strings.TrimSpace(commit), nil
	}
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	if _, err := git(ctx, "rev-parse", "--git-dir"); err != nil {
		return "", err
	}
	if shallow, _ := git(ctx, "rev-parse", "--is-shallow-repository"); strings.TrimSpace(shallow) == "true" {
		return "", &Error{
			fmt.Sprintf("the repository is a shallow clone without revision %q", name),
			"run git fetch --depth=1 origin " + strings.TrimPrefix(name, "origin/") + ", or clone with the whole history (fetch-depth: 0 of actions/checkout)",
		}
	}
	return "", &Error{fmt.Sprintf("the repository has no revision %q", name), "git branch --all and git tag list what it has; git fetch gets more"}
}

// command is a git that reads the repository and does nothing else: it takes no lock, fetches
// no object that is missing, and asks nothing.
func command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-c", "core.fsmonitor=false"}, args...)...)
	cmd.Env = append(os.Environ(), "GIT_OPTIONAL_LOCKS=0", "GIT_NO_LAZY_FETCH=1", "GIT_TERMINAL_PROMPT=0", "LC_ALL=C")
	return cmd
}

// git returns what a command prints. Its error is what git says.
func git(ctx context.Context, args ...string) (string, error) {
	var out, said bytes.Buffer
	cmd := command(ctx, args...)
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		first, _, _ := strings.Cut(strings.TrimSpace(said.String()), "\n")
		return "", &Error{"git " + args[0] + ": " + strings.TrimPrefix(first, "fatal: "), "run weir in the repository whose revision it shall read"}
	}
	return out.String(), nil
}

// An entry is a file of the tree.
type entry struct {
	mode, object, name string
	size               int64
}

// parseEntry reads "mode type object size\tname".
func parseEntry(line string) (entry, bool) {
	meta, name, ok := strings.Cut(line, "\t")
	fields := strings.Fields(meta)
	if !ok || len(fields) != 4 {
		return entry{}, false
	}
	size, _ := strconv.ParseInt(fields[3], 10, 64) // "-" of a submodule
	return entry{fields[0], fields[2], name, size}, true
}

// lfs is the beginning of a file that replaces one of git-lfs.
var lfs = []byte("version https://git-lfs.github.com/spec/")
