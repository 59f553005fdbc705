package product

import (
	"slices"
	"testing"
	"time"

	"github.com/weirgraph/weir/policy"
)

// What is written for a product is what it reads.
func TestWrittenDurationsAreRead(t *testing.T) {
	times := []time.Duration{time.Millisecond, 250 * time.Millisecond, time.Second, 1500 * time.Millisecond, 90 * time.Second, time.Hour}
	for _, p := range All {
		for _, s := range p.Durations {
			for _, d := range times {
				text, ok := s.Write(d)
				got, err := policy.ParseDuration(s, text)
				if !ok || err != nil || got.Means != policy.Acts || got.Value < d || got.Value >= d+time.Second {
					t.Errorf("%s: %v is written %q (%v), which is read as %v, %v", p.Name, d, text, ok, got.Value, err)
				}
			}
		}
	}
}

// The words for a class of failures mean it and nothing else.
func TestWrittenConditionsAreRead(t *testing.T) {
	for _, v := range vocabularies() {
		for _, on := range [][]string{{policy.OnConnect}, {policy.OnConnect, "grpc:UNAVAILABLE"}, {"response-503"}, {policy.OnConnect, policy.OnReset, policy.On5xx, policy.OnPerTry}} {
			words, ok := v.Write(on)
			if !ok {
				continue
			}
			got, unknown := policy.ParseRetryOn(v, words...)
			for _, class := range got {
				if !slices.Contains(on, class) {
					t.Errorf("%s: %v is written %v, which is read as %v", v.Title, on, words, got)
				}
			}
			if len(unknown) > 0 || len(got) == 0 {
				t.Errorf("%s: %v is written %v, which is not read: %v", v.Title, on, words, unknown)
			}
		}
	}
}

// A value keeps the form that it is written in.
func TestRewrite(t *testing.T) {
	for _, tt := range []struct {
		by       *policy.Product
		old      string
		was, now any
		want     string
	}{
		{Istio, "2s", 2 * time.Second, 500 * time.Millisecond, "500ms"},
		{Kuma, "0s", nil, 3 * time.Second, "3s"},
		{OpenFeign, "2000", 2 * time.Second, 3 * time.Second, "3000"},
		{DotNet, "00:00:10", 10 * time.Second, 2500 * time.Millisecond, "00:00:02.5"},
		{IngressNginx, "60", time.Minute, 1500 * time.Millisecond, "2"},
		{Resilience4j, "3", 2, 1, "2"}, // of attempts
		{Istio, "2", 2, 1, "1"},
		{SpringGateway, "Retry=3", 3, 1, "Retry=1"},
		{SpringGateway, "${RETRIES:-3}", 3, 1, "${RETRIES:-1}"},
		{Istio, "10", 0.1, 0.5, "50"},
		{Native, "10%", 0.1, 0.5, "50%"},
		{Linkerd, "0.2", 0.2, 0.1, "0.1"},
		{Istio, "5xx,reset", []string{policy.On5xx}, []string{policy.OnConnect}, "connect-failure"},
		{Native, "[any]", nil, []string{policy.OnConnect}, "[connect]"},
	} {
		if got, ok := policy.Rewrite([]*policy.Product{tt.by}, tt.old, tt.was, tt.now); !ok || got != tt.want {
			t.Errorf("%s: %q of %v to %v is %q (%v), want %q", tt.by.Name, tt.old, tt.was, tt.now, got, ok, tt.want)
		}
	}
}

// A text of which it is not known which part is the value is left alone.
func TestNoRewrite(t *testing.T) {
	for _, old := range []string{"Retry=3,SERVICE_UNAVAILABLE,GET,10ms", "Retry=4", "3 of 3"} {
		if got, ok := policy.Rewrite([]*policy.Product{SpringGateway}, old, 3, 1); ok {
			t.Errorf("%q becomes %q", old, got)
		}
	}
}
