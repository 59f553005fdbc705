package policy

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/weirgraph/weir/internal/didyoumean"
	"github.com/weirgraph/weir/internal/lazy"
)

// A ValueError is the error of a value that a product rejects, for use in a finding:
// `timeout "3x" ` + Why, then the hint.
type ValueError struct {
	Text string // as written
	Why  string // "has no unit", lower case, no full stop
	Hint string // how to fix it: `write "3s" or "3ms"`

	Instead string // a text that means what is probably meant; empty if that is unknown
	Goes    bool   // the field may be removed instead
}

func (e *ValueError) Error() string { return strconv.Quote(e.Text) + " " + e.Why }

// A Meaning is the effect of a value on a limit.
type Meaning uint8

const (
	refused Meaning = iota // it is invalid
	Acts                   // it is the limit
	Off                    // it disables the limit
	Unset                  // it counts as not written
)

// A Duration is how a product interprets a text. Doubt is not empty if that is probably
// not what its author meant.
type Duration struct {
	Value   time.Duration // 0 unless it acts
	Means   Meaning
	Doubt   string // "is 10 days"
	Instead string // a text that means what is probably meant, if there is a doubt
	Hint    string // how to write what was meant
}

// Setting is d as a field of a policy: explicit, disabled, or unknown for a text
// that counts as not written.
func (d Duration) Setting(o Origin) Setting[time.Duration] {
	switch d.Means {
	case Acts:
		return Declare(d.Value, o)
	case Off:
		return Setting[time.Duration]{Provenance: Disabled, Origin: o}
	}
	return Setting[time.Duration]{}
}

// Wait is d as a wait or an interval, where 0 is a value like any other.
func (d Duration) Wait(o Origin) Setting[time.Duration] {
	if d.Means == Acts || d.Means == Off {
		return Declare(d.Value, o)
	}
	return Setting[time.Duration]{}
}

// ParseDuration reads text as the product with that syntax does. The error is a
// *ValueError.
func ParseDuration(s *Syntax, text string) (Duration, error) {
	for _, off := range s.Off {
		if text == off {
			return Duration{Means: Off}, nil
		}
	}
	d, why := s.Read(text)
	means := Acts
	switch {
	case why != "":
		means = refused
	case d < 0:
		d, means, why = 0, s.Negative, "is less than 0"
	case d == 0:
		means, why = s.Zero, "must be more than 0"
	}
	if means == refused {
		err := &ValueError{Text: text, Why: why, Hint: s.hint(text), Instead: s.instead(text)}
		if d == 0 && s.Missing != "" && err.Instead == "" && zero.MatchString(text) {
			err.Hint, err.Goes = "remove it: "+s.Missing, true
		}
		return Duration{}, err
	}
	out := Duration{Value: d, Means: means}
	if means == Acts && s.Doubt != nil {
		out.Doubt, out.Hint, out.Instead = s.Doubt(text)
	}
	return out, nil
}

// zero is a duration of nothing, in whatever unit.
var zero = lazy.NewRegexp(`^0+(\.0+)?[a-zµ]*$`)

// ParsePercent reads a number of percent, 0 to 100, as a share: "50" and "50%"
// are 0.5.
func ParsePercent(text string) (share float64, err error) {
	n, perr := strconv.ParseFloat(strings.TrimSuffix(text, "%"), 64)
	switch {
	case perr != nil:
		return 0, &ValueError{Text: text, Why: "is not a percentage", Hint: "write a number from 0 to 100"}
	case !(0 <= n && n <= 100):
		return 0, &ValueError{Text: text, Why: "is outside of 0 to 100 percent", Hint: "write a number from 0 to 100"}
	}
	return n / 100, nil
}

// ParseRatio reads a share of one: "0.5" is one half.
func ParseRatio(text string) (share float64, err error) {
	n, perr := strconv.ParseFloat(text, 64)
	switch {
	case perr != nil:
		return 0, &ValueError{Text: text, Why: "is not a ratio", Hint: "write a number from 0 to 1"}
	case !(0 <= n && n <= 1):
		return 0, &ValueError{Text: text, Why: "is outside of 0 to 1", Hint: "write 0.5 for one half"}
	}
	return n, nil
}

// ParseCount reads a whole number of at least least.
func ParseCount(text string, least int) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n > maxCount {
		return 0, &ValueError{Text: text, Why: "is not a whole number", Hint: fmt.Sprintf("write a number from %d up", least)}
	}
	if n < least {
		return 0, &ValueError{Text: text, Why: fmt.Sprintf("is below %d", least), Hint: fmt.Sprintf("write a number from %d up", least), Instead: strconv.Itoa(least)}
	}
	return n, nil
}

// maxCount is Envoy's unlimited, the largest count that any product writes.
const maxCount = 1<<32 - 1

// ParseWord reads one of words, exactly.
func ParseWord(words []string, text string) (string, error) {
	for _, w := range words {
		if w == text {
			return w, nil
		}
	}
	hint, nearest := didyoumean.Hint(text, words), ""
	if near := didyoumean.Suggest(text, words); len(near) == 1 {
		nearest = near[0]
	}
	if hint == "" {
		hint = "write one of " + strings.Join(words, ", ")
	}
	return "", &ValueError{Text: text, Why: "is not a known word", Hint: hint, Instead: nearest}
}
