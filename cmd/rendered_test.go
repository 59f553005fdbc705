package cmd

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// The scripts about --render run with replacements of helm and kustomize, which print what the
// programs were recorded to print, and, where the programs are installed, with these.

// TestRenderedByPrograms runs the scripts about --render with the real programs.
func TestRenderedByPrograms(t *testing.T) {
	var path []string
	for _, name := range []string{"helm", "kustomize"} {
		program := installed(name)
		if program == "" {
			t.Skipf("%s is not installed; TestScripts runs the same scripts with its recorded output", name)
		}
		path = append(path, filepath.Dir(program))
	}
	files, err := filepath.Glob("../testdata/script/render_*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts (%v)", err)
	}
	p := scripts(func(env *testscript.Env) {
		env.Setenv("PATH", strings.Join(append(path, env.Getenv("PATH")), string(filepath.ListSeparator)))
	})
	p.Dir, p.Files, p.UpdateScripts = "", files, false
	testscript.Run(t, p)
}

// installed returns the path of a program that is not a replacement, "" if there is none.
func installed(name string) string {
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		program, err := exec.LookPath(filepath.Join(dir, name))
		if err == nil && !strings.Contains(filepath.ToSlash(dir), "testscript-main") {
			return program
		}
	}
	return ""
}

// recordedHelm is "helm template [flags] -- release chart".
func recordedHelm() {
	args := os.Args[1:]
	end := slices.Index(args, "--")
	if end < 0 || args[0] != "template" || len(args) != end+3 {
		notRecorded("unexpected arguments %q", args)
	}
	name, chart := "helm-"+args[end+1], args[end+2]
	for _, flag := range args[1:end] {
		switch key, value, _ := strings.Cut(flag, "="); key {
		case "--values":
			name += "-" + strings.TrimSuffix(filepath.Base(value), ".yaml")
		case "--namespace":
			name += "-in-" + value
		default:
			name += "-" + value
		}
	}
	fmt.Print(recorded(chart, name, ""))
}

// recordedKustomize is "kustomize build directory", where the directory includes an overlay.
func recordedKustomize() {
	if len(os.Args) != 3 || os.Args[1] != "build" {
		notRecorded("unexpected arguments %q", os.Args[1:])
	}
	text, err := os.ReadFile(filepath.Join(os.Args[2], "kustomization.yaml"))
	if err != nil {
		notRecorded("%v", err)
	}
	_, list, _ := strings.Cut(string(text), "resources: [\"")
	overlay, _, _ := strings.Cut(list, "\"")
	overlay = filepath.Join(os.Args[2], filepath.FromSlash(overlay))
	fmt.Print(recorded(overlay, "kustomize-"+filepath.Base(overlay), os.Args[2]))
}

// recorded returns what is recorded under a name, in the directory "recorded" above dir. The
// word ROOT in it is the path to the directory above, from another one. What ends in ".error"
// was written to standard error.
func recorded(dir, name, from string) string {
	for above := dir; ; above = filepath.Dir(above) {
		file := filepath.Join(above, "recorded", name)
		if text, err := os.ReadFile(file + ".error"); err == nil {
			fmt.Fprint(os.Stderr, string(text))
			os.Exit(1)
		}
		if text, err := os.ReadFile(file + ".yaml"); err == nil {
			root, _ := filepath.Rel(from, above)
			return strings.ReplaceAll(string(text), "ROOT", filepath.ToSlash(root))
		}
		if above == filepath.Dir(above) {
			notRecorded("nothing is recorded under the name %q", name)
		}
	}
}

func notRecorded(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "recorded: "+format+"\n", args...)
	os.Exit(1)
}
