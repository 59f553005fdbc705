package analyze

import (
	"fmt"
	"slices"
	"testing"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/graphtest"
)

// TestClusters divides two rings that one call connects.
func TestClusters(t *testing.T) {
	var services []graph.Service
	var calls []graph.Call
	for i := range 12 {
		services = append(services, graph.Service{ID: fmt.Sprintf("s%02d", i), Name: fmt.Sprintf("s%02d", i)})
		ring := i / 6 * 6
		for _, to := range []int{ring + (i+1)%6, ring + (i+2)%6} {
			calls = append(calls, graph.Call{From: graph.Node(i), To: graph.Node(to)})
		}
	}
	calls = append(calls, graph.Call{From: 0, To: 6})
	got := Clusters(graph.New(services, calls))
	if want := []int{0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1}; !slices.Equal(got, want) {
		t.Errorf("Clusters returns %v, want %v", got, want)
	}
}

// TestClustersOfFew has graphs in which little talks.
func TestClustersOfFew(t *testing.T) {
	services := []graph.Service{{ID: "a", Name: "a"}, {ID: "b", Name: "b"}, {ID: "c", Name: "c"}}
	for _, tt := range []struct {
		services []graph.Service
		calls    []graph.Call
		want     []int
	}{
		{nil, nil, nil},
		{services, nil, nil},
		{services, []graph.Call{{From: 0, To: 0}}, nil},
		{services, []graph.Call{{From: 0, To: 2}}, []int{0, 1, 0}},
	} {
		if got := Clusters(graph.New(tt.services, tt.calls)); !slices.Equal(got, tt.want) {
			t.Errorf("Clusters of %d services and %d calls are %v, want %v", len(tt.services), len(tt.calls), got, tt.want)
		}
	}
}

// TestClustersAreTheSame divides a graph several times.
func TestClustersAreTheSame(t *testing.T) {
	g := graphtest.Looped(200, 600, 3)
	want := Clusters(g)
	for range 5 {
		if got := Clusters(g); !slices.Equal(got, want) {
			t.Fatalf("Clusters returns %v, and %v for the same graph", want, got)
		}
	}
}
