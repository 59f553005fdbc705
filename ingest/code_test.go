package ingest_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/link"
	"github.com/weirgraph/weir/ingest"
)

// TestCode is TestLink with source code: the archives in testdata/code.
func TestCode(t *testing.T) {
	testArchives(t, "code", func(*graph.Graph) string {
		var b link.Builder
		if err := ingest.Read(context.Background(), []string{"."}, ingest.Options{Code: true}, &b); err != nil {
			t.Fatal(err)
		}
		return codeSummary(b.Build())
	})
}

// codeSummary writes down the calls of a graph with the places that show them, and what is noted.
func codeSummary(g *graph.Graph) string {
	var s strings.Builder
	for e := range graph.Edge(g.Calls()) {
		c := g.Call(e)
		words := []string{g.ID(c.From), ">", g.ID(c.To), c.Strength.String(), c.Mode.String(), c.Class.String()}
		if c.Declared {
			words = append(words, "declared")
		}
		if c.InCode {
			words = append(words, "in-code")
		}
		fmt.Fprintln(&s, strings.Join(words, " "))
		for _, shown := range c.Evidence {
			fmt.Fprintf(&s, "  %s %s %s\n", shown.Origin.Place(), shown.Way, shown.Key)
		}
	}
	for _, p := range g.Coverage().Problems {
		fmt.Fprintf(&s, "%s: %s\n", p.Origin.Place(), p.Message)
	}
	return s.String()
}

// TestNodeshop holds that all calls of the bundled shop of Node, which are in its code only, are found, and no
// others.
func TestNodeshop(t *testing.T) {
	t.Chdir("../testdata/estates/nodeshop")
	var b link.Builder
	if err := ingest.Read(context.Background(), []string{"."}, ingest.Options{Code: true}, &b); err != nil {
		t.Fatal(err)
	}
	g := b.Build()
	var got []string
	for e := range graph.Edge(g.Calls()) {
		c := g.Call(e)
		got = append(got, fmt.Sprintf("%s > %s %s %v", g.ID(c.From), g.ID(c.To), c.Strength, c.InCode))
	}
	want := []string{
		"gateway > inventory-service strong true",
		"gateway > order-service strong true",
		"gateway > product-service strong true",
		"gateway > recommendation-service strong true",
		"inventory-service > stock-db strong true",
		"order-service > inventory-service strong true",
		"order-service > payment-service strong true",
		"order-service > shipping-service strong true",
		"order-service > user-service strong true",
		"product-service > cache strong true",
		"product-service > inventory-service strong true",
		"product-service > product-readonly strong true",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}
