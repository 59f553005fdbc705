// Weir-beam makes the graph of spans that are too many for one machine, as a pipeline of Apache
// Beam. It finds what weir finds over the same files. It is a module of its own: the SDK of Beam
// would make weir several times as large.
//
//	cd beam && go run ./cmd/weir-beam --input 'spans/*.jsonl.gz' --output graph.json
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/metrics"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/s3"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/log"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/x/beamx"

	"github.com/weirgraph/weir/beam/pipeline"
	"github.com/weirgraph/weir/internal/english"
)

var _ = s3.New // beamx has the other file systems

const usage = `usage: weir-beam --input <pattern> [--input <pattern>...] [--output <file>]

Makes the graph of the calls in spans, on an engine of Apache Beam. Without
--runner it runs on this machine and needs nothing.

Examples:
  weir-beam --input 'spans/*.jsonl.gz' --output graph.json
  weir-beam --input 'gs://spans/2026-11-30/*' --output gs://graphs/2026-11-30.json \
    --runner dataflow --project estate --region europe-west1 --staging_location gs://graphs/staging
  weir-beam --input 's3://spans/2026-11-30/*' --output s3://graphs/2026-11-30.json \
    --runner flink --endpoint localhost:8099 --environment_type LOOPBACK

Flags:
  --input <pattern>        files of spans: local, gs:// or s3://, compressed or not; repeatable
  --output <file>          where the graph is written (default "graph.json")
  --bad <file>             where records that cannot be read are written, one a line
                           (default: the output with .bad.jsonl for .json)
  --max-trace-spans <n>    traces with more spans are counted, and not linked (default 1000000)
  --runner <name>          prism, flink, spark, dataflow, universal (default prism); their
                           flags are those of Beam's Go SDK: weir-beam --help-runners
  --verbose                show the messages of the engine
`

// Exit codes, as those of weir.
const (
	exitClean      = 0
	exitMisuse     = 2
	exitUnreadable = 3
)

// engines are the names that the SDK registers runners under, those of the usage first.
var engines = []string{
	"prism", "flink", "spark", "dataflow", "universal",
	"PrismRunner", "FlinkRunner", "SparkRunner", "DataflowRunner", "PortableRunner", "portable", "direct", "DirectRunner", "dot",
}

// options are the flags of the command.
type options struct {
	pipeline.Options
	verbose bool
}

// patterns is a flag that may be repeated.
type patterns []string

func (p *patterns) String() string { return strings.Join(*p, " ") }

func (p *patterns) Set(pattern string) error {
	*p = append(*p, pattern)
	return nil
}

func main() {
	o := &options{}
	flag.Var((*patterns)(&o.Inputs), "input", "")
	flag.StringVar(&o.Output, "output", "graph.json", "")
	flag.StringVar(&o.Bad, "bad", "", "")
	flag.IntVar(&o.MaxTrace, "max-trace-spans", 1_000_000, "")
	flag.BoolVar(&o.verbose, "verbose", false, "")
	help := flag.Bool("help-runners", false, "")
	flag.Usage = func() {}                 // an error has a hint instead
	flag.CommandLine.SetOutput(io.Discard) // it writes the error that Parse returns
	flag.CommandLine.Init("weir-beam", flag.ContinueOnError)
	switch err := flag.CommandLine.Parse(os.Args[1:]); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Print(usage)
		return
	case err != nil:
		os.Exit(fail(exitMisuse, err, "weir-beam --help lists the flags"))
	case *help:
		flag.CommandLine.SetOutput(os.Stdout)
		flag.PrintDefaults()
		return
	}
	if !o.verbose {
		log.LogLevel = "error"
	}
	beam.Init() // a process that an engine started as a worker ends here
	if !o.verbose {
		slog.SetDefault(slog.New(slog.DiscardHandler)) // an engine reports one error many times
	}
	os.Exit(run(context.Background(), o))
}

// fail prints an error, and returns the exit code.
func fail(code int, err error, hint string) int {
	fmt.Fprintln(os.Stderr, "weir-beam:", err)
	if hint != "" {
		fmt.Fprintln(os.Stderr, "weir-beam: hint:", hint)
	}
	return code
}

func run(ctx context.Context, o *options) int {
	if o.Bad == "" {
		o.Bad = strings.TrimSuffix(o.Output, ".json") + ".bad.jsonl"
	}
	switch {
	case flag.NArg() > 0:
		return fail(exitMisuse, fmt.Errorf("unknown argument %q", flag.Arg(0)), "put patterns of files in quotes: --input 'spans/*.jsonl'")
	case len(o.Inputs) == 0:
		return fail(exitMisuse, errors.New("--input is missing"), "weir-beam --input 'spans/*.jsonl'")
	case o.Output == o.Bad:
		return fail(exitMisuse, fmt.Errorf("--output and --bad are one file: %q", o.Output), "")
	case o.MaxTrace <= 0:
		return fail(exitMisuse, fmt.Errorf("--max-trace-spans %d is not positive", o.MaxTrace), "")
	}
	runner := cmp.Or(*runners.Runner, "prism")
	if !slices.Contains(engines, runner) { // Beam ends the process over it, without a word that is seen
		return fail(exitMisuse, fmt.Errorf("--runner %q is unknown", runner), "the runners are "+english.List(engines[:5]))
	}
	if runner == "prism" || runner == "PrismRunner" {
		if code := o.check(ctx); code != exitClean {
			return code
		}
	}
	temp, err := os.MkdirTemp("", "weir-beam-*") // Beam leaves a file behind
	if err != nil {
		return fail(exitUnreadable, err, "")
	}
	defer os.RemoveAll(temp)
	os.Setenv("TMPDIR", temp)

	p, s := beam.NewPipelineWithRoot()
	pipeline.Build(s, o.Options)
	result, err := beamx.RunWithMetrics(ctx, p)
	if err != nil {
		return fail(exitUnreadable, reason(err), "weir-beam --verbose shows what the engine reports")
	}
	return o.report(result)
}

// check finds the mistakes that show before the pipeline runs on this machine.
func (o *options) check(ctx context.Context) int {
	for _, pattern := range o.Inputs {
		switch files, err := pipeline.Match(ctx, pattern); {
		case err != nil:
			return fail(exitMisuse, fmt.Errorf("--input %q: %w", pattern, err), "")
		case len(files) == 0:
			return fail(exitMisuse, fmt.Errorf("--input %q matches no file", pattern), "a pattern is relative to the working directory; put it in quotes")
		}
		if info, err := os.Stat(pattern); err == nil && info.IsDir() {
			return fail(exitMisuse, fmt.Errorf("--input %q is a directory", pattern), fmt.Sprintf("write '%s'", filepath.Join(pattern, "*")))
		}
	}
	for _, path := range []string{o.Output, o.Bad} {
		if strings.Contains(path, "://") {
			continue
		}
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			return fail(exitMisuse, fmt.Errorf("output %q is a directory", path), "name a file")
		}
		dir := filepath.Dir(path)
		if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
			return fail(exitMisuse, fmt.Errorf("output %q: no directory %q", path, dir), "make the directory")
		}
		probe, err := os.CreateTemp(dir, ".weir-beam-*")
		if err != nil {
			return fail(exitMisuse, fmt.Errorf("output %q cannot be written: %w", path, err), "")
		}
		probe.Close()
		os.Remove(probe.Name())
	}
	return exitClean
}

// reason is the error of a pipeline without the steps of the engine around it.
func reason(err error) error {
	text := err.Error()
	if i := strings.LastIndex(text, pipeline.Mark); i >= 0 {
		text, _, _ = strings.Cut(text[i+len(pipeline.Mark):], "\n")
	}
	return errors.New(text)
}

// report says what was found, and returns the exit code.
func (o *options) report(result beam.PipelineResult) int {
	found := map[string]int{}
	if result != nil {
		counters := result.Metrics().Query(func(r metrics.SingleResult) bool { return r.Namespace() == pipeline.Namespace }).Counters()
		for _, c := range counters {
			found[c.Name()] = int(c.Result())
		}
	}
	if len(found) == 0 { // the engine does not wait, or has no counters
		return exitClean
	}
	fmt.Fprintf(os.Stderr, "%s of %s in %s: %s, %s\n",
		english.Count(found[pipeline.Spans], "span"), english.Count(found[pipeline.Traces], "trace"), english.Count(found[pipeline.Files], "file"),
		english.Count(found[pipeline.Services], "service"), english.Count(found[pipeline.Calls], "call"))
	if n := found[pipeline.Failed]; n > 0 {
		return fail(exitUnreadable, fmt.Errorf("%s with the inputs, see %s", english.Count(n, "problem"), o.Bad), "")
	}
	return exitClean
}
