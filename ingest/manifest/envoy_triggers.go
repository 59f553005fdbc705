package manifest

import (
	"slices"
	"strconv"
	"strings"
)

// envoyTriggers maps the words of Envoy's retry_on to what they answer to, as
// Envoy's "Router" page explains them: "5xx" and "gateway-error" count an upstream
// that does not answer at all as an error, and "reset" counts every way not to
// answer. A refused stream or a request that was reset before it was sent never
// reached the callee, which makes them failures to connect.
var envoyTriggers = map[string][]string{
	"5xx":                        {"connect", "reset", "response-5xx", "timeout-per-try"},
	"gateway-error":              {"connect", "reset", "response-gateway", "timeout-per-try"},
	"reset":                      {"connect", "reset", "timeout-per-try"},
	"reset-before-request":       {"connect"},
	"connect-failure":            {"connect"},
	"refused-stream":             {"connect"},
	"http3-post-connect-failure": {"connect"},
	"envoy-ratelimited":          {"response-429"},
	"retriable-4xx":              {"response-409"},
	"retriable-headers":          nil,
	"retriable-status-codes":     nil,
	"cancelled":                  {"grpc:CANCELLED"},
	"deadline-exceeded":          {"grpc:DEADLINE_EXCEEDED"},
	"internal":                   {"grpc:INTERNAL"},
	"resource-exhausted":         {"grpc:RESOURCE_EXHAUSTED"},
	"unavailable":                {"grpc:UNAVAILABLE"},
}

// statusTriggers returns what a retry on one status code answers to, nil if the
// text is no status code.
func statusTriggers(text string) []string {
	code, err := strconv.Atoi(text)
	switch {
	case err != nil || code < 100 || code > 599:
		return nil
	case code >= 502 && code <= 504:
		return []string{"response-gateway"}
	case code >= 500:
		return []string{"response-5xx"}
	}
	return []string{"response-" + text}
}

// retryOn takes a comma-separated list of conditions apart. Words that are no
// condition are returned as unknown. With codes set, bare status codes are
// conditions too.
func retryOn(text string, codes bool) (triggers, unknown []string) {
	for word := range strings.SplitSeq(text, ",") {
		word = strings.TrimSpace(word)
		known, isWord := envoyTriggers[word]
		if !isWord && codes {
			known = statusTriggers(word)
			isWord = known != nil
		}
		if !isWord && word != "" {
			unknown = append(unknown, word)
		}
		triggers = append(triggers, known...)
	}
	slices.Sort(triggers)
	return slices.Compact(triggers), unknown
}
