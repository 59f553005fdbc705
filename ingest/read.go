package ingest

import (
	"context"
	"io"
	"runtime"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/summary"
)

// Options say how to read. The zero Options are those of a user who gives none.
type Options struct {
	// Stdin is what the source "-" stands for.
	Stdin io.Reader
	// Workers is how many documents are parsed at a time; as many as there are
	// processors if 0. Nothing but the time taken depends on it.
	Workers int
	// Readers are tried in turn on every document; the package's Readers if nil.
	Readers []*document.Reader
	// Columns say what the columns of tables hold whose headers do not.
	Columns summary.Columns
	// Progress, if set, is told how many of the files found are read. It is
	// called by one goroutine at a time and must be quick.
	Progress func(done, total int)
}

// Read feeds what the sources say to b, and the account of the reading to its
// Coverage. Facts arrive by file, in the order of their names, then by document.
//
// Sources are files, folders, patterns with "*", "?", "[" and "**", and "-" for
// standard input. Folders are read with all that is below them, except for the
// inner workings of version control and package managers, and of their files
// those that may be manifests by their names. A file that can be reached in
// several ways is read once.
//
// What cannot be read is a Problem in the Coverage, and reading goes on. The error
// is a *SourceError when a source cannot be what the user meant, and that of ctx
// when it ends.
func Read(ctx context.Context, sources []string, o Options, b *graph.Builder) error {
	var find finder
	if err := find.find(sources); err != nil {
		return err
	}
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	if o.Readers == nil {
		o.Readers = Readers
	}
	if len(o.Columns) > 0 {
		o.Readers = append([]*document.Reader{summary.TableOf(o.Columns)}, o.Readers...)
	}
	a := newAccount(b)
	a.problems(find.problems)
	a.skip("file of another type", graph.Origin{}, find.other)
	opened := newOpened(find.files)
	w := newWork(ctx, o, find.files, opened, a)
	w.run()
	files, bytes := opened.counts()
	b.Coverage.Files += files
	b.Coverage.Bytes += bytes
	a.settle()
	w.link(b)
	return ctx.Err()
}
