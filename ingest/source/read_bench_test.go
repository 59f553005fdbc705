package source

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

// BenchmarkRead reads a file without hits.
func BenchmarkRead(b *testing.B) {
	unit := "public class Cart%d {\n  // comment about things that are in a cart\n  private final PriceRepository prices;\n  public int total(Order order, int count) {\n" +
		"    int sum = 0;\n    for (Item item : order.items()) { sum += item.price() * count; }\n    return sum; // \"quoted\"\n  }\n  String name = \"a name of a thing\";\n}\n"
	var src strings.Builder
	for i := range 26 {
		fmt.Fprintf(&src, unit, i)
	}
	for _, name := range []string{"Cart.java", "cart.ts", "cart.go", "Cart.cs"} {
		b.Run(fmt.Sprintf("file=%s/bytes=%d", name, src.Len()), func(b *testing.B) {
			b.SetBytes(int64(src.Len()))
			b.ReportAllocs()
			for b.Loop() {
				d := &document.Document{Head: document.Head{Base: strings.ToLower(name), Text: true}, Reader: "source", File: name, Text: []byte(src.String())}
				Reader.Read(d, &graph.Facts{})
			}
		})
	}
}
