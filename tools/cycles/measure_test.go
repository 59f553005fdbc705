package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestMeasure counts in a small module of two packages: ring.go and back.go of a refer
// to each other by a field and a method; b, and the test of b, use names of a.
func TestMeasure(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":    "module example.com/m\n\ngo 1.26\n",
		"a/ring.go": "package a\n\ntype Ring struct{ Next *Part }\n\nfunc (r Ring) Far() int { return r.Next.size }\n",
		"a/back.go": "package a\n\ntype Part struct{ size int }\n\nfunc (p Part) Of(r Ring) int { return r.Far() }\n",
		"a/leaf.go": "package a\n\nfunc New() Ring { return Ring{} }\n\nfunc Tested() {}\n\nfunc Unused() {}\n",
		"a/big.go": "package a\n\ntype Big struct{ a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p int }\n" +
			"type Fits struct{ a, b, c, d, e, f, g, h, i, j, k, l, m, n, o int }\n",
		"a/a_test.go": "package a\n\nvar _ = Unused\n",
		"a/x_test.go": "package a_test\n\nimport \"example.com/m/a\"\n\nvar _ = a.Unused\n",
		"b/b.go":      "package b\n\nimport \"example.com/m/a\"\n\nvar r = a.New()\n",
		"b/b_test.go": "package b\n\nimport \"example.com/m/a\"\n\nfunc init() { a.Tested(); _ = r }\n",
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	rooms, err := measure(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(rooms) != 2 || rooms[0].name != "a" || rooms[1].name != "b" {
		t.Fatalf("got %d packages, want a and b", len(rooms))
	}
	a, b := rooms[0], rooms[1]
	for _, c := range []struct {
		what      string
		got, want string
	}{
		{"cycle of a", strings.Join(a.cycle, " "), "back.go ring.go"},
		{"cycle of b", strings.Join(b.cycle, " "), ""},
		{"unused of a", strings.Join(a.unused, " "), "Big Fits Unused"}, // Ring and Part: New returns them
		{"big structs of a", strings.Join(a.bigStructs, " "), "Big(16)"},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %q, want %q", c.what, c.got, c.want)
		}
	}
	if a.files != 4 || a.cycleLines >= a.lines {
		t.Errorf("got %d files, %d lines of %d in the cycle", a.files, a.cycleLines, a.lines)
	}
}

func TestBiggestComponent(t *testing.T) {
	//    0 → 1 → 2 → 0, 2 → 3 ⇄ 4, 5
	got := biggestComponent([][]int{{1}, {2}, {0, 3}, {4}, {3}, {}})
	if !slices.Equal(got, []int{0, 1, 2}) {
		t.Errorf("got %v, want 0, 1 and 2", got)
	}
}

func TestLimits(t *testing.T) {
	files := func(n int) []string { return make([]string, n) }
	rooms := []*room{{name: "fits", cycle: files(5)}, {name: "over", cycle: files(7)}, {name: "slack", cycle: files(3)},
		{name: "new", cycle: files(12)}, {name: "newbig", cycle: files(13)}}
	l := limits{"fits": 5, "over": 6, "slack": 4, "gone": 2}
	want := []string{"over: 7 files", "slack: the limit of 4", "newbig: 13 files", "gone: a limit"}
	got := l.check(rooms, false)
	if len(got) != len(want) {
		t.Fatalf("got %q, want %q", got, want)
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("got %q, want %q", got[i], want[i])
		}
	}
	if got, want := string(l.lowered(rooms)), "fits 5\nover 6\nslack 3\nnew 12\nnewbig 12\n"; got != want {
		t.Errorf("lowered: got %q, want %q", got, want)
	}
}
