package policy

import "time"

// A Limit is an upper bound in time.
type Limit struct {
	State State
	Time  time.Duration // if it is finite
	By    []Decision    // the settings that make it so, the decisive one first
}

// A State distinguishes a limit that is not set from one that the inputs do not declare.
type State uint8

const (
	Undeclared State = iota // no known layer declares it
	Endless                 // a layer is in effect and sets no limit
	Finite
)

// states are the words for State.
var states = []string{"unknown", "inf", "finite"}

func (s State) String() string { return states[s] }

// String writes the time, "inf" or "unknown".
func (b Limit) String() string {
	if b.State == Finite {
		return b.Time.String()
	}
	return b.State.String()
}

// Origin is where the decisive setting is written.
func (b Limit) Origin() Origin {
	if len(b.By) == 0 {
		return Origin{}
	}
	return b.By[0].Origin
}

// Explicit reports whether every setting behind b is explicit.
func (b Limit) Explicit() bool {
	for _, d := range b.By {
		if d.Provenance != Explicit {
			return false
		}
	}
	return len(b.By) > 0
}

// OfSilence reports whether b is the read timeout of a client or a proxy, which limits the gap
// between two reads: it ends a call whose callee sends nothing, but no response that arrives
// in small pieces.
func (b Limit) OfSilence() bool {
	return b.State == Finite && len(b.By) > 0 && b.By[0].Field == "timeout.readGap"
}

// A Decision is a setting that decides about an Effective policy.
type Decision struct {
	Layer      Layer
	Product    *Product
	Field      string // "timeout.perTry"
	Value      any    // time.Duration, int, float64, string, []string or bool; nil if it holds none
	Provenance Provenance
	Origin     Origin
}

// decide makes a Decision of a setting of s.
func decide[T any](s *Set, field string, v Setting[T]) Decision {
	d := Decision{Layer: s.Layer, Product: s.Product, Field: field, Provenance: v.Provenance, Origin: v.Origin}
	if v.Set() {
		d.Value = v.Value
	}
	return d
}

// limitOf is a setting of s as a limit. A timeout of 0 is no limit.
func limitOf(s *Set, field string, v Setting[time.Duration]) Limit {
	switch {
	case v.Provenance == Unknown:
		return Limit{}
	case v.Set() && v.Value > 0:
		return Limit{Finite, v.Value, []Decision{decide(s, field, v)}}
	}
	return Limit{State: Endless, By: []Decision{decide(s, field, v)}}
}

// sooner returns the limit that fires first. A known limit is preferred to an unknown
// one, since the minimum of both is not later than the known one.
func sooner(a, b Limit) Limit {
	if b.State > a.State || b.State == Finite && a.State == Finite && b.Time < a.Time {
		return b
	}
	return a
}

// before reports whether b is known to fire before another limit.
func (b Limit) before(other Limit) bool {
	return b.State == Finite && (other.State != Finite || b.Time < other.Time)
}
