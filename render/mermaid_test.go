package render

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
)

var mermaidBlock = regexp.MustCompile("(?s)```mermaid\n(.*?)```")

// TestMermaidParses has Mermaid parse all pictures of testdata, those in Markdown, and one of
// services with words of its language as names. .ci/run installs Mermaid and sets
// WEIR_MERMAID to its directory.
func TestMermaidParses(t *testing.T) {
	if os.Getenv("WEIR_MERMAID") == "" {
		t.Skip("WEIR_MERMAID is not set: .ci/run installs Mermaid")
	}
	files, err := filepath.Glob(filepath.Join("..", "testdata", "render", "mermaid", "*.golden"))
	if err != nil || len(files) == 0 {
		t.Fatal("no pictures", err)
	}
	add := func(name, text string) {
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	pages, err := filepath.Glob(filepath.Join("..", "testdata", "render", "markdown", "*.golden"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := 0
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range mermaidBlock.FindAllStringSubmatch(string(text), -1) {
			blocks++
			add(fmt.Sprintf("%s-%d", filepath.Base(page), blocks), block[1])
		}
	}
	if blocks == 0 {
		t.Error("no picture in testdata/render/markdown")
	}
	words := strings.Split("end graph flowchart subgraph style class classDef click linkStyle direction TB LR o x default call href _self --> | `x` %% %%{init:{}}%% ]] \"] #quot; <b> a;b ~~~ & @{x} :::c", " ")
	slices.Sort(words)
	services := make([]graph.Service, len(words))
	var calls []graph.Call
	for i, word := range words {
		services[i] = graph.Service{ID: word, Name: word}
		calls = append(calls, graph.Call{From: graph.Node(i), To: graph.Node((i + 1) % len(words)), Protocol: word, Strength: graph.Strong})
	}
	add("words", written(t, mermaid, &analyze.Report{Graph: graph.New(services, calls), Drawn: true}, Options{}))
	if out, err := exec.Command("node", append([]string{filepath.Join("..", "tools", "mermaid", "parse.mjs")}, files...)...).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
