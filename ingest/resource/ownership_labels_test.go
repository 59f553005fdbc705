package resource

import (
	"testing"

	_ "github.com/weirgraph/weir/internal/testlong"
)

func TestCriticality(t *testing.T) {
	tests := []struct {
		key, text string
		want      int // 0 for none
	}{
		{"tier", "1", 1},
		{"tier", "tier-2", 2},
		{"tier", "Tier3", 3},
		{"tier", "tier_4", 4},
		{"tier", "critical", 1},
		{"criticality", "mission-critical", 1},
		{"criticality", "High", 2},
		{"criticality", "low", 4},

		{"tier", "backend", 0},
		{"tier", "low", 0}, // the lower layer, for all that is known
		{"tier", "0", 0},
		{"tier", "5", 0},
		{"tier", "12", 0},
		{"tier", "tier", 0},
		{"criticality", "none", 0},
	}
	for _, tt := range tests {
		if got, ok := criticality(tt.key, tt.text); got != tt.want || ok != (tt.want > 0) {
			t.Errorf("criticality(%q, %q) = %d, %v, want %d", tt.key, tt.text, got, ok, tt.want)
		}
	}
}
