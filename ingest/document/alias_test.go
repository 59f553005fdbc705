package document

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/yaml"
)

// TestAliasBomb walks documents whose aliases expand to far more values than the document
// has.
func TestAliasBomb(t *testing.T) {
	nested := "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
	for i := 1; i < 10; i++ {
		nested += fmt.Sprintf("a%d: &a%d [%s]\n", i, i, strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10))
	}
	tests := []struct{ name, text string }{
		{"ten to the tenth", nested},
		{"wide times wide", "a: &a [" + strings.Repeat("x, ", 5000) + "]\nb: [" + strings.Repeat("*a, ", 5000) + "]\n"},
		{"a list in itself", "a: &a [*a, *a]\n"},
	}
	for _, tt := range tests {
		d := parsed(t, tt.text)
		most := leastExpanded + len(d.Text)
		if n := walk(d.Root, 0); n > 2*most {
			t.Errorf("%s: the walk met %d values, want at most %d", tt.name, n, 2*most)
		}
		if len(d.Facts.Problems) != 1 {
			t.Errorf("%s: %d problems, want 1: %v", tt.name, len(d.Facts.Problems), d.Facts.Problems)
		}
	}
}

// TestAliasesOfHonestFiles looks every key of many services up through one merge
// key, as the readers of large compose files do.
func TestAliasesOfHonestFiles(t *testing.T) {
	var b strings.Builder
	b.WriteString("x: &x {")
	for i := range 50 {
		fmt.Fprintf(&b, "k%d: v, ", i)
	}
	b.WriteString("last: v}\ny: &y {other: w}\nservices:\n")
	for i := range 2000 {
		fmt.Fprintf(&b, "  s%d: {<<: [*y, *x], image: i}\n", i)
	}
	d := parsed(t, b.String())
	for name, service := range d.Root.Get("services").Pairs() {
		for range 100 {
			if got := service.Get("last").Str(); got != "v" {
				t.Fatalf("services.%s.last = %q, want %q", name.Str(), got, "v")
			}
		}
	}
	if len(d.Facts.Problems) > 0 {
		t.Errorf("problems: %v", d.Facts.Problems)
	}
}

func parsed(t *testing.T, text string) *Document {
	t.Helper()
	var y yaml.Node
	if err := yaml.Unmarshal([]byte(text), &y); err != nil {
		t.Fatal(err)
	}
	d := &Document{Facts: &graph.Facts{}, File: "bomb.yaml", Reader: "test"}
	d.Root = NewNode(d, &y)
	return d
}

// walk counts the values that can be reached, down to a depth past which no
// reader goes.
func walk(n Node, depth int) int {
	const deepest = 30
	if depth > deepest {
		return 0
	}
	count := 1
	for _, item := range n.List() {
		count += walk(item, depth+1)
	}
	for _, v := range n.Pairs() {
		count += walk(v, depth+1)
	}
	return count
}
