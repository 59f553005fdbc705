package cmd

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/weirgraph/weir/internal/testlong"
)

// fuzzRuns are command lines for any input. S is the name of a service, which the inputs may
// lack.
var fuzzRuns = append(slices.Clone(runs), [][]string{
	{"check", "--fail-on", "info", "-o", "markdown"}, {"check", "--only", "declared"}, {"check", "--only", "observed"},
	{"blast", "S"}, {"blast", "S", "--mode", "hang", "-o", "json"}, {"blast", "S", "--mode", "slow=2s", "--assume-overload"},
	{"show", "S"}, {"show", "S", "-o", "json"}, {"fate"}, {"contracts", "S"}, {"path", "S", "web"},
	{"check", "-o", "sarif"}, {"check", "-o", "junit"}, {"check", "-o", "gitlab"}, {"check", "-o", "github"}, {"check", "--no-ignore", "-o", "json"},
	{"graph", "-o", "html"}, {"check", "-o", "html"}, {"check", "-o", "dot", "--label", "policy"}, {"graph", "-o", "csv"}, {"show", "S", "--verbose"}, {"fix"}, {"diff"},
	{"graph", "--focus", "S", "--depth", "1"}, {"graph", "--reduce", "--all", "-o", "csv"}, {"graph", "--collapse", "team"},
}...)

// seedFiles are the inputs of the samples of readers, rules and transcripts.
func seedFiles(t testing.TB) []txtar.File {
	t.Helper()
	var files []txtar.File
	for _, pattern := range []string{"ingest/*/*.txtar", "rules/*/*.txtar", "script/*.txtar", "link/*/*.txtar"} {
		names, err := filepath.Glob(filepath.Join("..", "testdata", filepath.FromSlash(pattern)))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range archive.Files {
				if filepath.Ext(f.Name) != "" && filepath.IsLocal(f.Name) {
					files = append(files, f)
				}
			}
		}
	}
	if len(files) < 100 {
		t.Fatalf("%d seeds", len(files))
	}
	return files
}

// orders are what a string of YAML or JSON may have that the system which runs a build, or a terminal, reads as a command.
var orders = []string{"##[error]", `\n::error::`, "::error::", "##vso[x]", `\u001b[31m`, `\u2028::error::`, "##teamcity[x]"}

// mutate changes a few bytes, words or lines of a text.
func mutate(r *rand.Rand, text, other []byte) []byte {
	text = slices.Clone(text)
	for range 1 + r.IntN(4) {
		if len(text) == 0 {
			return text
		}
		i := r.IntN(len(text))
		lines := bytes.SplitAfter(text, []byte("\n"))
		l, m := r.IntN(len(lines)), r.IntN(len(lines))
		switch r.IntN(9) {
		case 0:
			text[i] = byte(r.IntN(256))
		case 1:
			text = append(text[:i:i], text[min(len(text), i+1+r.IntN(20)):]...)
		case 2:
			odd := []string{"", "null", "[]", "{}", "-1", "1e99", "${X}", "{{ .V }}", "::", "Host", "__", "*", "\x00", "\xff", "&a", "*a", "9999999999999999999", "."}
			text = slices.Insert(text, i, []byte(odd[r.IntN(len(odd))])...)
		case 3:
			lines[l], lines[m] = lines[m], lines[l]
			text = bytes.Join(lines, nil)
		case 4:
			text = bytes.Join(slices.Delete(lines, l, l+1), nil)
		case 5:
			text = bytes.Join(slices.Insert(lines, l, lines[m]), nil)
		case 6: // a value becomes another one of the text
			if at := bytes.IndexByte(lines[l], ':'); at >= 0 {
				if from := bytes.IndexByte(lines[m], ':'); from >= 0 {
					lines[l] = slices.Concat(lines[l][:at], lines[m][from:])
				}
			}
			text = bytes.Join(lines, nil)
		case 7:
			if len(other) > 0 {
				from := r.IntN(len(other))
				text = slices.Insert(text, i, other[from:min(len(other), from+1+r.IntN(200))]...)
			}
		case 8: // a value becomes an order, with what is left of it behind
			if at := bytes.IndexByte(lines[l], ':'); at >= 0 {
				lines[l] = slices.Concat(lines[l][:at], []byte(`: "`+orders[r.IntN(len(orders))]), bytes.Trim(lines[l][at+1:], " \t\r\n\"'"), []byte("\"\n"))
			}
			text = bytes.Join(lines, nil)
		}
	}
	return text
}

// wholeRun writes an estate of mutated files and runs a command on it twice: no panic, the same
// output, and an exit code that is one of weir's.
func wholeRun(t testing.TB, dir string, seeds []txtar.File, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 7))
	here := filepath.Join(dir, fmt.Sprint(seed))
	for range 1 + r.IntN(5) {
		f := seeds[r.IntN(len(seeds))]
		name := filepath.Join(here, filepath.FromSlash(f.Name))
		if os.MkdirAll(filepath.Dir(name), 0o777) != nil || os.WriteFile(name, mutate(r, f.Data, seeds[r.IntN(len(seeds))].Data), 0o666) != nil {
			continue // the name of a directory
		}
	}
	defer os.RemoveAll(here)
	args := slices.Clone(fuzzRuns[r.IntN(len(fuzzRuns))])
	for i, a := range args {
		if a == "S" {
			args[i] = []string{"web", "cart", "orders", "shop/checkout", "checkout", "payments"}[r.IntN(6)]
		}
	}
	args = append(args, here)
	run := func() (said string) {
		defer func() {
			if v := recover(); v != nil {
				t.Errorf("seed %d: weir %s: panic: %v\n%s", seed, strings.Join(args, " "), v, debug.Stack())
			}
		}()
		var out, talk bytes.Buffer
		code := Main(args, strings.NewReader(""), &out, &talk)
		if code < exitClean || code > exitUnread {
			t.Errorf("seed %d: weir %s: exit code %d", seed, strings.Join(args, " "), code)
		}
		if text := out.String() + talk.String(); strings.Contains(text, "this is a bug in weir") {
			t.Errorf("seed %d: weir %s: %s", seed, strings.Join(args, " "), text)
		}
		for _, text := range []string{out.String(), talk.String()} {
			if at := order.FindStringIndex(text); at != nil && !slices.Contains(args, "github") && !slices.Contains(args, "html") {
				t.Errorf("seed %d: weir %s writes %q", seed, strings.Join(args, " "), text[max(0, at[0]-80):min(len(text), at[1]+80)])
			}
		}
		return fmt.Sprint(code, out.String(), talk.String())
	}
	if first, second := run(), run(); first != second {
		t.Errorf("seed %d: weir %s says two things about one input", seed, strings.Join(args, " "))
	}
}

// TestWholeProgram runs random commands on random mutations of the samples.
func TestWholeProgram(t *testing.T) {
	seeds, dir := seedFiles(t), t.TempDir()
	for seed := range uint64(testlong.N(40, 3_000)) {
		wholeRun(t, dir, seeds, seed)
	}
}

// FuzzWholeProgram is the same with seeds of the fuzzer's choice.
func FuzzWholeProgram(f *testing.F) {
	seeds, dir := seedFiles(f), f.TempDir()
	f.Add(uint64(1))
	f.Fuzz(func(t *testing.T, seed uint64) { wholeRun(t, dir, seeds, seed) })
}
