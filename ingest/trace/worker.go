package trace

import (
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/trace/link"
	"github.com/weirgraph/weir/ingest/trace/spans"
)

// A Worker reads chunks into records. It belongs to one goroutine.
type Worker struct {
	spans.Collector

	c cursor
	d spans.Builder

	halves halves // of the span of Zipkin that is read

	// Of the trace of Jaeger that is read.
	holders    []holder
	processes  []process
	references []reference
}

// NewWorker returns a worker, whose records are bounded together with those of the
// other workers of the spill. A nil spill bounds nothing.
func NewWorker(spill *spans.Spill) *Worker {
	w := &Worker{}
	spill.Bound(&w.Collector)
	return w
}

// Link turns everything that the workers read into observed calls. Neither the
// order of the inputs nor the number of workers changes what comes out, nor whether
// a Spill bounds their memory. If one does, ask it for its Err.
func Link(workers []*Worker, parallel int) (*graph.Facts, *graph.Spans) {
	collectors := make([]*spans.Collector, len(workers))
	for i, w := range workers {
		collectors[i] = &w.Collector
	}
	return link.Link(collectors, parallel)
}
