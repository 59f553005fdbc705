package graph

import (
	"fmt"
	"time"

	"github.com/DataDog/sketches-go/ddsketch"
	"github.com/DataDog/sketches-go/ddsketch/mapping"
	"github.com/DataDog/sketches-go/ddsketch/store"
)

// A Latency is the distribution of how long calls took: a sketch whose quantiles have a
// relative error of at most 1%. Sketches can be merged in any order. The zero Latency is empty.
type Latency struct{ sketch *ddsketch.DDSketch }

// latencyMapping decides which durations a sketch does not distinguish. All sketches
// share it; otherwise they could not be merged.
var latencyMapping = func() mapping.IndexMapping {
	m, err := mapping.NewCubicallyInterpolatedMapping(0.01)
	if err != nil {
		panic(err)
	}
	return m
}()

func (l *Latency) open() *ddsketch.DDSketch {
	if l.sketch == nil {
		// The stores grow with their content: most calls are observed rarely.
		l.sketch = ddsketch.NewDDSketchFromStoreProvider(latencyMapping, store.BufferedPaginatedStoreConstructor)
	}
	return l.sketch
}

// Add counts a call that took this many nanoseconds. Negative values and NaN are ignored.
func (l *Latency) Add(nanoseconds float64) { l.AddMany(nanoseconds, 1) }

// AddMany counts several calls that took this many nanoseconds each.
func (l *Latency) AddMany(nanoseconds, calls float64) {
	if nanoseconds >= 0 && calls > 0 {
		_ = l.open().AddWithCount(nanoseconds, calls) // it refuses only NaN and negative values
	}
}

// Merge adds the calls of o, which is not changed.
func (l *Latency) Merge(o *Latency) {
	if o.sketch != nil {
		_ = l.open().MergeWith(o.sketch) // it refuses only another mapping
	}
}

// Count returns the number of calls in the sketch.
func (l *Latency) Count() float64 {
	if l.sketch == nil {
		return 0
	}
	return l.sketch.GetCount()
}

// Quantile returns the duration that the fraction q of the calls did not exceed, q from 0
// to 1, and false if the sketch is empty.
func (l *Latency) Quantile(q float64) (time.Duration, bool) {
	if l.sketch == nil {
		return 0, false
	}
	v, err := l.sketch.GetValueAtQuantile(q)
	return time.Duration(v), err == nil
}

// MarshalBinary returns the sketch in the encoding of DDSketch, nil if it is empty.
func (l *Latency) MarshalBinary() ([]byte, error) {
	var b []byte
	if l.sketch != nil {
		l.sketch.Encode(&b, true)
	}
	return b, nil
}

// UnmarshalBinary adds what MarshalBinary wrote.
func (l *Latency) UnmarshalBinary(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	o, err := ddsketch.DecodeDDSketch(b, store.BufferedPaginatedStoreConstructor, latencyMapping)
	if err != nil {
		return fmt.Errorf("reading a latency sketch: %w", err)
	}
	l.Merge(&Latency{o})
	return nil
}
