package trace

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/trace/spans"
	"github.com/weirgraph/weir/internal/testlong"
)

// latencies compares sketches by their encoding.
var latencies = cmp.Transformer("latency", func(l graph.Latency) []byte {
	b, err := l.MarshalBinary()
	if err != nil {
		panic(err)
	}
	return b
})

// spilled reads a text as readAll does, with memory for so many bytes of records.
func spilled(t *testing.T, reader *Reader, text []byte, parallel int, limit int64) (*graph.Facts, *graph.Spans) {
	t.Helper()
	dir := t.TempDir()
	s := spans.NewSpill(limit, dir)
	defer s.Close()
	workers := make([]*Worker, parallel)
	chunks := make(chan *Chunk)
	var running sync.WaitGroup
	for i := range workers {
		workers[i] = NewWorker(s)
		running.Go(func() {
			for c := range chunks {
				workers[i].Read(c)
			}
		})
	}
	reader.Split("test", bytes.NewReader(text), func(c *Chunk) { chunks <- c })
	close(chunks)
	running.Wait()
	facts, stats := Link(workers, parallel)
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" {
		if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) > 0 {
			t.Errorf("%q can be seen", left)
		}
	}
	return facts, stats
}

// messages are consumers in traces of their own, and in none, that link to their
// producers in other traces, which are after them or before them, or missing.
func messages(n int) string {
	var b strings.Builder
	for i := range n {
		producer := fmt.Sprintf("1 - shop-%d producer messaging.system=kafka trace=p%d\n", i%7, i)
		consumer := fmt.Sprintf("2 - mail-%d consumer messaging.system=kafka trace=c%d link=p%d/1\n", i%5, i, i)
		switch i % 4 {
		case 1:
			producer, consumer = consumer, producer
		case 2:
			consumer = fmt.Sprintf("- - mail-%d consumer link=p%d/1\n", i%5, i)
		case 3:
			consumer = fmt.Sprintf("2 - mail-%d consumer trace=c%d link=nowhere%d/1\n", i%5, i, i)
		}
		b.WriteString(otlpOf(strings.ReplaceAll(producer+consumer, " messaging.system=kafka", "")))
	}
	return b.String()
}

// TestSpill has too little memory for the spans: what is found has to be the same,
// and whether there was a file may depend on nothing but their number.
func TestSpill(t *testing.T) {
	n := testlong.N(300, 2000)
	type input struct {
		name   string
		reader *Reader
		text   []byte
	}
	spans := generate(n)
	inputs := []input{{"messages", otlpJSON, []byte(messages(400))}}
	for _, f := range written {
		inputs = append(inputs, input{f.reader.Name, f.reader, f.write(spans)})
	}
	inputs = append(inputs, input{"one trace", otlpProto, otlpFrames(deepTrace(n, n/10))})
	for _, in := range inputs {
		t.Run(in.name, func(t *testing.T) {
			workers, _ := readAll(in.reader, in.text, 1)
			want, account := Link(workers, 1)
			if len(want.Observations) == 0 {
				t.Fatal("no calls")
			}
			for _, parallel := range []int{1, 3} {
				for _, limit := range []int64{0, 8<<10 + 7, int64(32 * account.Spans / 2), 1 << 30} {
					facts, got := spilled(t, in.reader, in.text, parallel, limit)
					if want := limit < 1<<30; got.Spilled != want {
						t.Errorf("%d workers, %d bytes: spilled is %v", parallel, limit, got.Spilled)
					}
					got.Spilled = false
					if *got != *account {
						t.Errorf("%d workers, %d bytes: account %+v, want %+v", parallel, limit, *got, *account)
					}
					if diff := cmp.Diff(want, facts, latencies); diff != "" {
						t.Fatalf("%d workers, %d bytes:\n%s", parallel, limit, diff)
					}
				}
			}
		})
	}
}

// TestSpillFails has no place for the file.
func TestSpillFails(t *testing.T) {
	s := spans.NewSpill(1000, filepath.Join(t.TempDir(), "none"))
	w := NewWorker(s)
	otlpProto.Split("test", bytes.NewReader(otlpFrames(generate(2000))), func(c *Chunk) { w.Read(c) })
	Link([]*Worker{w}, 2)
	var err *spans.SpillError
	if !errors.As(s.Err(), &err) || !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Hint(), "TMPDIR") {
		t.Errorf("the error is %v, want %v and a hint of TMPDIR", s.Err(), os.ErrNotExist)
	}
}
