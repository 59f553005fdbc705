package proxy

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weirgraph/weir/graph/address"
	"github.com/weirgraph/weir/ingest/settings"
)

// TestNginxGrowth has one long value in many others.
func TestNginxGrowth(t *testing.T) {
	var text strings.Builder
	text.WriteString("set $b " + strings.Repeat("a", 20_000) + ";\nmap $x $v {\n")
	for i := range maxExpansions {
		fmt.Fprintf(&text, "k%d x%[1]d$b$b$b$b$b;\n", i)
	}
	text.WriteString("}\nmap $x $short { a one; b two$one; }\nset $one 1;\n")
	tree, ok := parseDirectives(text.String())
	if !ok {
		t.Fatal("it is not parsed")
	}
	n := newNginx(&settings.Collector{})
	n.define(tree)
	if got := n.expand("http://$short"); strings.Join(got, " ") != "http://one http://two1" {
		t.Errorf("short values: %q", got)
	}
	total := 0
	for i := range 50 {
		for _, word := range n.expand(fmt.Sprintf("http://$v/%d", i)) {
			if total += len(word); len(word) > address.MaxText {
				t.Errorf("a word has %d bytes", len(word))
			}
		}
	}
	if total > 2*maxGrown {
		t.Errorf("all words have %d bytes", total)
	}
}
