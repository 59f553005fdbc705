package native

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weirgraph/weir/internal/didyoumean"
	"github.com/weirgraph/weir/internal/sanitize"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// The parsers of the native manifest's values. Each returns the value, or a hint how to
// write it if it is invalid.

// Words of the configuration.
const (
	Off   = "off"   // in place of the severity of a rule
	Never = "never" // in place of the severity of fail-on
)

// isOff reports whether a policy or a duration is written as switched off. YAML
// 1.1 tools turn a plain off into false.
func isOff(text string) bool { return slices.Contains(product.NativeDuration.Off, text) }

// parseDuration reads a duration; 0 is switched off.
func parseDuration(text string) (d time.Duration, hint string) {
	read, err := policy.ParseDuration(product.NativeDuration, text)
	switch {
	case err == nil:
		return read.Value, ""
	case text != "" && strings.Trim(text, "0123456789.") == "":
		return 0, fmt.Sprintf(`write "%ss" for seconds or "%[1]sms" for milliseconds`, text)
	}
	return 0, "write " + product.NativeDuration.Good
}

// parseShare reads a part of a whole: 50% or 0.5. A bare 50 could be either, so
// it is neither.
func parseShare(text string) (share float64, hint string) {
	number, percent := strings.CutSuffix(text, "%")
	share, err := strconv.ParseFloat(number, 64)
	if percent {
		share /= 100
	}
	if err != nil || !(0 <= share && share <= 1) {
		return 0, `write "50%" or 0.5 for one half`
	}
	return share, ""
}

// parseWeight reads the weight of a member of a split, relative to those of the others.
func parseWeight(text string) (weight float64, hint string) {
	weight, err := strconv.ParseFloat(strings.TrimSuffix(text, "%"), 64)
	if err != nil || !(0 <= weight && weight <= maxNumber) {
		return 0, "write a number from 0 up: 80"
	}
	return weight, ""
}

// parseObjective reads a service level objective in percent. One of 1 % or less
// is a share by mistake.
func parseObjective(text string) (percent float64, hint string) {
	percent, err := strconv.ParseFloat(strings.TrimSuffix(text, "%"), 64)
	if err != nil || !(1 < percent && percent <= 100) {
		return 0, "write percent: 99.9"
	}
	return percent, ""
}

// parseNumber makes a parser of whole numbers from least to most.
func parseNumber(least, most int) func(string) (int, string) {
	hint := fmt.Sprintf("write a whole number from %d up", least)
	if most < maxNumber {
		hint = fmt.Sprintf("write a whole number from %d to %d", least, most)
	}
	return func(text string) (int, string) {
		n, err := strconv.Atoi(text)
		if err != nil || n < least || n > most {
			return 0, hint
		}
		return n, ""
	}
}

// maxNumber is the largest number of anything that is worth writing down.
const maxNumber = 1_000_000_000

// parseRetries reads the number of tries after the first; -1 is without end.
func parseRetries(text string) (retries int, hint string) {
	if text == "unlimited" {
		return -1, ""
	}
	retries, hint = parseNumber(0, maxNumber)(text)
	if hint != "" {
		hint += ", or unlimited"
	}
	return retries, hint
}

// parseMultiplier reads the growth of a wait from one retry to the next.
func parseMultiplier(text string) (factor float64, hint string) {
	factor, err := strconv.ParseFloat(text, 64)
	if err != nil || !(1 <= factor && factor <= maxNumber) {
		return 0, "write a number from 1 up: 2 doubles the wait each time"
	}
	return factor, ""
}

func parseJitter(text string) (j policy.Jitter, hint string) {
	share, noShare := parseShare(text)
	d, noDuration := parseDuration(text)
	switch {
	case text == "full":
		return policy.Jitter{Kind: "full"}, ""
	case text == "none", noShare == "" && share == 0, noDuration == "" && d == 0:
		return policy.Jitter{Kind: "none"}, ""
	case noShare == "":
		return policy.Jitter{Kind: "partial", Fraction: share}, ""
	case noDuration == "":
		return policy.Jitter{Kind: "partial", UpTo: d}, ""
	}
	return j, `write none, full, a share of the wait ("20%") or a duration on top of it ("100ms")`
}

// grpcTriggers are the triggers for gRPC's statuses.
var grpcTriggers = func() []string {
	var list []string
	for _, code := range policy.GRPCCodes {
		list = append(list, "grpc:"+code)
	}
	return list
}()

// parseTrigger reads what a retry answers to.
func parseTrigger(text string) (trigger, hint string) {
	code, isGRPC := strings.CutPrefix(text, "grpc:")
	if !isGRPC {
		return parseWord(append(slices.Clone(policy.Triggers), "grpc:CODE"), text)
	}
	return parseWord(grpcTriggers, "grpc:"+strings.ToUpper(strings.ReplaceAll(code, "-", "_")))
}

// oneOf makes a parser of one word out of several.
func oneOf(words ...string) func(string) (string, string) {
	return func(text string) (string, string) { return parseWord(words, text) }
}

// oneOfListed is oneOf for words that are too many for a hint.
func oneOfListed(listed string, words ...string) func(string) (string, string) {
	return func(text string) (string, string) {
		if slices.Contains(words, text) {
			return text, ""
		}
		return "", cmp.Or(didyoumean.Hint(text, words), listed)
	}
}

// parseWord reads one of words.
func parseWord(words []string, text string) (word, hint string) {
	if slices.Contains(words, text) {
		return text, ""
	}
	if hint := didyoumean.Hint(text, words); hint != "" {
		return "", hint
	}
	return "", "write " + orList(words)
}

// orList writes "a, b or c".
func orList(words []string) string {
	if last := len(words) - 1; last > 0 {
		return strings.Join(words[:last], ", ") + " or " + words[last]
	}
	return strings.Join(words, "")
}

// parseFallbackWord reads a fallback that is written as one word. One that asks
// another service has to say which, and needs a mapping.
func parseFallbackWord(text string) (kind, hint string) {
	if isOff(text) {
		return "none", ""
	}
	if text == "service" {
		return "", "write fallback: {kind: service, to: cart-replica, timeout: 500ms}"
	}
	return oneOf("none", "static", "cache", "outbox")(text)
}

func parseTruth(text string) (truth bool, hint string) {
	switch strings.ToLower(text) {
	case "true", "yes", "on":
		return true, ""
	case "false", "no", "off":
		return false, ""
	}
	return false, "write true or false"
}

// The closed lists of words and the ranges of numbers that several places share.
var (
	backoffs  = []string{"none", "fixed", "linear", "exponential"}
	breakers  = []string{"call", "endpoint", "none"}
	fallbacks = []string{"none", "static", "cache", "outbox", "service"}
	balances  = []string{"round-robin", "least-request", "random", "consistent-hash", "pick-first", "passthrough"}

	parseBackoff  = oneOf(backoffs...)
	parseBreaker  = oneOf(breakers...)
	parseFallback = oneOf(fallbacks...)
	parseBalance  = oneOf(balances...)

	nativeTier = parseNumber(1, 4) // 1 is the most critical
	parsePort  = parseNumber(1, 65535)
	parseCount = parseNumber(0, maxNumber)
	parseLimit = parseNumber(1, maxNumber)
)

func parseText(text string) (string, string) {
	if text == "" {
		return "", "write a word"
	}
	return text, ""
}

func parseUpper(text string) (string, string) { return parseText(strings.ToUpper(text)) }

// A nativeName is how a native manifest names a service: "cart" or "shop/cart".
type nativeName struct{ namespace, name string }

func (n nativeName) String() string {
	if n.namespace == "" {
		return n.name
	}
	return n.namespace + "/" + n.name
}

func parseName(text string) (n nativeName, hint string) {
	namespace, name, qualified := strings.Cut(text, "/")
	switch {
	case strings.Contains(text, "://"), sanitize.Credentials(text) != text:
		return n, "write the name of a service, or a host without scheme and path"
	case !qualified && text != "":
		return nativeName{"", text}, ""
	case namespace == "" || name == "" || strings.Contains(name, "/"):
		return n, `write "cart" or, with its namespace, "shop/cart"`
	}
	return nativeName{namespace, name}, ""
}
