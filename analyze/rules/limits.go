package rules

import "cmp"

// Limits are the thresholds of rules, which a configuration can change.
type Limits struct {
	ChainDepth int // sync-chain-too-deep: more hops than this
	FanOut     int // fan-out-hub: this many synchronous callees
	FanIn      int // fan-in-hot-spot: this many synchronous callers
}

// defaultLimits are the limits where a configuration sets no others. The pages of the
// rules explain them.
var defaultLimits = Limits{ChainDepth: 5, FanOut: 10, FanIn: 5}

func (l Limits) orDefault() Limits {
	return Limits{
		ChainDepth: cmp.Or(l.ChainDepth, defaultLimits.ChainDepth),
		FanOut:     cmp.Or(l.FanOut, defaultLimits.FanOut),
		FanIn:      cmp.Or(l.FanIn, defaultLimits.FanIn),
	}
}
