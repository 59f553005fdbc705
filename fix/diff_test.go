package fix

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
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
	if got, masked := p.Unified(); got != want || masked != 0 {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// Git makes of the old text what the diff says.
func TestGitAppliesTheDiff(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 40 {
		dir := t.TempDir()
		p := &Patch{}
		for i := range 3 {
			before := randomText(r)
			f := File{Name: fmt.Sprintf("d %d/f.yaml", i), Before: []byte(before), After: []byte(mutated(r, before))}
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
		for _, f := range p.Files {
			if got, err := os.ReadFile(filepath.Join(dir, f.Name)); err != nil || string(got) != string(f.After) {
				t.Fatalf("git makes %q of %s, want %q (%v)\n%s", got, f.Name, f.After, err, diff)
			}
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
