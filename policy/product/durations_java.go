package product

import (
	"strconv"
	"strings"
	"time"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/internal/saturating"
	"github.com/weirgraph/weir/policy"
)

var (
	springForm  = lazy.NewRegexp(`^[+-]?[0-9]+(ns|us|ms|s|m|h|d)?$`)
	isoForm     = lazy.NewRegexp(`^([+-]?)P(?:([+-]?[0-9]+)D)?(?:T(?:([+-]?[0-9]+)H)?(?:([+-]?[0-9]+)M)?(?:([+-]?[0-9]+(?:[.,][0-9]{0,9})?)S)?)?$`)
	springUnits = map[string]time.Duration{
		"": time.Millisecond, "ns": time.Nanosecond, "us": time.Microsecond, "ms": time.Millisecond,
		"s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour,
	}
)

// readSpring takes what Spring Boot's DurationStyle detects: a whole number with
// or without a unit, or ISO 8601.
func readSpring(text string) (time.Duration, string) {
	text = strings.TrimSpace(text)
	if m := springForm.FindStringSubmatch(strings.ToLower(text)); m != nil {
		n, err := strconv.ParseInt(strings.TrimRight(strings.ToLower(text), "nsumhd"), 10, 64)
		if err != nil {
			return 0, tooLong
		}
		return saturating.Mul(springUnits[m[1]], n), ""
	}
	return readISO(strings.ToUpper(text))
}

// readISO takes what java.time.Duration.parse takes.
func readISO(text string) (time.Duration, string) {
	m := isoForm.FindStringSubmatch(text)
	if m == nil || strings.HasSuffix(text, "P") || strings.HasSuffix(text, "T") {
		return 0, notDuration
	}
	var d time.Duration
	for i, size := range []time.Duration{24 * time.Hour, time.Hour, time.Minute} {
		if m[i+2] == "" {
			continue
		}
		n, err := strconv.ParseInt(m[i+2], 10, 64)
		if err != nil {
			return 0, tooLong
		}
		d = saturating.Add(d, saturating.Mul(size, n))
	}
	if m[5] != "" {
		s, err := time.ParseDuration(strings.ReplaceAll(m[5], ",", ".") + "s")
		if err != nil {
			return 0, tooLong
		}
		d = saturating.Add(d, s)
	}
	if m[1] == "-" {
		d = -d
	}
	return d, ""
}

// ParseAmount reads a number and its unit, which are two settings. The unit is one
// of Java's ChronoUnit, as MicroProfile has it ("SECONDS"); an empty one is
// milliseconds. A number of 0 means no limit.
func ParseAmount(number, unit string) (policy.Duration, error) {
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n < 0 {
		return policy.Duration{}, &policy.ValueError{Text: number, Why: "is not a whole number", Hint: "write the number alone, its unit has a key of its own"}
	}
	size, ok := chronoUnits[strings.ToUpper(unit)]
	if !ok {
		return policy.Duration{}, &policy.ValueError{Text: unit, Why: "is not a unit of time", Hint: "write MILLIS, SECONDS or MINUTES"}
	}
	if n == 0 {
		return policy.Duration{Means: policy.Off}, nil
	}
	return policy.Duration{Value: saturating.Mul(size, n), Means: policy.Acts}, nil
}

var chronoUnits = map[string]time.Duration{
	"": time.Millisecond, "NANOS": time.Nanosecond, "MICROS": time.Microsecond, "MILLIS": time.Millisecond, "SECONDS": time.Second,
	"MINUTES": time.Minute, "HOURS": time.Hour, "HALF_DAYS": 12 * time.Hour, "DAYS": 24 * time.Hour,
}
