// Attacks runs weir on hostile inputs and prints what they cost:
//
//	go build -o /tmp/weir . && go -C tools run ./attacks -before old-weir /tmp/weir
//
// A row has the size of the input, and for each program the exit code, the peak of memory and the
// processor time; of an attack on time also the factor of time when the input is twice as large, the mean
// of three doublings.
// The exit code is 1 if the last program takes more memory than three times its input and 64 MiB
// and does not refuse it, or a time that grows with the square of the input.
package main

import (
	"context"
	"flag"
	"fmt"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"
)

// An attack is a hostile input.
type attack struct {
	name  string
	write func(d *directory, n int)
	n     int      // of what write makes, for attacks on time eight times as many too
	twice bool     // an attack on time
	args  []string // check . if nil
}

// bound is the memory for an input of so many bytes.
func bound(input int64) int64 { return 3*input + 64<<20 }

// factor is by how much time may grow for twice the input, on average of so many doublings: one run may
// take half as long again as the next one.
const (
	factor    = 2.3
	doublings = 3
)

// measurable is the least time of which a factor means something.
const measurable = 100 * time.Millisecond

func main() {
	before := flag.String("before", "", "another `weir` to compare with")
	only := flag.String("only", "", "only attacks with this `text` in their names")
	limit := flag.Duration("timeout", 2*time.Minute, "of one run")
	memory := flag.Int("memory", 8, "`GB` of address space of one run")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: attacks [-before weir] [-only text] weir")
		os.Exit(2)
	}
	programs := []string{flag.Arg(0)}
	if *before != "" {
		programs = []string{*before, flag.Arg(0)}
	}
	for i := range programs {
		p, err := filepath.Abs(programs[i])
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		programs[i] = p
	}
	bad := false
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprint(out, "ATTACK\tINPUT\tBOUND")
	for range programs {
		fmt.Fprint(out, "\tEXIT\tMEMORY\tCPU\tTWICE")
	}
	fmt.Fprintln(out)
	for _, a := range attacks {
		if !strings.Contains(a.name, *only) {
			continue
		}
		input := measure(a, a.n)
		fmt.Fprintf(out, "%s\t%s\t%s", a.name, size(input.bytes), size(bound(input.bytes)))
		for i, p := range programs {
			r := input.run(p, a.args, *limit, *memory)
			fmt.Fprintf(out, "\t%s\t%s\t%.2fs", r.exit, size(r.memory), r.cpu.Seconds())
			over := r.memory > bound(input.bytes) && !r.refused || r.exit == "timeout"
			if !a.twice || r.exit == "timeout" {
				fmt.Fprint(out, "\t")
			} else {
				larger := measure(a, a.n<<doublings)
				last := larger.run(p, a.args, *limit, *memory)
				larger.remove()
				times := math.Pow(last.cpu.Seconds()/max(r.cpu, time.Millisecond).Seconds(), 1./doublings)
				fmt.Fprintf(out, "\t%.1f", times)
				over = over || times > factor && last.cpu > measurable || last.exit == "timeout"
			}
			switch last := i == len(programs)-1; {
			case over && last:
				bad = true
				fmt.Fprint(out, "\tOVER")
			case r.refused && last:
				fmt.Fprint(out, "\trefused")
			}
		}
		fmt.Fprintln(out)
		out.Flush()
		input.remove()
	}
	if bad {
		os.Exit(1)
	}
}

func size(n int64) string {
	switch {
	case n < 10<<10:
		return fmt.Sprintf("%d B", n)
	case n < 10<<20:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%d MiB", n>>20)
}

// A directory is an input on the disk.
type directory struct {
	path  string
	bytes int64
}

func measure(a attack, n int) *directory {
	path, err := os.MkdirTemp("", "weir-attack-")
	check(err)
	d := &directory{path: path}
	a.write(d, n)
	check(filepath.WalkDir(path, func(_ string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			var info fs.FileInfo
			if info, err = e.Info(); err == nil {
				d.bytes += info.Size()
			}
		}
		return err
	}))
	return d
}

func (d *directory) remove() { check(os.RemoveAll(d.path)) }

// tooLarge matches what weir writes of an input that it does not read because of its size.
var tooLarge = regexp.MustCompile(`the inputs.* have more than|unpacks to more than|a string of \d+ MB|make values longer|aliases expand to more than`)

// A result is what a run cost.
type result struct {
	exit    string
	refused bool // the input, because it is too large
	memory  int64
	cpu     time.Duration
}

func (d *directory) run(program string, args []string, limit time.Duration, memory int) result {
	if args == nil {
		args = []string{"check", "."}
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	shell := fmt.Sprintf(`ulimit -v %d; exec "$0" "$@"`, memory<<20)
	cmd := exec.CommandContext(ctx, "sh", append([]string{"-c", shell, program}, args...)...)
	cmd.Dir = d.path
	var out head
	cmd.Stdout, cmd.Stderr = &out, &out
	_ = cmd.Run() // the exit code says more than the error
	r := result{exit: fmt.Sprint(cmd.ProcessState.ExitCode())}
	r.refused = r.exit == "3" && tooLarge.Match(out.text)
	if ctx.Err() != nil {
		r.exit = "timeout"
	}
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		r.memory = usage.Maxrss << 10
	}
	r.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return r
}

// A head keeps the beginning of an output. All of it would make this process large, and Linux counts the memory that a
// process has when it starts another one as that of the other one.
type head struct{ text []byte }

func (h *head) Write(p []byte) (int, error) {
	h.text = append(h.text, p[:min(len(p), 1<<20-len(h.text))]...)
	return len(p), nil
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "attacks:", err)
		os.Exit(2)
	}
}
