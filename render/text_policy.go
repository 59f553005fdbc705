package render

import (
	"strconv"
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// saysWords sums up what the evidence of a call says about protecting it:
// "timeout 2s, 2 retries, breaker". Silence is the empty string.
func saysWords(c graph.Call) string {
	var words []string
	for _, e := range c.Evidence {
		if !e.Says.Empty() {
			words = append(words, setWords(e.Says)...)
		}
	}
	return strings.Join(words, ", ")
}

func setWords(s *policy.Set) []string {
	var words []string
	say := func(w string) {
		if w != "" {
			words = append(words, w)
		}
	}
	if t := s.Timeout; t != nil {
		say(duration("timeout ", t.Total))
		say(duration("per try ", t.PerTry))
		say(duration("connect ", t.Connect))
	}
	if r := s.Retry; r != nil {
		say(retryWords(r))
	}
	if b := s.Breaker; b != nil {
		say(named("breaker", b.Kind))
	}
	if b := s.Bulkhead; b != nil {
		say(number("bulkhead ", b.MaxConcurrent))
		say(number("connections ", b.MaxConnections))
		say(number("pool ", b.PoolSize))
	}
	if r := s.RateLimit; r != nil {
		say(number("rate limit ", r.Requests))
	}
	if f := s.Fallback; f != nil {
		for _, step := range f.Steps {
			say(strings.TrimSpace(named("fallback", step.Kind) + " " + cleanOr(step.To)))
		}
	}
	if c := s.Cache; c != nil {
		say(duration("cache ", c.TTL))
	}
	if b := s.Balance; b != nil && b.Strategy.Set() {
		say(clean(b.Strategy.Value))
	}
	return words
}

func retryWords(r *policy.Retry) string {
	switch {
	case r.Retries.Provenance == policy.Disabled:
		return "retries off"
	case !r.Retries.Set():
		return "retries"
	case r.Retries.Value < 0:
		return "retries without end"
	case r.Retries.Value == 1:
		return "1 retry"
	}
	return strconv.Itoa(r.Retries.Value) + " retries"
}

func duration(word string, s policy.Setting[time.Duration]) string {
	switch {
	case s.Provenance == policy.Disabled:
		return word + "off"
	case s.Set():
		return word + durationText(s.Value)
	}
	return ""
}

func number(word string, s policy.Setting[int]) string {
	switch {
	case s.Provenance == policy.Disabled:
		return word + "off"
	case s.Set():
		return word + strconv.Itoa(s.Value)
	}
	return ""
}

// named is "breaker", with its kind where that is known.
func named(word string, s policy.Setting[string]) string {
	switch {
	case s.Provenance == policy.Disabled:
		return word + " off"
	case s.Set() && s.Value != "":
		return word + " " + clean(s.Value)
	}
	return word
}

// durationText writes "2s", "1m30s", "250ms", without the zero parts that
// time.Duration adds.
func durationText(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
