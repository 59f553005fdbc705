package fix

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// One fix in each document of a file, and the diff of all.
func BenchmarkMake(b *testing.B) {
	for _, n := range []int{1000, 2000, 4000} {
		var text strings.Builder
		var list []analyze.Finding
		for i := range n {
			at := graph.Source{File: "k.yaml"}.At(int32(5*i+2), 1)
			fmt.Fprintf(&text, "---\nkind: Deployment\nmetadata: {name: s%d}\nspec:\n  replicas: 1\n", i)
			list = append(list, analyze.Finding{Fix: analyze.Fix{Changes: []analyze.ObjectEdit{{
				Kind: "Deployment", Object: fmt.Sprintf("s%d", i), Places: []graph.Origin{at},
				Edits: []analyze.FieldEdit{{Edit: policy.Edit{Path: "spec.replicas", Value: "2"}}},
			}}}})
		}
		read := func(string) ([]byte, error) { return []byte(text.String()), nil }
		b.Run(fmt.Sprintf("documents=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p := Make(list, read)
				if len(p.Made) != n {
					b.Fatalf("%d fixes are made: %s", len(p.Made), p.Left[0].Reason)
				}
				p.Unified()
			}
		})
	}
}
