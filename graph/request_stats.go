package graph

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// A request is what a service was answering when it made a call. How the calls of
// one request relate to each other shows what counts alone cannot: a page that asks
// for its lines one by one, and which calls of a service take turns.

// RequestStats is how calls were seen to fall on the requests of their caller. All its
// numbers add up.
type RequestStats struct {
	Requests float64 // in which the caller made such a call
	Within   float64 // the calls in them; others belong to no request that was seen
	Repeats  []Repeat
	Pairs    []PairStats // sorted by To
}

// PerRequest is how many calls a request makes that makes any, 0 if no request was
// seen.
func (s *RequestStats) PerRequest() float64 {
	if s.Requests == 0 {
		return 0
	}
	return s.Within / s.Requests
}

// A Repeat is an operation that requests ask for again and again, five times or
// more, and for the most part one after the other. Tries again after a failure and
// the pages of a list do not count.
type Repeat struct {
	During    string        // the operation of the caller's request; empty if it has no name
	Operation string        // what is asked for
	Counts    []RepeatCount // by number of calls
}

// A RepeatCount is how often a request made so many calls. Of more than a hundred calls
// only the first two digits are kept.
type RepeatCount struct {
	Calls    float64
	Requests float64
	Traces   float64       // those in which no request made more
	Took     time.Duration // sum of the time that these calls took, in requests whose time is known
	Of       time.Duration // sum of the time that those requests took
}

// AtLeast sums up the requests that made so many calls or more, of which half made
// no more than the sum's Calls.
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

// PairStats is how the calls of one caller to two callees lie in the requests that
// make both. It is kept at the call to the callee whose ID comes first.
type PairStats struct {
	To          string  // the ID of the other callee
	Requests    float64 // that call both
	Overlapping float64 // in which any two of the calls overlap in time
	InTurn      float64 // in which none do; of others the times are not known
}

// A PairObservation is what was seen of the calls of one service to two others.
type PairObservation struct {
	From, To, With                TracePeer
	Requests, Overlapping, InTurn float64 // as in PairStats
}

// ServerStats is what a service was seen to answer. Its numbers add up.
type ServerStats struct {
	Requests   float64     // that it answered, checks of its health left out
	Entries    float64     // those of them that nobody who was seen had sent
	Origin     Origin      // where it was seen first
	Operations []Operation // what it was asked for, sorted by name
	Entry      bool        // users come in here: set by Build, see findEntries
}

// An Operation is a sort of requests, and the traces in which one was answered.
type Operation struct {
	Name   string
	Traces float64
}

// Traces returns in how many traces s answered an operation, 0 if nothing is known.
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

// Entry reports whether requests of users come in at s. What is declared counts
// before what traces show, of which seen tells.
func (s *Service) Entry() (entry, seen bool) {
	if s.Entrypoint.Set() {
		return s.Entrypoint.Value, false
	}
	entry = s.Served != nil && s.Served.Entry
	return entry, entry
}

// Add adds up what was seen in two parts of the traces, and leaves o as it is.
func (s *RequestStats) Add(o *RequestStats) {
	s.Requests += o.Requests
	s.Within += o.Within
	s.Repeats = addUp(s.Repeats, o.Repeats, Repeat.compare, Repeat.plus)
	s.Pairs = addUp(s.Pairs, o.Pairs, func(a, b PairStats) int { return strings.Compare(a.To, b.To) }, PairStats.Plus)
}

// Add adds up what two sources saw, and leaves o as it is.
func (s *ServerStats) Add(o *ServerStats) {
	s.Requests += o.Requests
	s.Entries += o.Entries
	if s.Origin.File == "" || o.Origin.Compare(s.Origin) < 0 {
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

// Plus is the sum of both, of the callee of b.
func (b PairStats) Plus(o PairStats) PairStats {
	return PairStats{b.To, b.Requests + o.Requests, b.Overlapping + o.Overlapping, b.InTurn + o.InTurn}
}

// addUp returns the entries of two lists, sorted, with one for all that are equal in
// the order. It leaves both lists as they are.
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
