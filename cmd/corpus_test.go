package cmd

import (
	"bytes"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/weirgraph/weir/internal/testlong"
)

// systems returns the directories of real manifests, next to the checkout or in
// WEIR_CORPUS, and the bundled estates.
func systems(t *testing.T) []string {
	t.Helper()
	root := os.Getenv("WEIR_CORPUS")
	if root == "" {
		root = filepath.Join("..", "..", "shared", "corpus")
	}
	real, _ := filepath.Glob(filepath.Join(root, "manifests", "*", "files"))
	own, _ := filepath.Glob(filepath.Join("..", "testdata", "estates", "*"))
	if len(own) == 0 {
		t.Fatal("no estates")
	}
	return append(own, real...)
}

// runs are the command lines that have to work for every system.
var runs = [][]string{
	{"check"}, {"check", "-o", "json"}, {"check", "--min-strength", "strong"}, {"check", "--min-strength", "allowed", "-v"},
	{"graph"}, {"graph", "-o", "tree"}, {"graph", "-o", "dot"}, {"graph", "-o", "mermaid"}, {"graph", "-o", "json"},
	{"graph", "--collapse", "namespace", "-o", "dot"}, {"policies"}, {"policies", "-v"}, {"policies", "-o", "json"},
	{"policies", "-o", "csv"}, {"policies", "-o", "markdown"}, {"cycles"}, {"fanout"}, {"rank"}, {"rank", "-o", "json"},
}

// TestSystems runs all commands on real systems: no crash, and the same bytes
// whatever the order of the files. In the short form each system gets a few of the
// runs, and each run a few of the systems.
func TestSystems(t *testing.T) {
	share := testlong.N(18, 1)
	for i, dir := range systems(t) {
		t.Run(filepath.Base(strings.TrimSuffix(dir, string(filepath.Separator)+"files")), func(t *testing.T) {
			files := filesBelow(t, dir)
			for j, run := range runs {
				if (i+j)%share != 0 {
					continue
				}
				want := said(t, run, []string{dir})
				if !slices.Contains(run, "-v") { // which also lists the other files of a directory
					shuffled := slices.Clone(files)
					rand.New(rand.NewPCG(1, 2)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
					if got := said(t, run, shuffled); got != said(t, run, files) {
						t.Errorf("weir %s depends on the order of the files", strings.Join(run, " "))
					}
				}
				if run[len(run)-1] == "dot" {
					layOut(t, want)
				}
			}
		})
	}
}

func filesBelow(t *testing.T, dir string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if ext := filepath.Ext(path); err == nil && !e.IsDir() && (ext == ".yaml" || ext == ".yml") {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// said returns what a run of weir writes to standard output. Findings and inputs
// that cannot be read are no failure, misuse is.
func said(t *testing.T, run, sources []string) string {
	t.Helper()
	var out, err bytes.Buffer
	if code := Main(append(slices.Clone(run), sources...), strings.NewReader(""), &out, &err); code == 2 {
		t.Fatalf("weir %s: %s", strings.Join(run, " "), err.String())
	}
	return out.String()
}

// layOut has Graphviz read a picture.
func layOut(t *testing.T, source string) {
	t.Helper()
	path, err := exec.LookPath("dot")
	if err != nil {
		t.Log("Graphviz is not installed: what it accepts is not tested")
		return
	}
	c := exec.Command(path, "-Tsvg")
	c.Stdin = strings.NewReader(source)
	if out, err := c.CombinedOutput(); err != nil {
		t.Errorf("dot: %v\n%.500s", err, out)
	}
}
