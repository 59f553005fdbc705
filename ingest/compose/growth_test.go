package compose

import (
	"fmt"
	"strings"
	"testing"
)

// TestGrowth has a file of environment whose values double and double again.
func TestGrowth(t *testing.T) {
	var env strings.Builder
	env.WriteString("A0=aaaaaaaaaa\n")
	for i := 1; i < 40; i++ {
		fmt.Fprintf(&env, "A%d=${A%[2]d}${A%[2]d:-x}$A%[2]d${B:-$A%[2]d}\n", i, i-1)
	}
	v := newVariables()
	total := 0
	for _, line := range envFile(env.String(), v) {
		if len(line.text) > maxValue {
			t.Errorf("%s has %d bytes", line.key, len(line.text))
		}
		total += len(line.text)
	}
	if !v.growth.refused || total > maxGrowth+env.Len() {
		t.Errorf("refused %v, %d bytes", v.growth.refused, total)
	}
	v.values["A"] = strings.Repeat("a", 1000)
	for range 10 * maxGrowth / 100_000 {
		v.expand(strings.Repeat("$A", 100))
	}
	if v.growth.bytes > maxGrowth {
		t.Errorf("values of a project grow by %d bytes", v.growth.bytes)
	}
	if got := newVariables().expand("${A:-" + strings.Repeat("x", 200_000) + "}"); len(got) != 200_000 {
		t.Errorf("a long value that does not grow has %d bytes", len(got))
	}
}

// TestDockerfileGrowth has a Dockerfile whose arguments double and double again.
func TestDockerfileGrowth(t *testing.T) {
	var text strings.Builder
	text.WriteString("FROM x\nARG A0=aaaaaaaaaa\n")
	for i := 1; i < 40; i++ {
		fmt.Fprintf(&text, "ARG A%d=${A%[2]d}${A%[2]d}${A%[2]d}\nCOPY $A%[1]d /etc/\n", i, i-1)
	}
	copies := dockerCopies(text.String(), "", nil)
	total := 0
	for _, c := range copies {
		total += len(strings.Join(c.sources, "")) + len(c.target)
	}
	if len(copies) < 5 || total > maxGrowth+text.Len() {
		t.Errorf("%d copies of %d bytes", len(copies), total)
	}
	if got := dockerCopies("FROM x\nARG A="+strings.Repeat("a", 1000)+"\nCOPY "+strings.Repeat("$A", 1_000_000)+" b\nCOPY c d", "", nil); len(got) != 1 || got[0].target != "d" {
		t.Errorf("copies %.200v", got)
	}
}
