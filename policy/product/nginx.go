package product

import (
	"slices"
	"time"

	"github.com/weirgraph/weir/internal/lazy"
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
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout:     inNginxBlocks(field("_read_timeout", duration)),
			policy.AttemptTimeout:   inNginxBlocks(field("_read_timeout", duration)),
			policy.Retries:          inNginxBlocks(field("_next_upstream", conditions), field("_next_upstream_tries", count)),
			policy.CircuitBreaker:   ways(at("servers of the upstream block", field("max_fails", count))),
			policy.ConcurrencyLimit: ways(at("servers of the upstream block", field("max_conns", count))),
		}
	}),
	Inexpressible: []policy.Purpose{policy.RetryBackoff, policy.RetryBudget, policy.EjectionShare, policy.BreakerWindow, policy.BreakerOpenTime, policy.FallbackAnswer, policy.LoadBalancing},
}

// nginxProtocols are those that nginx passes requests on in, each with directives of its own, HTTP first.
var nginxProtocols = []string{"proxy", "grpc", "fastcgi", "uwsgi", "scgi", "memcached"}

// NginxBlock names the blocks whose requests a directive, "grpc_pass", passes on.
func NginxBlock(pass string) string {
	if pass == "proxy_pass" {
		return "location block"
	}
	return "location block with " + pass
}

// inNginxBlocks sets directives of each protocol, whose names begin with it.
func inNginxBlocks(edits ...policy.Edit) []policy.Remediation {
	var list []policy.Remediation
	for _, protocol := range nginxProtocols {
		own := slices.Clone(edits)
		for i := range own {
			own[i].Path = protocol + own[i].Path
		}
		list = append(list, at(NginxBlock(protocol+"_pass"), own...))
	}
	return list
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
