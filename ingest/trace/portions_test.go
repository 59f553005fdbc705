package trace

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/trace/link"
	"github.com/weirgraph/weir/ingest/trace/spans"
	"github.com/weirgraph/weir/internal/testlong"
)

// An estate of processes, each of which reads, links or adds up a part.
type processes struct {
	random *rand.Rand
	most   int // spans of a trace

	shuffle  map[uint64][][]byte
	sums     map[string][][]byte
	words    spans.Words
	oversize []*link.Oversize
}

// read has several processes read the chunks of a text, in any order.
func (p *processes) read(t testing.TB, reader *Reader, text []byte) {
	t.Helper()
	p.shuffle, p.sums, p.words = map[uint64][][]byte{}, map[string][][]byte{}, spans.Words{}
	workers := make([]*Worker, 1+p.random.IntN(4))
	for i := range workers {
		workers[i] = NewWorker(nil)
		workers[i].Ship()
	}
	send := func(w *Worker) {
		w.Portions(func(trace uint64, portion []byte) { p.shuffle[trace] = append(p.shuffle[trace], portion) })
	}
	reader.Split("test", bytes.NewReader(text), func(c *Chunk) {
		w := workers[p.random.IntN(len(workers))]
		w.Read(c)
		if p.random.IntN(3) == 0 {
			send(w)
		}
	})
	for _, w := range workers {
		send(w)
		if w.Kept() > 0 {
			t.Errorf("%d records stay behind", w.Kept())
		}
		link.Services(&w.Collector, p.add(t))
		b, err := w.Words().MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		if err := p.words.UnmarshalBinary(b); err != nil {
			t.Fatal(err)
		}
	}
	p.words.Settle()
}

// add sends a sum as bytes.
func (p *processes) add(t testing.TB) func(key string, s *link.Sum) {
	return func(key string, s *link.Sum) {
		b, err := s.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		p.sums[key] = append(p.sums[key], b)
	}
}

// round links what was sent, and sends what the next round needs.
func (p *processes) round(t testing.TB, last bool) {
	sent := p.shuffle
	p.shuffle = map[uint64][][]byte{}
	linkers := make([]*link.Linker, 1+p.random.IntN(3))
	for i := range linkers {
		linkers[i] = link.NewLinker(p.words)
		linkers[i].Most = p.most
		if !last {
			linkers[i].Next = func(trace uint64, portion []byte) { p.shuffle[trace] = append(p.shuffle[trace], portion) }
		}
	}
	traces := slices.Sorted(maps.Keys(sent))
	p.random.Shuffle(len(traces), func(i, j int) { traces[i], traces[j] = traces[j], traces[i] })
	for _, trace := range traces {
		l := linkers[p.random.IntN(len(linkers))]
		if p.random.IntN(4) == 0 { // a try that fails
			l.Begin(trace + 1)
			_ = l.Add(sent[trace][0])
		}
		l.Begin(trace)
		portions := sent[trace]
		p.random.Shuffle(len(portions), func(i, j int) { portions[i], portions[j] = portions[j], portions[i] })
		for _, portion := range portions {
			if err := l.Add(portion); err != nil {
				t.Fatal(err)
			}
		}
		var over *link.Oversize
		if err := l.End(); errors.As(err, &over) {
			p.oversize = append(p.oversize, over)
		}
		if p.random.IntN(5) == 0 {
			l.Flush(p.add(t))
		}
	}
	for _, l := range linkers {
		l.Flush(p.add(t))
	}
}

// total adds everything up.
func (p *processes) total(t testing.TB) (*graph.Facts, *graph.Spans) {
	t.Helper()
	var total link.Total
	for key, list := range p.sums {
		p.random.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		sum := &link.Sum{}
		for _, b := range list {
			one := &link.Sum{}
			if err := one.UnmarshalBinary(b); err != nil {
				t.Fatal(err)
			}
			sum.Add(one)
		}
		total.Add(key, sum)
	}
	facts, stats, err := total.Facts(p.words)
	if err != nil {
		t.Fatal(err)
	}
	return facts, stats
}

// TestPortionsLinkToTheSame has several processes link a text, and compares what they find with what
// one process finds that reads all of it.
func TestPortionsLinkToTheSame(t *testing.T) {
	texts := append(seeds(), messages(200), failures(2*spans.KeptFailing+700), weighted(40),
		string(otlpLines(generate(testlong.N(1000, 3000)))), string(zipkinList(generate(testlong.N(600, 2000)))), string(jaegerDocument(generate(testlong.N(600, 2000)))))
	for i, text := range texts {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			reader := Sniff([]byte(text)[:min(len(text), HeadSize)])
			if reader == nil || reader.refuse != "" {
				t.Fatalf("no reader for %.100q", text)
			}
			workers, _ := readAll(reader, []byte(text), 1)
			want, wantSpans := Link(workers, 1)
			for seed := range uint64(testlong.N(2, 4)) {
				p := &processes{random: rand.New(rand.NewPCG(seed, 1))}
				p.read(t, reader, []byte(text))
				p.round(t, false)
				p.round(t, true)
				got, gotSpans := p.total(t)
				if diff := cmp.Diff(want, got, latencies, cmpopts.EquateEmpty()); diff != "" {
					t.Fatalf("facts differ (- one process, + several):\n%s", diff)
				}
				if diff := cmp.Diff(wantSpans, gotSpans); diff != "" {
					t.Errorf("accounts differ (- one process, + several):\n%s", diff)
				}
				for trace := range p.shuffle {
					t.Errorf("trace %x waits for another round", trace)
				}
			}
		})
	}
}

// failures are traces in which a call fails, more than those whose ids are kept.
func failures(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "1 - web-%d client trace=%x peer.service=bank-%d !\n", i%3, i+1, i%1000)
	}
	return otlpOf(b.String())
}

// weighted are sampled traces: a sum of their weights depends on where it is rounded.
func weighted(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "1 - web client trace=%x peer.service=bank state=ot=th:%x\n", i+1, 1+i%11)
	}
	return otlpOf(b.String())
}

// TestLinkerLeavesOutOversizeTraces holds that a trace of more spans than the limit is counted, named and not linked.
func TestLinkerLeavesOutOversizeTraces(t *testing.T) {
	var spec strings.Builder
	spec.WriteString("1 - web client trace=aaaa peer.service=bank\n")
	for i := range 9001 {
		fmt.Fprintf(&spec, "%x - web client trace=bbbb peer.service=bank\n", i+1)
	}
	p := &processes{random: rand.New(rand.NewPCG(1, 1)), most: 9000}
	text := []byte(otlpOf(spec.String()))
	p.read(t, Sniff(text[:HeadSize]), text)
	p.round(t, false)
	p.round(t, true)
	facts, stats := p.total(t)
	if len(p.oversize) != 1 || *p.oversize[0] != (link.Oversize{ID: "000000000000bbbb", Spans: 9001}) {
		t.Errorf("oversize: %v", p.oversize)
	}
	if seen := slices.Collect(graph.AllObservations(facts.Observations)); len(seen) != 1 || seen[0].Calls != 1 {
		t.Errorf("observations: %v", facts.Observations)
	}
	if stats.Spans != 9002 || stats.Traces != 2 {
		t.Errorf("%+v", stats)
	}
}

// FuzzPortions takes bytes that no process has sent.
func FuzzPortions(f *testing.F) {
	for _, text := range append(seeds(), messages(8)) {
		reader := Sniff([]byte(text))
		workers, _ := readAll(reader, nil, 1)
		w := workers[0]
		w.Ship()
		reader.Split("test", strings.NewReader(text), func(c *Chunk) { w.Read(c) })
		w.Portions(func(_ uint64, portion []byte) { f.Add(portion) })
	}
	f.Fuzz(func(t *testing.T, portion []byte) {
		c, s := &spans.Collector{}, &spans.Scan{}
		if c.Take(portion, s) != nil {
			if len(s.Records) > 0 {
				t.Error("bytes that are no portion have records")
			}
			return
		}
		l := link.NewLinker(nil)
		l.Next = func(_ uint64, next []byte) {
			if err := c.Take(next, s); err != nil {
				t.Errorf("%q: %v", next, err)
			}
		}
		l.Begin(1)
		if err := l.Add(portion); err != nil {
			t.Fatal(err)
		}
		if err := l.End(); err != nil {
			t.Fatal(err)
		}
		var total link.Total
		l.Flush(func(key string, sum *link.Sum) {
			b, err := sum.MarshalBinary()
			again := &link.Sum{}
			if err := errors.Join(err, again.UnmarshalBinary(b)); err != nil {
				t.Fatal(err)
			}
			total.Add(key, again)
		})
		if _, _, err := total.Facts(nil); err != nil {
			t.Error(err)
		}
	})
}

// FuzzSums adds up bytes that no process has sent.
func FuzzSums(f *testing.F) {
	p := &processes{random: rand.New(rand.NewPCG(1, 1))}
	text := []byte(otlpOf("1 - web server\n2 1 web client peer.service=bank !\n3 1 web client db.system=redis"))
	p.read(f, Sniff(text), text)
	p.round(f, true)
	for key, list := range p.sums {
		f.Add(key, list[0])
	}
	f.Fuzz(func(t *testing.T, key string, b []byte) {
		sum := &link.Sum{}
		if sum.UnmarshalBinary(b) != nil {
			return
		}
		sum.Add(sum)
		var total link.Total
		total.Add(key, sum)
		_, _, _ = total.Facts(nil)
	})
}
