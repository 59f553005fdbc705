package main

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/weirgraph/weir/internal/testlong"
)

var update = flag.Bool("update", false, "write how many words are left into "+allowanceFile)

const (
	languagePage = "docs/language.md"

	// allowanceFile has a line for each top-level directory in which such words are
	// left, with their number. The sum may only fall; -update writes the numbers.
	allowanceFile = "testdata/language.txt"

	// maxHits is how many hits are listed for a directory with an allowance. To list
	// all hits of a directory, remove its line.
	maxHits = 40
)

// TestLanguage holds that comments, user text and documents do not use the words
// that docs/language.md lists under "Words not used".
func TestLanguage(t *testing.T) {
	testlong.OneSize(t)
	words := unusedWords(t)
	found := map[string][]string{}
	err := fs.WalkDir(os.DirFS("."), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if name != "." && strings.HasPrefix(entry.Name(), ".") {
				return fs.SkipDir
			}
			return nil
		}
		var texts []span
		switch {
		case path.Ext(name) == ".go":
			texts = goTexts(t, name)
		case path.Ext(name) == ".md" && !isGenerated(name) && name != languagePage:
			texts = []span{markdownText(t, name)}
		}
		dir := topDirectory(name)
		for _, s := range texts {
			for _, w := range words {
				for _, at := range w.pattern.FindAllStringIndex(s.text, -1) {
					if strings.HasSuffix(s.text[:at[0]], "shape=") { // of Graphviz
						continue
					}
					line := s.line + strings.Count(s.text[:at[0]], "\n")
					found[dir] = append(found[dir], fmt.Sprintf("%s:%d: %q: write %s", name, line, squeeze(s.text[at[0]:at[1]]), w.instead))
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}

	allowed := readAllowance(t)
	left, limit := 0, 0
	for dir := range found {
		left += len(found[dir])
	}
	for _, n := range allowed {
		limit += n
	}
	switch {
	case left > limit:
		for _, dir := range slices.Sorted(maps.Keys(found)) {
			if n := len(found[dir]); n > allowed[dir] {
				t.Errorf("%s uses %d words that %s gives up, %d are allowed until they are replaced:\n%s",
					dir, n, languagePage, allowed[dir], strings.Join(excerpt(found[dir], allowed[dir]), "\n"))
			}
		}
	case *update:
		writeAllowance(t, found)
	}
}

// excerpt returns the hits to list for a directory.
func excerpt(hits []string, allowed int) []string {
	if allowed == 0 || len(hits) <= maxHits {
		return hits
	}
	return append(hits[:maxHits:maxHits], "...")
}

// A span is text of a file, and the line on which it begins.
type span struct {
	text string
	line int
}

// An unused word is a row of the table: what is not written, and what is instead.
type unusedWord struct {
	pattern *regexp.Regexp
	instead string
}

// unusedWords reads the table of docs/language.md.
func unusedWords(t *testing.T) []unusedWord {
	t.Helper()
	page, err := os.ReadFile(languagePage)
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(page), "| not | write |\n|---|---|\n")
	var words []unusedWord
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) != 2 {
			t.Fatalf("%s: a row that is not two cells: %q", languagePage, line)
		}
		var alternatives []string
		for phrase := range strings.SplitSeq(cells[0], ",") {
			// In a comment, words of a phrase may be on two lines.
			alternatives = append(alternatives, strings.Join(strings.Fields(phrase), `[\s/]+`))
		}
		words = append(words, unusedWord{
			pattern: regexp.MustCompile(`(?i)\b(?:` + strings.Join(alternatives, "|") + `)\b`),
			instead: strings.TrimSpace(cells[1]),
		})
	}
	if len(words) == 0 {
		t.Fatalf("%s has no table of words", languagePage)
	}
	return words
}

// escapes would join a word of a string literal with what is before it.
var escapes = regexp.MustCompile(`\\[nt]`)

// goTexts returns the comments of a Go file, and its string literals unless it is a
// test, whose strings are data.
func goTexts(t *testing.T, name string) []span {
	t.Helper()
	source, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, source, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var texts []span
	add := func(n ast.Node) {
		from, to := files.Position(n.Pos()), files.Position(n.End())
		texts = append(texts, span{escapes.ReplaceAllString(string(source[from.Offset:to.Offset]), "  "), from.Line})
	}
	for _, c := range file.Comments {
		add(c)
	}
	if !strings.HasSuffix(name, "_test.go") {
		ast.Inspect(file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				add(lit)
			}
			return true
		})
	}
	return texts
}

// markdownText returns a page without what is generated: blocks that show output of
// weir and tables, whose words are those of their source.
func markdownText(t *testing.T, name string) span {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return span{generated.ReplaceAllStringFunc(string(text), func(block string) string {
		return strings.Repeat("\n", strings.Count(block, "\n"))
	}), 1}
}

var generated = regexp.MustCompile("(?s)```console\n.*?```|<!-- begin (?:readers|rules|formats) -->.*?<!-- end")

// isGenerated reports whether a page is written from the rules.
func isGenerated(name string) bool {
	return path.Dir(name) == "docs/rules" && path.Base(name) != "README.md"
}

// topDirectory returns the first directory of a name, "." for files of the root.
func topDirectory(name string) string {
	dir, _, found := strings.Cut(name, "/")
	if !found {
		return "."
	}
	return dir
}

// squeeze writes a phrase on one line.
func squeeze(phrase string) string {
	return strings.Join(strings.FieldsFunc(phrase, func(r rune) bool { return strings.ContainsRune(" \t\n/", r) }), " ")
}

func readAllowance(t *testing.T) map[string]int {
	t.Helper()
	text, err := os.ReadFile(allowanceFile)
	if err != nil {
		t.Fatal(err)
	}
	allowed := map[string]int{}
	for line := range strings.Lines(string(text)) {
		dir, number, _ := strings.Cut(strings.TrimSpace(line), " ")
		n, err := strconv.Atoi(number)
		if err != nil {
			t.Fatalf("%s: %q is not a directory and a number", allowanceFile, line)
		}
		allowed[dir] = n
	}
	return allowed
}

// writeAllowance writes how many words are left, sorted by directory.
func writeAllowance(t *testing.T, found map[string][]string) {
	t.Helper()
	var b bytes.Buffer
	for _, dir := range slices.Sorted(maps.Keys(found)) {
		fmt.Fprintf(&b, "%s %d\n", dir, len(found[dir]))
	}
	if err := os.WriteFile(allowanceFile, b.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
}
