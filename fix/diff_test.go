package fix

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func TestUnified(t *testing.T) {
	p := &Patch{Files: []File{
		{Name: "a.yaml", Before: []byte("1\n2\n3\n4\n5\n6\n7\n8\n"), After: []byte("1\n2\n3\n4\nx\n5\n6\n7\n8\n")},
		{Name: "d/new.yaml", After: []byte("a: 1\n")},
		{Name: "end.yaml", Before: []byte("a: 1"), After: []byte("a: 1\nb: 2")},
	}}
	const want = `--- a/a.yaml
+++ b/a.yaml
@@ -2,6 +2,7 @@
 2
 3
 4
+x
 5
 6
 7
--- /dev/null
+++ b/d/new.yaml
@@ -0,0 +1 @@
+a: 1
--- a/end.yaml
+++ b/end.yaml
@@ -1 +1,2 @@
-a: 1
\ No newline at end of file
+a: 1
+b: 2
\ No newline at end of file
`
	if got, masked := p.Unified(); got != want || masked != (Masked{}) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// Git makes of the old text what the diff says.
func TestGitAppliesTheDiff(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	r := rand.New(rand.NewPCG(1, 2))
	for round := range 40 {
		dir := t.TempDir()
		names := "d %d/f.yaml"
		if round%4 == 0 && runtime.GOOS != "windows" { // which has no such names
			names = "\n::e\t\"\\##[error]\x1b[31mé %d/f.yaml"
		}
		p := &Patch{}
		for i := range 3 {
			before := randomText(r)
			f := File{Name: fmt.Sprintf(names, i), Before: []byte(before), After: []byte(mutated(r, before))}
			if i == 2 {
				f.Before = nil
			} else if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(f.Name)), 0o777); err != nil {
				t.Fatal(err)
			} else if err := os.WriteFile(filepath.Join(dir, f.Name), f.Before, 0o666); err != nil {
				t.Fatal(err)
			}
			if string(f.Before) != string(f.After) {
				p.Files = append(p.Files, f)
			}
		}
		cmd := exec.Command("git", "apply", "-")
		cmd.Dir = dir
		diff, _ := p.Unified()
		cmd.Stdin = strings.NewReader(diff)
		cmd.Env = append(os.Environ(), "GIT_CEILING_DIRECTORIES="+filepath.Dir(dir))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s\n%s", err, out, diff)
		}
		if strings.Contains(diff, "##[") || strings.Contains(diff, "\n::") || strings.Contains(diff, "\x1b") {
			t.Fatalf("the diff has a command:\n%s", diff)
		}
		for _, f := range p.Files {
			if got, err := os.ReadFile(filepath.Join(dir, f.Name)); err != nil || string(got) != string(f.After) {
				t.Fatalf("git makes %q of %s, want %q (%v)\n%s", got, f.Name, f.After, err, diff)
			}
		}
	}
}

// Lines that would be commands are left out, or broken where the diff needs them.
func TestDiffGivesNoCommands(t *testing.T) {
	for _, tt := range []struct {
		before, after, want string
		commands            int
	}{
		{"::error::x\n1\n2\n3\n", "::error::x\n1\n2\nnew\n3\n", "@@ -2,3 +2,4 @@\n 1\n 2\n+new\n 3\n", 0},
		{"  ::error::x\r\n1\n", "  ::error::x\r\nnew\n1\n", "@@ -2 +2,2 @@\n+new\n 1\n", 0},
		{"a: '##[error]x'\n", "a: '##[error]y'\n", "@@ -1 +1 @@\n-a: '# #[error]x'\n+a: '# #[error]y'\n", 2},
		{"1\n# \x1b[31m\n", "0\n# \x1b[31m\n", "@@ -1,2 +1,2 @@\n-1\n+0\n # \n", 1},
		{"# \x1b[31mpassword: x\n", "# \x1b[31mpassword: y\n", "@@ -1 +1 @@\n-# password: ...\n+# password: ...\n", 0},
	} {
		diff, masked := (&Patch{Files: []File{{Name: "f.yaml", Before: []byte(tt.before), After: []byte(tt.after)}}}).Unified()
		if got := strings.TrimPrefix(diff, "--- a/f.yaml\n+++ b/f.yaml\n"); got != tt.want || masked.Commands != tt.commands {
			t.Errorf("of %q and %q: %d commands in\n%swant %d in\n%s", tt.before, tt.after, masked.Commands, got, tt.commands, tt.want)
		}
	}
}

func randomText(r *rand.Rand) string {
	var b strings.Builder
	for range 1 + r.IntN(30) {
		fmt.Fprintf(&b, "line %d\n", r.IntN(6))
	}
	return strings.TrimSuffix(b.String(), []string{"", "\n"}[r.IntN(2)])
}

func mutated(r *rand.Rand, text string) string {
	lines := strings.SplitAfter(text, "\n")
	for range 1 + r.IntN(4) {
		i := r.IntN(len(lines))
		switch r.IntN(3) {
		case 0:
			lines[i] = "other\n"
		case 1:
			lines[i] = ""
		default:
			lines[i] += "more\n"
		}
	}
	return strings.Join(lines, "") + "last\n"
}

// A diff leads from the old text to the new one, also of texts that are too long for the shortest way, with
// and without lines that are there once.
func TestDifferenceOfLongTexts(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, kinds := range []int{2, 50, 1 << 30} {
		var old, now []string
		for i := range 3 * maxShortest {
			line := fmt.Sprintf("%d\n", min(i, r.IntN(kinds)))
			if kinds > 1<<20 {
				line = fmt.Sprintf("%d\n", i)
			}
			if r.IntN(10) > 0 {
				old = append(old, line)
			}
			if r.IntN(10) > 0 {
				now = append(now, line)
			}
		}
		var had, has []string
		for _, l := range difference(old, now) {
			if l.op != '+' {
				if l.old != len(had) {
					t.Fatalf("of %d kinds of lines: %q is at %d, want %d", kinds, l.text, l.old, len(had))
				}
				had = append(had, l.text)
			}
			if l.op != '-' {
				if l.now != len(has) {
					t.Fatalf("of %d kinds of lines: %q is at %d of the new text, want %d", kinds, l.text, l.now, len(has))
				}
				has = append(has, l.text)
			}
		}
		if !slices.Equal(had, old) || !slices.Equal(has, now) {
			t.Errorf("of %d kinds of lines: the diff is of other texts", kinds)
		}
	}
}
