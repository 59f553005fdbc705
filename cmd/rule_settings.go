package cmd

import "github.com/weirgraph/weir/analyze/rules"

// failOnWords are the values of --fail-on.
var failOnWords = []string{"error", "warning", "info", "never"}

// ruleIDs returns the ids of all rules, in their order.
func ruleIDs() []string {
	var ids []string
	for _, rule := range rules.Rules {
		ids = append(ids, rule.ID)
	}
	return ids
}

// limitOf returns the number that a rule compares with, nil if it has none.
func limitOf(l *rules.Limits, rule string) *int {
	switch rule {
	case "sync-chain-too-deep":
		return &l.ChainDepth
	case "fan-out-hub":
		return &l.FanOut
	case "fan-in-hot-spot":
		return &l.FanIn
	}
	return nil
}
