package ingest

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"sync"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/summary"
	"github.com/weirgraph/weir/ingest/trace"
	"github.com/weirgraph/weir/ingest/trace/spans"
)

// work is the reading of many files by a few workers. A worker parses batches
// while there are any, and opens the next file when there are none, so that the
// text held in memory stays that of a few files.
//
// Outcomes are added to the coverage in the order of batches.
type work struct {
	ctx      context.Context
	cancel   context.CancelCauseFunc
	o        Options
	seen     *seenFiles
	code     bool         // the files are source code
	spill    *spans.Spill // nil if memory is not bounded
	progress progress

	mu       sync.Mutex
	changed  *sync.Cond
	files    []*fileProgress
	next     int      // files before it are open
	opening  int      // files being opened
	ready    []*batch // to be parsed
	done     int      // files before it are in the coverage
	readers  []*reader
	coverage *coverage
}

// A fileProgress is how far a file is read.
type fileProgress struct {
	file    file
	dir     fs.FS
	chart   *chart   // whose template it is, or nil
	around  *chart   // in whose directory it is, or nil
	batches []*batch // not yet in the coverage, in order
	closed  bool     // no more batches follow
}

// A batch is a run of documents of one file: enough to be worth handing over,
// little enough that both ends of a file are parsed at the same time.
type batch struct {
	*fileProgress
	parts     []document.Part
	chunk     *trace.Chunk // instead of parts, in a file of spans
	bytes     int
	documents int // of its file, in the first batch
	spans     int // that were read from chunk
	remarks   trace.Remarks

	facts    graph.Facts
	outcomes []outcome
	finished bool
}

// ownOutput is the kind of a file that weir wrote and that was found in a directory.
const ownOutput = "output of weir"

// batchSize is how much text makes a batch. A smaller one costs nothing that
// could be measured down to 8 KB.
const batchSize = 32 << 10

// batchParts is how many documents make a batch, however short they are.
const batchParts = 1000

func newWork(ctx context.Context, o Options, files []file, opened *seenFiles, a *coverage) *work {
	w := &work{ctx: ctx, o: o, seen: opened, coverage: a, files: make([]*fileProgress, len(files))}
	w.changed = sync.NewCond(&w.mu)
	charts := charts{roots: opened.roots}
	for i, f := range files {
		w.files[i] = &fileProgress{file: f, dir: opened.beside(f), chart: charts.of(f), around: charts.around(f)}
	}
	return w
}

// run returns when everything is read or the context has ended.
func (w *work) run() {
	var workers sync.WaitGroup
	for range min(w.o.Workers, max(1, w.size())) {
		workers.Go(w.worker)
	}
	workers.Wait()
}

// size estimates how many workers have something to do.
func (w *work) size() int {
	if len(w.files) == 1 {
		return w.o.Workers
	}
	return len(w.files)
}

func (w *work) worker() {
	r := &reader{readers: w.o.Readers, spans: trace.NewWorker(w.spill)}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.readers = append(w.readers, r)
	for w.ctx.Err() == nil {
		switch {
		case len(w.ready) > 0:
			t := w.ready[0]
			w.ready = w.ready[1:]
			w.mu.Unlock()
			r.read(t)
			w.mu.Lock()
			w.finish(t)
		case w.next < len(w.files):
			p := w.files[w.next]
			w.next++
			w.opening++
			w.mu.Unlock()
			w.open(p, r)
			w.mu.Lock()
			w.opening--
			p.closed = true
			w.release()
			w.changed.Broadcast()
		case w.opening > 0:
			w.changed.Wait()
		default:
			return
		}
	}
	w.changed.Broadcast()
}

// open splits a file into batches, which are queued as they are found.
func (w *work) open(p *fileProgress, r *reader) {
	s, err := w.openStream(p.file)
	if err != nil {
		w.fail(p, err)
		return
	}
	defer s.Close()
	if s.Reader != nil && !w.code {
		w.openSpans(p, s, r)
		return
	}
	if base := p.file.base(); isSpans(base) && !p.file.named {
		w.hand(&batch{fileProgress: p, outcomes: []outcome{{kind: filepath.Ext(base) + " file"}}})
		return
	}
	text, err := w.seen.read(p.file, s)
	if encrypted := (*encryptedError)(nil); errors.As(err, &encrypted) {
		t := &batch{fileProgress: p, outcomes: []outcome{{kind: "encrypted file"}}}
		t.unread(encrypted.kind, 0)
		w.hand(t)
		return
	}
	if err != nil {
		w.fail(p, err)
		return
	}
	if w.code {
		w.hand(&batch{fileProgress: p, parts: []document.Part{document.TextPart(text)}, bytes: len(text)})
		return
	}
	if !p.file.named && summary.Weir.Whole(text) { // its own output is no input
		t := &batch{fileProgress: p, outcomes: []outcome{{kind: ownOutput}}}
		t.facts.Problems = []graph.Problem{{
			Origin: graph.Source{File: p.file.name}.Whole(), Level: graph.Skipped, Hint: "name the file as a source too if it is an input",
			Message: "this is a graph that weir wrote; it is read only if it is named",
		}}
		w.hand(t)
		return
	}
	if len(text) > trace.HeadSize { // what shows its format may be after the head
		if s.Reader = trace.Sniff(text); s.Reader != nil {
			s.text = bufio.NewReader(bytes.NewReader(text))
			w.openSpans(p, s, r)
			return
		}
	}
	t := &batch{fileProgress: p}
	add := func(part document.Part) {
		t.parts = append(t.parts, part)
		if t.bytes += len(part.Text); t.bytes >= batchSize || len(t.parts) >= batchParts {
			if w.ctx.Err() == nil {
				w.hand(t)
				w.readAlong(r)
			}
			t = &batch{fileProgress: p}
		}
	}
	if isText(p.file.base()) || r.takesWhole(text) {
		add(document.TextPart(text))
	} else {
		t.documents = bytes.Count(text, []byte("\n---"))
		document.Split(text, add)
	}
	if len(t.parts) > 0 {
		w.hand(t)
	}
}

// fail reports that a file cannot be read. One that only has the name of source code is passed over.
func (w *work) fail(p *fileProgress, err error) {
	if w.code {
		w.hand(&batch{fileProgress: p, outcomes: []outcome{{kind: "unreadable source code"}}})
		return
	}
	message, hint := Reason(err)
	w.hand(&batch{fileProgress: p, facts: graph.Facts{Problems: []graph.Problem{{
		Origin: graph.Source{File: p.file.name}.Whole(), Message: message, Hint: hint, Level: graph.Failed,
	}}}})
}

func (w *work) hand(t *batch) {
	w.mu.Lock()
	defer w.mu.Unlock()
	t.batches = append(t.batches, t)
	w.ready = append(w.ready, t)
	w.changed.Signal()
}

func (w *work) finish(t *batch) {
	t.finished, t.parts, t.chunk = true, nil, nil
	w.progress.spans += t.spans
	w.release()
	w.report(false)
}

// release adds the finished batches before the first unfinished one to the coverage.
func (w *work) release() {
	for w.done < len(w.files) {
		p := w.files[w.done]
		for len(p.batches) > 0 && p.batches[0].finished {
			if err := w.coverage.add(p.batches[0]); err != nil {
				w.cancel(err)
				return
			}
			p.batches[0] = nil
			p.batches = p.batches[1:]
		}
		if len(p.batches) > 0 || !p.closed {
			return
		}
		w.coverage.problems(w.coverage.remarks.Problems())
		w.coverage.remarks = trace.Remarks{}
		w.files[w.done] = nil
		w.done++
		w.report(false)
	}
}
