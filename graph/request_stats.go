package graph

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// A request is what a service was answering when it made a call. How the calls of one
// request relate to each other shows what counts alone do not: a page that requests its
// lines one by one, and which calls are made one after the other.

// RequestStats is how observed calls are distributed over the requests to their caller. All
// its numbers add up.
type RequestStats struct {
	Requests float64 // during which the caller made such a call
	Within   float64 // the calls in them; others belong to no observed request
	Repeats  []Repeat
	Pairs    []PairStats // sorted by To
}

// PerRequest is the number of calls in a request that makes any, 0 if no request was
// observed.
func (s *RequestStats) PerRequest() float64 {
	if s.Requests == 0 {
		return 0
	}
	return s.Within / s.Requests
}

// A Repeat is an operation that requests call five times or more, and for the most part
// one after the other. Retries after a failure and the pages of a list do not count.
type Repeat struct {
	During    string        // the operation of the caller's request; empty if it has no name
	Operation string        // that is called
	Counts    []RepeatCount // by number of calls
}

// A RepeatCount is the number of requests that made so many calls. More than a hundred
// calls are rounded to two digits.
type RepeatCount struct {
	Calls    float64
	Requests float64
	Traces   float64       // those in which no request made more
	Took     time.Duration // sum of the durations of these calls, in requests of known duration
	Of       time.Duration // sum of the durations of those requests
}

// AtLeast sums up the requests that made so many calls or more. Calls of the sum is their
// median.
func (r *Repeat) AtLeast(calls float64) (sum RepeatCount) {
	i, _ := slices.BinarySearchFunc(r.Counts, calls, func(c RepeatCount, calls float64) int { return cmp.Compare(c.Calls, calls) })
	counts := r.Counts[i:]
	for _, c := range counts {
		sum = sum.plus(c)
	}
	half := 0.0
	for _, c := range counts {
		if half += c.Requests; 2*half >= sum.Requests {
			sum.Calls = c.Calls
			break
		}
	}
	return sum
}

func (c RepeatCount) plus(o RepeatCount) RepeatCount {
	return RepeatCount{c.Calls, c.Requests + o.Requests, c.Traces + o.Traces, c.Took + o.Took, c.Of + o.Of}
}

// PairStats compares the calls of one caller to two callees in the requests that make
// both. It is kept at the call to the callee whose ID comes first.
type PairStats struct {
	To          string  // the ID of the other callee
	Requests    float64 // that call both
	Overlapping float64 // in which any two of the calls overlap in time
	InTurn      float64 // in which none do; of the rest the times are unknown
}

// A PairObservation is what traces show of the calls of one service to two others.
type PairObservation struct {
	From, To, With                *TracePeer // shared, as in an Observation
	Requests, Overlapping, InTurn float64    // as in PairStats
}

// ServerStats is what traces show of the requests that a service answers. Its numbers add
// up.
type ServerStats struct {
	Requests   float64     // without health checks
	Entries    float64     // those without an observed caller
	Origin     Origin      // where the first one was observed
	Operations []Operation // that were called, sorted by name
	Entry      bool        // it is an entry point; set by package link
}

// An Operation is the name of a kind of requests, with the number of traces that have one.
type Operation struct {
	Name   string
	Traces float64
}

// Traces returns the number of traces in which s answered an operation, 0 if unknown.
func (s *ServerStats) Traces(operation string) float64 {
	if s == nil {
		return 0
	}
	i, ok := slices.BinarySearchFunc(s.Operations, operation, func(o Operation, name string) int { return strings.Compare(o.Name, name) })
	if !ok {
		return 0
	}
	return s.Operations[i].Traces
}

// Add adds the stats of another part of the traces. It does not change o.
func (s *RequestStats) Add(o *RequestStats) {
	s.Requests += o.Requests
	s.Within += o.Within
	s.Repeats = addUp(s.Repeats, o.Repeats, Repeat.compare, Repeat.plus)
	s.Pairs = addUp(s.Pairs, o.Pairs, func(a, b PairStats) int { return strings.Compare(a.To, b.To) }, PairStats.Plus)
}

// Add adds the stats of another source. It does not change o.
func (s *ServerStats) Add(o *ServerStats) {
	s.Requests += o.Requests
	s.Entries += o.Entries
	if s.Origin.File() == "" || o.Origin.Compare(s.Origin) < 0 {
		s.Origin = o.Origin
	}
	s.Operations = addUp(s.Operations, o.Operations, func(a, b Operation) int { return strings.Compare(a.Name, b.Name) },
		func(a, b Operation) Operation { return Operation{a.Name, a.Traces + b.Traces} })
}

func (r Repeat) compare(o Repeat) int {
	return cmp.Or(strings.Compare(r.During, o.During), strings.Compare(r.Operation, o.Operation))
}

func (r Repeat) plus(o Repeat) Repeat {
	r.Counts = addUp(r.Counts, o.Counts, func(a, b RepeatCount) int { return cmp.Compare(a.Calls, b.Calls) }, RepeatCount.plus)
	return r
}

// Plus returns the sum of both, with the callee of b.
func (b PairStats) Plus(o PairStats) PairStats {
	return PairStats{b.To, b.Requests + o.Requests, b.Overlapping + o.Overlapping, b.InTurn + o.InTurn}
}

// addUp returns the entries of two lists, sorted, those that compare as equal added up.
// It does not change the lists.
func addUp[T any](a, b []T, compare func(a, b T) int, plus func(a, b T) T) []T {
	if len(b) == 0 {
		return a
	}
	all := slices.Concat(a, b)
	slices.SortStableFunc(all, compare)
	kept := all[:1]
	for _, v := range all[1:] {
		if last := &kept[len(kept)-1]; compare(*last, v) == 0 {
			*last = plus(*last, v)
		} else {
			kept = append(kept, v)
		}
	}
	return kept
}
