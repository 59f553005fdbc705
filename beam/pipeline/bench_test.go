package pipeline

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

var (
	sizes = flag.String("sizes", "100000", "how many spans Growth has, one after the other")
	alone = flag.Bool("alone", false, "Growth runs weir by itself instead of the pipeline")
	shape = flag.String("shape", "chains", "what Growth reads: chains (traces of traceText), one-trace, or one-call (traces of two spans)")
	keep  = flag.String("keep", "", "a directory in which Growth keeps its inputs for another run")
)

// BenchmarkGrowth measures the pipeline on Prism, files and all, over traces in files of 100,000 spans. One of each
// trace's spans is in each of twelve files, unless all are of one trace. It is for one size in a process, whose memory
// it reports:
//
//	go test -run - -bench Growth -benchtime 1x ./pipeline -args -sizes 1000000
func BenchmarkGrowth(b *testing.B) {
	for size := range strings.SplitSeq(*sizes, ",") {
		n, err := strconv.Atoi(size)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprintf("shape=%s/spans=%d/alone=%v/cores=%d", *shape, n, *alone, runtime.GOMAXPROCS(0)), func(b *testing.B) {
			dir := *keep
			if dir == "" {
				dir = b.TempDir()
			}
			files := spanFiles(b, filepath.Join(dir, *shape+"-"+size), n)
			before := cpu()
			start := time.Now()
			for b.Loop() {
				if *alone {
					err = os.WriteFile(filepath.Join(dir, "alone-"+*shape+"-"+size+".json"), []byte(weir(b, files...)), 0o666)
				} else {
					graph, _ := run(b, 1_000_000, files...)
					err = os.WriteFile(filepath.Join(dir, "graph-"+*shape+"-"+size+".json"), []byte(graph), 0o666)
				}
				if err != nil {
					b.Fatal(err)
				}
			}
			all := float64(n) * float64(b.N)
			b.ReportMetric(all/time.Since(start).Seconds(), "spans/s")
			b.ReportMetric(float64((cpu()-before).Nanoseconds())/all, "cpu-ns/span")
			b.ReportMetric(peak(), "peak-MiB")
		})
	}
}

// shapes are what Growth can read: the spans that the n-th trace adds, or of one-trace the n-th call.
var shapes = map[string]func(n uint64) []string{
	"chains": traceText,
	"one-trace": func(n uint64) []string {
		client := uint32(2*n - 1)
		return []string{spanText("web", 3, 7, client, 0, ""), spanText("cart", 2, 7, client+1, client, "")}
	},
	"one-call": func(n uint64) []string {
		return []string{spanText("web", 3, n, 1, 0, ""), spanText("cart", 2, n, 2, 1, "")}
	},
}

// cpu is the processor time of this process so far.
func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// peak is the most memory that this process has had, in MiB.
func peak() float64 {
	status, _ := os.ReadFile("/proc/self/status")
	for line := range bytes.Lines(status) {
		if rest, ok := bytes.CutPrefix(line, []byte("VmHWM:")); ok {
			kb, _ := strconv.ParseFloat(strings.Fields(string(rest))[0], 64)
			return kb / 1024
		}
	}
	return 0
}

// spanFiles writes n spans to twelve files or more, if they are not there.
func spanFiles(b *testing.B, dir string, n int) []string {
	b.Helper()
	count := max(12, n/100_000)
	var files []string
	for i := range count {
		files = append(files, filepath.Join(dir, fmt.Sprintf("spans-%04d.jsonl", i)))
	}
	if _, err := os.Stat(dir); err == nil {
		return files
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		b.Fatal(err)
	}
	text, trace := shapes[*shape], uint64(0)
	if text == nil {
		b.Fatalf("unknown shape %q", *shape)
	}
	var outs []*bufio.Writer
	for _, path := range files {
		f, err := os.Create(path)
		if err != nil {
			b.Fatal(err)
		}
		defer f.Close()
		outs = append(outs, bufio.NewWriterSize(f, 64<<10))
	}
	for n > 0 {
		trace++
		for i, line := range text(trace) {
			fmt.Fprintln(outs[(int(trace)/200*12+i)%count], line)
			n--
		}
	}
	for _, out := range outs {
		if err := out.Flush(); err != nil {
			b.Fatal(err)
		}
	}
	return files
}
