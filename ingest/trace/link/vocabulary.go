package link

import (
	"strings"

	"github.com/weirgraph/weir/ingest/trace/spans"
)

// A vocabulary is the operations that have words.
type vocabulary struct {
	operations spans.Words
	probes     map[spans.Operation]bool // those that ask whether a service is well: no request of a user begins with them
}

func newVocabulary(words spans.Words) *vocabulary {
	v := &vocabulary{operations: words, probes: map[spans.Operation]bool{}}
	for op, words := range words {
		if isProbe(words) {
			v.probes[op] = true
		}
	}
	return v
}

// named returns the operation, or none if its words were not kept.
func (v *vocabulary) named(op spans.Operation) spans.Operation {
	if _, ok := v.operations[op]; ok {
		return op
	}
	return 0
}

// isProbe reports whether an operation asks whether a service is well, or for its
// measurements.
func isProbe(words string) bool {
	_, path, isPath := strings.Cut(words, "/")
	if !isPath {
		path = words
	}
	for _, part := range strings.FieldsFunc(strings.ToLower(path), func(r rune) bool { return r == '/' || r == ' ' }) {
		switch part {
		case "health", "healthz", "healthcheck", "health-check", "health_check", "livez", "readyz", "ready", "readiness", "live", "liveness", "ping", "metrics", "actuator":
			return true
		}
	}
	return strings.Contains(words, "grpc.health.")
}
