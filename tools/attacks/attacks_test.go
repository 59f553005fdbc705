package main

import (
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// TestNoSquares runs the attacks on time at an eighth and at half of their sizes. The time of the processor that a process
// needs depends little on what else the machine does: four times the input may take eight times as long, and with the
// square of the input it would take sixteen times.
func TestNoSquares(t *testing.T) {
	weir := filepath.Join(t.TempDir(), "weir")
	if out, err := exec.Command("go", "build", "-C", "../..", "-o", weir, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	const most, measurable = 8, 40 * time.Millisecond
	for _, a := range attacks {
		if !a.twice {
			continue
		}
		t.Run(a.name, func(t *testing.T) {
			run := func(n int) time.Duration {
				input := measure(a, n)
				defer input.remove()
				r := input.run(weir, a.args, time.Minute, 8)
				if r.exit != "0" && r.exit != "1" && !r.refused {
					t.Fatalf("with %d the exit code is %s", n, r.exit)
				}
				return r.cpu
			}
			start := run(1)
			few, many := run(a.n/8)-start, run(a.n/2)-start
			if times := float64(many) / float64(max(few, measurable)); times > most {
				t.Errorf("four times the input takes %.1f times as long: %v and %v", times, few, many)
			}
		})
	}
}

// Every attack has a name of its own, by which it is chosen.
func TestNames(t *testing.T) {
	seen := map[string]bool{}
	for _, a := range attacks {
		if a.name == "" || seen[a.name] {
			t.Errorf("the name %q is missing or of two attacks", a.name)
		}
		seen[a.name] = true
	}
}
