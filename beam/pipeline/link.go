package pipeline

import (
	"errors"
	"fmt"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/trace/link"
	"github.com/weirgraph/weir/ingest/trace/spans"
	"github.com/weirgraph/weir/internal/english"
)

func init() {
	beam.RegisterDoFn(&linkFn{})
	beam.RegisterDoFn(&lastFn{})
	register.Iter1[[]byte]()
}

// linking links traces of which it gets all portions, many at once.
//
// Its memory is that of linkedSpans spans, or of one trace with MaxTrace, and of what is counted in
// these.
type linking struct {
	Most int // spans of a trace

	linker *link.Linker
}

// linkedSpans is how many spans are linked at once, if no trace has more.
const linkedSpans = 1 << 16

// start forgets what a bundle began that was not finished. The words are those of one pipeline.
func (l *linking) start(words func(*[]byte) bool) error {
	if l.linker != nil {
		l.linker.Reset()
		return nil
	}
	of, err := readWords(words)
	l.linker = link.NewLinker(of)
	return err
}

// trace takes over a trace.
func (l *linking) trace(number int64, portions func(*[]byte) bool, next func(int64, []byte), sum func(string, link.Sum), fail func(string, problem)) error {
	l.linker.Most, l.linker.Next = l.Most, nil
	if next != nil {
		l.linker.Next = func(trace uint64, portion []byte) { next(int64(trace), portion) }
	}
	l.linker.Begin(uint64(number))
	var portion []byte
	for portions(&portion) {
		if err := l.linker.Add(portion); err != nil {
			return err
		}
	}
	var over *link.Oversize
	err := l.linker.End()
	if errors.As(err, &over) {
		fail("", newProblem(oversize(over, l.Most)))
		err = nil
	}
	if l.linker.Spans() >= linkedSpans {
		l.finish(sum)
	}
	return err
}

// oversize is what is reported of a trace with too many spans.
func oversize(o *link.Oversize, most int) graph.Problem {
	name := "a trace"
	if o.ID != "" {
		name = "trace " + o.ID
	}
	return graph.Problem{
		Message: fmt.Sprintf("%s has %s, more than %d: it is not linked", name, english.Count(o.Spans, "span"), most),
		Hint:    "find out why it does not end, or raise --max-trace-spans", Level: graph.Failed,
	}
}

// finish links what was taken over.
func (l *linking) finish(sum func(string, link.Sum)) {
	l.linker.Flush(func(key string, s *link.Sum) { sum(key, *s) })
}

func readWords(words func(*[]byte) bool) (spans.Words, error) {
	all := spans.Words{}
	var b []byte
	for words(&b) {
		if err := all.UnmarshalBinary(b); err != nil {
			return nil, err
		}
	}
	all.Settle()
	return all, nil
}

// linkFn is the first round, which yields the portions and replies for the last one.
type linkFn struct{ Linking linking }

// lastFn links the traces that waited for others.
type lastFn struct{ Linking linking }

func (fn *linkFn) StartBundle(words func(*[]byte) bool, _ func(string, link.Sum), _ func(int64, []byte), _ func(string, problem)) error {
	return fn.Linking.start(words)
}

func (fn *linkFn) ProcessElement(trace int64, portions, _ func(*[]byte) bool, sum func(string, link.Sum), next func(int64, []byte), fail func(string, problem)) error {
	return fn.Linking.trace(trace, portions, next, sum, fail)
}

func (fn *linkFn) FinishBundle(_ func(*[]byte) bool, sum func(string, link.Sum), _ func(int64, []byte), _ func(string, problem)) {
	fn.Linking.finish(sum)
}

func (fn *lastFn) StartBundle(words func(*[]byte) bool, _ func(string, link.Sum), _ func(string, problem)) error {
	return fn.Linking.start(words)
}

func (fn *lastFn) ProcessElement(trace int64, portions, _ func(*[]byte) bool, sum func(string, link.Sum), fail func(string, problem)) error {
	return fn.Linking.trace(trace, portions, nil, sum, fail)
}

func (fn *lastFn) FinishBundle(_ func(*[]byte) bool, sum func(string, link.Sum), _ func(string, problem)) {
	fn.Linking.finish(sum)
}
