package graph

import (
	"slices"
	"testing"
)

// TestObservedTable makes a table of observations with ends, sightings and more than counts in common or not, and
// deletes the calls of one caller.
func TestObservedTable(t *testing.T) {
	a, b, c := &TracePeer{Name: "a"}, &TracePeer{Name: "b"}, &TracePeer{Name: "c", Inferred: true}
	rows, spans := &Sighting{In: Source{File: "calls.csv"}.Whole(), Way: "table-row"}, &Sighting{Way: "span", Mode: Async}
	list := []Observation{
		{From: a, To: b, Sighting: rows, Line: 2, Column: 1, Observed: Observed{Calls: 3, Errors: 1}},
		{From: b, To: c, Sighting: spans, Observed: Observed{Calls: 2, Traced: &Traced{Retries: 1}}},
		{From: a, To: c, Sighting: &Sighting{In: Source{File: "calls.csv"}.Whole(), Way: "table-row"}, Line: 3, Observed: Observed{Calls: 1}},
		{From: c, To: a, Sighting: spans, Observed: Observed{Calls: 5, Traced: &Traced{Weighted: 7}}},
	}
	table := TableOf(list)
	same := func(o, p Observation) bool {
		return o.From == p.From && o.To == p.To && *o.Sighting == *p.Sighting && o.Line == p.Line && o.Column == p.Column && o.Observed == p.Observed
	}
	if got := slices.Collect(table.All()); !slices.EqualFunc(got, list, same) {
		t.Errorf("%v, want %v", got, list)
	}
	if len(table.Peers) != 3 || len(table.Sightings) != 2 || table.Len() != 4 {
		t.Errorf("%d peers, %d sightings and %d rows, want 3, 2 and 4", len(table.Peers), len(table.Sightings), table.Len())
	}
	table.Trace(&table.Rows[0][0]).Retries = 4
	table.DeleteFrom(func(p *TracePeer) bool { return p == b })
	both := []ObservedTable{table, TableOf(list[1:2])}
	if n := CountObservations(both); n != 4 {
		t.Errorf("%d observations, want 4", n)
	}
	list[0].Traced = &Traced{Retries: 4}
	want := []Observation{list[0], list[2], list[3], list[1]}
	got := slices.Collect(AllObservations(both))
	if got[0].Traced == nil || got[0].Traced.Retries != 4 {
		t.Errorf("of the first row more is known: %v", got[0].Traced)
	}
	got[0].Traced = list[0].Traced
	if !slices.EqualFunc(got, want, same) {
		t.Errorf("without calls of b, and another table: %v, want %v", got, want)
	}
}
