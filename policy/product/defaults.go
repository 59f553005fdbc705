package product

import (
	"maps"
	"slices"
	"time"

	"github.com/weirgraph/weir/policy"
)

// totalAndConnect is the timeout of a product that bounds the whole request by default.
func totalAndConnect(total, connect time.Duration) *policy.Timeout {
	return &policy.Timeout{Total: def(total), PerTry: noDefault[time.Duration](), Connect: def(connect)}
}

// connectOnly is the timeout of a product that bounds nothing but the connection.
func connectOnly(connect policy.Setting[time.Duration]) *policy.Timeout {
	return &policy.Timeout{Total: noDefault[time.Duration](), PerTry: noDefault[time.Duration](), Connect: connect}
}

// without returns a vocabulary without some of its words.
func without(words map[string][]string, left ...string) map[string][]string {
	m := maps.Clone(words)
	maps.DeleteFunc(m, func(w string, _ []string) bool { return slices.Contains(left, w) })
	return m
}

// def is a setting that a product has by default.
func def[T any](v T) policy.Setting[T] {
	return policy.Setting[T]{Value: v, Provenance: policy.PlatformDefault}
}

// noDefault is a setting that a product has no default for.
func noDefault[T any]() policy.Setting[T] { return policy.Setting[T]{Provenance: policy.Absent} }

// noRetry is the retries of a product that has none by default.
func noRetry() *policy.Retry { return &policy.Retry{Retries: noDefault[int]()} }

// noBreaker is the breaker of a product that has none by default.
func noBreaker() *policy.Breaker { return &policy.Breaker{Kind: noDefault[string]()} }
