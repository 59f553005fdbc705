package render

import (
	"encoding/json"
	"io"
	"testing"

	"github.com/weirgraph/weir/graph/graphtest"
)

// An arrow for several calls has their number.
func TestJSONCountsMergedCalls(t *testing.T) {
	r := reportOf(graphtest.Parse("shop/web:pay/api shop/cart:pay/api pay/api:stripe.com"))
	var document struct {
		Calls []struct {
			From, To string
			Calls    int
		}
	}
	if err := json.Unmarshal([]byte(written(t, jsonFormat, r, Options{View: View{Collapse: "namespace"}})), &document); err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, c := range document.Calls {
		got[c.From+" > "+c.To] = c.Calls
	}
	if len(got) != 2 || got["namespace shop > namespace pay"] != 2 || got["namespace pay > stripe.com"] != 0 {
		t.Errorf("calls %v, want 2 from shop to pay, and no count for the single call to stripe.com", got)
	}
}

func BenchmarkWriteJSON(b *testing.B) {
	r := reportOf(graphtest.Estate(1000))
	b.Run("services=1000", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := jsonFormat.Write(io.Discard, r, Options{View: View{All: true}}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
