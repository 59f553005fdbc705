package pipeline

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	graphlink "github.com/weirgraph/weir/graph/link"
	"github.com/weirgraph/weir/graph/wire"
	"github.com/weirgraph/weir/ingest"
	"github.com/weirgraph/weir/ingest/trace/link"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/render"
)

func init() {
	beam.RegisterDoFn(&badFn{})
	beam.RegisterDoFn(&finishFn{})
	register.Iter1[int]()
	register.Iter1[keySum]()
	register.Iter1[document]()
}

// badFn writes the problems of the inputs, one a line.
type badFn struct{ Path string }

func (fn *badFn) ProcessElement(ctx context.Context, _ int, _ func(*int) bool, problems func(*problem) bool) error {
	return write(ctx, fn.Path, func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		for p := (problem{}); problems(&p); p = (problem{}) {
			g := p.graph()
			one := wire.FromProblem(g)
			if err := e.Encode(one); err != nil {
				return err
			}
		}
		return nil
	})
}

// write writes a file as a whole: a worker that fails, or is slower than another one, leaves
// no half of it where the file is.
func write(ctx context.Context, path string, to func(io.Writer) error) error {
	system, err := filesystem.New(ctx, path)
	if err != nil {
		return err
	}
	defer system.Close()
	at := path
	mover, moves := system.(filesystem.Renamer)
	if moves {
		at = path + ".part"
	}
	out, err := system.OpenWrite(ctx, at)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(out, 1<<20)
	if err := errors.Join(to(w), w.Flush(), out.Close()); err != nil {
		return err
	}
	if moves {
		return mover.Rename(ctx, at, path)
	}
	return nil
}

// Mark is what the errors of the last step begin with, among what engines write around them.
const Mark = "weir: "

// Counters of the last step, by which the program that started the pipeline knows how it went.
const (
	Namespace = "weir"
	Files     = "files"
	Spans     = "spans"
	Traces    = "traces"
	Services  = "services"
	Calls     = "calls"
	Failed    = "failed"
)

// finishFn makes the graph. Its memory is that of the graph, as in a run of weir.
type finishFn struct{ Path, Bad string }

// mostProblems is how many problems the graph names; the others are in the file of bad records only.
const mostProblems = 10_000

func (fn *finishFn) ProcessElement(ctx context.Context, _ int, _ func(*int) bool, sums func(*keySum) bool, words func(*[]byte) bool, counts func(*count) bool, problems func(*problem) bool, documents func(*document) bool) error {
	var total link.Total
	for k := (keySum{}); sums(&k); k = (keySum{}) {
		var s link.Sum
		if err := s.UnmarshalBinary(k.Sum); err != nil {
			return err
		}
		total.Add(k.Key, &s)
	}
	of, err := readWords(words)
	if err != nil {
		return err
	}
	facts, spans, err := total.Facts(of)
	if err != nil {
		return err
	}
	b := &graphlink.Builder{}
	b.Coverage.Spans.Add(spans)
	read := countOf(counts)
	b.Coverage.Files, b.Coverage.Bytes = read.Files, read.Bytes
	for i, name := range read.Names {
		b.Coverage.Documents += read.Values[i]
		b.Coverage.Read = append(b.Coverage.Read, graph.Count{Name: name, Count: read.Values[i]})
	}
	var failed int
	facts.Problems, failed = named(problems, fn.Bad)
	b.Add(facts)
	if err := addDocuments(ctx, b, documents); err != nil {
		return err
	}
	g := b.Build()
	if b.Over != nil {
		return fmt.Errorf(Mark+"%w", b.Over)
	}
	if g.Len() == 0 {
		return fmt.Errorf(Mark+"no service in %s", english.Count(g.Coverage().Files, "file"))
	}
	for name, n := range map[string]int{
		Files: g.Coverage().Files, Spans: spans.Spans, Traces: spans.Traces, Services: g.Len(), Calls: g.Calls(), Failed: failed,
	} {
		beam.NewCounter(Namespace, name).Inc(ctx, int64(n))
	}
	return write(ctx, fn.Path, func(w io.Writer) error {
		return render.Named("json").Write(w, &analyze.Report{Graph: g, Drawn: true}, render.Options{})
	})
}

func countOf(counts func(*count) bool) (sum count) {
	for c := (count{}); counts(&c); c = (count{}) {
		sum.Files += c.Files
		sum.Bytes += c.Bytes
		for i, name := range c.Names {
			sum.add(name, c.Values[i])
		}
	}
	return sum
}

// named returns the problems that the graph names, and how many inputs failed.
func named(problems func(*problem) bool, bad string) (list []graph.Problem, failed int) {
	all := 0
	compare := func(p, q graph.Problem) int {
		return cmp.Or(p.Origin.Compare(q.Origin), strings.Compare(p.Message, q.Message))
	}
	shrink := func() {
		slices.SortFunc(list, compare)
		list = list[:min(len(list), mostProblems)]
	}
	for p := (problem{}); problems(&p); p = (problem{}) {
		all++
		if graph.ProblemLevel(p.Level) == graph.Failed {
			failed++
		}
		if list = append(list, p.graph()); len(list) == 2*mostProblems {
			shrink()
		}
	}
	if shrink(); all > len(list) {
		list = append(list, graph.Problem{
			Origin: graph.Source{File: bad}.Whole(), Level: graph.Failed,
			Message: fmt.Sprintf("has %s, of which these are the first %d", english.Count(all, "problem"), len(list)),
		})
	}
	return list, failed
}

// addDocuments adds what is no file of spans.
func addDocuments(ctx context.Context, b *graphlink.Builder, documents func(*document) bool) error {
	var texts []ingest.Text
	for d := (document{}); documents(&d); d = (document{}) {
		texts = append(texts, ingest.Text{Name: d.Path, Path: d.Path, Text: string(d.Text)})
	}
	slices.SortFunc(texts, func(a, b ingest.Text) int { return strings.Compare(a.Name, b.Name) })
	return ingest.Read(ctx, nil, ingest.Options{Texts: texts}, b)
}
