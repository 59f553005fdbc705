package render

import (
	"slices"
	"strings"
	"testing"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/render/pen"
)

func TestEscapeFormula(t *testing.T) {
	for in, want := range map[string]string{
		"shop/cart": "shop/cart", "a-b": "a-b", "": "", "a=b": "a=b",
		"=1": "'=1", "@x": "'@x", "-1": "'-1", "＝1": "'＝1", "a;=1": "a;'=1", "a; =1": "a; '=1", "a;＝1;+2": "a;'＝1;'+2", " =1": " '=1",
	} {
		if got := escapeFormula(in); got != want {
			t.Errorf("escapeFormula(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestHostileNames(t *testing.T) {
	if got := markdownText("@alice and a@b"); strings.Contains(strings.ReplaceAll(got, "@<!-- -->", ""), "@") {
		t.Errorf("a person is mentioned: %s", got)
	}
	if got := pen.Clean("a\uFFFEb\uFFFF\U0001FFFEc"); got != "a?b??c" {
		t.Errorf("characters that XML does not allow remain: %q", got)
	}
	for _, name := range []string{strings.Repeat("x", 40_000), strings.Repeat("&", 40_000), strings.Repeat("支", 40_000)} {
		if n := len(dotQuote(name)); n > 16_000 {
			t.Errorf("a name has %d bytes in DOT", n)
		}
	}
}

// TestHostilePictures has names with scripts, quotes and marks of direction, and one of 1 MB, wherever
// a picture shows one: in the title, boxes, frames, colors, labels, links.
func TestHostilePictures(t *testing.T) {
	names := append(slices.Clone(hostileNames), strings.Repeat("x\"<&", 200_000), `"><script>alert(1)</script>`, "a' onload='alert(1)", "]]><svg onload=alert(1)>", "javascript:alert(1)")
	var services []graph.Service
	for _, name := range names {
		services = append(services, graph.Service{
			ID: name, Name: name, Namespace: name, Traits: &graph.Traits{Team: name}, Kind: graph.KindService, Origins: []graph.Origin{graph.Source{File: name}.At(3, 0)},
		})
	}
	slices.SortFunc(services, func(a, b graph.Service) int { return strings.Compare(a.ID, b.ID) })
	var calls []graph.Call
	for i := range len(services) - 1 {
		name := services[i].Name
		calls = append(calls, graph.Call{
			From: graph.Node(i), To: graph.Node(i + 1), Protocol: name, Strength: graph.Strong,
			Evidence: []graph.Evidence{{Way: name, Strength: graph.Strong, Origin: graph.Source{File: name}.At(1, 0)}},
		})
	}
	r := reportOf(graph.New(services, calls))
	path := graphviz(t)
	for i, label := range []string{"protocol", "evidence"} {
		for focus := graph.Node(i); int(focus) < r.Graph.Len(); focus += 16 {
			o := Options{Look: Look{ColorBy: "team", Label: label, Link: "https://example.com/x"}, Sources: []string{r.Graph.ID(focus)}, View: View{Focus: []graph.Node{focus}, Depth: 8}}
			_, flow, _ := strings.Cut(written(t, mermaid, r, o), "flowchart LR")
			if i := strings.IndexAny(strings.ReplaceAll(flow, "<br/>", ""), "<&"); i >= 0 {
				t.Errorf("Mermaid gets %.80q", flow[i:])
			}
			source := written(t, dot, r, o)
			if len(source)+len(flow) > 200_000 {
				t.Errorf("DOT has %d bytes, Mermaid %d", len(source), len(flow))
			}
			image, _ := layOut(t, path, "svg", source)
			for _, link := range readSVG(t, image).links {
				if !strings.HasPrefix(link, "https://example.com/x/") {
					t.Errorf("the SVG has a link to %q", link)
				}
			}
		}
	}
}

// TestLinks has bases of links that are written, and those that are not.
func TestLinks(t *testing.T) {
	places := Places{}
	at := []graph.Origin{graph.Source{File: "a dir/b#c?.yaml"}.At(3, 0)}
	for base, want := range map[string]string{
		"https://github.com/acme/shop/blob/main":   "https://github.com/acme/shop/blob/main/a%20dir/b%23c%3F.yaml#L3",
		"https://github.com/acme/shop/blob/main/":  "https://github.com/acme/shop/blob/main/a%20dir/b%23c%3F.yaml#L3",
		"https://x.example/{file}?line={line}&x=y": "https://x.example/a%20dir/b%23c%3F.yaml?line=3&x=y",
		"vscode://file/home/me/shop/{file}:{line}": "vscode://file/home/me/shop/a%20dir/b%23c%3F.yaml:3",
		"../..":                      "../../a%20dir/b%23c%3F.yaml#L3",
		"javascript:alert(1)//":      "",
		"JavaScript:alert('{file}')": "",
		"data:text/html,<script>alert(1)</script>": "",
		"vbscript:x":                             "",
		" javascript:alert(1)":                   "",
		"java\nscript:alert(1)":                  "",
		"{file}:{line}":                          "",
		"https://x.example/\"onclick=\"alert(1)": "",
	} {
		if err := CheckLink(base); (err != nil) != (want == "") {
			t.Errorf("base %q: error %v", base, err)
		} else if got := places.link(base, at); err == nil && got != want {
			t.Errorf("base %q makes %q, want %q", base, got, want)
		}
	}
	for _, file := range []string{"", "/etc/passwd", "../x.yaml"} {
		if got := places.link("https://x.example", []graph.Origin{graph.Source{File: file}.At(1, 0)}); got != "" {
			t.Errorf("file %q has the link %q", file, got)
		}
	}
}
