package product

import (
	"slices"
	"strings"
	"testing"

	"github.com/weirgraph/weir/policy"
)

func TestParseRetryOn(t *testing.T) {
	tests := []struct {
		words   *policy.RetryWords
		text    string
		want    string
		unknown string
	}{
		{EnvoyRetryOn, "5xx", "connect reset response-5xx timeout-per-try", ""},
		{EnvoyRetryOn, "gateway-error,reset", "connect reset response-gateway timeout-per-try", ""},
		{EnvoyRetryOn, "connect-failure,refused-stream", "connect", ""},
		{EnvoyRetryOn, "retriable-4xx, envoy-ratelimited", "response-409 response-429", ""},
		{EnvoyRetryOn, "retriable-status-codes", "", ""},
		{EnvoyRetryOn, "503", "", "503"},
		{EnvoyRetryOn, "5XX", "", "5XX"},
		{IstioRetryOn, "connect-failure,refused-stream,unavailable,cancelled,503", "connect grpc:CANCELLED grpc:UNAVAILABLE response-503", ""},
		{IstioRetryOn, "gateway-eror,reset", "connect reset timeout-per-try", "gateway-eror"},
		{IstioRetryOn, "600", "", "600"},
		{ContourRetryOn, "5xx,resource-exhausted", "connect grpc:RESOURCE_EXHAUSTED reset response-5xx timeout-per-try", ""},
		{ContourRetryOn, "503", "", "503"},
		{EnvoyGatewayRetryOn, "connect-failure,reset-before-request", "connect", ""},
		{EmissaryRetryOn, "gateway-error", "connect reset response-gateway timeout-per-try", ""},
		{EmissaryRetryOn, "reset", "", "reset"},
		{ConsulRetryOn, "unavailable,5xx", "connect grpc:UNAVAILABLE reset response-5xx timeout-per-try", ""},
		{KumaRetryOn, "5xx,429,GatewayError", "connect reset response-429 response-5xx response-gateway timeout-per-try", ""},
		{KumaRetryOn, "gateway-error", "", "gateway-error"},
		{LinkerdRetryHTTP, "gateway-error,500,429", "response-429 response-500 response-gateway", ""},
		{LinkerdRetryHTTP, "500-599", "response-5xx", ""},
		{LinkerdRetryHTTP, "499-501", "response-499 response-500 response-501", ""},
		{LinkerdRetryHTTP, "504-503", "", "504-503"},
		{LinkerdRetryHTTP, "reset", "", "reset"},
		{LinkerdRetryGRPC, "unavailable,internal", "grpc:INTERNAL grpc:UNAVAILABLE", ""},
		{LinkerdRetryGRPC, "5xx", "", "5xx"},
		{GRPCRetryCodes, "UNAVAILABLE,deadline_exceeded,8", "grpc:DEADLINE_EXCEEDED grpc:RESOURCE_EXHAUSTED grpc:UNAVAILABLE", ""},
		{GRPCRetryCodes, "UNAVALABLE,0,17", "", "UNAVALABLE 0 17"},
		{NginxNextUpstream, "error timeout", "connect reset timeout-per-try", ""},
		{NginxNextUpstream, "error timeout http_503 non_idempotent", "connect reset response-503 timeout-per-try", ""},
		{NginxNextUpstream, "off", "", ""},
		{NginxNextUpstream, "http_505", "", "http_505"},
		{HAProxyRetryOn, "conn-failure empty-response 503", "connect reset response-503", ""},
		{HAProxyRetryOn, "505", "", "505"},
		{nativeRetryOn, "connect grpc:UNAVAILABLE", "connect grpc:UNAVAILABLE", ""},
		{StatusCodes, "502,503-504", "response-502 response-503 response-504", ""},
		{StatusCodes, "bad", "", "bad"},
		{StatusCodes, "", "", ""},
	}
	tried := map[*policy.RetryWords]bool{}
	for _, tt := range tests {
		tried[tt.words] = true
		on, unknown := policy.ParseRetryOn(tt.words, tt.text)
		var bad []string
		for _, e := range unknown {
			bad = append(bad, e.Text)
			if e.Hint == "" || !strings.Contains(e.Why, tt.words.Title) {
				t.Errorf("%s: %q: incomplete error %+v", tt.words.Title, tt.text, e)
			}
		}
		if got, odd := strings.Join(on, " "), strings.Join(bad, " "); got != tt.want || odd != tt.unknown {
			t.Errorf("%s: %q is [%s], unknown [%s]; want [%s], unknown [%s]", tt.words.Title, tt.text, got, odd, tt.want, tt.unknown)
		}
	}
	for _, v := range vocabularies() {
		if !tried[v] {
			t.Errorf("no case for %s", v.Title)
		}
	}
}

func TestTypoInRetryOnIsHinted(t *testing.T) {
	_, unknown := policy.ParseRetryOn(IstioRetryOn, "gateway-eror")
	if len(unknown) != 1 || unknown[0].Hint != `did you mean "gateway-error"?` {
		t.Errorf("got %v, want one error that asks for gateway-error", unknown)
	}
}

func FuzzParseRetryOn(f *testing.F) {
	f.Add("5xx,503 gateway-error")
	f.Add("100-599,grpc:14")
	f.Fuzz(func(t *testing.T, text string) {
		for _, v := range vocabularies() {
			on, unknown := policy.ParseRetryOn(v, text)
			if on == nil || !slices.IsSorted(on) || len(slices.Compact(slices.Clone(on))) != len(on) {
				t.Errorf("%s: %q: classes %q are not a sorted set", v.Title, text, on)
			}
			for _, e := range unknown {
				if !strings.Contains(text, e.Text) || e.Hint == "" {
					t.Errorf("%s: %q: odd error %+v", v.Title, text, e)
				}
			}
		}
	})
}

// vocabularies returns all words for retry conditions.
func vocabularies() []*policy.RetryWords {
	list := []*policy.RetryWords{StatusCodes}
	for _, p := range All {
		list = append(list, p.RetryWords...)
	}
	return list
}
