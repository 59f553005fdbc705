// Package analyze computes what a graph gives away: who suffers when a service
// fails, loops, hubs, and what the rules find. Everything here is a pure function
// of a graph.Graph; nothing prints, reads files or knows where a fact came from.
package analyze

import "github.com/weirgraph/weir/graph"

// Made is when the sources were as the graph shows them.
type Made struct {
	Revision string // the full name of the commit; "" if only the time is known
	Time     string // 2026-11-28T10:00:00Z
}

// A Report is what a command has computed. The parts it did not compute are nil
// and are left out of every output. Nodes and edges are those of Graph.
type Report struct {
	Graph *graph.Graph // the whole graph, before anything is cut for display; nil if Check is of variants

	Drawn     bool        // weir graph: the services and calls themselves are asked for
	Made      *Made       // weir graph --stamp
	Check     *Check      // weir check
	Impacts   []Incident  // weir blast S
	Ranking   []Rank      // weir rank
	Fates     *Fates      // weir fate
	Contracts []Contracts // weir contracts S
	Cycles    *Cycles     // weir cycles
	Fan       *Fan        // weir fanout
	Path      *Path       // weir path
	Focus     *Focus      // weir show
	Matrix    *Matrix     // weir policies
	Diff      *Diff       // weir diff

	Explored *Exploration // beside any of them, for a format that shows it
	Before   *Exploration // beside Explored, of the old state of Diff
	Policies *Matrix      // beside any of them, for a picture that labels calls with them
}
