package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"
)

// newcomer is the largest cycle of a package without a line in the limits: about
// as many files as a reader can hold at once.
const newcomer = 12

// limits are the largest cycles allowed, by package.
type limits map[string]int

func readLimits(name string) (limits, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	l := limits{}
	for i, line := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
		var pkg string
		var n int
		if _, err := fmt.Sscan(line, &pkg, &n); err != nil {
			return nil, fmt.Errorf("%s:%d: want a package and a number: %w", name, i+1, err)
		}
		l[pkg] = n
	}
	return l, nil
}

// check returns what is wrong, a line each. With lowered it passes over limits that
// are too high: those have just been written anew.
func (l limits) check(rooms []*room, lowered bool) []string {
	const advice = "run go -C tools run ./cycles -lower"
	var wrong []string
	known := map[string]bool{}
	for _, r := range rooms {
		known[r.name] = true
		limit, listed := l[r.name]
		if !listed {
			limit = newcomer
		}
		switch n := len(r.cycle); {
		case n > limit:
			wrong = append(wrong, fmt.Sprintf("%s: %d files refer to each other in a cycle, the limit is %d", r.name, n, limit))
		case n < limit && listed && !lowered:
			wrong = append(wrong, fmt.Sprintf("%s: the limit of %d can fall to %d: %s", r.name, limit, n, advice))
		}
	}
	for pkg := range l {
		if !known[pkg] && !lowered {
			wrong = append(wrong, fmt.Sprintf("%s: a limit for no package: %s", pkg, advice))
		}
	}
	return wrong
}

// lowered returns the file of limits with none higher than it has to be. Limits that
// are exceeded stay.
func (l limits) lowered(rooms []*room) []byte {
	var b bytes.Buffer
	for _, r := range rooms {
		limit, listed := l[r.name]
		if !listed {
			limit = newcomer
		}
		fmt.Fprintf(&b, "%s %d\n", r.name, min(limit, len(r.cycle)))
	}
	return b.Bytes()
}
