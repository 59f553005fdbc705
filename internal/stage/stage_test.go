package stage_test

import (
	"testing"

	"github.com/weirgraph/weir/internal/stage"
	_ "github.com/weirgraph/weir/internal/testlong"
)

func TestRank(t *testing.T) {
	for _, name := range []string{"shop", "products", "compose.yml", ""} {
		if got := stage.Rank(name); got != -1 {
			t.Errorf("Rank(%q) = %d, want -1", name, got)
		}
	}
	ascending := []string{"local", "compose.dev.yml", "shop-qa", "Stage_eu", "docker-compose-prod.yaml"}
	for i := 1; i < len(ascending); i++ {
		if a, b := stage.Rank(ascending[i-1]), stage.Rank(ascending[i]); a < 0 || a >= b {
			t.Errorf("Rank(%q) = %d, Rank(%q) = %d, want the second higher", ascending[i-1], a, ascending[i], b)
		}
	}
}
