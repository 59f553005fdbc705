package source

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestTable holds the table of idioms by language in docs/readers.md, and how many there are: each of them has a
// sample and a near miss in TestIdioms or TestPolicies.
func TestTable(t *testing.T) {
	groups := []struct {
		title     string
		languages []string
	}{
		{"Java, Kotlin", []string{"java", "kotlin"}}, {"C#", []string{"csharp"}}, {"Go", []string{"go"}}, {"JavaScript, TypeScript", []string{"javascript", "typescript"}},
		{"Python", []string{"python"}}, {"Groovy, Scala", []string{"groovy", "scala"}}, {"Ruby, PHP", []string{"ruby", "php"}}, {"C, C++, Rust", []string{"c", "rust"}}, {"Lua, Elixir", []string{"lua", "elixir"}},
	}
	const mustHave = 5 // of the first groups eight or more
	var b strings.Builder
	b.WriteString("| language | of calls | of policies |\n|---|---|---|\n")
	pairs := 0
	for i, g := range groups {
		row := func(idioms []*Idiom, more ...string) []string {
			var names []string
			for _, m := range idioms {
				reads := false
				for _, name := range g.languages {
					if l := languageNamed(name); m.readsLanguage(l) {
						reads = true
						pairs++
					}
				}
				if reads {
					names = append(names, m.Name)
				}
			}
			return append(names, more...)
		}
		var stubs []string
		for _, name := range g.languages {
			if len(stubFormsOf(languageNamed(name))) > 0 {
				stubs = []string{"stub"}
				pairs++
			}
		}
		calls, policies := row(Idioms, stubs...), row(PolicyIdioms)
		if i < mustHave && len(calls) < 8 {
			t.Errorf("%s has %d idioms of calls, want 8", g.title, len(calls))
		}
		cells := [2]string{"none", "none"}
		for n, list := range [...][]string{calls, policies} {
			if len(list) > 0 {
				cells[n] = fmt.Sprintf("%d: %s", len(list), strings.Join(list, ", "))
			}
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", g.title, cells[0], cells[1])
	}
	if pairs < 60 {
		t.Errorf("%d pairs of idiom and language, want 60", pairs)
	}
	const file, begin = "../../docs/readers.md", "| language | of calls | of policies |\n"
	page, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(page), begin)
	if !ok {
		t.Fatalf("%s has no table that begins with %q", file, begin)
	}
	_, after, _ := strings.Cut(rest, "\n\n")
	switch want := before + strings.TrimSuffix(b.String(), "\n") + "\n\n" + after; {
	case want == string(page):
	case *update:
		if err := os.WriteFile(file, []byte(want), 0o666); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("the table of %s is not that of the idioms (-update writes it):\n%s", file, b.String())
	}
	t.Logf("%d pairs", pairs)
}

func languageNamed(name string) *Language {
	for _, l := range Languages {
		if l.Name == name {
			return l
		}
	}
	panic("no language " + name)
}
