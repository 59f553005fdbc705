package graph

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/DataDog/sketches-go/ddsketch"
	"github.com/DataDog/sketches-go/ddsketch/mapping"
	"github.com/DataDog/sketches-go/ddsketch/store"
)

// A Latency is the distribution of how long calls took: a sketch whose quantiles have a
// relative error of at most 1%. Sketches can be merged in any order. The zero Latency is empty.
type Latency struct {
	bins   []latencyBin       // by index, while there are few of them
	sketch *ddsketch.DDSketch // instead of bins
}

// A latencyBin counts durations that a sketch does not distinguish.
type latencyBin struct {
	index int32 // of latencyMapping; noDuration if it is too short for one
	count float64
}

const noDuration = math.MinInt32

// mostBins is with how many bins a sketch takes less memory than a list of them. Most calls are
// observed rarely, or in the few buckets of a histogram.
const mostBins = 48

// latencyMapping decides which durations a sketch does not distinguish. All sketches
// share it; otherwise they could not be merged.
var latencyMapping = func() mapping.IndexMapping {
	m, err := mapping.NewCubicallyInterpolatedMapping(0.01)
	if err != nil {
		panic(err)
	}
	return m
}()

// Add counts a call that took this many nanoseconds. Negative values, NaN and infinity are ignored.
func (l *Latency) Add(nanoseconds float64) { l.AddMany(nanoseconds, 1) }

// AddMany counts several calls that took this many nanoseconds each.
func (l *Latency) AddMany(nanoseconds, calls float64) {
	switch {
	case !(nanoseconds >= 0 && nanoseconds <= latencyMapping.MaxIndexableValue() && calls > 0):
	case l.sketch != nil:
		_ = l.sketch.AddWithCount(nanoseconds, calls) // it refuses only what is excluded above
	case nanoseconds <= latencyMapping.MinIndexableValue():
		l.addBin(latencyBin{noDuration, calls})
	default:
		l.addBin(latencyBin{int32(latencyMapping.Index(nanoseconds)), calls})
	}
}

func (l *Latency) addBin(b latencyBin) {
	i, found := slices.BinarySearchFunc(l.bins, b.index, func(b latencyBin, index int32) int { return cmp.Compare(b.index, index) })
	switch {
	case found:
		l.bins[i].count += b.count
	case len(l.bins) < mostBins:
		l.bins = slices.Insert(l.bins, i, b)
	default:
		_ = l.open().AddWithCount(b.value(), b.count)
	}
}

// value returns a duration of the bin.
func (b latencyBin) value() float64 {
	if b.index == noDuration {
		return 0
	}
	return latencyMapping.Value(int(b.index))
}

// open turns the bins into a sketch.
func (l *Latency) open() *ddsketch.DDSketch {
	if l.sketch == nil {
		l.sketch, l.bins = sketchOf(l.bins), nil
	}
	return l.sketch
}

func sketchOf(bins []latencyBin) *ddsketch.DDSketch {
	s := ddsketch.NewDDSketchFromStoreProvider(latencyMapping, store.BufferedPaginatedStoreConstructor) // stores that grow with their content
	for _, b := range bins {
		_ = s.AddWithCount(b.value(), b.count)
	}
	return s
}

// allBins returns what is in l, by index.
func (l *Latency) allBins() []latencyBin {
	if l.sketch == nil {
		return l.bins
	}
	counts := map[int32]float64{}
	if n := l.sketch.GetZeroCount(); n > 0 {
		counts[noDuration] = n
	}
	l.sketch.GetPositiveValueStore().ForEach(func(index int, count float64) bool {
		counts[int32(index)] += count
		return false
	})
	bins := make([]latencyBin, 0, len(counts))
	for _, index := range slices.Sorted(maps.Keys(counts)) {
		bins = append(bins, latencyBin{index, counts[index]})
	}
	return bins
}

// Merge adds the calls of o, which is not changed.
func (l *Latency) Merge(o *Latency) {
	if o.sketch != nil {
		_ = l.open().MergeWith(o.sketch) // it refuses only another mapping
		return
	}
	for _, b := range o.bins {
		if l.sketch != nil {
			_ = l.sketch.AddWithCount(b.value(), b.count)
		} else {
			l.addBin(b)
		}
	}
}

// Count returns the number of calls in the sketch.
func (l *Latency) Count() float64 {
	if l.sketch != nil {
		return l.sketch.GetCount()
	}
	n := 0.0
	for _, b := range l.bins {
		n += b.count
	}
	return n
}

// Quantile returns the duration that the fraction q of the calls did not exceed, q from 0
// to 1, and false if the sketch is empty.
func (l *Latency) Quantile(q float64) (time.Duration, bool) {
	if l.sketch != nil {
		v, err := l.sketch.GetValueAtQuantile(q)
		return time.Duration(v), err == nil
	}
	if !(q >= 0 && q <= 1) || len(l.bins) == 0 {
		return 0, false
	}
	rank, n := float64(q*(l.Count()-1)), 0.0 // the same on all machines
	for _, b := range l.bins {
		if n += b.count; n > rank {
			return time.Duration(b.value()), true
		}
	}
	return time.Duration(l.bins[len(l.bins)-1].value()), true
}

// MarshalBinary returns the sketch in the encoding of DDSketch, nil if it is empty. The bytes depend
// on the calls alone, and not on the order in which they were added.
func (l *Latency) MarshalBinary() ([]byte, error) {
	var b []byte
	if bins := l.allBins(); len(bins) > 0 {
		sketchOf(bins).Encode(&b, true)
	}
	return b, nil
}

// UnmarshalBinary adds what MarshalBinary wrote. Durations that no sketch has are ignored.
func (l *Latency) UnmarshalBinary(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	// The store takes memory for what b has, whatever the indices are.
	o, err := ddsketch.DecodeDDSketch(b, store.SparseStoreConstructor, latencyMapping)
	if err != nil {
		return fmt.Errorf("reading a latency sketch: %w", err)
	}
	l.AddMany(0, o.GetZeroCount())
	longest := latencyMapping.Index(latencyMapping.MaxIndexableValue())
	o.GetPositiveValueStore().ForEach(func(index int, count float64) bool {
		if index >= -longest && index <= longest {
			l.AddMany(latencyMapping.Value(index), count)
		}
		return false
	})
	return nil
}
