package graph

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/DataDog/sketches-go/ddsketch"
	"github.com/DataDog/sketches-go/ddsketch/mapping"
	"github.com/DataDog/sketches-go/ddsketch/store"

	_ "github.com/weirgraph/weir/internal/testlong"
)

// ddScale is the scale of latencies as the library of DDSketch has it.
var ddScale = func() mapping.IndexMapping {
	m, err := mapping.NewCubicallyInterpolatedMapping(accuracy)
	if err != nil {
		panic(err)
	}
	return m
}()

// TestLatencyScale compares the scale with that of DDSketch, number by number.
func TestLatencyScale(t *testing.T) {
	if shortestLatency != ddScale.MinIndexableValue() || longestLatency != ddScale.MaxIndexableValue() {
		t.Errorf("the scale is from %v to %v, want %v to %v", shortestLatency, longestLatency, ddScale.MinIndexableValue(), ddScale.MaxIndexableValue())
	}
	random := rand.New(rand.NewPCG(3, 4))
	for i := range 100_000 {
		v := math.Exp(random.Float64()*1400 - 700)
		if i%2 == 0 {
			v = math.Exp(random.Float64() * 40) // durations that occur
		}
		if v <= shortestLatency || v > longestLatency {
			continue
		}
		if got, want := int(binOf(v)), ddScale.Index(v); got != want {
			t.Fatalf("%v is in bin %d, want %d", v, got, want)
		}
		bin := binOf(v)
		if got, want := middleOf(bin), ddScale.Value(int(bin)); got != want {
			t.Fatalf("the middle of bin %d is %v, want %v", bin, got, want)
		}
		if middle := middleOf(bin); math.Abs(middle-v) > v*accuracy*1.001 {
			t.Fatalf("%v is counted as %v", v, middle)
		}
	}
}

// TestLatency compares a Latency with the sketch that it represents, with few and many durations,
// one by one, merged and read from their encoding.
func TestLatency(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, size := range []int{0, 1, 2, 5, 40, 47, 48, 49, 60, 400} {
		var l, part, again Latency
		want := ddsketch.NewDDSketchFromStoreProvider(ddScale, store.BufferedPaginatedStoreConstructor)
		for i := range size {
			v, n := math.Exp(random.Float64()*30)-1, float64(1+random.IntN(9))
			if i%7 == 3 {
				v = 0
			}
			if err := want.AddWithCount(v, n); err != nil {
				t.Fatal(err)
			}
			l.AddMany(v, n)
			part.AddMany(v, n)
			if i%20 == 19 {
				again.Merge(&part)
				part = Latency{}
			}
		}
		again.Merge(&part)
		for _, v := range []float64{-1, math.NaN(), math.Inf(1)} {
			l.Add(v)
		}
		encoded, err := l.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		var read Latency
		if err := read.UnmarshalBinary(encoded); err != nil {
			t.Fatal(err)
		}
		if merged, _ := again.MarshalBinary(); !bytes.Equal(merged, encoded) {
			t.Errorf("%d durations: encoded as %x, and as %x if they are merged", size, encoded, merged)
		}
		for _, got := range []*Latency{&l, &again, &read} {
			if got.Count() != want.GetCount() {
				t.Errorf("%d durations: count = %v, want %v", size, got.Count(), want.GetCount())
			}
			for _, q := range []float64{0, 0.1, 0.5, 0.95, 0.99, 1} {
				v, err := want.GetValueAtQuantile(q)
				if d, ok := got.Quantile(q); ok != (err == nil) || ok && float64(d) != math.Trunc(v) {
					t.Errorf("%d durations: quantile %v = %v, %t, want %v, %v", size, q, d, ok, v, err)
				}
			}
		}
	}
}

// TestLatencyOfStrangers reads a sketch with an index that would take all memory.
func TestLatencyOfStrangers(t *testing.T) {
	far := store.NewSparseStore()
	far.Add(1 << 40)
	far.Add(-1 << 40)
	far.Add(ddScale.Index(1e6))
	var b []byte
	ddsketch.NewDDSketch(ddScale, far, store.NewSparseStore()).Encode(&b, true)
	var l Latency
	if err := l.UnmarshalBinary(b); err != nil {
		t.Fatal(err)
	}
	if n := l.Count(); n != 1 {
		t.Errorf("count = %v, want that of the one duration that a sketch has", n)
	}
}
