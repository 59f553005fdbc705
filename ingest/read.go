package ingest

import (
	"context"
	"io"
	"maps"
	"path/filepath"
	"runtime"
	"slices"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/link"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/native"
	"github.com/weirgraph/weir/ingest/source"
	"github.com/weirgraph/weir/ingest/summary"
)

// Options say how to read. The zero Options are the defaults.
type Options struct {
	// Stdin is what the source "-" reads.
	Stdin io.Reader
	// Workers is how many documents are parsed at a time; as many as there are
	// processors if 0. Nothing but the time taken depends on it.
	Workers int
	// Readers are tried in turn on every document; the package's Readers if nil.
	Readers []*document.Reader
	// Exclude are patterns of paths, as those of sources, that are not read where they are
	// found in a directory or by a pattern. A source that is such a path itself is read.
	Exclude []string
	// Listed are further sources, which a configuration lists. They are read only inside the root
	// of the configuration and those of the other sources.
	Listed []native.Source
	// Texts are further inputs, which replace the files at their paths.
	Texts []Text
	// Edited are texts that files are read with, as if they were written, by their paths relative to
	// the working directory: also of files that are not there yet, and nil for those that are removed.
	Edited map[string][]byte
	// Config, if set, has configurations below that of the run read: their entries of ignore are
	// in the Coverage. Else native manifests configure nothing.
	Config *Configuration
	// FollowOutside lets links and references lead anywhere, except to views of the system such
	// as /proc. Without it they are followed only inside the git work tree that a source is in,
	// else inside the directory of the source.
	FollowOutside bool
	// Render, if set, has charts and overlays rendered by the programs that are installed. The
	// rendered text is read instead of their files.
	Render *Render
	// Code, if set, has the source code in the directories read, except for tests, samples and what
	// others or programs wrote. Files that are named are never taken for source code.
	Code bool
	// Columns say what the columns of tables hold whose headers do not.
	Columns summary.Columns
	// MaxMemory limits the memory for reading spans, in bytes: the rest spills to a
	// temporary file until it is linked. The result is the same. 0 is no limit; a limit
	// below 32 MB cannot be kept. See also spans.Spill.
	MaxMemory int64
	// Found, if set, is called once with the directories that were searched and the files that were
	// read, also those that others refer to: absolute, without links, sorted.
	Found func(dirs, files []string)
	// Progress, if set, is called often with the progress of reading, by one goroutine at
	// a time. It must be quick.
	Progress func(Progress)
}

// replace adds texts to the files, in place of those at their paths.
func (f *finder) replace(texts []Text) {
	for i := range texts {
		t := &texts[i]
		real, err := filepath.EvalSymlinks(f.roots.absolute(t.Path))
		if err == nil {
			f.files = slices.DeleteFunc(f.files, func(x file) bool { return x.real == real })
		}
		if t.Text != "" {
			f.files = append(f.files, file{name: t.Name, real: t.Name, named: true, given: t})
		}
	}
}

// lists returns the places in configurations that name what is read.
func (o *Options) lists() []graph.Origin {
	var lists []graph.Origin
	for _, source := range o.Listed {
		lists = append(lists, source.Origin)
	}
	if o.Render != nil {
		for _, entry := range slices.Concat(o.Render.Charts, o.Render.Overlays) {
			lists = append(lists, entry.Origin)
		}
	}
	return lists
}

// Progress is how far reading has got.
type Progress struct {
	Files, FilesFound int   // read whole, and all there are
	Bytes, Size       int64 // of the files as stored, compressed or not; Size is 0 if unknown
	Spans             int
	Linking           bool // everything is read
}

// Read adds the facts of the sources to b, and what was read and skipped to its Coverage.
// Facts arrive by file, in the order of their names, then by document.
//
// Sources are files, directories, patterns with "*", "?", "[" and "**", and "-" for
// standard input. Directories are read recursively, except for those of version control
// and package managers; of their files, those with known extensions are read. A file that
// is found in several ways is read once.
//
// What cannot be read is a Problem in the Coverage, and reading goes on. The error
// is a *SourceError when a source cannot be what the user meant, a *link.BudgetError when the inputs have
// more than a run keeps, a
// *rendering.MissingError when a program for Render is not installed, a *trace.SpillError when a temporary file cannot be written, and that of ctx when it
// ends.
func Read(ctx context.Context, sources []string, o Options, b *link.Builder) error {
	find := finder{roots: &roots{anywhere: o.FollowOutside}, code: o.Code}
	defer find.roots.close()
	if err := find.find(sources, o.Listed, o.lists(), o.Exclude); err != nil {
		return err
	}
	find.replace(o.Texts)
	find.edit(o.Edited)
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	if o.Readers == nil {
		o.Readers = Readers
	}
	if o.Config != nil {
		o.Readers = slices.Clone(o.Readers)
		if i := slices.Index(o.Readers, native.Reader); i >= 0 {
			o.Readers[i] = o.Config.scope(find.roots.cwd).Reader()
		}
	}
	if len(o.Columns) > 0 {
		o.Readers = append([]*document.Reader{summary.TableOf(o.Columns)}, o.Readers...)
	}
	a := newCoverage(b)
	a.here = newHere(&find)
	a.problems(find.problems)
	a.b.Add(&graph.Facts{Unread: find.unread})
	a.pass(excludedKind, len(find.exclude.found))
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var rendered *renders
	if o.Render != nil {
		rendered = newRenders(&find, o.Render)
		if err := rendered.start(ctx, o.Workers); err != nil {
			return err
		}
		a.problems(rendered.newProblems())
		a.b.Add(&graph.Facts{Unread: rendered.newUnread()})
		find.files = rendered.files(find.files)
		b.Namespaces, a.releases, a.rendered = rendered.namespaces, rendered.take, rendered.renders
	}
	if o.Render == nil {
		k := newOverlays(&find)
		k.leaveVariants(k.outermost(), nil)
		a.problems(k.problems)
		k.leaveTargeted()
		find.files = slices.DeleteFunc(find.files, func(f file) bool {
			if f.path == "" || !k.has[f.real] {
				return false
			}
			find.unbuilt = append(find.unbuilt, f)
			return true
		})
	}
	opened := newSeenFiles(find.roots)
	spill := newSpill(o.MaxMemory)
	defer spill.Close()
	w := newWork(ctx, o, find.files, opened, a)
	w.spill, w.cancel = spill, cancel
	if o.Progress != nil {
		go w.progress.measure(find.files, o.Stdin)
	}
	w.run()
	if rendered != nil {
		further := o
		further.Progress = nil
		for {
			files, err := rendered.more(ctx)
			if err != nil {
				return err
			}
			a.problems(rendered.newProblems())
			a.b.Add(&graph.Facts{Unread: rendered.newUnread()})
			if len(files) == 0 {
				break
			}
			more := newWork(ctx, further, files, opened, a)
			more.cancel = cancel
			more.run()
		}
	}
	if len(find.sources) > 0 {
		w.readCode(ctx, find.sources)
	}
	if o.Found != nil {
		o.Found(slices.Sorted(maps.Keys(find.visited)), opened.files(find.files))
	}
	other, unbuilt := opened.passedOver(&find)
	a.pass("file of another type", other)
	a.pass("file of a kustomization that is not built", unbuilt)
	files, bytes := opened.counts()
	b.Coverage.Files += files
	b.Coverage.Bytes += bytes
	a.settle()
	if w.check(); ctx.Err() == nil {
		w.link(b)
	}
	return context.Cause(ctx)
}

// readCode reads source code, when everything else is read.
func (w *work) readCode(ctx context.Context, files []file) {
	o := w.o
	o.Progress, o.Readers = nil, source.Readers
	code := newWork(ctx, o, files, w.seen, w.coverage)
	code.code, code.cancel = true, w.cancel
	code.run()
}
