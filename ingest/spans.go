package ingest

import (
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/link"
	"github.com/weirgraph/weir/ingest/trace"
	"github.com/weirgraph/weir/ingest/trace/spans"
)

// openSpans cuts a file of spans into batches, which are handed over as they are found. A
// worker that opens a file faster than the others read it reads batches too, so that only
// a few batches are in memory.
func (w *work) openSpans(p *fileProgress, s *Stream, r *reader) {
	problem := s.Reader.Split(p.file.name, s.Spans(w.o.Workers > 1), func(c *trace.Chunk) {
		if w.ctx.Err() != nil {
			return
		}
		w.hand(&batch{fileProgress: p, chunk: c})
		w.readAlong(r)
		w.check()
	})
	w.seen.add(p.file.real, s.count.n)
	if problem != nil {
		w.hand(&batch{fileProgress: p, facts: graph.Facts{Problems: []graph.Problem{*problem}}})
	}
}

// readAlong reads batches while more of them are ready than the workers need.
func (w *work) readAlong(r *reader) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.ready) > w.o.Workers {
		t := w.ready[0]
		w.ready = w.ready[1:]
		w.mu.Unlock()
		r.read(t)
		w.mu.Lock()
		w.finish(t)
	}
}

// check ends the work if spans are lost because they cannot be spilled.
func (w *work) check() {
	if err := w.spill.Err(); err != nil {
		w.cancel(err)
	}
}

// readSpans decodes a chunk into records, which are kept in the worker.
func (r *reader) readSpans(t *batch) {
	c := t.chunk
	o := r.spans.Read(c)
	t.spans = o.Spans
	t.facts.Problems, t.remarks = append(t.facts.Problems, o.Problems...), o.Remarks
	if o.Values > 0 {
		t.outcomes = append(t.outcomes, outcome{reader: c.Reader.Name, line: int32(o.Line), more: o.Values - 1})
	}
	c.Release()
}

// link turns the spans of all files into observed calls.
func (w *work) link(b *link.Builder) {
	w.report(true)
	workers := make([]*trace.Worker, len(w.readers))
	for i, r := range w.readers {
		workers[i] = r.spans
	}
	facts, stats := trace.Link(workers, w.o.Workers)
	w.check()
	if w.ctx.Err() == nil {
		b.Add(facts)
		b.Coverage.Spans.Add(stats)
	}
}

// apartFromSpans is about the memory of a run without the records of spans: the program
// itself, the texts that are read, what is being linked.
const apartFromSpans = 32 << 20

// leastForSpans is the least memory for records: with less, most time is spent on reading
// the temporary file.
const leastForSpans = 64 << 10

// newSpill bounds the memory of records so that of the whole run is about most. It is
// nil if most is 0.
func newSpill(most int64) *spans.Spill {
	if most <= 0 {
		return nil
	}
	return spans.NewSpill(max(most-apartFromSpans, most/4, leastForSpans), "")
}
