package native

import (
	"testing"
	"time"

	"github.com/weirgraph/weir/policy"
)

func TestParseDuration(t *testing.T) {
	const example = `write "3s", "250ms" or "1m", or "off" for none`
	for _, tt := range []struct {
		text string
		want time.Duration
		hint string
	}{
		{"3s", 3 * time.Second, ""},
		{"1m30s", 90 * time.Second, ""},
		{"1.5s", 1500 * time.Millisecond, ""},
		{"0", 0, ""},
		{"0s", 0, ""},
		{"off", 0, ""},
		{"false", 0, ""},
		{"3x", 0, example},
		{"3 s", 0, example},
		{"-3s", 0, example},
		{"-3", 0, example},
		{"1d", 0, example},
		{"", 0, example},
		{"99999999999h", 0, example},
		{"5", 0, `write "5s" for seconds or "5ms" for milliseconds`},
		{"0.5", 0, `write "0.5s" for seconds or "0.5ms" for milliseconds`},
	} {
		if got, hint := parseDuration(tt.text); got != tt.want || hint != tt.hint {
			t.Errorf("parseDuration(%q) = %v, %q, want %v, %q", tt.text, got, hint, tt.want, tt.hint)
		}
	}
}

func TestParseShare(t *testing.T) {
	const bad = -1
	for _, tt := range []struct {
		text string
		want float64
	}{
		{"50%", 0.5}, {"0.5", 0.5}, {"0", 0}, {"1", 1}, {"100%", 1}, {"0.5%", 0.005},
		{"50", bad}, {"101%", bad}, {"-0.1", bad}, {"NaN", bad}, {"half", bad}, {"%", bad}, {"", bad},
	} {
		got, hint := parseShare(tt.text)
		if hint != "" {
			got = bad
		}
		if got != tt.want {
			t.Errorf("parseShare(%q) = %v, %q, want %v", tt.text, got, hint, tt.want)
		}
	}
}

func TestParseJitter(t *testing.T) {
	bad := policy.Jitter{Kind: "bad"}
	for _, tt := range []struct {
		text string
		want policy.Jitter
	}{
		{"none", policy.Jitter{Kind: "none"}},
		{"0", policy.Jitter{Kind: "none"}},
		{"off", policy.Jitter{Kind: "none"}},
		{"full", policy.Jitter{Kind: "full"}},
		{"0.2", policy.Jitter{Kind: "partial", Fraction: 0.2}},
		{"20%", policy.Jitter{Kind: "partial", Fraction: 0.2}},
		{"100ms", policy.Jitter{Kind: "partial", UpTo: 100 * time.Millisecond}},
		{"2", bad},
		{"some", bad},
	} {
		got, hint := parseJitter(tt.text)
		if hint != "" {
			got = bad
		}
		if got != tt.want {
			t.Errorf("parseJitter(%q) = %v, %q, want %v", tt.text, got, hint, tt.want)
		}
	}
}

// Whatever a parser refuses it must explain, for a hint is how it reports the refusal.
func TestParsersExplainWhatTheyRefuse(t *testing.T) {
	for _, text := range []string{"", " ", "\x00", "💥", "1e999", "-1", "a/b/c", "://"} {
		for name, s := range map[string]*shape{
			"duration": aDuration, "share": aShare, "slo": anObjective, "tier": aTier, "port": aPort,
			"limit": aLimit, "kind": aKind, "truth": aTruth,
		} {
			if s.scalar(text) == "" {
				t.Errorf("%s takes %q without a hint", name, text)
			}
		}
	}
}
