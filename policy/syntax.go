package policy

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// A Syntax is one product's way to write durations.
type Syntax struct {
	Title string

	read     func(text string) (d time.Duration, why string)
	zero     Meaning  // of 0
	negative Meaning  // of less than 0
	off      []string // words for no limit
	good     string   // how the product would have it
	unit     string   // what a bare number is missing, for the hint
	doubt    func(text string) (doubt, hint string)
}

// The syntaxes, as their products' documentation and parsers have them.
var (
	// Istio: fields of type Duration, for which its YAML takes what Go takes.
	IstioDuration = &Syntax{Title: "Istio", read: readGo, zero: Off, good: `"2s", "250ms" or "1m30s"`, unit: "s"}
	// Envoy: the JSON form of protobuf's Duration, seconds alone.
	EnvoyDuration = &Syntax{Title: "Envoy", read: readProto, zero: Off, good: `seconds: "2s" or "0.25s"`, unit: "s"}
	// Gateway API: GEP-2257, a part of what Go takes: whole numbers only.
	GatewayDuration = &Syntax{Title: "Gateway API", read: readGEP2257, zero: Off, good: `whole numbers of h, m, s and ms: "1s500ms"`, unit: "s"}
	// Linkerd: annotations; a 0 counts as though there were no annotation.
	LinkerdDuration = &Syntax{Title: "Linkerd", read: readLinkerd, zero: Unset, good: `one whole number of ms, s, m, h or d: "300ms"`, unit: "ms"}
	// Consul: config entries; 0 leaves Envoy's default, less switches it off.
	ConsulDuration = &Syntax{Title: "Consul", read: readGo, zero: Unset, negative: Off, good: `"15s", or "-1s" for no timeout`, unit: "s"}
	DaprDuration   = &Syntax{Title: "Dapr", read: readGo, zero: Off, good: `"2s" or "250ms"`, unit: "s"}
	KumaDuration   = &Syntax{Title: "Kuma", read: readGo, zero: Off, good: `"2s" or "250ms"`, unit: "s"}
	// Traefik: a bare number is seconds.
	TraefikDuration = &Syntax{Title: "Traefik", read: readBareOr(time.Second, readGo), zero: Off, good: `"2s", or a whole number of seconds`}
	// Kong: milliseconds between 1 and 2^31-2.
	KongDuration = &Syntax{Title: "Kong", read: readKong, good: "a whole number of milliseconds: 2000"}
	// ingress-nginx: annotations are bare seconds; nginx adds the unit itself.
	IngressNginxDuration = &Syntax{Title: "ingress-nginx", read: readWhole(time.Second), zero: Off, good: `a whole number of seconds without a unit: "60"`}
	// nginx.conf: seconds unless a unit says otherwise, and units may be strung together.
	NginxDuration   = &Syntax{Title: "nginx", read: readUnits(time.Second, nginxUnits), zero: Off, good: `"60s", "500ms" or "1m30s"`}
	HAProxyDuration = &Syntax{Title: "HAProxy", read: readUnits(time.Millisecond, haproxyUnits), zero: Off, good: `"5s", or a whole number of milliseconds`}
	// Contour: 0 leaves Envoy's default; infinity is its word for none.
	ContourDuration = &Syntax{Title: "Contour", read: readGo, zero: Unset, off: []string{"infinity", "infinite"}, good: `"2s", or "infinity" for no timeout`, unit: "s"}
	// Emissary: the keys that end in _ms. Others are in Envoy's syntax.
	EmissaryDuration = &Syntax{Title: "Emissary", read: readWhole(time.Millisecond), zero: Off, good: "a whole number of milliseconds: 2000"}
	// gRPC: service config, the JSON form of protobuf's Duration.
	GRPCDuration = &Syntax{Title: "gRPC", read: readProto, good: `seconds: "1s" or "0.1s"`, unit: "s"}
	// Spring: milliseconds unless a unit or ISO 8601 says otherwise; less than 0 is none.
	SpringDuration = &Syntax{Title: "Spring Boot", read: readSpring, zero: Off, negative: Off, good: `"500ms", "2s" or "PT0.5S"`}
	// Feign, Ribbon and Hystrix: milliseconds.
	MillisDuration = &Syntax{Title: "this setting", read: readWhole(time.Millisecond), zero: Off, good: "a whole number of milliseconds: 2000"}
	// Kong's health checks and plugins: seconds, fractions too.
	SecondsDuration = &Syntax{Title: "this setting", read: readSeconds, zero: Off, good: "a number of seconds without a unit: 60"}
	// opossum: milliseconds, or false.
	OpossumDuration = &Syntax{Title: "opossum", read: readWhole(time.Millisecond), zero: Off, off: []string{"false"}, good: "a whole number of milliseconds, or false for none"}
	// .NET: TimeSpan.Parse, for which a bare number is days. Timeout.InfiniteTimeSpan is less than 0.
	DotnetDuration  = &Syntax{Title: ".NET", read: readTimeSpan, zero: Acts, negative: Off, good: `"00:00:10" for ten seconds`, doubt: doubtDays}
	ComposeDuration = &Syntax{Title: "compose", read: readGo, zero: Off, good: `"10s" or "1m30s"`, unit: "s"}
	NativeDuration  = &Syntax{Title: "weir", read: readGo, zero: Off, off: []string{"off", "false"}, good: `"3s", "250ms" or "1m", or "off" for none`, unit: "s"}
)

// Syntaxes are all ways to write durations.
var Syntaxes = []*Syntax{
	IstioDuration, EnvoyDuration, GatewayDuration, LinkerdDuration, ConsulDuration, DaprDuration, KumaDuration,
	TraefikDuration, KongDuration, IngressNginxDuration, NginxDuration, HAProxyDuration, ContourDuration,
	EmissaryDuration, GRPCDuration, SpringDuration, MillisDuration, SecondsDuration, OpossumDuration, DotnetDuration,
	ComposeDuration, NativeDuration,
}

// hint tells how to write text well.
func (s *Syntax) hint(text string) string {
	if s.unit != "" && wholeNumber.MatchString(text) {
		if s.unit == "s" {
			return `write "` + text + `s" for seconds; ` + s.Title + " takes " + s.good
		}
		return `write "` + text + s.unit + `"; ` + s.Title + " takes " + s.good
	}
	return s.Title + " takes " + s.good
}

const (
	notDuration = "is not a duration"
	noUnit      = "has no unit"
	tooLong     = "is longer than any timer can run"
)

var wholeNumber = regexp.MustCompile(`^[0-9]+$`)

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

var protoForm = regexp.MustCompile(`^-?[0-9]+(\.[0-9]{1,9})?s$`)

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

var gep2257 = regexp.MustCompile(`^([0-9]{1,5}(h|m|s|ms)){1,4}$`)

func readGEP2257(text string) (time.Duration, string) {
	if gep2257.MatchString(text) {
		return readGo(text)
	}
	if _, why := readGo(text); why == noUnit || text == "0" {
		return 0, noUnit
	} else if why == "" && strings.Contains(text, ".") {
		return 0, "has a decimal point"
	}
	return 0, notDuration
}

var linkerdForm = regexp.MustCompile(`^[0-9]+(ms|s|m|h|d)?$`)

func readLinkerd(text string) (time.Duration, string) {
	text = strings.TrimSpace(text)
	if !linkerdForm.MatchString(text) {
		return 0, notDuration
	}
	if wholeNumber.MatchString(text) && strings.Trim(text, "0") != "" {
		return 0, noUnit
	}
	return readUnits(0, nginxUnits)(text)
}

// readWhole takes a bare whole number of unit.
func readWhole(unit time.Duration) func(string) (time.Duration, string) {
	return func(text string) (time.Duration, string) {
		n, err := strconv.ParseInt(text, 10, 64)
		if err == nil {
			return times(unit, n), ""
		}
		if _, err := time.ParseDuration(text); err == nil {
			return 0, "has a unit"
		}
		return 0, "is not a whole number"
	}
}

var decimalForm = regexp.MustCompile(`^[0-9]+(\.[0-9]{1,9})?$`)

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

func readKong(text string) (time.Duration, string) {
	d, why := readWhole(time.Millisecond)(text)
	if why == "" && d > (1<<31-2)*time.Millisecond {
		return 0, "is more than 2147483646"
	}
	return d, why
}

var (
	nginxUnits = map[string]time.Duration{
		"ms": time.Millisecond, "s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour,
		"w": 7 * 24 * time.Hour, "M": 30 * 24 * time.Hour, "y": 365 * 24 * time.Hour,
	}
	haproxyUnits = map[string]time.Duration{
		"us": time.Microsecond, "ms": time.Millisecond, "s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour,
	}
	group = regexp.MustCompile(`^([0-9]+)([A-Za-z]*) *`)
)

// readUnits takes whole numbers with units, the last of which may be bare.
func readUnits(bare time.Duration, units map[string]time.Duration) func(string) (time.Duration, string) {
	return func(text string) (d time.Duration, why string) {
		if text == "" {
			return 0, notDuration
		}
		for text != "" {
			m := group.FindStringSubmatch(text)
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
			d = plus(d, times(size, n))
		}
		return d, ""
	}
}

var (
	springForm  = regexp.MustCompile(`^[+-]?[0-9]+(ns|us|ms|s|m|h|d)?$`)
	isoForm     = regexp.MustCompile(`^([+-]?)P(?:([+-]?[0-9]+)D)?(?:T(?:([+-]?[0-9]+)H)?(?:([+-]?[0-9]+)M)?(?:([+-]?[0-9]+(?:[.,][0-9]{0,9})?)S)?)?$`)
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
		return times(springUnits[m[1]], n), ""
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
		d = plus(d, times(size, n))
	}
	if m[5] != "" {
		s, err := time.ParseDuration(strings.ReplaceAll(m[5], ",", ".") + "s")
		if err != nil {
			return 0, tooLong
		}
		d = plus(d, s)
	}
	if m[1] == "-" {
		d = -d
	}
	return d, ""
}

var timeSpan = regexp.MustCompile(`^(-?)(?:([0-9]+)\.)?([0-9]{1,2}):([0-9]{1,2})(?::([0-9]{1,2})(?:\.([0-9]{1,7}))?)?$`)

// readTimeSpan takes [-][d.]hh:mm[:ss[.fffffff]], or days alone.
func readTimeSpan(text string) (time.Duration, string) {
	text = strings.TrimSpace(text)
	if days, why := readWhole(24 * time.Hour)(text); why == "" {
		return days, ""
	}
	if strings.Count(text, ":") == 3 { // d:hh:mm:ss means the same
		text = strings.Replace(text, ":", ".", 1)
	}
	m := timeSpan.FindStringSubmatch(text)
	if m == nil {
		return 0, "is not a TimeSpan"
	}
	days, err := strconv.ParseInt(zeroIfEmpty(m[2]), 10, 64)
	if err != nil {
		return 0, tooLong
	}
	d := times(24*time.Hour, days)
	for i, part := range []struct {
		size time.Duration
		most int64
		why  string
	}{{time.Hour, 23, "has more than 23 hours"}, {time.Minute, 59, "has more than 59 minutes"}, {time.Second, 59, "has more than 59 seconds"}} {
		n, _ := strconv.ParseInt(zeroIfEmpty(m[3+i]), 10, 64) // two digits at most
		if n > part.most {
			return 0, part.why
		}
		d = plus(d, times(part.size, n))
	}
	ticks, _ := strconv.ParseInt((m[6] + "0000000")[:7], 10, 64) // of 100 ns
	d = plus(d, times(100*time.Nanosecond, ticks))
	if m[1] == "-" {
		d = -d
	}
	return d, ""
}

func zeroIfEmpty(s string) string {
	if s == "" {
		return "0"
	}
	return s
}

// doubtDays doubts a bare number, which .NET takes for days.
func doubtDays(text string) (doubt, hint string) {
	if text = strings.TrimSpace(text); !wholeNumber.MatchString(text) {
		return "", ""
	}
	return "is " + text + " days", `write "00:00:` + text + `" for seconds`
}
