package graph

import (
	"fmt"
	"time"

	"github.com/DataDog/sketches-go/ddsketch"
	"github.com/DataDog/sketches-go/ddsketch/mapping"
	"github.com/DataDog/sketches-go/ddsketch/store"
)

// A Latency is how long calls took: a sketch from which quantiles can be read to
// within one part in a hundred. Sketches of parts add up to that of the whole, in
// any order. The zero Latency is empty.
type Latency struct{ sketch *ddsketch.DDSketch }

// latencyMapping decides which durations a sketch does not tell apart. All
// sketches share it, or they could not be added up.
var latencyMapping = func() mapping.IndexMapping {
	m, err := mapping.NewCubicallyInterpolatedMapping(0.01)
	if err != nil {
		panic(err)
	}
	return m
}()

func (l *Latency) open() *ddsketch.DDSketch {
	if l.sketch == nil {
		// Both stores grow with what is put in: most calls are seen rarely.
		l.sketch = ddsketch.NewDDSketchFromStoreProvider(latencyMapping, store.BufferedPaginatedStoreConstructor)
	}
	return l.sketch
}

// Add counts a call that took this many nanoseconds. Less than none and what is
// no number are left out.
func (l *Latency) Add(nanoseconds float64) { l.AddMany(nanoseconds, 1) }

// AddMany counts several calls that took equally long.
func (l *Latency) AddMany(nanoseconds, calls float64) {
	if nanoseconds >= 0 && calls > 0 {
		_ = l.open().AddWithCount(nanoseconds, calls) // it refuses only what is no number or no time
	}
}

// Merge adds the calls of o, which stays as it is.
func (l *Latency) Merge(o *Latency) {
	if o.sketch != nil {
		_ = l.open().MergeWith(o.sketch) // it refuses only another mapping
	}
}

// Count is how many calls are in the sketch.
func (l *Latency) Count() float64 {
	if l.sketch == nil {
		return 0
	}
	return l.sketch.GetCount()
}

// Quantile returns the duration that the part q of the calls did not exceed, q from
// 0 to 1, and false if no call is known.
func (l *Latency) Quantile(q float64) (time.Duration, bool) {
	if l.sketch == nil {
		return 0, false
	}
	v, err := l.sketch.GetValueAtQuantile(q)
	return time.Duration(v), err == nil
}

// MarshalBinary returns the sketch in the encoding of DDSketch, or nothing if it
// is empty.
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
