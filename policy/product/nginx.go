package product

import (
	"time"

	"github.com/weirgraph/weir/policy"
)

// Nginx tries another server at once after an error or a timeout, unless a POST, LOCK or
// PATCH was sent already. A declared number of tries includes the first, and 0 has no end.
var Nginx = &policy.Product{
	Name: "nginx", Title: "nginx", NextServer: true,
	Source:    "https://nginx.org/en/docs/http/ngx_http_proxy_module.html",
	Durations: []*policy.Syntax{NginxDuration}, RetryWords: []*policy.RetryWords{NginxNextUpstream},
	Layer: policy.Gateway,
	Defaults: policy.Set{
		Timeout: &policy.Timeout{Total: noDefault[time.Duration](), PerTry: noDefault[time.Duration](), Connect: def(60 * time.Second), ReadGap: def(60 * time.Second)},
		Retry:   nextUpstream(noDefault[int]()),
		Breaker: &policy.Breaker{Kind: def("endpoint"), Failures: def(1), Window: def(10 * time.Second), Open: def(10 * time.Second), MaxEject: def(1.0)},
		Balance: &policy.Balance{Strategy: def("round-robin")},
	},
	Within: policy.Set{Retry: nextUpstream(policy.Setting[int]{})},
	Remediations: policy.Remediations{
		policy.TotalTimeout:     ways(at("location block", field("proxy_read_timeout", duration))),
		policy.AttemptTimeout:   ways(at("location block", field("proxy_read_timeout", duration))),
		policy.Retries:          ways(at("location block", field("proxy_next_upstream", conditions), field("proxy_next_upstream_tries", count))),
		policy.CircuitBreaker:   ways(at("servers of the upstream block", field("max_fails", count))),
		policy.ConcurrencyLimit: ways(at("servers of the upstream block", field("max_conns", count))),
	},
	Inexpressible: []policy.Purpose{policy.RetryBackoff, policy.RetryBudget, policy.EjectionShare, policy.BreakerWindow, policy.BreakerOpenTime, policy.FallbackAnswer, policy.LoadBalancing},
}

func nextUpstream(retries policy.Setting[int]) *policy.Retry {
	return &policy.Retry{
		Retries: retries, On: def([]string{policy.OnConnect, policy.OnReset, policy.OnPerTry}), Backoff: &policy.Backoff{Kind: def("none")},
		Methods: def([]string{"DELETE", "GET", "HEAD", "OPTIONS", "PUT", "TRACE"}),
	}
}

// NginxDuration is seconds unless a unit says otherwise; several may follow each other.
var NginxDuration = &policy.Syntax{Title: "nginx", Read: readUnits(time.Second, nginxUnits), Zero: policy.Off, Good: `"60s", "500ms" or "1m30s"`}

// NginxNextUpstream are the words of proxy_next_upstream. error and timeout also mean a
// request that was sent already, but not with POST, LOCK and PATCH, unless
// non_idempotent: that word is about methods and no condition.
var NginxNextUpstream = &policy.RetryWords{Title: "nginx", Words: map[string][]string{
	"error": {policy.OnConnect, policy.OnReset}, "timeout": {policy.OnConnect, policy.OnPerTry}, "invalid_header": {policy.OnReset}, "non_idempotent": {}, "off": {},
	"http_500": {"response-500"}, "http_502": {"response-502"}, "http_503": {"response-503"}, "http_504": {"response-504"},
	"http_403": {"response-403"}, "http_404": {"response-404"}, "http_429": {policy.On429},
}}
