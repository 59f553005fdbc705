package summary

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/graph"
)

// A histogram is the sum of cumulative buckets of one unit.
type histogram struct {
	counts map[float64]float64 // by upper bound, those that took no longer
	unit   float64             // nanoseconds; 0 if the name of the metric does not say
}

func (h *histogram) add(s *sample, metric string) {
	bound, err := strconv.ParseFloat(s.labels["le"], 64)
	if err != nil || math.IsNaN(bound) || bound < 0 {
		return
	}
	if h.counts == nil {
		h.counts = map[float64]float64{}
	}
	h.counts[bound] += s.value
	switch {
	case strings.Contains(metric, "_milliseconds"):
		h.unit = 1e6
	case strings.Contains(metric, "_seconds"):
		h.unit = 1e9
	}
}

// steps is how many durations represent those within one bucket, evenly spread over it,
// as Prometheus assumes.
const steps = 8

// addTo adds the buckets to a sketch. Calls beyond the last bound took longer by an
// unknown time: they are assumed to have lasted as long as the bound.
func (h *histogram) addTo(l *graph.Latency) {
	bounds := slices.Sorted(maps.Keys(h.counts))
	unit := h.unit
	if unit == 0 {
		unit = guessedUnit(bounds)
	}
	lower, below := 0.0, 0.0
	for _, upper := range bounds {
		count := h.counts[upper] - below
		below = math.Max(below, h.counts[upper])
		if math.IsInf(upper, 1) {
			l.AddMany(lower*unit, count)
			continue
		}
		for i := range steps {
			l.AddMany((lower+(upper-lower)*(float64(i)+0.5)/steps)*unit, count/steps)
		}
		lower = upper
	}
}

// guessedUnit distinguishes milliseconds from seconds by the largest bound: no call waits
// for a quarter of an hour.
func guessedUnit(bounds []float64) float64 {
	const quarterOfAnHour = 900
	for _, b := range bounds {
		if b >= quarterOfAnHour && !math.IsInf(b, 1) {
			return 1e6
		}
	}
	return 1e9
}
