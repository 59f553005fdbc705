package pipeline

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/rtrackers/offsetrange"

	"github.com/weirgraph/weir/ingest/trace/link"
)

// spanText is one span of OTLP JSON with about as much text as programs write.
func spanText(service string, kind int, trace uint64, span, parent uint32, more string) string {
	up := ""
	if parent > 0 {
		up = fmt.Sprintf("%016x", parent)
	}
	return fmt.Sprintf(`{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":%q}},{"key":"host.name","value":{"stringValue":"node-7.example.internal"}}]},`+
		`"scopeSpans":[{"scope":{"name":"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp","version":"0.54.0"},"spans":[{"traceId":"%016x%016x","spanId":"%016x","parentSpanId":"%s",`+
		`"name":"GET /orders/{id}","kind":%d,"startTimeUnixNano":"%d","endTimeUnixNano":"%d","attributes":[{"key":"http.request.method","value":{"stringValue":"GET"}},`+
		`{"key":"url.scheme","value":{"stringValue":"http"}},{"key":"http.response.status_code","value":{"intValue":"200"}},{"key":"user_agent.original","value":{"stringValue":"Go-http-client/1.1"}}]%s}]}]}]}`,
		service, trace*0x9e3779b97f4a7c15, trace, span, up, kind, 1_760_000_000_000_000_000+uint64(span)*1000, 1_760_000_001_000_000_000+trace%1000*1_000_000, more)
}

// traceText is one trace of 12 spans: a chain of clients and servers, of which some fail, and a message in
// a trace of its own.
func traceText(trace uint64) []string {
	var list []string
	for hop := range uint32(5) {
		caller, callee := fmt.Sprintf("svc-%02d", (trace+uint64(hop)*7)%40), fmt.Sprintf("svc-%02d", (trace+uint64(hop+1)*7)%40)
		more := ""
		if (trace+uint64(hop))%50 == 0 {
			more = `,"status":{"code":2}`
		}
		list = append(list, spanText(caller, 3, trace, 2*hop+1, 2*hop, ""), spanText(callee, 2, trace, 2*hop+2, 2*hop+1, more))
	}
	last := fmt.Sprintf("svc-%02d", (trace+35)%40)
	list = append(list, spanText(last, 4, trace, 11, 10, ""))
	linked := fmt.Sprintf(`,"links":[{"traceId":"%016x%016x","spanId":"%016x"}]`, trace*0x9e3779b97f4a7c15, trace, 11)
	return append(list, spanText("mailer", 5, trace|1<<60, 12, 0, linked))
}

// An outputs is what one step yields.
type outputs struct {
	portions map[int64][][]byte
	next     map[int64][][]byte
	sums     map[string][]link.Sum
	words    [][]byte
	counts   map[string][]count
	problems map[string][]problem
}

func newOutputs() *outputs {
	return &outputs{map[int64][][]byte{}, map[int64][][]byte{}, map[string][]link.Sum{}, nil, map[string][]count{}, map[string][]problem{}}
}

func (o *outputs) portion(trace int64, b []byte)  { o.portions[trace] = append(o.portions[trace], b) }
func (o *outputs) postpone(trace int64, b []byte) { o.next[trace] = append(o.next[trace], b) }
func (o *outputs) sum(key string, s link.Sum)     { o.sums[key] = append(o.sums[key], s) }
func (o *outputs) word(b []byte)                  { o.words = append(o.words, b) }
func (o *outputs) counted(path string, c count)   { o.counts[path] = append(o.counts[path], c) }
func (o *outputs) fail(path string, p problem)    { o.problems[path] = append(o.problems[path], p) }
func (o *outputs) eachWord() func(*[]byte) bool   { return iterate(o.words) }

// iterate returns an iterator as steps get it.
func iterate[T any](list []T) func(*T) bool {
	return func(v *T) bool {
		if len(list) == 0 {
			return false
		}
		*v, list = list[0], list[1:]
		return true
	}
}

// TestFailedStepsCountNothingTwice is an engine in which every bundle fails once: at its beginning, in
// the middle or before its end. What it yields then is thrown away, and all of it is done again by the same
// step. Files are divided while they are read.
func TestFailedStepsCountNothingTwice(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	dir := t.TempDir()
	var files []string
	parts := make([][]string, 5)
	for trace := range uint64(700) {
		for _, line := range traceText(trace + 1) {
			i := random.IntN(len(parts))
			parts[i] = append(parts[i], line)
		}
	}
	parts[0] = append(parts[0], parts[0]...) // more than one block
	parts[0] = append(parts[0], "{\"resourceSpans\":[{]}", spanText("late", 2, 1<<40, 1, 0, ""))
	for i, part := range parts {
		files = append(files, writeLines(t, dir, fmt.Sprintf("part-%d.jsonl", i), part))
	}
	want := weir(t, files...)

	found := []file{}
	all := newOutputs()
	for _, path := range files {
		err := inspect(t.Context(), path, func(f file) { found = append(found, f) }, func(document) { t.Error("a document") }, all.counted)
		if err != nil {
			t.Fatal(err)
		}
	}
	if found[0].Blocks < 2 {
		t.Fatalf("%+v: the test is about files of several blocks", found[0])
	}
	read := &readFn{}
	type work struct {
		file
		offsetrange.Restriction
	}
	var todo []work
	for _, f := range found {
		for _, r := range read.SplitRestriction(f, read.CreateInitialRestriction(f)) {
			todo = append(todo, work{f, r})
		}
	}
	for len(todo) > 0 {
		bundle := todo[:min(len(todo), 1+random.IntN(2))]
		todo = todo[len(bundle):]
		for try := range 2 {
			out := newOutputs()
			read.StartBundle(out.portion, out.sum, out.word, out.counted, out.fail)
			for i, w := range bundle {
				tracker := read.CreateTracker(w.Restriction)
				if try == 1 && w.Size() > 1 { // another worker gets a part of it
					primary, residual, err := tracker.TrySplit(random.Float64())
					if err != nil {
						t.Fatal(err)
					}
					bundle[i].Restriction = primary.(offsetrange.Restriction)
					if residual != nil {
						todo = append(todo, work{w.file, residual.(offsetrange.Restriction)})
					}
				}
				if err := read.ProcessElement(t.Context(), tracker, w.file, out.portion, out.sum, out.word, out.counted, out.fail); err != nil {
					t.Fatal(err)
				}
				if !tracker.IsDone() {
					t.Fatalf("%+v is not read to its end", w)
				}
				if try == 0 && random.IntN(2) == 0 {
					break
				}
			}
			if try == 1 || random.IntN(2) == 0 {
				if err := read.FinishBundle(out.portion, out.sum, out.word, out.counted, out.fail); err != nil {
					t.Fatal(err)
				}
			}
			if try == 1 {
				all.take(out)
			}
		}
	}
	first, last := &linkFn{}, &lastFn{}
	linkAll(t, random, all.portions, all, func(out *outputs, trace int64, portions [][]byte, from, to bool) error {
		if from {
			return first.StartBundle(all.eachWord(), out.sum, out.postpone, out.fail)
		}
		if to {
			first.FinishBundle(all.eachWord(), out.sum, out.postpone, out.fail)
			return nil
		}
		return first.ProcessElement(trace, iterate(portions), all.eachWord(), out.sum, out.postpone, out.fail)
	})
	sent, spans := 0, 12*700+len(parts[0])/2
	for _, list := range all.portions {
		for _, b := range list {
			sent += len(b)
		}
	}
	t.Logf("%d bytes a span are sent, if a worker has one or a few of a trace", sent/spans)
	if len(all.next) == 0 {
		t.Error("no trace waits for another one")
	}
	linkAll(t, random, maps.Clone(all.next), all, func(out *outputs, trace int64, portions [][]byte, from, to bool) error {
		if from {
			return last.StartBundle(all.eachWord(), out.sum, out.fail)
		}
		if to {
			last.FinishBundle(all.eachWord(), out.sum, out.fail)
			return nil
		}
		return last.ProcessElement(trace, iterate(portions), all.eachWord(), out.sum, out.fail)
	})
	var sums []keySum
	for key, list := range all.sums {
		add := &sumFn{}
		total := add.CreateAccumulator()
		for _, s := range list {
			total = add.MergeAccumulators(total, s)
		}
		k, err := keyed(key, total)
		if err != nil {
			t.Fatal(err)
		}
		sums = append(sums, k)
	}
	var counts []count
	var problems []problem
	settle := &settleFn{}
	for _, path := range files {
		settle.ProcessElement(path, iterate(all.counts[path]), iterate(all.problems[path]),
			func(c count) { counts = append(counts, c) }, func(p problem) { problems = append(problems, p) })
	}
	finish := &finishFn{Path: filepath.Join(dir, "graph.json")}
	for range 2 {
		err := finish.ProcessElement(t.Context(), 0, nil, iterate(sums), all.eachWord(), iterate(counts), iterate(problems), iterate[document](nil))
		if err != nil {
			t.Fatal(err)
		}
	}
	compare(t, want, readFile(t, finish.Path))
	if left, _ := filepath.Glob(filepath.Join(dir, "*.part")); len(left) > 0 {
		t.Errorf("%q is left", left)
	}
}

// take adds what a bundle has yielded that did not fail.
func (o *outputs) take(of *outputs) {
	join(o.portions, of.portions)
	join(o.next, of.next)
	join(o.sums, of.sums)
	join(o.counts, of.counts)
	join(o.problems, of.problems)
	o.words = append(o.words, of.words...)
}

func join[K comparable, V any](into, from map[K][]V) {
	for key, list := range from {
		into[key] = append(into[key], list...)
	}
}

// linkAll links traces in bundles that fail once.
func linkAll(t *testing.T, random *rand.Rand, traces map[int64][][]byte, all *outputs, step func(out *outputs, trace int64, portions [][]byte, from, to bool) error) {
	t.Helper()
	keys := slices.Sorted(maps.Keys(traces))
	for len(keys) > 0 {
		bundle := keys[:min(len(keys), 1+random.IntN(300))]
		keys = keys[len(bundle):]
		for try := range 2 {
			out := newOutputs()
			err := step(out, 0, nil, true, false)
			for i, trace := range bundle {
				if try == 0 && i > random.IntN(len(bundle)) {
					break
				}
				portions := slices.Clone(traces[trace])
				random.Shuffle(len(portions), func(i, j int) { portions[i], portions[j] = portions[j], portions[i] })
				if err == nil {
					err = step(out, trace, portions, false, false)
				}
			}
			if try == 1 && err == nil {
				err = step(out, 0, nil, false, true)
				all.take(out)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestBadRecords has inputs that cannot be read: they are in the graph as weir has them, and in the file of bad
// records.
func TestBadRecords(t *testing.T) {
	dir := t.TempDir()
	good := writeLines(t, dir, "a.jsonl", traceText(1))
	bad := writeLines(t, dir, "b.jsonl", append(append(traceText(2), `{"resourceSpans":[{]}`), traceText(3)...))
	packed := writeLines(t, dir, "c.gz", []string{"\x1f\x8b\x08 no gzip"})
	empty := filepath.Join(dir, "d.json")
	if err := os.WriteFile(empty, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	files := []string{good, bad, packed, empty}
	secret := filepath.Join(dir, "e.jsonl")
	if err := os.WriteFile(secret, nil, 0); err != nil {
		t.Fatal(err)
	}
	if os.Getuid() != 0 { // who may read everything reads it
		files = append(files, secret)
	}
	graph, records := run(t, 0, files...)
	compare(t, weir(t, files...), graph)
	for _, place := range []string{`"file":"` + bad + `","line":13`, `"file":"` + packed} {
		if strings.Count(records, place) != 1 {
			t.Errorf("%s is not once in %s", place, records)
		}
	}
	for line := range strings.Lines(records) {
		var one struct{ Level, Message string }
		if err := json.Unmarshal([]byte(line), &one); err != nil || one.Message == "" || one.Level != "failed" {
			t.Errorf("%s: %v", line, err)
		}
	}
}

// TestHotKeys has a trace of very many spans and very many traces of one call, and a trace with more spans
// than the limit.
func TestHotKeys(t *testing.T) {
	dir := t.TempDir()
	var lines []string
	for i := range uint32(6000) {
		lines = append(lines, spanText("web", 3, 7, i+1, 0, `,"status":{"code":2}`))
	}
	for trace := range uint64(6000) {
		lines = append(lines, spanText("web", 3, 100+trace, 1, 0, ""), spanText("cart", 2, 100+trace, 2, 1, ""))
	}
	path := writeLines(t, dir, "hot.jsonl", lines)
	want := weir(t, path)
	got, records := run(t, 6000, path)
	compare(t, want, got)
	if records != "" {
		t.Errorf("bad records: %s", records)
	}

	got, records = run(t, 5999, path)
	trace := uint64(7)
	name := fmt.Sprintf("trace %016x%016x has 6000 spans, more than 5999: it is not linked", trace*0x9e3779b97f4a7c15, trace)
	if !strings.Contains(got, name) || !strings.Contains(records, name) {
		t.Errorf("%q is not reported: %s", name, records)
	}
	var w, g struct {
		Coverage struct{ Spans struct{ Count, Traces int } }
	}
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(got), &g); err != nil {
		t.Fatal(err)
	}
	if w != g {
		t.Errorf("the account is %+v, want %+v", g, w)
	}
}
