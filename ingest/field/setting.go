package field

import (
	"reflect"
	"slices"
	"time"

	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/policy"
)

// Written is the setting of a value at n.
func Written[T any](f *Reader, n document.Node, v T) policy.Setting[T] {
	return policy.Setting[T]{Value: v, Provenance: f.How, Origin: f.At(n)}
}

// Off is the setting of something that n switches off.
func Off[T any](f *Reader, n document.Node, v T) policy.Setting[T] {
	return policy.Setting[T]{Value: v, Provenance: policy.Disabled, Origin: f.At(n)}
}

// Supplied is the setting of a value that the product supplies beside what is
// written at n.
func Supplied[T any](f *Reader, n document.Node, v T) policy.Setting[T] {
	return policy.Setting[T]{Value: v, Provenance: policy.PlatformDefault, Origin: f.At(n)}
}

// OrSupplied is a setting, or the default of the product if it is unknown.
func OrSupplied[T any](f *Reader, n document.Node, s policy.Setting[T], v T) policy.Setting[T] {
	if s.Provenance == policy.Unknown {
		return Supplied(f, n, v)
	}
	return s
}

// BudgetShare is the share of retries that a budget lets through. Beside a least number that it
// always lets through, which the product supplies if it is unknown, a share of 0 is no bound.
func BudgetShare(share policy.Setting[float64], least policy.Setting[int], supplied int) policy.Setting[float64] {
	always := supplied
	if least.Provenance != policy.Unknown {
		always = least.Value
	}
	if share.Set() && share.Value == 0 && always > 0 {
		return policy.Setting[float64]{}
	}
	return share
}

// PerSecond is a limit on the requests in a second, nil if there is none.
func PerSecond(f *Reader, requests, burst policy.Setting[int]) *policy.RateLimit {
	if !requests.Set() {
		return nil
	}
	return &policy.RateLimit{
		Requests: requests, Burst: burst,
		Per: policy.Setting[time.Duration]{Value: time.Second, Provenance: f.How, Origin: requests.Origin},
	}
}

// Presence returns a part of a policy, or nil if it has no setting.
func Presence[T any](part T) *T {
	if reflect.ValueOf(part).IsZero() {
		return nil
	}
	return &part
}

// JoinOn returns the conditions of both, at the place of the first that has any.
func JoinOn(a, b policy.Setting[[]string]) policy.Setting[[]string] {
	if !a.Set() {
		return b
	}
	a.Value = slices.Compact(slices.Sorted(slices.Values(slices.Concat(a.Value, b.Value))))
	return a
}

// OrNode is the first of two values that is written.
func OrNode(a, b document.Node) document.Node {
	if a.Exists() {
		return a
	}
	return b
}
