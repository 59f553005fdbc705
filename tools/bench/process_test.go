package bench

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/csv"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"gonum.org/v1/gonum/graph/simple"
	"gonum.org/v1/gonum/graph/topo"
)

var (
	programs = flag.String("weir", "", "measure these `programs`, separated by commas, instead of the one of this module")
	small    = flag.Int("divide", 1, "make the inputs of Process and Growth smaller by this `number`")
)

// An input is a file or a directory that weir reads, of any size.
type input struct {
	name  string
	file  string
	size  int // of Process; Growth doubles up to it
	args  []string
	write func(path string, n int) error
}

var inputs = []input{
	{"random", "calls.csv", 100_000, []string{"graph", "-o", "json"}, text(func(w *bufio.Writer, n int) {
		r := rand.New(rand.NewPCG(1, 2))
		fmt.Fprintln(w, "from,to")
		for i := range 10 * n {
			fmt.Fprintf(w, "service-%d,service-%d\n", i/10, r.IntN(n))
		}
	})},
	{"star", "calls.csv", 100_000, []string{"check"}, pairs(func(i, n int) (string, string) { return fmt.Sprint("s", i), "hub" })},
	{"chain", "calls.csv", 100_000, []string{"check"}, pairs(func(i, n int) (string, string) { return fmt.Sprint("s", i), fmt.Sprint("s", i+1) })},
	{"ring", "calls.csv", 100_000, []string{"check"}, pairs(func(i, n int) (string, string) { return fmt.Sprint("s", i), fmt.Sprint("s", (i+1)%n) })},
	{"kubernetes", "objects.yaml", 10_000, []string{"check"}, text(func(w *bufio.Writer, n int) {
		for i := range n / 2 {
			fmt.Fprintf(w, `---
apiVersion: apps/v1
kind: Deployment
metadata: {name: s%d, namespace: n%d}
spec:
  template:
    metadata: {labels: {app: s%[1]d}}
    spec:
      containers:
      - name: main
        image: example/s
        env: [{name: NEXT_URL, value: "http://s%d.n%d:8080"}]
---
apiVersion: v1
kind: Service
metadata: {name: s%[1]d, namespace: n%[2]d}
spec: {selector: {app: s%[1]d}, ports: [{port: 8080}]}
`, i, i%100, i+1, (i+1)%100)
		}
	})},
	{"code", "estate", 10_000, []string{"graph", "-o", "json"}, code},
	{"otlp-json", "otlp.jsonl", 200_000, []string{"graph", "-o", "json"}, traces("otlp-json")},
	{"otlp-protobuf", "otlp.pb", 200_000, []string{"graph", "-o", "json"}, traces("otlp-protobuf")},
	{"jaeger", "jaeger.json", 200_000, []string{"graph", "-o", "json"}, traces("jaeger")},
	{"zipkin", "zipkin.json", 200_000, []string{"graph", "-o", "json"}, traces("zipkin")},
}

// text is an input of one file.
func text(write func(w *bufio.Writer, n int)) func(path string, n int) error {
	return func(path string, n int) error {
		f, err := os.Create(path)
		if err != nil {
			return err
		}
		w := bufio.NewWriter(f)
		write(w, n)
		return cmp.Or(w.Flush(), f.Close())
	}
}

func pairs(ends func(i, n int) (from, to string)) func(path string, n int) error {
	return text(func(w *bufio.Writer, n int) {
		fmt.Fprintln(w, "from,to")
		for i := range n {
			from, to := ends(i, n)
			fmt.Fprintf(w, "%s,%s\n", from, to)
		}
	})
}

// make writes the input with n services, files or spans into a directory of its own.
func (in *input) make(b *testing.B, n int) (path string) {
	path = filepath.Join(b.TempDir(), in.file)
	if err := in.write(path, n); err != nil {
		b.Fatal(err)
	}
	return path
}

// measured returns the programs to measure. The one of this module is built.
func measured(b *testing.B) []string {
	if *programs != "" {
		return strings.Split(*programs, ",")
	}
	weir := filepath.Join(b.TempDir(), "weir")
	build := exec.Command("go", "build", "-o", weir, ".")
	build.Dir = "../.."
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	return []string{weir}
}

// start runs a program on a file and returns its processor time and its peak of memory in MiB.
func (in *input) start(b *testing.B, program, path string) (cpu time.Duration, peak float64) {
	c := exec.Command(program, append(append([]string{}, in.args...), filepath.Base(path))...)
	c.Dir, c.Stdout = filepath.Dir(path), io.Discard
	var problems bytes.Buffer
	c.Stderr = &problems
	if err := c.Run(); c.ProcessState == nil || c.ProcessState.ExitCode() > 1 {
		b.Fatalf("%v\n%s", err, &problems)
	}
	return c.ProcessState.UserTime() + c.ProcessState.SystemTime(), float64(c.ProcessState.SysUsage().(*syscall.Rusage).Maxrss) / 1024
}

// BenchmarkProcess measures whole processes. If there are several programs they take turns.
func BenchmarkProcess(b *testing.B) {
	list := measured(b)
	for i := range inputs {
		in := &inputs[i]
		n := in.size / *small
		for _, program := range list {
			b.Run(fmt.Sprintf("%s/%d/%s", in.name, n, filepath.Base(program)), func(b *testing.B) {
				path, cpu, peak := in.make(b, n), time.Duration(0), 0.0
				for b.Loop() {
					spent, most := in.start(b, program, path)
					cpu, peak = cpu+spent, max(peak, most)
				}
				b.ReportMetric(cpu.Seconds()/float64(b.N), "cpu-s/op")
				b.ReportMetric(peak, "peak-MiB")
			})
		}
	}
}

// growth is by how much time may grow for twice the input.
const growth = 2.3

// measurable is the least time of which a ratio means something.
const measurable = 100 * time.Millisecond

// BenchmarkGrowth doubles the size of each input and reports by how much the processor time
// grows, the least of three runs each. It fails if that is more than linear.
func BenchmarkGrowth(b *testing.B) {
	program := measured(b)[0]
	for i := range inputs {
		in := &inputs[i]
		n := in.size / *small
		b.Run(fmt.Sprintf("%s/%d", in.name, n), func(b *testing.B) {
			half, whole := in.make(b, n/2), in.make(b, n)
			least := func(path string) time.Duration {
				best := time.Duration(1 << 62)
				for range 3 {
					cpu, _ := in.start(b, program, path)
					best = min(best, cpu)
				}
				return best
			}
			for b.Loop() {
				before, after := least(half), least(whole)
				ratio := after.Seconds() / before.Seconds()
				b.ReportMetric(ratio, "times")
				if before > measurable && ratio > growth {
					b.Errorf("%s for %d of %s, %s for twice as many: %.1f times", before, n/2, in.name, after, ratio)
				}
			}
		})
	}
}

// BenchmarkGonum reads the random calls into a graph of gonum and finds its cycles, for comparison
// with Process: weir does more than that, in a process of its own.
func BenchmarkGonum(b *testing.B) {
	in := &inputs[0]
	n := in.size / *small
	b.Run(fmt.Sprintf("%s/%d", in.name, n), func(b *testing.B) {
		text, err := os.ReadFile(in.make(b, n))
		if err != nil {
			b.Fatal(err)
		}
		before := processorTime()
		for b.Loop() {
			rows := csv.NewReader(bytes.NewReader(text))
			rows.ReuseRecord = true
			g, ids := simple.NewDirectedGraph(), map[string]int64{}
			node := func(name string) simple.Node {
				id, ok := ids[name]
				if !ok {
					id = int64(len(ids))
					ids[strings.Clone(name)] = id
				}
				return simple.Node(id)
			}
			for row, err := rows.Read(); err == nil; row, err = rows.Read() {
				if from, to := node(row[0]), node(row[1]); from != to {
					g.SetEdge(g.NewEdge(from, to))
				}
			}
			if len(topo.TarjanSCC(g)) == 0 {
				b.Fatal("no components")
			}
		}
		b.ReportMetric((processorTime()-before).Seconds()/float64(b.N), "cpu-s/op")
	})
}
