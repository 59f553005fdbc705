package ingest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/native"
	"github.com/weirgraph/weir/ingest/source"
	"github.com/weirgraph/weir/ingest/unread"
	"github.com/weirgraph/weir/internal/didyoumean"
	"github.com/weirgraph/weir/internal/stage"
	"github.com/weirgraph/weir/policy"
)

// A SourceError is a source without files: its path does not exist, or no file matches
// its pattern.
type SourceError struct {
	Source  string
	Message string
	Hint    string
}

func (e *SourceError) Error() string { return e.Message }

// Stdin is the source for standard input.
const Stdin = "-"

// A file is one input, found and not yet opened.
type file struct {
	name  string // in origins: relative to the working directory if it is below, forward slashes, clean
	path  string // to open it; "" for standard input
	real  string // identifies the file: equal for two paths of one file
	named bool   // by the user, not found in a directory
	again bool   // it is read as a manifest, too
	via   bool   // through a symbolic link
	test  bool   // in a directory for tests, below the one that is a source

	rendered *renderedText // instead of the file at a path; nil if it is none
	given    *Text         // the same
}

// base is the name by which readers recognize the file.
func (f *file) base() string {
	switch {
	case f.rendered != nil:
		return "rendered.yaml"
	case f.given != nil:
		return baseOf(f.given.Path)
	}
	return baseOf(f.name)
}

// A finder expands sources into files.
type finder struct {
	roots    *roots
	files    []file
	visited  map[string]bool // directories, by real path
	links    []directory     // symbolic links to directories, searched last
	exclude  *exclusion
	code     bool           // source code is read
	sources  []file         // of source code
	samples  []file         // of source code in directories of samples: read if no other is found
	other    int            // files in directories that are not read, unless another one refers to them
	unbuilt  []file         // of kustomizations, which are not read by themselves
	unread   []graph.Unread // those of them that are recognized by their names
	problems []graph.Problem
}

type directory struct {
	path, real string
	via        bool
	test       bool // it is for tests, or in one that is
	noCode     bool // what is in it is no code of programs
	samples    bool // what is in it is code of samples
}

// find returns the files of the sources, each once, sorted by name. What cannot be opened
// is in the finder's problems; the error is a *SourceError or one of the system.
//
// Directories are searched in the order of their names, whatever the order of the
// sources, and symbolic links are followed last, so that a file that is found in two ways
// always gets the same name.
func (f *finder) find(sources []string, listed []native.Source, lists []graph.Origin, exclude []string) error {
	cwd, err := workingDirectory()
	if err != nil {
		return err
	}
	f.roots.cwd, f.visited = cwd, map[string]bool{}
	if f.exclude, err = newExclusion(exclude, cwd); err != nil {
		return err
	}
	f.addRoots(sources, lists)
	var directories []directory
	for _, source := range sources {
		if source != Stdin {
			if err := f.roots.named(source); err != nil {
				f.problem(source, document.OutsideHint, err)
				continue
			}
		}
		found, err := f.source(source, graph.Origin{})
		if err != nil {
			return err
		}
		directories = append(directories, found...)
	}
	for _, source := range listed {
		found, err := f.source(source.Path, source.Origin)
		if err != nil {
			return err
		}
		directories = append(directories, found...)
	}
	for len(directories) > 0 {
		slices.SortFunc(directories, func(a, b directory) int { return strings.Compare(a.path, b.path) })
		for _, dir := range directories {
			f.walk(dir)
		}
		directories, f.links = f.links, nil
	}
	f.settle()
	return nil
}

// addRoots adds the roots of sources, and of the configurations that list more.
func (f *finder) addRoots(sources []string, lists []graph.Origin) {
	for _, source := range sources {
		if source != Stdin {
			f.roots.add(source)
		}
	}
	for _, at := range lists {
		if at.File() != "" {
			f.roots.add(filepath.FromSlash(at.File()))
		}
	}
}

// source adds the file that a source names, or returns the directories that it names. A source
// that a file lists has a place.
func (f *finder) source(source string, at graph.Origin) ([]directory, error) {
	if source == Stdin {
		f.files = append(f.files, file{name: policy.Stdin, real: Stdin, named: true})
		return nil, nil
	}
	info, err := os.Stat(source)
	switch {
	case err == nil:
		return f.take(source, info, true, at)
	case errors.Is(err, fs.ErrNotExist) && hasMeta(source):
		return f.glob(source, at)
	case errors.Is(err, fs.ErrNotExist):
		return nil, &SourceError{source, fmt.Sprintf("there is no file or directory %q", source), similar(source)}
	}
	f.problem(source, "", err)
	return nil, nil
}

// take adds a file, or returns it if it is a directory. What a file lists at a place is taken
// only inside the roots.
func (f *finder) take(p string, info fs.FileInfo, named bool, at graph.Origin) ([]directory, error) {
	if at.File() != "" {
		if f.roots.outside(p) {
			f.refuse(at, p)
			return nil, nil
		}
	}
	real, err := filepath.EvalSymlinks(p)
	if err != nil {
		real = p // a pipe that only the process itself can see, "<(helm template .)"
	}
	if real = f.roots.absolute(real); info.IsDir() && err != nil {
		f.problem(p, "", err)
		return nil, nil
	}
	via := real != f.roots.absolute(p)
	if info.IsDir() {
		return []directory{{path: f.relative(p), real: real, via: via}}, nil
	}
	found := file{name: f.name(p), path: p, real: real, named: named, via: via}
	f.files = append(f.files, found)
	return nil, nil
}

// relative is p as it is shown, except for its slashes: below the working directory
// if it is there, else as the user wrote it.
func (f *finder) relative(p string) string {
	rel, err := filepath.Rel(f.roots.cwd, f.roots.absolute(p))
	if err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return rel
	}
	return filepath.Clean(p)
}

func (f *finder) name(p string) string { return document.Clean(filepath.ToSlash(f.relative(p))) }

// ignored are the directories without manifests of the system itself.
var ignored = []string{".git", ".hg", ".svn", "node_modules", "bower_components", "site-packages"}

// vendored are files by which package managers mark a directory "vendor" as theirs: Composer's
// and Go's.
var vendored = []string{"autoload.php", "modules.txt"}

// isOfOthers reports whether a directory holds version control, or packages of others, whose
// samples and tests are no part of the system.
func isOfOthers(dir string) bool {
	name := filepath.Base(dir)
	return slices.Contains(ignored, name) || name == "vendor" && slices.ContainsFunc(vendored, func(mark string) bool {
		info, err := os.Stat(filepath.Join(dir, mark))
		return err == nil && info.Mode().IsRegular()
	})
}

// isForTests reports whether a directory, by its name, holds what tests run, and no stage of the
// system beside others: "test" next to "prod".
func isForTests(name string, beside []fs.DirEntry) bool {
	switch name {
	case "tests", "__tests__", "testing", "e2e", "integration-test", "integration-tests", "integration_tests", "test-integration":
		return true
	case "test":
		return !slices.ContainsFunc(beside, func(e fs.DirEntry) bool { return e.Name() != name && e.IsDir() && stage.Rank(e.Name()) >= 0 })
	}
	return false
}

// isTestFile reports whether a file, by its name, is what tests start: "compose.e2e.yaml".
func isTestFile(base string) bool {
	return slices.ContainsFunc(strings.FieldsFunc(strings.ToLower(base), func(c rune) bool { return c == '-' || c == '_' || c == '.' }), func(word string) bool {
		return word == "test" || word == "tests" || word == "testing" || word == "e2e"
	})
}

// walk adds the files of a directory and of all directories below it.
func (f *finder) walk(dir directory) {
	if f.visited[dir.real] {
		return
	}
	f.visited[dir.real] = true
	entries, err := os.ReadDir(dir.real)
	if err != nil {
		f.problem(dir.path, "", err)
	}
	for _, e := range entries {
		p, real := filepath.Join(dir.path, e.Name()), filepath.Join(dir.real, e.Name())
		switch mode := e.Type(); {
		case f.exclude.excludes(f.roots.absolute(p), real):
		case mode.IsDir() && isVirtual(real) && !isVirtual(dir.real):
			f.other++
		case mode.IsDir():
			switch kind := unread.Directory(dir.path, e.Name()); {
			case isOfOthers(real):
			case kind == nil:
				samples := source.IsSamples(p)
				f.walk(directory{
					path: p, real: real, via: dir.via, test: dir.test || isForTests(e.Name(), entries),
					noCode: dir.noCode || !samples && source.LeavesOut(p), samples: dir.samples || samples,
				})
			case holdsManifest(p):
				name := f.name(p)
				f.unread = append(f.unread, graph.Unread{Kind: kind, Name: name, Origin: graph.Source{File: name}.Whole()})
			}
		case mode&fs.ModeSymlink != 0:
			f.link(p)
		case !mode.IsRegular():
			f.other++
		case isManifest(e.Name()):
			f.files = append(f.files, file{name: f.name(p), path: p, real: real, via: dir.via, test: dir.test})
			if source.IsProject(strings.ToLower(e.Name())) && f.isCode(e, dir) {
				again := f.files[len(f.files)-1]
				again.again = true
				f.addCode(again, dir)
			}
		case f.isCode(e, dir):
			f.addCode(file{name: f.name(p), path: p, real: real, via: dir.via}, dir)
		default:
			f.other++
			if kind := f.unreadFile(p); kind != nil {
				name := f.name(p)
				f.unread = append(f.unread, graph.Unread{Kind: kind, Name: name, Origin: graph.Source{File: name}.Whole()})
			}
		}
	}
}

// unreadFile returns the kind of a file that no reader takes by its name, or by the beginning of its text
// if the name leaves it open; nil if it is not known.
func (f *finder) unreadFile(p string) *graph.UnreadKind {
	base := strings.ToLower(filepath.Base(p))
	if !unread.NeedsText(base) {
		return unread.File(base, isManifest)
	}
	text, err := f.roots.head(p, maxUnreadText)
	if err != nil {
		return nil // as any other file of no interest that cannot be read
	}
	return unread.Text(text)
}

// maxUnreadText is how much of a file is looked at to know what kind it is.
const maxUnreadText = 64 << 10

// holdsManifest reports whether a directory, or one below it, has a file with the name of a
// manifest.
func holdsManifest(dir string) bool {
	found := false
	_ = filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() && isManifest(e.Name()) {
			found = true
			return fs.SkipAll
		}
		return nil
	})
	return found
}

// link adds the target of a symbolic link in a directory.
func (f *finder) link(p string) {
	info, err := os.Stat(p)
	switch {
	case err != nil && isManifest(p):
		f.problem(p, "fix or remove the symbolic link", err)
	case err != nil:
		f.other++
	case info.IsDir() && isOfOthers(p):
	case info.IsDir() || info.Mode().IsRegular() && isManifest(p):
		if _, err := f.roots.follow(p); err != nil {
			f.problem(p, document.OutsideHint, err)
			return
		}
		directories, _ := f.take(p, info, false, graph.Origin{})
		f.links = append(f.links, directories...)
	default:
		f.other++
	}
}

// refuse reports a path that a file lists at a place and that is outside the roots.
func (f *finder) refuse(at graph.Origin, p string) {
	f.problems = append(f.problems, refusal(at, f.name(p)))
}

// problem reports a path that cannot be opened.
func (f *finder) problem(p, hint string, err error) {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		err = pathErr.Err
	}
	name := f.name(p)
	f.problems = append(f.problems, graph.Problem{
		Origin: graph.Source{File: name}.Whole(), Level: graph.Failed, Hint: hint,
		Message: fmt.Sprintf("cannot open %q: %v", name, err),
	})
}

// addCode adds a file of source code in a directory.
func (f *finder) addCode(x file, dir directory) {
	if dir.samples {
		f.samples = append(f.samples, x)
		return
	}
	f.sources = append(f.sources, x)
}

// takeSamples makes samples the code of the system if it has no other: a repository of samples.
func (f *finder) takeSamples() {
	if slices.ContainsFunc(f.sources, func(x file) bool { return source.IsSource(strings.ToLower(x.base())) }) {
		for _, x := range f.samples {
			if !x.again {
				f.other++
			}
		}
		return
	}
	f.sources = append(f.sources, f.samples...)
}

// settle sorts the files and removes duplicates. A name
// without symbolic links goes before one with them.
func (f *finder) settle() {
	f.takeSamples()
	f.files, f.sources = settle(f.files), settle(f.sources)
}

func settle(files []file) []file {
	named := map[string]bool{}
	for _, x := range files {
		named[x.real] = named[x.real] || x.named
	}
	slices.SortFunc(files, func(a, b file) int {
		if a.via != b.via {
			if a.via {
				return 1
			}
			return -1
		}
		return strings.Compare(a.path, b.path)
	})
	seen := make(map[string]bool, len(files))
	files = slices.DeleteFunc(files, func(x file) bool {
		again := seen[x.real]
		seen[x.real] = true
		return again
	})
	for i := range files {
		files[i].named = named[files[i].real]
	}
	slices.SortFunc(files, func(a, b file) int { return strings.Compare(a.name, b.name) })
	return files
}

// similar returns a hint: an existing path with a similar name, if there is one.
func similar(source string) string {
	dir, base := filepath.Split(filepath.Clean(source))
	look := dir
	if look == "" {
		look = "."
	}
	var names []string
	if entries, err := os.ReadDir(look); err == nil {
		for _, e := range entries {
			names = append(names, e.Name())
		}
	}
	if near := didyoumean.Suggest(base, names); len(near) > 0 {
		return fmt.Sprintf("did you mean %q?", filepath.ToSlash(dir)+near[0])
	}
	return "name a file, a directory, a pattern such as 'deploy/**/*.yaml', or - for standard input"
}

// A Text is an input that is at hand.
type Text struct {
	Name string // in origins
	Path string // of the file that it is read instead of, relative to the working directory
	Text string // "" only leaves the file out
}

// isCode reports whether a file in a directory is source code that is read.
func (f *finder) isCode(e fs.DirEntry, dir directory) bool {
	if !f.code || dir.noCode {
		return false
	}
	if base := strings.ToLower(e.Name()); !source.IsSource(base) && !source.IsProject(base) {
		return false
	}
	info, err := e.Info()
	return err == nil && info.Size() <= source.MaxFile
}
