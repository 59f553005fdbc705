package cmd

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weirgraph/weir/internal/testlong"
)

// TestNodeshop holds what weir prints of the shop of Node, whose calls and policies are in its code only: all findings,
// and the policies of each call with their places.
func TestNodeshop(t *testing.T) {
	testlong.OneSize(t)
	t.Chdir("../testdata/estates/nodeshop")
	for name, args := range map[string][]string{
		"check":    {"check", "--verbose"},
		"policies": {"policies", "--verbose"},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, messages := runWeir("", args...)
			if code != exitClean {
				t.Fatalf("exit %d: %s", code, messages)
			}
			golden := "../../nodeshop/" + name + ".txt"
			if *update {
				if err := os.WriteFile(golden, []byte(out), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), out); diff != "" {
				t.Errorf("weir %s (-want +got; -update writes it):\n%s", name, diff)
			}
		})
	}
}
