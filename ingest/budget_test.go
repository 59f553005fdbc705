package ingest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/link"
	"github.com/weirgraph/weir/internal/testlong"
)

// TestBudget reads more problems than a run keeps, with one worker and with several: reading ends
// with the same error. Documents that no reader takes cost nothing.
func TestBudget(t *testing.T) {
	write(t, map[string]string{
		"a.yaml": strings.Repeat("a: 1\n---\n", testlong.N(1_000, 100_000)),
		"b.yaml": strings.Repeat("[\n---\n", 11_000),
		"c.yaml": strings.Repeat("[\n---\n", 11_000),
	})
	for _, workers := range []int{1, 3} {
		var b link.Builder
		err := Read(context.Background(), []string{"."}, Options{Workers: workers}, &b)
		var over *link.BudgetError
		if !errors.As(err, &over) || over.Error() != "c.yaml: the inputs have more than 20000 problems" {
			t.Errorf("Read with %d workers returns %v", workers, err)
		}
	}
}

// TestManyKinds has a document of each of very many kinds.
func TestManyKinds(t *testing.T) {
	var text strings.Builder
	for i := range 3 * maxKinds {
		fmt.Fprintf(&text, "kind: K%d\n---\n", i)
	}
	write(t, map[string]string{"a.yaml": text.String()})
	var b link.Builder
	if err := Read(context.Background(), []string{"."}, Options{}, &b); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, c := range b.Coverage.Skipped {
		n += c.Count
	}
	if len(b.Coverage.Skipped) != maxKinds+1 || n != 3*maxKinds || !slices.ContainsFunc(b.Coverage.Skipped, func(c graph.Count) bool { return c.Name == otherKinds && c.Count == 2*maxKinds }) {
		t.Errorf("%d kinds, %d documents", len(b.Coverage.Skipped), n)
	}
}
