package policy_test

import (
	"errors"
	"testing"
	"time"

	"github.com/weirgraph/weir/policy"
)

func TestDurationAsSetting(t *testing.T) {
	for _, tt := range []struct {
		d             policy.Duration
		setting, wait policy.Provenance
	}{
		{policy.Duration{Value: time.Second, Means: policy.Acts}, policy.Explicit, policy.Explicit},
		{policy.Duration{Means: policy.Off}, policy.Disabled, policy.Explicit},
		{policy.Duration{Means: policy.Unset}, policy.Unknown, policy.Unknown},
		{policy.Duration{}, policy.Unknown, policy.Unknown},
	} {
		if s, w := tt.d.Setting(here), tt.d.Wait(here); s.Provenance != tt.setting || w.Provenance != tt.wait {
			t.Errorf("%+v is %v as a limit and %v as a wait, want %v and %v", tt.d, s.Provenance, w.Provenance, tt.setting, tt.wait)
		}
	}
}

func TestParseShares(t *testing.T) {
	for _, tt := range []struct {
		parse func(string) (float64, error)
		text  string
		want  float64 // -1 if refused
	}{
		{policy.ParsePercent, "50", 0.5}, {policy.ParsePercent, "50%", 0.5}, {policy.ParsePercent, "0", 0}, {policy.ParsePercent, "100", 1}, {policy.ParsePercent, "0.5", 0.005},
		{policy.ParsePercent, "101", -1}, {policy.ParsePercent, "-1", -1}, {policy.ParsePercent, "half", -1}, {policy.ParsePercent, "NaN", -1},
		{policy.ParseRatio, "0.5", 0.5}, {policy.ParseRatio, "1", 1}, {policy.ParseRatio, "50", -1}, {policy.ParseRatio, "50%", -1}, {policy.ParseRatio, "NaN", -1},
	} {
		got, err := tt.parse(tt.text)
		if err != nil {
			got = -1
		}
		if got != tt.want {
			t.Errorf("%q is %v, want %v", tt.text, got, tt.want)
		}
	}
}

func TestParseCount(t *testing.T) {
	for _, tt := range []struct {
		text  string
		least int
		want  string
	}{
		{"3", 0, ""}, {"-1", -1, ""}, {"4294967295", 0, ""}, {"-1", 0, "is below 0"}, {"3.5", 0, "is not a whole number"},
		{"99999999999999999999", 0, "is not a whole number"}, {"", 0, "is not a whole number"},
	} {
		_, err := policy.ParseCount(tt.text, tt.least)
		var bad *policy.ValueError
		why := ""
		if errors.As(err, &bad) {
			why = bad.Why
		}
		if why != tt.want {
			t.Errorf("%q from %d up: %q, want %q", tt.text, tt.least, why, tt.want)
		}
	}
}
