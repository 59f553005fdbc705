package product

import (
	"strconv"
	"time"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/internal/saturating"
	"github.com/weirgraph/weir/policy"
)

// Syntaxes of settings that several products have.
var (
	// Feign, Ribbon, Hystrix and more: milliseconds.
	MillisDuration = &policy.Syntax{Title: "this setting", Read: readWhole(time.Millisecond), Zero: policy.Off, Good: "a whole number of milliseconds: 2000"}
	// Health checks and plugins: seconds, fractions too.
	SecondsDuration = &policy.Syntax{Title: "this setting", Read: readSeconds, Zero: policy.Off, Good: "a number of seconds without a unit: 60"}
	// Spring: milliseconds unless a unit or ISO 8601 says otherwise; less than 0 is none.
	SpringDuration = &policy.Syntax{Title: "Spring Boot", Read: readSpring, Zero: policy.Off, Negative: policy.Off, Good: `"500ms", "2s" or "PT0.5S"`}
)

// StatusCodes is a list of HTTP statuses and nothing else.
var StatusCodes = &policy.RetryWords{Title: "the list of statuses", Statuses: true}

const (
	notDuration = "is not a duration"
	noUnit      = "has no unit"
	tooLong     = "is longer than any timer can run"
)

var wholeNumber = lazy.NewRegexp(`^[0-9]+$`)

// readGo is time.ParseDuration.
func readGo(text string) (time.Duration, string) {
	d, err := time.ParseDuration(text)
	switch {
	case err == nil:
		return d, ""
	case wholeNumber.MatchString(text):
		return 0, noUnit
	}
	return 0, notDuration
}

// readMillis takes what readGo does, in whole milliseconds and at least one.
func readMillis(text string) (time.Duration, string) {
	d, why := readGo(text)
	switch {
	case why != "":
	case 0 <= d && d < time.Millisecond:
		why = "is shorter than 1ms"
	case d%time.Millisecond != 0:
		why = "has parts of a millisecond"
	}
	return d, why
}

// readGRPC takes what readProto does, and digits on one side of the dot only.
func readGRPC(text string) (time.Duration, string) {
	if grpcForm.MatchString(text) {
		if d, err := time.ParseDuration(text); err == nil {
			return d, ""
		}
	}
	return readProto(text)
}

var grpcForm = lazy.NewRegexp(`^-?([0-9]+\.|\.[0-9]{1,9})s$`)

var protoForm = lazy.NewRegexp(`^-?[0-9]+(\.[0-9]{1,9})?s$`)

// readProto takes decimal seconds and nothing else.
func readProto(text string) (time.Duration, string) {
	if protoForm.MatchString(text) {
		d, err := time.ParseDuration(text)
		if err != nil {
			return 0, tooLong
		}
		return d, ""
	}
	switch _, why := readGo(text); {
	case text == "0":
		return 0, noUnit
	case why != "":
		return 0, why
	}
	return 0, "is not in seconds"
}

// readWhole takes a bare whole number of unit.
func readWhole(unit time.Duration) func(string) (time.Duration, string) {
	return func(text string) (time.Duration, string) {
		n, err := strconv.ParseInt(text, 10, 64)
		if err == nil {
			return saturating.Mul(unit, n), ""
		}
		if _, err := time.ParseDuration(text); err == nil {
			return 0, "has a unit"
		}
		return 0, "is not a whole number"
	}
}

var decimalForm = lazy.NewRegexp(`^[0-9]+(\.[0-9]{1,9})?$`)

// readSeconds takes a bare number of seconds.
func readSeconds(text string) (time.Duration, string) {
	if !decimalForm.MatchString(text) {
		if _, err := time.ParseDuration(text); err == nil {
			return 0, "has a unit"
		}
		return 0, "is not a number"
	}
	d, err := time.ParseDuration(text + "s")
	if err != nil {
		return 0, tooLong
	}
	return d, ""
}

// readBareOr takes a bare whole number of unit, and whatever read takes.
func readBareOr(unit time.Duration, read func(string) (time.Duration, string)) func(string) (time.Duration, string) {
	return func(text string) (time.Duration, string) {
		if d, why := readWhole(unit)(text); why == "" {
			return d, ""
		}
		return read(text)
	}
}

var (
	nginxUnits = map[string]time.Duration{
		"ms": time.Millisecond, "s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour,
		"w": 7 * 24 * time.Hour, "M": 30 * 24 * time.Hour, "y": 365 * 24 * time.Hour,
	}
	number = lazy.NewRegexp(`^([0-9]+)([A-Za-z]*) *`)
)

// readUnits takes whole numbers with units, the last of which may be bare.
func readUnits(bare time.Duration, units map[string]time.Duration) func(string) (time.Duration, string) {
	return func(text string) (d time.Duration, why string) {
		if text == "" {
			return 0, notDuration
		}
		for text != "" {
			m := number.FindStringSubmatch(text)
			if m == nil {
				return 0, notDuration
			}
			text = text[len(m[0]):]
			size, ok := units[m[2]]
			if m[2] == "" && text == "" {
				size, ok = bare, true
			}
			n, err := strconv.ParseInt(m[1], 10, 64)
			if !ok || err != nil {
				return 0, notDuration
			}
			d = saturating.Add(d, saturating.Mul(size, n))
		}
		return d, ""
	}
}
