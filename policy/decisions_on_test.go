package policy

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// DecisionsOn is the part of Decisions that has the field.
func TestDecisionsOn(t *testing.T) {
	at := Source{File: "a.yaml"}.At(1, 0)
	s := &Set{
		Timeout:  &Timeout{Total: Declare(time.Second, at), PerTry: Declare(time.Minute, at)},
		Retry:    &Retry{Retries: Declare(2, at), On: Declare([]string{"connect"}, at), Backoff: &Backoff{Base: Declare(time.Second, at)}},
		Fallback: &Fallback{Steps: []FallbackStep{{Kind: Declare("cache", at)}, {Kind: Declare("static", at)}}},
	}
	want := map[string][]Decision{"no.such": nil, "timeout": nil, "retry.backoff": nil}
	for _, d := range s.Decisions() {
		want[d.Field] = append(want[d.Field], d)
	}
	if len(want["fallback.kind"]) != 2 || len(want["retry.backoff.base"]) != 1 {
		t.Fatalf("decisions %v", want)
	}
	for field, decisions := range want {
		if diff := cmp.Diff(decisions, s.DecisionsOn(field)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", field, diff)
		}
	}
}
