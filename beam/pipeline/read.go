package pipeline

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/sdf"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/rtrackers/offsetrange"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest"
	"github.com/weirgraph/weir/ingest/trace"
	"github.com/weirgraph/weir/ingest/trace/link"
)

func init() {
	beam.RegisterDoFn(&readFn{})
	register.Emitter2[int64, []byte]()
	register.Emitter2[string, link.Sum]()
	register.Emitter1[[]byte]()
}

// readFn reads files of spans into portions of traces, by the numbers of these. It also yields where
// services were met, and the words of operations.
//
// Its memory is that of keptSpans records of 32 bytes and a few chunks of text, and the names of the
// services, peers and operations of a bundle.
type readFn struct {
	worker *trace.Worker
}

// keptSpans is how many spans a worker collects before it sends those of one trace together.
const keptSpans = 1 << 16

// partBlocks is in how many blocks a file is read by one worker, if no other is idle.
const partBlocks = 16

func (fn *readFn) CreateInitialRestriction(f file) offsetrange.Restriction {
	return offsetrange.Restriction{Start: 0, End: f.Blocks}
}

func (fn *readFn) SplitRestriction(_ file, r offsetrange.Restriction) []offsetrange.Restriction {
	return r.SizedSplits(partBlocks)
}

func (fn *readFn) RestrictionSize(_ file, r offsetrange.Restriction) float64 {
	return r.Size() * blockSize
}

func (fn *readFn) CreateTracker(r offsetrange.Restriction) *sdf.LockRTracker {
	return sdf.NewLockRTracker(offsetrange.NewTracker(r))
}

func (fn *readFn) StartBundle(_ func(int64, []byte), _ func(string, link.Sum), _ func([]byte), _ func(string, count), _ func(string, problem)) {
	fn.worker = trace.NewWorker(nil)
	fn.worker.Ship()
}

func (fn *readFn) ProcessElement(ctx context.Context, rt *sdf.LockRTracker, f file, yield func(int64, []byte), sum func(string, link.Sum), words func([]byte), counted func(string, count), fail func(string, problem)) error {
	system, err := filesystem.New(ctx, f.Path)
	if err != nil {
		return err
	}
	defer system.Close()
	raw, err := system.OpenRead(ctx, f.Path)
	if err != nil {
		return err
	}
	defer raw.Close()
	p := &part{
		file: f, reader: trace.Named(f.Reader), worker: fn.worker, raw: &source{in: raw},
		fail: func(p problem) { fail(f.Path, p) },
		send: func() {
			if fn.worker.Kept() >= keptSpans {
				fn.send(yield)
			}
		},
	}
	from := rt.GetRestriction().(offsetrange.Restriction).Start
	p.From, p.values = from, map[string]int{}
	if f.Blocks == 1 {
		if !rt.TryClaim(int64(0)) {
			return nil
		}
		err = p.whole()
	} else {
		err = p.blocks(raw.(io.Seeker), rt)
	}
	if p.raw.err != nil {
		return p.raw.failure(f.Path)
	}
	if err != nil {
		return err
	}
	if from == 0 {
		p.Files = 1
	}
	for _, name := range slices.Sorted(maps.Keys(p.values)) {
		p.Names, p.Values = append(p.Names, name), append(p.Values, p.values[name])
	}
	p.Remarks = newRemarks(&p.remarks)
	counted(f.Path, p.count)
	return nil
}

// send sends what the worker keeps.
func (fn *readFn) send(yield func(int64, []byte)) {
	fn.worker.Portions(func(trace uint64, portion []byte) { yield(int64(trace), portion) })
}

func (fn *readFn) FinishBundle(yield func(int64, []byte), sum func(string, link.Sum), words func([]byte), _ func(string, count), _ func(string, problem)) error {
	fn.send(yield)
	link.Services(&fn.worker.Collector, func(key string, s *link.Sum) { sum(key, *s) })
	b, err := fn.worker.Words().MarshalBinary()
	if len(b) > 0 {
		words(b)
	}
	fn.worker = nil
	return err
}

// A part is a part of a file that is read.
type part struct {
	file
	reader *trace.Reader
	worker *trace.Worker
	raw    *source
	fail   func(problem)
	send   func()
	count
	values  map[string]int
	remarks trace.Remarks
}

// whole reads the file in one piece.
func (p *part) whole() error {
	stream, err := ingest.OpenStream(p.raw)
	if err != nil {
		return fmt.Errorf("%s has changed: %w", p.Path, err)
	}
	defer stream.Close()
	text := stream.Spans(false)
	if p.Late {
		all, err := io.ReadAll(text)
		if err != nil {
			return err
		}
		text = bytes.NewReader(all)
	}
	p.read(text)
	return nil
}

// blocks reads the values that begin in the blocks which can be claimed.
func (p *part) blocks(seeker io.Seeker, rt *sdf.LockRTracker) error {
	var s *trace.Section
	for block := p.From; rt.TryClaim(block); block++ {
		if s == nil {
			var err error
			s, err = trace.NewSection(block*blockSize, func(at int64) (io.Reader, error) {
				_, err := seeker.Seek(at, io.SeekStart)
				return p.raw, err
			})
			if err != nil {
				return err
			}
		}
		if end := (block + 1) * blockSize; s.At() < end {
			p.read(s.Until(end))
		}
	}
	return nil
}

// read reads whole values.
func (p *part) read(text io.Reader) {
	in := &lines{in: text}
	before := int32(p.Lines)
	problem := p.reader.Split(p.Path, in, func(c *trace.Chunk) {
		name := c.Reader.Name
		o := p.worker.Read(c)
		c.Release()
		for i := range o.Problems {
			p.report(o.Problems[i], before)
		}
		o.Remarks.Odd.First.Line += before
		o.Remarks.Other.First.Line += before
		p.remarks.Add(&o.Remarks)
		if o.Values > 0 {
			p.values[name] += o.Values
		}
		p.send()
	})
	if problem != nil {
		p.report(*problem, before)
	}
	p.Lines += in.n
	p.Bytes += in.bytes
}

// report reports a problem after so many lines of the part.
func (p *part) report(of graph.Problem, before int32) {
	one := newProblem(of)
	one.From = p.From
	if one.Line > 0 {
		one.Line += before
	}
	p.fail(one)
}

// lines counts the lines and bytes that are read.
type lines struct {
	in    io.Reader
	n     int
	bytes int64
}

func (l *lines) Read(p []byte) (int, error) {
	n, err := l.in.Read(p)
	l.n += bytes.Count(p[:n], []byte("\n"))
	l.bytes += int64(n)
	return n, err
}
