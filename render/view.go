package render

import "github.com/weirgraph/weir/graph"

// A View says which part of a graph is drawn.
type View struct {
	Focus       []graph.Node   // only what is tied to these; nil is everything
	Depth       int            // at most so many calls from Focus; 0 is without end
	Collapse    string         // "", "namespace", "team", "system": one box for each
	Only        string         // "", "declared", "observed", "both"
	MinStrength graph.Strength // leave weaker calls out
	Reduce      bool           // leave calls out that a longer chain implies
	All         bool           // telemetry, control and health calls too
}
