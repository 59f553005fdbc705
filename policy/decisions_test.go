package policy_test

import (
	"strings"
	"testing"
	"time"

	. "github.com/weirgraph/weir/policy"
)

func TestDecisions(t *testing.T) {
	at := Origin{File: "a.yaml", Line: 1}
	s := Set{
		Timeout:  &Timeout{Total: Declare(2*time.Second, at), PerTry: Setting[time.Duration]{Provenance: Absent}},
		Retry:    &Retry{Backoff: &Backoff{Base: Declare(time.Second, at)}},
		Fallback: &Fallback{Steps: []FallbackStep{{Kind: Declare("cache", at)}, {Kind: Declare("service", at), To: "x", Timeout: Declare(time.Second, at)}}},
		Cache:    &Cache{TTL: Setting[time.Duration]{Provenance: Disabled, Origin: at}},
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
