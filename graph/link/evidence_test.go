package link

import (
	"testing"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
)

func TestProve(t *testing.T) {
	for _, tt := range []struct {
		name  string
		doubt address.Doubt
		in    context
		want  reason
	}{
		{"an address that resolves", address.NoDoubt, context{}, resolves},
		{"a bare word on a command line", address.BareArgument, context{}, bareArgument},
		{"compiled into pages", address.BrowserSetting, context{}, browserSetting},
		{"a guess", address.NoDoubt, context{guess: true}, guessedUser},
		{"switched off", address.NoDoubt, context{off: true}, featureOff},
		{"two of equal weight", address.BareArgument, context{guess: true, off: true}, bareArgument},
		{"read by a stock store", address.NoDoubt, context{store: true, list: sharedList}, storeImage},
		{"in a shared list", address.NoDoubt, context{list: sharedList}, sharedList},
		{"in a list of all", address.NoDoubt, context{list: commonList}, commonList},
		{"in a catalogue", address.NoDoubt, context{list: catalogue}, catalogue},
		{"the least counts", address.BrowserSetting, context{guess: true, list: commonList}, commonList},
		{"the estate's entrance", address.NoDoubt, context{entrance: true, guess: true}, ownEntrance},
		{"the estate's entrance in a bundle that is taken whole", address.NoDoubt, context{entrance: true, list: commonList}, commonList},
	} {
		if got := prove(&address.Candidate{Doubt: tt.doubt}, tt.in); got != tt.want {
			t.Errorf("%s: reason %d, want %d", tt.name, got, tt.want)
		}
	}
}

// TestStrengthOfReasons holds that only a plain address proves a call, and what no program
// need read nothing more than that a call may be made.
func TestStrengthOfReasons(t *testing.T) {
	for r := range reason(len(strengths)) {
		want := graph.Weak
		switch r {
		case resolves:
			want = graph.Strong
		case storeImage, commonList, catalogue:
			want = graph.Allowed
		}
		if got := r.strength(); got != want {
			t.Errorf("reason %d proves %v, want %v", r, got, want)
		}
	}
}
