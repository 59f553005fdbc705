package policy

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The classes of failures that a retry answers to, Retry.On. An HTTP status is
// "response-" and the code, a gRPC status "grpc:" and its name.
const (
	OnConnect = "connect"          // the callee was not reached, or did not begin with the request
	OnReset   = "reset"            // the connection broke, at any time
	On5xx     = "response-5xx"     // any answer from 500 up
	OnGateway = "response-gateway" // 502, 503 and 504
	On429     = "response-429"
	OnPerTry  = "timeout-per-try" // the attempt took too long
	OnAny     = "any"
)

// Triggers are the classes that have a name of their own, as people may write them.
var Triggers = []string{OnConnect, OnReset, On5xx, OnGateway, On429, OnPerTry, OnAny}

// GRPCCodes are the names of gRPC's statuses, in the order of their numbers; OK,
// which is no failure, is left out.
var GRPCCodes = []string{
	"CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED",
	"RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE",
	"DATA_LOSS", "UNAUTHENTICATED",
}

// RetryWords is one product's vocabulary of retry conditions.
type RetryWords struct {
	Title string

	words map[string][]string
	codes bool // HTTP statuses may stand among the words
	grpc  bool // gRPC statuses, by name or number
}

// Envoy's x-envoy-retry-on and x-envoy-retry-grpc-on. Answers that Envoy makes up
// itself count too: 5xx, gateway-error and reset all answer to a callee that is not
// reached, breaks the connection, or takes longer than a try may. The words of gRPC
// look at statuses in headers alone.
var envoyWords = map[string][]string{
	"5xx":                        {OnConnect, OnReset, On5xx, OnPerTry},
	"gateway-error":              {OnConnect, OnReset, OnGateway, OnPerTry},
	"reset":                      {OnConnect, OnReset, OnPerTry},
	"reset-before-request":       {OnConnect},
	"connect-failure":            {OnConnect},
	"refused-stream":             {OnConnect},
	"http3-post-connect-failure": {OnConnect},
	"envoy-ratelimited":          {On429},
	"retriable-4xx":              {"response-409"},
	"retriable-status-codes":     {}, // which are elsewhere
	"retriable-headers":          {}, // which are elsewhere
	"cancelled":                  {"grpc:CANCELLED"},
	"deadline-exceeded":          {"grpc:DEADLINE_EXCEEDED"},
	"internal":                   {"grpc:INTERNAL"},
	"resource-exhausted":         {"grpc:RESOURCE_EXHAUSTED"},
	"unavailable":                {"grpc:UNAVAILABLE"},
}

// The vocabularies.
var (
	EnvoyRetryOn = &RetryWords{Title: "Envoy", words: envoyWords}
	// Istio moves bare statuses among the words to Envoy's retriable status codes.
	IstioRetryOn = &RetryWords{Title: "Istio", words: envoyWords, codes: true}
	// Contour and Envoy Gateway take statuses in a list of their own.
	ContourRetryOn = &RetryWords{Title: "Contour", words: without(envoyWords, "reset-before-request", "http3-post-connect-failure", "envoy-ratelimited")}
	GatewayRetryOn = &RetryWords{Title: "Envoy Gateway", words: without(envoyWords, "http3-post-connect-failure", "retriable-headers")}
	// Emissary takes one of six, alone.
	EmissaryRetryOn = &RetryWords{Title: "Emissary", words: without(envoyWords, "reset", "reset-before-request", "refused-stream",
		"http3-post-connect-failure", "envoy-ratelimited", "retriable-headers", "cancelled", "deadline-exceeded", "internal",
		"resource-exhausted", "unavailable")}
	ConsulRetryOn = &RetryWords{Title: "Consul", words: without(envoyWords, "http3-post-connect-failure")}
	// Kuma has Envoy's HTTP words in camel case, gRPC's likewise, and statuses and
	// methods among them.
	KumaRetryOn = &RetryWords{Title: "Kuma", codes: true, words: map[string][]string{
		"5xx": envoyWords["5xx"], "5XX": envoyWords["5xx"], "GatewayError": envoyWords["gateway-error"], "Reset": envoyWords["reset"],
		"Retriable4xx": envoyWords["retriable-4xx"], "ConnectFailure": {OnConnect}, "EnvoyRatelimited": {On429}, "RefusedStream": {OnConnect},
		"Http3PostConnectFailure": {OnConnect}, "HttpMethodConnect": {}, "HttpMethodDelete": {}, "HttpMethodGet": {}, "HttpMethodHead": {},
		"HttpMethodOptions": {}, "HttpMethodPatch": {}, "HttpMethodPost": {}, "HttpMethodPut": {}, "HttpMethodTrace": {},
		"Canceled": {"grpc:CANCELLED"}, "DeadlineExceeded": {"grpc:DEADLINE_EXCEEDED"}, "Internal": {"grpc:INTERNAL"},
		"ResourceExhausted": {"grpc:RESOURCE_EXHAUSTED"}, "Unavailable": {"grpc:UNAVAILABLE"},
	}}
	// Linkerd: retry.linkerd.io/http and retry.linkerd.io/grpc; statuses may be a
	// range, "500-504".
	LinkerdRetryHTTP = &RetryWords{Title: "Linkerd", codes: true, words: map[string][]string{"5xx": {On5xx}, "gateway-error": {OnGateway}}}
	LinkerdRetryGRPC = &RetryWords{Title: "Linkerd", words: without(envoyWords, "5xx", "gateway-error", "reset", "reset-before-request",
		"connect-failure", "refused-stream", "http3-post-connect-failure", "envoy-ratelimited", "retriable-4xx", "retriable-status-codes", "retriable-headers")}
	// gRPC: retryableStatusCodes, by name in any case or by number.
	GRPCRetryCodes = &RetryWords{Title: "gRPC", grpc: true}
	// nginx: proxy_next_upstream. error and timeout also mean a request that was
	// sent already, but not with POST, LOCK and PATCH, unless non_idempotent:
	// that word is about methods and no condition.
	NginxNextUpstream = &RetryWords{Title: "nginx", words: map[string][]string{
		"error": {OnConnect, OnReset}, "timeout": {OnConnect, OnPerTry}, "invalid_header": {OnReset}, "non_idempotent": {}, "off": {},
		"http_500": {"response-500"}, "http_502": {"response-502"}, "http_503": {"response-503"}, "http_504": {"response-504"},
		"http_403": {"response-403"}, "http_404": {"response-404"}, "http_429": {On429},
	}}
	// HAProxy: retry-on. Without it connections alone are tried again.
	HAProxyRetryOn = &RetryWords{Title: "HAProxy", words: map[string][]string{
		"none": {}, "conn-failure": {OnConnect}, "empty-response": {OnReset}, "junk-response": {OnReset}, "response-timeout": {OnPerTry},
		"0rtt-rejected": {OnConnect}, "all-retryable-errors": {OnConnect, OnReset, OnPerTry, "response-500", "response-502", "response-503", "response-504"},
		"401": {"response-401"}, "403": {"response-403"}, "404": {"response-404"}, "408": {"response-408"}, "425": {"response-425"}, "429": {On429},
		"500": {"response-500"}, "501": {"response-501"}, "502": {"response-502"}, "503": {"response-503"}, "504": {"response-504"},
	}}
	// App Mesh: httpRetryEvents and tcpRetryEvents.
	AppMeshRetryEvents = &RetryWords{Title: "App Mesh", words: map[string][]string{
		"server-error": {On5xx}, "gateway-error": {OnGateway}, "client-error": {"response-409"}, "stream-error": {OnConnect},
		"connection-error": {OnConnect},
		"cancelled":        {"grpc:CANCELLED"}, "deadline-exceeded": {"grpc:DEADLINE_EXCEEDED"}, "internal": {"grpc:INTERNAL"},
		"resource-exhausted": {"grpc:RESOURCE_EXHAUSTED"}, "unavailable": {"grpc:UNAVAILABLE"},
	}}
	// Statuses alone: Traefik's and Spring Cloud Gateway's lists, retriable status codes.
	StatusCodes = &RetryWords{Title: "the list of statuses", codes: true}
)

// Vocabularies are all products' words for retry conditions.
var Vocabularies = []*RetryWords{
	EnvoyRetryOn, IstioRetryOn, ContourRetryOn, GatewayRetryOn, EmissaryRetryOn, ConsulRetryOn, KumaRetryOn, LinkerdRetryHTTP,
	LinkerdRetryGRPC, GRPCRetryCodes, NginxNextUpstream, HAProxyRetryOn, AppMeshRetryEvents, StatusCodes,
}

func without(words map[string][]string, left ...string) map[string][]string {
	m := map[string][]string{}
	for w, on := range words {
		if !slices.Contains(left, w) {
			m[w] = on
		}
	}
	return m
}

// ParseRetryOn reads conditions, each a word or several with commas or blanks
// between. It returns the classes of all that the product knows, sorted, and an
// error for every word that it does not know.
func ParseRetryOn(v *RetryWords, conditions ...string) (on []string, unknown []*ValueError) {
	on = []string{}
	for _, c := range conditions {
		for _, word := range strings.FieldsFunc(c, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' }) {
			more, err := v.class(word)
			if err != nil {
				unknown = append(unknown, err)
			}
			on = append(on, more...)
		}
	}
	slices.Sort(on)
	return slices.Compact(on), unknown
}

// class returns what one word stands for.
func (v *RetryWords) class(word string) ([]string, *ValueError) {
	if on, ok := v.words[word]; ok {
		return on, nil
	}
	if v.codes {
		if on := statuses(word); on != nil {
			return on, nil
		}
	}
	if v.grpc {
		if name := grpcName(strings.TrimPrefix(word, "grpc:")); name != "" {
			return []string{"grpc:" + name}, nil
		}
	}
	return nil, v.unknown(word)
}

func (v *RetryWords) unknown(word string) *ValueError {
	known := make([]string, 0, len(v.words)+len(GRPCCodes))
	for w := range v.words {
		known = append(known, w)
	}
	if v.grpc {
		known = append(known, GRPCCodes...)
	}
	slices.Sort(known)
	_, err := ParseWord(known, word)
	bad, _ := err.(*ValueError)
	bad.Why = "is no retry condition of " + v.Title
	if len(known) == 0 {
		bad.Hint = "write HTTP statuses: 502, 503"
	}
	return bad
}

var statusRange = regexp.MustCompile(`^([1-5][0-9][0-9])(?:-([1-5][0-9][0-9]))?$`)

// statuses returns the classes of a status, or of a range of them, nil for
// anything else. A range that holds all of 500 to 599 is the class of them.
func statuses(word string) []string {
	m := statusRange.FindStringSubmatch(word)
	if m == nil {
		return nil
	}
	first, _ := strconv.Atoi(m[1])
	last := first
	if m[2] != "" {
		last, _ = strconv.Atoi(m[2])
	}
	var on []string
	for code := first; code <= last; code++ {
		if code == 500 && last == 599 {
			return append(on, On5xx)
		}
		on = append(on, "response-"+strconv.Itoa(code))
	}
	return on
}

// grpcName returns the name of a gRPC status by its name, in any case, or its
// number; "" if there is none.
func grpcName(word string) string {
	name := strings.ToUpper(strings.ReplaceAll(word, "-", "_"))
	if slices.Contains(GRPCCodes, name) {
		return name
	}
	if n, err := strconv.Atoi(word); err == nil && 1 <= n && n <= len(GRPCCodes) {
		return GRPCCodes[n-1]
	}
	return ""
}
