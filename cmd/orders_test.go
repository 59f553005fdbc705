package cmd

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"
)

// order matches what a system that runs builds reads as a command.
var order = regexp.MustCompile(`(?mi)##(\[|vso\[|teamcity\[)|^\s*::|\x1b`)

// TestNamesGiveNoOrders has commands of CI runners and escapes as names of services, files,
// owners and reasons.
func TestNamesGiveNoOrders(t *testing.T) {
	t.Chdir(t.TempDir())
	files := map[string]string{
		"weir.yaml": `services:
- {name: "##[error]a", entrypoint: true, team: "::error::t", calls: ["##vso[task.setvariable]b", "::error::c", {to: "=1;=2", timeout: 1s}]}
- {name: "##vso[task.setvariable]b", calls: ["##teamcity[x]d"]}
- {name: "::error::c"}
- {name: "##teamcity[x]d"}
- {name: "=1;=2"}
ignore:
- {rule: sync-cycle, subject: "##[error]z", reason: "x", until: 2001-01-01}
- {rule: sync-cycle, subject: "##[error]z", reason: "\e[31m\n::error::r"}
`,
		"a\n::error::b.yaml":   "kind: [\n",
		"##[error]c.yaml":      "kind: {\n",
		"::error::d.yaml":      "services: [{name: x, \"##vso[x]\": 1}]\n",
		"\x1b[31mescaped.yaml": "kind: {\n",
	}
	for name, text := range files {
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Skip("this system has no such names:", err)
		}
	}
	for _, args := range []string{
		"check", "check -v", "check -o json", "graph", "graph -o dot", "graph -o mermaid", "graph -o tree", "graph -o json",
		"policies", "policies -o csv", "policies -o markdown", "rank", "fanout", "cycles", "blast ::error::c", "show ::error::c", "path ##[error]a nowhere",
	} {
		var out, err bytes.Buffer
		Main(append(strings.Fields(args), "."), strings.NewReader(""), &out, &err)
		if out.Len() == 0 && args != "path ##[error]a nowhere" {
			t.Errorf("weir %s writes nothing: %s", args, &err)
		}
		for _, text := range []string{out.String(), err.String()} {
			if at := order.FindStringIndex(text); at != nil {
				t.Errorf("weir %s writes %q", args, text[max(0, at[0]-40):min(len(text), at[1]+40)])
			}
		}
	}
}
