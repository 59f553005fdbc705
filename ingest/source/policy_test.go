package source

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/policy"
)

// policyText writes a place with the policies that act on it.
func policyText(p *graph.CodePlace) string {
	var b strings.Builder
	b.WriteString(strings.TrimSpace(p.Origin.Place() + " " + kindNames[p.Kind] + " " + strings.Join(p.Methods, ",") + " " + p.Text))
	if p.Symbol != "" {
		b.WriteString(" symbol=" + p.Symbol)
	}
	if p.Injected {
		b.WriteString(" given")
	}
	if p.Fallback {
		b.WriteString(" fallback")
	}
	b.WriteByte('\n')
	for i := range p.Policies {
		c := &p.Policies[i]
		fmt.Fprintf(&b, "  %s", c.Says.Product)
		if c.Refers != "" {
			fmt.Fprintf(&b, " by %s", c.Refers)
		}
		if c.Says.Partial {
			b.WriteString(" partial")
		}
		b.WriteByte('\n')
		for _, d := range c.Says.Decisions() {
			value := fmt.Sprint(d.Value)
			if d.Value == nil {
				value = policy.Provenances[d.Provenance]
			}
			fmt.Fprintf(&b, "    %s %s %d:%d\n", d.Field, value, d.Origin.Line, d.Origin.Column)
		}
		for _, a := range c.Amounts {
			fmt.Fprintf(&b, "    %s of %s %d:%d\n", a.Field, a.Setting, a.Origin.Line, a.Origin.Column)
		}
		for _, s := range c.Steps {
			fmt.Fprintf(&b, "    else %s %d:%d\n", s.Kind, s.Origin.Line, s.Origin.Column)
		}
	}
	if p.Loose != nil {
		fmt.Fprintf(&b, "  loose %s %d:%d\n", p.Loose.Text, p.Loose.Origin.Line, p.Loose.Origin.Column)
	}
	return b.String()
}

// declares reports whether a place has a setting that the code gives a value.
func declares(p *graph.CodePlace) bool {
	return slices.ContainsFunc(p.Policies, func(c graph.CodePolicy) bool {
		return slices.ContainsFunc(c.Says.Decisions(), func(d policy.Decision) bool { return d.Provenance != policy.PlatformDefault }) || len(c.Amounts) > 0
	})
}

// TestPolicies reads the archive of each idiom of policies in testdata/source/policies: for each of its languages
// the policies of the calls in one file, and in another one a near miss, which no call has.
func TestPolicies(t *testing.T) {
	seen := map[string]bool{}
	files, err := filepath.Glob("../../testdata/source/policies/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no samples: %v", err)
	}
	for _, file := range files {
		idiom := strings.TrimSuffix(filepath.Base(file), ".txtar")
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var want string
		var got strings.Builder
		hit, missed := map[string]bool{}, map[string]bool{}
		for _, in := range archive.Files {
			if in.Name == "want" {
				want = string(in.Data)
				continue
			}
			found := false
			list := placesIn(in.Name, string(in.Data))
			for i := range list {
				got.WriteString(policyText(&list[i]))
				found = found || declares(&list[i])
			}
			lang, near := LanguageOf(in.Name).Name, strings.HasPrefix(in.Name, "miss")
			if near == found {
				t.Errorf("%s: %s: a policy found: %v", file, in.Name, found)
			}
			if near {
				missed[lang] = true
			} else {
				hit[lang] = true
			}
		}
		for lang := range hit {
			if !missed[lang] {
				t.Errorf("%s: %s has no near miss", file, lang)
			}
			seen[idiom+" "+lang] = true
		}
		switch {
		case got.String() == want:
		case *update:
			archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool { return f.Name == "want" })
			archive.Files = append(archive.Files, txtar.File{Name: "want", Data: []byte(got.String())})
			if err := os.WriteFile(file, txtar.Format(archive), 0o666); err != nil {
				t.Fatal(err)
			}
		default:
			t.Errorf("%s (-want +got; -update writes it):\n%s", file, cmp.Diff(strings.Split(want, "\n"), strings.Split(got.String(), "\n")))
		}
	}
	for _, m := range PolicyIdioms {
		for _, l := range Languages {
			if m.readsLanguage(l) && !seen[m.Name+" "+l.Name] {
				t.Errorf("the idiom %s has no sample in %s", m.Name, l.Name)
			}
		}
	}
}

// A file with more than is compared is read, and says that its policies are not.
func TestManyRequests(t *testing.T) {
	for name, src := range map[string]string{
		"requests": "const axios = require('axios');\n" + strings.Repeat("axios.get('http://cart:80/items', {timeout: 500});\n", maxBound),
		"wrappers": "axios.get('http://cart:80/items', {timeout: 500});\n" +
			strings.Repeat("async function again(f) { for (let i = 0; i < 3; i++) { try { return await f(); } catch (e) { } } }\n", maxWrappers+1),
	} {
		facts := &graph.Facts{}
		d := &document.Document{Head: document.Head{Base: "server.js", Text: true}, Reader: "source", File: "server.js", Text: []byte(src), Facts: facts}
		Reader.Read(d, facts)
		if len(facts.Problems) != 1 || facts.Problems[0].Hint == "" || facts.Problems[0].Level != graph.Skipped {
			t.Errorf("%s: problems %+v, want one with a hint", name, facts.Problems)
		}
		if len(facts.Code) != 1 || len(facts.Code[0].Places) == 0 {
			t.Fatalf("%s: no places", name)
		}
		for _, p := range facts.Code[0].Places {
			if p.Kind == graph.CodeAddress && p.Loose == nil {
				t.Fatalf("%s: the policies of %s are taken for known", name, p.Origin)
			}
		}
	}
}
