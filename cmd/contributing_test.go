package cmd

import (
	"encoding/json"
	"errors"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/weirgraph/weir/internal/testlong"
)

// TestContributing makes the changes that CONTRIBUTING.md asks for and, with -long, builds
// weir with them, vets that, and compares what the page says that it then prints: a change
// of a type that everything uses, so that everything is built again. The blocks of the page
// name their file in the first line: a new one, an input, or a change of one in the
// repository.
func TestContributing(t *testing.T) {
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(root, "CONTRIBUTING.md"))
	if err != nil {
		t.Fatal(err)
	}
	work := t.TempDir()
	replace := map[string]string{} // files of the repository, and those that replace them
	for _, block := range namedBlocks.FindAllStringSubmatch(string(page), -1) {
		language, name, text := block[1], block[2], block[3]
		file := filepath.Join(work, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		switch language {
		case "go":
			replace[filepath.Join(root, name)] = file
		case "diff":
			replace[filepath.Join(root, name)] = file
			text = patch(t, filepath.Join(root, name), text)
		}
		if path.Ext(name) == ".go" {
			if _, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution); err != nil {
				t.Error(err)
			}
		}
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if len(replace) == 0 {
		t.Fatal("CONTRIBUTING.md changes no file")
	}
	if !testlong.On() {
		return
	}
	overlay := filepath.Join(work, "overlay.json")
	list, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(overlay, list, 0o666); err != nil {
		t.Fatal(err)
	}

	weir := filepath.Join(work, "weir")
	goTool(t, root, "build", "-overlay", overlay, "-o", weir, ".")
	goTool(t, root, "vet", "-overlay", overlay, "./ingest/...", "./analyze/...", "./render")
	t.Chdir(root)
	rewrite(t, "CONTRIBUTING.md", func(text string) string {
		return replay(text, func(args []string) (string, int) {
			cmd := exec.Command(weir, args...)
			cmd.Dir = work
			out, err := cmd.CombinedOutput()
			var exit *exec.ExitError
			if err != nil && !errors.As(err, &exit) {
				t.Fatal(err)
			}
			return string(out), cmd.ProcessState.ExitCode()
		})
	})
}

// namedBlocks finds blocks of code with the name of a file after the language.
var namedBlocks = regexp.MustCompile("(?ms)^```(go|yaml|diff) (\\S+)\n(.*?)^```$")

// patch returns a file after a change in the notation of diff, whose lines have to
// follow each other in the file.
func patch(t *testing.T, name, diff string) string {
	t.Helper()
	var before, after strings.Builder
	for line := range strings.Lines(diff) {
		if line[0] != '+' {
			before.WriteString(line[1:])
		}
		if line[0] != '-' {
			after.WriteString(line[1:])
		}
	}
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(string(text), before.String()) != 1 {
		t.Fatalf("%s does not have the lines that CONTRIBUTING.md changes:\n%s", name, before.String())
	}
	return strings.Replace(string(text), before.String(), after.String(), 1)
}

func goTool(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}
