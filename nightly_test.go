package main

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weirgraph/weir/internal/testlong"
)

// fuzzTarget matches the declaration of a fuzz test.
var fuzzTarget = regexp.MustCompile(`(?m)^func (Fuzz\w+)\(`)

// TestNightlyRunsEveryTarget holds that .ci/nightly lists all fuzz tests, those of other modules too.
func TestNightlyRunsEveryTarget(t *testing.T) {
	testlong.OneSize(t)
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash")
	}
	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(bash, ".ci/nightly", "list").Output()
	if err != nil {
		t.Fatal(err)
	}
	listed := strings.Split(strings.TrimSpace(strings.ReplaceAll(string(out), root, ".")), "\n")
	var want []string
	if err := filepath.WalkDir(".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && (e.Name() == "testdata" || e.Name() == "node_modules" || e.Name() == ".git"):
			return fs.SkipDir
		case !strings.HasSuffix(name, "_test.go"):
			return nil
		}
		text, err := os.ReadFile(name)
		if !bytes.Contains(text, []byte("\nfunc Fuzz")) {
			return err
		}
		for _, m := range fuzzTarget.FindAllSubmatch(text, -1) {
			dir := "."
			if d := filepath.ToSlash(filepath.Dir(name)); d != "." {
				dir = "./" + d
			}
			want = append(want, dir+" "+string(m[1]))
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	slices.Sort(listed)
	slices.Sort(want)
	if len(want) < 50 {
		t.Errorf("only %d fuzz tests are found", len(want))
	}
	if diff := cmp.Diff(want, listed); diff != "" {
		t.Errorf("the targets of .ci/nightly (-want +got):\n%s", diff)
	}
}
