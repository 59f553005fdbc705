package analyze

import "github.com/weirgraph/weir/graph"

// A Rule looks at a graph and reports what is wrong with it. It does not print,
// exit, read files or ask for flags.
type Rule struct {
	ID       string // kebab-case, never reused
	Title    string // a few words, lower case
	Doc      string // the page: why it hurts, an example, a near miss, the way out; Markdown
	Severity Severity
	Check    func(p *Pass)
}

// A Pass is one run of one rule.
type Pass struct {
	Graph  *graph.Graph // everything
	Core   *graph.Graph // the calls that failure travels along
	Limits Limits
	rule   *Rule
	report func(Finding)
}

// Limits are the numbers that rules compare with; a configuration changes them.
type Limits struct {
	ChainDepth int // sync-chain-too-deep: more hops than this
	FanOut     int // fan-out-hub
	FanIn      int // fan-in-hot-spot
}

// Rules are the checks weir knows, most serious first.
var Rules = []*Rule{}
