package cmd

import (
	"github.com/weirgraph/weir/analyze/rules"
	"github.com/weirgraph/weir/ingest/native"
)

// failOnWords are the values of --fail-on.
var failOnWords = []string{"error", "warning", "info", native.Never}

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
