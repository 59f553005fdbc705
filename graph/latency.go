package graph

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// A Latency is the distribution of how long calls took: a sketch whose quantiles have a
// relative error of at most 1%. Sketches can be merged in any order. The zero Latency is empty.
type Latency struct {
	bins []latencyBin // by index
}

// A latencyBin counts durations that a sketch does not distinguish.
type latencyBin struct {
	index int32 // in the scale of latencies; noDuration if it is too short for one
	count float64
}

const noDuration = math.MinInt32

// Add counts a call that took this many nanoseconds. Negative values, NaN and infinity are ignored.
func (l *Latency) Add(nanoseconds float64) { l.AddMany(nanoseconds, 1) }

// AddMany counts several calls that took this many nanoseconds each.
func (l *Latency) AddMany(nanoseconds, calls float64) {
	switch {
	case !(nanoseconds >= 0 && nanoseconds <= longestLatency && calls > 0):
	case nanoseconds <= shortestLatency:
		l.addBin(latencyBin{noDuration, calls})
	default:
		l.addBin(latencyBin{binOf(nanoseconds), calls})
	}
}

func (l *Latency) addBin(b latencyBin) {
	i, found := slices.BinarySearchFunc(l.bins, b.index, func(b latencyBin, index int32) int { return cmp.Compare(b.index, index) })
	if found {
		l.bins[i].count += b.count
	} else {
		l.bins = slices.Insert(l.bins, i, b)
	}
}

// value returns a duration of the bin.
func (b latencyBin) value() float64 {
	if b.index == noDuration {
		return 0
	}
	return middleOf(b.index)
}

// Merge adds the calls of o, which is not changed.
func (l *Latency) Merge(o *Latency) {
	for _, b := range o.bins {
		l.addBin(b)
	}
}

// Count returns the number of calls in the sketch.
func (l *Latency) Count() float64 {
	n := 0.0
	for _, b := range l.bins {
		n += b.count
	}
	return n
}

// Quantile returns the duration that the fraction q of the calls did not exceed, q from 0
// to 1, and false if the sketch is empty.
func (l *Latency) Quantile(q float64) (time.Duration, bool) {
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
