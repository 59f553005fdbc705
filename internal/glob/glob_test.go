package glob

import (
	"math/rand/v2"
	"strings"
	"testing"

	_ "github.com/weirgraph/weir/internal/testlong"
)

func TestBelow(t *testing.T) {
	for _, tt := range []struct {
		pattern, path string
		want          bool
	}{
		{"deploy", "deploy", true},
		{"deploy/", "deploy/web.yaml", true},
		{"./deploy", "deploy/web.yaml", true},
		{"deploy", "deployment/web.yaml", false},
		{"deploy/*.yaml", "deploy/web.yaml", true},
		{"deploy/*.yaml", "deploy/eu/web.yaml", false},
		{"deploy/**/*.yaml", "deploy/web.yaml", true},
		{"deploy/**/*.yaml", "deploy/eu/de/web.yaml", true},
		{"**/testdata", "a/b/testdata/web.yaml", true},
		{"**", "web.yaml", true},
		{"*", "deploy/web.yaml", true},
		{"*.yaml", "deploy/web.yaml", false},
		{"/repo/*/x", "/repo/a/x/y", true},
		{"web.yaml/more", "web.yaml", false},
	} {
		if got := Below(Steps(tt.pattern), Steps(tt.path)); got != tt.want {
			t.Errorf("Below(%q, %q) = %t", tt.pattern, tt.path, got)
		}
	}
}

func TestValid(t *testing.T) {
	for pattern, want := range map[string]bool{"a/[bc]/**": true, "a/[b": false, "": true, `a\`: false} {
		if got := Valid(pattern); got != want {
			t.Errorf("Valid(%q) = %t", pattern, got)
		}
	}
}

// Match agrees with its definition, which tries every number of directories for each "**".
func TestMatchAgrees(t *testing.T) {
	var slow func(pattern, steps []string) bool
	slow = func(pattern, steps []string) bool {
		switch {
		case len(pattern) == 0:
			return len(steps) == 0
		case pattern[0] == "**":
			return slow(pattern[1:], steps) || len(steps) > 0 && slow(pattern, steps[1:])
		}
		return len(steps) > 0 && Match(pattern[:1], steps[:1]) && slow(pattern[1:], steps[1:])
	}
	r := rand.New(rand.NewPCG(1, 2))
	pick := func(words []string) []string {
		list := make([]string, r.IntN(6))
		for i := range list {
			list[i] = words[r.IntN(len(words))]
		}
		return list
	}
	for range 20_000 {
		pattern, steps := pick([]string{"**", "a", "b", "*"}), pick([]string{"a", "b"})
		if got, want := Match(pattern, steps), slow(pattern, steps); got != want {
			t.Fatalf("Match(%q, %q) = %v, want %v", pattern, steps, got, want)
		}
	}
}

// What a pattern matches has what Fixed says of it.
func TestFixed(t *testing.T) {
	for _, tt := range []struct{ pattern, within, part string }{
		{"deploy/eu", "deploy/eu", ""}, {"/repo/x*y?long/a", "/repo", "long"}, {"a/**/b*", "a", "b"}, {"[ab]c/**", "", ""}, {`a/\*b/c`, "a", "c"}, {"**", "", ""},
	} {
		if within, part := Fixed(Steps(tt.pattern)); within != tt.within || part != tt.part {
			t.Errorf("Fixed(%q) = %q, %q", tt.pattern, within, part)
		}
	}
	r := rand.New(rand.NewPCG(3, 4))
	pick := func(words ...string) []string {
		list := make([]string, 1+r.IntN(5))
		for i := range list {
			list[i] = words[r.IntN(len(words))]
		}
		return list
	}
	matched := 0
	for range 20_000 {
		pattern, steps := pick("a", "b", "a*", "*b", "**", "?", "[ab]", `\a`, "a*b"), pick("a", "b", "ab", "aab")
		if !Below(pattern, steps) {
			continue
		}
		matched++
		within, part := Fixed(pattern)
		if text := strings.Join(steps, "/"); !strings.HasPrefix(text+"/", strings.TrimPrefix(within+"/", "/")) || !strings.Contains(text, part) {
			t.Errorf("Fixed(%q) = %q, %q, but it matches %q", pattern, within, part, text)
		}
	}
	if matched < 1000 {
		t.Errorf("%d patterns match", matched)
	}
}
