package policy_test

import (
	"strings"
	"testing"
	"time"

	"github.com/weirgraph/weir/policy"
)

func TestDecisions(t *testing.T) {
	at := policy.Source{File: "a.yaml"}.At(1, 0)
	s := policy.Set{
		Timeout:  &policy.Timeout{Total: policy.Declare(2*time.Second, at), PerTry: policy.Setting[time.Duration]{Provenance: policy.Absent}},
		Retry:    &policy.Retry{Backoff: &policy.Backoff{Base: policy.Declare(time.Second, at)}},
		Fallback: &policy.Fallback{Steps: []policy.FallbackStep{{Kind: policy.Declare("cache", at)}, {Kind: policy.Declare("service", at), To: "x", Timeout: policy.Declare(time.Second, at)}}},
		Cache:    &policy.Cache{TTL: policy.Setting[time.Duration]{Provenance: policy.Disabled, Origin: at}},
	}
	var got []string
	for _, d := range s.Decisions() {
		got = append(got, d.Field+" "+d.Provenance.String())
	}
	want := "timeout.total explicit, timeout.perTry absent, retry.backoff.base explicit, " +
		"fallback.kind explicit, fallback.kind explicit, fallback.timeout explicit, cache.ttl disabled"
	if g := strings.Join(got, ", "); g != want {
		t.Errorf("Decisions:\n got  %s\n want %s", g, want)
	}
}
