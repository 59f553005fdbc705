package cmd

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weirgraph/weir/internal/testlong"
)

// manySpans are n traces of two spans: more than the least memory that spans get
// holds, from some thousand on.
func manySpans(n int) string {
	var b strings.Builder
	for i := range n {
		for _, s := range [...][4]string{{"web", "3", "01", ""}, {fmt.Sprintf("svc-%d", i%10), "2", "02", "01"}} {
			fmt.Fprintf(&b, `{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"%s"}}]},`+
				`"scopeSpans":[{"spans":[{"traceId":"%032x","kind":%s,"spanId":"%s","parentSpanId":"%s"}]}]}]}`+"\n", s[0], i+1, s[1], s[2], s[3])
		}
	}
	return b.String()
}

// spilledMember is in the JSON if spans were spilled to a temporary file.
const spilledMember = `,"spilled":true`

// runWeir runs weir and returns its exit code and what it says.
func runWeir(in string, args ...string) (code int, out, err string) {
	var stdout, stderr bytes.Buffer
	code = Main(args, strings.NewReader(in), &stdout, &stderr)
	return code, stdout.String(), stderr.String()
}

// TestMaxMemory needs the temporary file: it is reported in the coverage, and nothing
// else differs; if it cannot be written, the run fails.
func TestMaxMemory(t *testing.T) {
	text := manySpans(3000)
	t.Setenv("TMPDIR", t.TempDir())
	_, want, _ := runWeir(text, "graph", "-o", "json", "-")
	code, got, said := runWeir(text, "graph", "-o", "json", "--max-memory", "1KiB", "-")
	if code != 0 || said != "" {
		t.Errorf("exit code %d, said %q", code, said)
	}
	if !strings.Contains(got, spilledMember) || strings.Contains(want, spilledMember) || strings.Replace(got, spilledMember, "", 1) != want {
		t.Errorf("with little memory:\n%.3000s\nwith enough:\n%.3000s", got, want)
	}
	if _, got, _ := runWeir(text, "check", "--verbose", "--max-memory", "1KiB", "-"); !strings.Contains(got, "more than --max-memory, spilled") {
		t.Errorf("the coverage does not say so:\n%s", got)
	}
	if left, _ := os.ReadDir(os.TempDir()); len(left) > 0 {
		t.Errorf("%v is left behind", left)
	}

	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "none"))
	code, got, said = runWeir(text, "graph", "--max-memory", "1KiB", "-")
	if code != exitUnread || got != "" || !strings.Contains(said, "cannot keep spans in a temporary file in \""+os.TempDir()) || !strings.Contains(said, "hint: set TMPDIR to a writable directory") {
		t.Errorf("exit code %d, wrote %q, said %q", code, got, said)
	}
}

// TestMaxMemoryCorpus reads real traces, each on its own and all together, with next
// to no memory.
func TestMaxMemoryCorpus(t *testing.T) {
	root := os.Getenv("WEIR_CORPUS")
	if root == "" {
		root = filepath.Join("..", "..", "shared", "corpus")
	}
	root = filepath.Join(root, "traces")
	if _, err := os.Stat(root); err != nil {
		t.Skip(err)
	}
	sources := []string{root}
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err == nil && testlong.On() && !e.IsDir() && e.Name() != "expected.json" {
			sources = append(sources, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	spilled := 0
	for _, source := range sources {
		wantCode, want, wantSaid := runWeir("", "graph", "-o", "json", source)
		code, got, said := runWeir("", "graph", "-o", "json", "--max-memory", "1", source)
		if strings.Contains(got, spilledMember) {
			spilled++
			got = strings.Replace(got, spilledMember, "", 1)
		}
		if got != want || code != wantCode || said != wantSaid {
			t.Errorf("%s: another answer with little memory", source)
		}
	}
	if spilled == 0 {
		t.Error("no source needs the file")
	}
}
