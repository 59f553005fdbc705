package policy

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/internal/lazy"
)

// The classes of failures that trigger a retry, Retry.On. An HTTP status is
// "response-" and the code, a gRPC status "grpc:" and its name.
const (
	OnConnect = "connect"          // the callee was not reached, or did not begin with the request
	OnReset   = "reset"            // the connection broke, at any time
	On5xx     = "response-5xx"     // any answer from 500 up
	OnGateway = "response-gateway" // 502, 503 and 504
	On429     = "response-429"
	OnPerTry  = "timeout-per-try" // the attempt took too long
	OnAny     = "any"
)

// Triggers are the classes with a name of their own, as weir.yaml takes them.
var Triggers = []string{OnConnect, OnReset, On5xx, OnGateway, On429, OnPerTry, OnAny}

// GRPCCodes are the names of gRPC's statuses, in the order of their numbers; OK,
// which is no failure, is left out.
var GRPCCodes = []string{
	"CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED",
	"RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE",
	"DATA_LOSS", "UNAUTHENTICATED",
}

// RetryWords is one product's vocabulary of retry conditions.
type RetryWords struct {
	Title    string              // of the product
	Words    map[string][]string // the classes of each word; none for words that are no condition
	Statuses bool                // HTTP statuses may be among the words
	GRPC     bool                // gRPC statuses may, by name or number
}

// ParseRetryOn reads conditions, each a word or several with commas or blanks
// between. It returns the classes of all words that the product knows, sorted, and an
// error for every other word.
func ParseRetryOn(v *RetryWords, conditions ...string) (on []string, unknown []*ValueError) {
	on = []string{}
	for _, c := range conditions {
		for _, word := range strings.FieldsFunc(c, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' }) {
			more, err := v.class(word)
			if err != nil {
				unknown = append(unknown, err)
			}
			on = append(on, more...)
		}
	}
	slices.Sort(on)
	return slices.Compact(on), unknown
}

// class returns the classes of one word.
func (v *RetryWords) class(word string) ([]string, *ValueError) {
	if on, ok := v.Words[word]; ok {
		return on, nil
	}
	if v.Statuses {
		if on := statuses(word); on != nil {
			return on, nil
		}
	}
	if v.GRPC {
		if name := grpcName(strings.TrimPrefix(word, "grpc:")); name != "" {
			return []string{"grpc:" + name}, nil
		}
	}
	return nil, v.unknown(word)
}

func (v *RetryWords) unknown(word string) *ValueError {
	known := make([]string, 0, len(v.Words)+len(GRPCCodes))
	for w := range v.Words {
		known = append(known, w)
	}
	if v.GRPC {
		known = append(known, GRPCCodes...)
	}
	slices.Sort(known)
	_, err := ParseWord(known, word)
	bad, _ := err.(*ValueError)
	bad.Why = "is no retry condition of " + v.Title
	if len(known) == 0 {
		bad.Hint = "write HTTP statuses: 502, 503"
	}
	return bad
}

var statusRange = lazy.NewRegexp(`^([1-5][0-9][0-9])(?:-([1-5][0-9][0-9]))?$`)

// statuses returns the classes of a status, or of a range of them, nil for
// anything else. A range that holds all of 500 to 599 is the class of them.
func statuses(word string) []string {
	m := statusRange.FindStringSubmatch(word)
	if m == nil {
		return nil
	}
	first, _ := strconv.Atoi(m[1])
	last := first
	if m[2] != "" {
		last, _ = strconv.Atoi(m[2])
	}
	var on []string
	for code := first; code <= last; code++ {
		if code == 500 && last == 599 {
			return append(on, On5xx)
		}
		on = append(on, "response-"+strconv.Itoa(code))
	}
	return on
}

// grpcName returns the name of a gRPC status by its name, in any case, or its
// number; "" if there is none.
func grpcName(word string) string {
	name := strings.ToUpper(strings.ReplaceAll(word, "-", "_"))
	if slices.Contains(GRPCCodes, name) {
		return name
	}
	if n, err := strconv.Atoi(word); err == nil && 1 <= n && n <= len(GRPCCodes) {
		return GRPCCodes[n-1]
	}
	return ""
}

// Write returns words of v for classes of failures, for as many of them as it has words that
// mean nothing else, and false if it has none.
func (v *RetryWords) Write(on []string) ([]string, bool) {
	var words []string
	left := slices.Clone(on)
	take := func(word string, classes []string) {
		words = append(words, word)
		left = slices.DeleteFunc(left, func(class string) bool { return slices.Contains(classes, class) })
	}
	known := slices.Sorted(maps.Keys(v.Words))
	slices.SortStableFunc(known, func(a, b string) int { return len(v.Words[b]) - len(v.Words[a]) })
	for _, word := range known {
		classes := v.Words[word]
		within := !slices.ContainsFunc(classes, func(class string) bool { return !slices.Contains(on, class) })
		if within && slices.ContainsFunc(classes, func(class string) bool { return slices.Contains(left, class) }) {
			take(word, classes)
		}
	}
	for _, class := range slices.Clone(left) {
		code, isStatus := strings.CutPrefix(class, "response-")
		name, isGRPC := strings.CutPrefix(class, "grpc:")
		switch {
		case class == On5xx && v.Statuses:
			take("500-599", []string{class})
		case isStatus && v.Statuses && statuses(code) != nil:
			take(code, []string{class})
		case isGRPC && v.GRPC:
			take(name, []string{class})
		}
	}
	slices.Sort(words)
	return words, len(words) > 0
}
