package product

import (
	"errors"
	"strings"
	"testing"

	"github.com/weirgraph/weir/internal/saturating"
	"github.com/weirgraph/weir/policy"
)

func TestParseDuration(t *testing.T) {
	tests := []struct {
		syntax *policy.Syntax
		text   string
		want   string // a duration, "off", "unset", or what is wrong
	}{
		{IstioDuration, "1h30m", "1h30m0s"},
		{IstioDuration, "250ms", "250ms"},
		{IstioDuration, "0s", "is shorter than 1ms"},
		{IstioDuration, "500us", "is shorter than 1ms"},
		{IstioDuration, "1500us", "has parts of a millisecond"},
		{IstioIdle, "0s", "off"},
		{EnvoyRequired, "0s", "must be more than 0"},
		{IstioPatch, "250ms", "250ms"},
		{IstioPatch, "1m", "1m0s"},
		{IstioPatch, "0s", "off"},
		{IstioPatch, "5", "has no unit"},
		{IstioPatchRequired, "50ms", "50ms"},
		{IstioPatchRequired, "0s", "must be more than 0"},
		{IstioDuration, "5", "has no unit"},
		{IstioDuration, "-5s", "is less than 0"},
		{IstioDuration, "", "is not a duration"},
		{IstioDuration, "5 s", "is not a duration"},
		{EnvoyDuration, "0.25s", "250ms"},
		{EnvoyDuration, "250ms", "is not in seconds"},
		{EnvoyDuration, "1m", "is not in seconds"},
		{EnvoyDuration, "0s", "off"},
		{EnvoyDuration, "0", "has no unit"},
		{EnvoyDuration, "15", "has no unit"},
		{EnvoyDuration, "315576000000s", "is longer than any timer can run"},
		{GatewayDuration, "1s500ms", "1.5s"},
		{GatewayDuration, "1.5s", "has a decimal point"},
		{GatewayDuration, "0s", "off"},
		{GatewayDuration, "10", "has no unit"},
		{GatewayDuration, "-1s", "is not a duration"},
		{GatewayDuration, "1h1m1s1ms1s", "is not a duration"},
		{GatewayDuration, "100us", "is not a duration"},
		{LinkerdDuration, "300ms", "300ms"},
		{LinkerdDuration, "2d", "48h0m0s"},
		{LinkerdDuration, "300", "has no unit"},
		{LinkerdDuration, "0", "unset"},
		{LinkerdDuration, "0s", "unset"},
		{LinkerdDuration, "1.5s", "is not a duration"},
		{LinkerdDuration, "1m30s", "is not a duration"},
		{LinkerdDuration, "1w", "is not a duration"},
		{ConsulDuration, "15s", "15s"},
		{ConsulDuration, "0s", "unset"},
		{ConsulDuration, "-1s", "off"},
		{ConsulDuration, "15", "has no unit"},
		{DaprDuration, "5s", "5s"},
		{DaprDuration, "5", "5ms"},
		{KumaDuration, "0s", "off"},
		{KumaDuration, "15", "has no unit"},
		{TraefikDuration, "30", "30s"},
		{TraefikDuration, "100ms", "100ms"},
		{TraefikDuration, "0", "off"},
		{TraefikDuration, "1x", "is not a duration"},
		{KongDuration, "60000", "1m0s"},
		{KongDuration, "60s", "has a unit"},
		{KongDuration, "0", "must be more than 0"},
		{KongDuration, "2147483647", "is more than 2147483646"},
		{SecondsDuration, "60", "1m0s"},
		{SecondsDuration, "0.5", "500ms"},
		{SecondsDuration, "0", "off"},
		{SecondsDuration, "60s", "has a unit"},
		{SecondsDuration, "soon", "is not a number"},
		{SecondsDuration, "99999999999999", "is longer than any timer can run"},
		{IngressNginxDuration, "60", "1m0s"},
		{IngressNginxDuration, "60s", "has a unit"},
		{IngressNginxDuration, "0", "off"},
		{NginxDuration, "60", "1m0s"},
		{NginxDuration, "1m30s", "1m30s"},
		{NginxDuration, "1m 30", "1m30s"},
		{NginxDuration, "500ms", "500ms"},
		{NginxDuration, "1M", "720h0m0s"},
		{NginxDuration, "5x", "is not a duration"},
		{HAProxyDuration, "5000", "5s"},
		{HAProxyDuration, "5s", "5s"},
		{HAProxyDuration, "10us", "10µs"},
		{HAProxyDuration, "1w", "is not a duration"},
		{ContourDuration, "infinity", "off"},
		{ContourDuration, "infinite", "off"},
		{ContourDuration, "0s", "unset"},
		{ContourDuration, "forever", "is not a duration"},
		{ContourDuration, "2s", "2s"},
		{GlooDuration, "1m30s", "1m30s"},
		{GlooDuration, "2", "has no unit"},
		{GlooDuration, "0s", "off"},
		{EmissaryDuration, "3000", "3s"},
		{EmissaryDuration, "3s", "has a unit"},
		{GRPCDuration, "0.1s", "100ms"},
		{GRPCDuration, "100ms", "is not in seconds"},
		{GRPCDuration, "0s", "must be more than 0"},
		{SpringDuration, "500ms", "500ms"},
		{SpringDuration, "500", "500ms"},
		{SpringDuration, "PT0.5S", "500ms"},
		{SpringDuration, "pt1m30s", "1m30s"},
		{SpringDuration, "P1DT2H", "26h0m0s"},
		{SpringDuration, "-PT1S", "off"},
		{SpringDuration, "PT", "is not a duration"},
		{SpringDuration, "0.5s", "is not a duration"},
		{SpringDuration, "-1", "off"},
		{SpringDuration, "2 s", "is not a duration"},
		{MillisDuration, "1500", "1.5s"},
		{MillisDuration, "1500ms", "has a unit"},
		{MillisDuration, "0", "off"},
		{MillisDuration, "-1", "is less than 0"},
		{OpossumDuration, "3000", "3s"},
		{OpossumDuration, "false", "off"},
		{OpossumDuration, "true", "is not a whole number"},
		{DotNetDuration, "00:00:10", "10s"},
		{DotNetDuration, "00:10", "10m0s"},
		{DotNetDuration, "1.02:03:04.5", "26h3m4.5s"},
		{DotNetDuration, "1:02:03:04", "26h3m4s"},
		{DotNetDuration, "00:00:00", "0s"},
		{DotNetDuration, "00:00:00.2500000", "250ms"},
		{DotNetDuration, "-00:00:00.001", "off"},
		{DotNetDuration, "10", "240h0m0s"},
		{DotNetDuration, "24:00:00", "has more than 23 hours"},
		{DotNetDuration, "00:60:00", "has more than 59 minutes"},
		{DotNetDuration, "10s", "is not a TimeSpan"},
		{goDuration, "1m30s", "1m30s"},
		{goDuration, "0s", "off"},
		{goDuration, "5", "has no unit"},
		{NativeDuration, "3s", "3s"},
		{NativeDuration, "off", "off"},
		{NativeDuration, "0", "off"},
		{NativeDuration, "3", "has no unit"},
		{NativeDuration, "none", "is not a duration"},
	}
	tried := map[*policy.Syntax]bool{}
	for _, tt := range tests {
		tried[tt.syntax] = true
		if got := outcome(policy.ParseDuration(tt.syntax, tt.text)); got != tt.want {
			t.Errorf("%s: %q is %s, want %s", tt.syntax.Title, tt.text, got, tt.want)
		}
	}
	for _, s := range syntaxes() {
		if !tried[s] {
			t.Errorf("no case for %s", s.Title)
		}
	}
}

// outcome writes what a parser returned.
func outcome(d policy.Duration, err error) string {
	var bad *policy.ValueError
	switch {
	case errors.As(err, &bad):
		return bad.Why
	case d.Means == policy.Off:
		return "off"
	case d.Means == policy.Unset:
		return "unset"
	}
	return d.Value.String()
}

func TestHintsTellTheUnit(t *testing.T) {
	for _, tt := range []struct {
		syntax     *policy.Syntax
		text, want string
	}{
		{IstioDuration, "5", `write "5s" for seconds`},
		{LinkerdDuration, "300", `write "300ms"`},
		{IngressNginxDuration, "60s", "without a unit"},
		{GRPCDuration, "100ms", `"0.1s"`},
	} {
		_, err := policy.ParseDuration(tt.syntax, tt.text)
		var bad *policy.ValueError
		if !errors.As(err, &bad) || !strings.Contains(bad.Hint, tt.want) {
			t.Errorf("%s: %q: %#v does not hint at %s", tt.syntax.Title, tt.text, err, tt.want)
		}
	}
	d, _ := policy.ParseDuration(DotNetDuration, "10")
	if d.Doubt != "is 10 days" || d.Hint == "" {
		t.Errorf("a bare 10 of .NET: doubt %q, hint %q; want a doubt about 10 days and a hint", d.Doubt, d.Hint)
	}
	if d, _ := policy.ParseDuration(DotNetDuration, "00:00:10"); d.Doubt != "" {
		t.Errorf("00:00:10 of .NET is doubted: %s", d.Doubt)
	}
}

func TestParseAmount(t *testing.T) {
	for _, tt := range []struct{ number, unit, want string }{
		{"500", "", "500ms"}, {"2", "SECONDS", "2s"}, {"2", "seconds", "2s"}, {"1", "HALF_DAYS", "12h0m0s"},
		{"0", "MILLIS", "off"}, {"-1", "MILLIS", "is not a whole number"}, {"5s", "", "is not a whole number"}, {"1", "FORTNIGHTS", "is not a unit of time"},
		{"9223372036854775807", "DAYS", saturating.Longest.String()},
	} {
		if got := outcome(ParseAmount(tt.number, tt.unit)); got != tt.want {
			t.Errorf("%s %s is %s, want %s", tt.number, tt.unit, got, tt.want)
		}
	}
}

func FuzzParseDuration(f *testing.F) {
	for _, text := range []string{"1h30m", "0.25s", "1s500ms", "-1s", "PT0.5S", "1.02:03:04.5", "infinity", "10", "99999999999d", ""} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, s := range syntaxes() {
			d, err := policy.ParseDuration(s, text)
			if err == nil && (d.Value < 0 || d.Means != policy.Acts && d.Value != 0) {
				t.Errorf("%s: %q is %v and %v", s.Title, text, d.Value, d.Means)
			}
			var bad *policy.ValueError
			if err != nil && (!errors.As(err, &bad) || bad.Text != text || bad.Why == "" || bad.Hint == "") {
				t.Errorf("%s: %q: incomplete error %#v", s.Title, text, err)
			}
		}
	})
}

// syntaxes returns all ways to write durations.
func syntaxes() []*policy.Syntax {
	var list []*policy.Syntax
	for _, p := range All {
		list = append(list, p.Durations...)
	}
	return list
}
