package rules

import (
	"slices"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/policy"
)

// answersTo reports whether conditions name one of classes outright.
func answersTo(on []string, classes ...string) bool {
	return slices.ContainsFunc(on, func(c string) bool { return slices.Contains(classes, c) })
}

// onAnswers reports whether conditions look at what a callee answers, or at how
// long it takes, so that it has had the request. Unknown ones are taken for any.
func onAnswers(on policy.Setting[[]string]) bool {
	return !on.Set() || slices.ContainsFunc(on.Value, func(c string) bool {
		return c != policy.OnConnect && c != policy.OnReset
	})
}

// onServed returns the conditions under which a request is sent again that the
// callee may have carried out already.
func onServed(on []string, grpc bool) []string {
	var served []string
	for _, c := range on {
		status, isStatus := strings.CutPrefix(c, "response-")
		code, err := strconv.Atoi(status)
		name, isGRPC := strings.CutPrefix(c, "grpc:")
		switch {
		case isStatus && err == nil && code < 500:
		case isStatus && c != policy.On429,
			c == policy.OnReset, c == policy.OnPerTry, c == policy.OnAny,
			isGRPC && grpc && slices.Contains(grpcServed, name):
			served = append(served, c)
		}
	}
	return served
}

// grpcServed are the statuses of calls that may have been carried out.
var grpcServed = []string{"DEADLINE_EXCEEDED", "INTERNAL", "UNKNOWN", "ABORTED", "DATA_LOSS"}

// onOverload returns the conditions by which a callee says that it has too much
// to do.
func onOverload(on []string) []string {
	var overload []string
	for _, c := range on {
		switch c {
		case policy.On429, "response-503", "grpc:RESOURCE_EXHAUSTED":
			overload = append(overload, c)
		}
	}
	return overload
}
