package graph

import (
	"iter"
	"slices"
)

// An ObservedTable is the observations of a source. There may be millions of them: a row is 40 bytes without
// pointers, which the garbage collector need not follow, and what many have in common is listed once.
type ObservedTable struct {
	Peers     []*TracePeer
	Sightings []*Sighting
	Traced    []*Traced
	Rows      [][]ObservedRow // in portions, none of which is copied when the table grows
}

// An ObservedRow is an observation as places in the lists of its table.
type ObservedRow struct {
	From, To int32 // in Peers
	ObservedPlace
	Traced int32 // plus 1; 0 if only the counts are known
	Calls  float64
	Errors float64
}

// An ObservedPlace is where calls were observed.
type ObservedPlace struct {
	Sighting     int32 // in Sightings
	Line, Column int32
}

// TableOf returns these observations as a table.
func TableOf(list []Observation) ObservedTable {
	t := ObservedTable{Rows: [][]ObservedRow{make([]ObservedRow, 0, len(list))}}
	peers, sightings := map[*TracePeer]int32{}, map[Sighting]int32{}
	peer := func(p *TracePeer) int32 {
		n, known := peers[p]
		if !known {
			n = int32(len(t.Peers))
			t.Peers, peers[p] = append(t.Peers, p), n
		}
		return n
	}
	for i := range list {
		o := &list[i]
		sighting, known := sightings[*o.Sighting]
		if !known {
			sighting = int32(len(t.Sightings))
			t.Sightings, sightings[*o.Sighting] = append(t.Sightings, o.Sighting), sighting
		}
		row := ObservedRow{From: peer(o.From), To: peer(o.To), ObservedPlace: ObservedPlace{sighting, o.Line, o.Column}, Calls: o.Calls, Errors: o.Errors}
		if o.Traced != nil {
			t.Traced = append(t.Traced, o.Traced)
			row.Traced = int32(len(t.Traced))
		}
		t.Rows[0] = append(t.Rows[0], row)
	}
	return t
}

// Len is the number of observations.
func (t *ObservedTable) Len() int {
	n := 0
	for _, portion := range t.Rows {
		n += len(portion)
	}
	return n
}

// All yields the observations in order.
func (t *ObservedTable) All() iter.Seq[Observation] {
	return func(yield func(Observation) bool) {
		for _, portion := range t.Rows {
			for i := range portion {
				r := &portion[i]
				o := Observation{From: t.Peers[r.From], To: t.Peers[r.To], Sighting: t.Sightings[r.Sighting], Line: r.Line, Column: r.Column, Observed: r.Observed(t.Traced)}
				if !yield(o) {
					return
				}
			}
		}
	}
}

// Trace returns what is known of a row of t besides its counts, which it makes if there is nothing.
func (t *ObservedTable) Trace(r *ObservedRow) *Traced {
	if r.Traced == 0 {
		t.Traced = append(t.Traced, &Traced{})
		r.Traced = int32(len(t.Traced))
	}
	return t.Traced[r.Traced-1]
}

// DeleteFrom deletes the observations of calls from these peers.
func (t *ObservedTable) DeleteFrom(peers func(*TracePeer) bool) {
	gone := make([]bool, len(t.Peers))
	for i, p := range t.Peers {
		gone[i] = peers(p)
	}
	for i := range t.Rows {
		t.Rows[i] = slices.DeleteFunc(t.Rows[i], func(r ObservedRow) bool { return gone[r.From] })
	}
}

// Observed is what a row shows, with the list that its table has.
func (r *ObservedRow) Observed(traced []*Traced) Observed {
	o := Observed{Calls: r.Calls, Errors: r.Errors}
	if r.Traced > 0 {
		o.Traced = traced[r.Traced-1]
	}
	return o
}

// CountObservations is the number of observations in all tables.
func CountObservations(tables []ObservedTable) int {
	n := 0
	for i := range tables {
		n += tables[i].Len()
	}
	return n
}

// AllObservations yields the observations of all tables in order.
func AllObservations(tables []ObservedTable) iter.Seq[Observation] {
	return func(yield func(Observation) bool) {
		for i := range tables {
			for o := range tables[i].All() {
				if !yield(o) {
					return
				}
			}
		}
	}
}
