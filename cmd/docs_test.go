package cmd

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/weirgraph/weir/analyze/rules"
	"github.com/weirgraph/weir/ingest"
	"github.com/weirgraph/weir/internal/testlong"
	"github.com/weirgraph/weir/render"
)

// The documents are README.md and everything in docs. Commands and lists in them
// are compared with what weir prints; "go test ./cmd -run TestDocs -update"
// brings them up to date.

// maxReadme is how many lines README.md may have: it says what weir is and links
// to docs for the rest.
const maxReadme = 200

// TestDocsTranscripts runs every command that a document shows with its output:
// in a block of console, "$ weir ..." and "$ go run . ..." are run in this
// process, and what follows up to the next command is what they print. Commands
// run in a directory with the testdata of the repository and the files that the
// document itself shows, in blocks of yaml with a name after the language.
func TestDocsTranscripts(t *testing.T) {
	testlong.OneSize(t)
	names := documents(t, "..")
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			work := t.TempDir()
			page := filepath.Join(root, name)
			if strings.Contains(readPage(t, page), " --write") { // its commands change files
				estates := filepath.Join("testdata", "estates")
				if err := os.CopyFS(filepath.Join(work, estates), os.DirFS(filepath.Join(root, estates))); err != nil {
					t.Fatal(err)
				}
			} else if err := os.Symlink(filepath.Join(root, "testdata"), filepath.Join(work, "testdata")); err != nil {
				t.Fatal(err)
			}
			writeBlocks(t, page, work)
			t.Chdir(work)
			t.Setenv("WEIR_FOLLOW_OUTSIDE", "true") // testdata is a link
			ran := 0
			rewrite(t, page, func(text string) string {
				return replay(text, func(args []string) (string, int) {
					ran++
					var out bytes.Buffer
					code := Main(args, strings.NewReader(""), &out, &out)
					return out.String(), code
				})
			})
			if name == "README.md" && ran == 0 {
				t.Error("no command was run: is the notation of the blocks another one?")
			}
		})
	}
}

// writeBlocks writes the named blocks of YAML of a page into a directory.
func writeBlocks(t *testing.T, page, dir string) {
	t.Helper()
	for _, block := range namedBlocks.FindAllStringSubmatch(readPage(t, page), -1) {
		if block[1] != "yaml" {
			continue
		}
		file := filepath.Join(dir, filepath.FromSlash(block[2]))
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(block[3]), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// documents returns the names of the documents below root, with forward slashes.
func documents(t *testing.T, root string) []string {
	t.Helper()
	names := []string{"README.md"}
	err := fs.WalkDir(os.DirFS(root), "docs", func(name string, _ fs.DirEntry, err error) error {
		if path.Ext(name) == ".md" {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// TestDocsTables keeps the lists of readers, rules and formats in step with
// the program: each is in one document, between <!-- begin NAME --> and
// <!-- end NAME -->.
func TestDocsTables(t *testing.T) {
	t.Chdir("..")
	tables := map[string]func() string{"readers": readersTable, "rules": rulesTable, "people": peopleTable, "formats": formatsTable}
	found := map[string]int{}
	for _, page := range documents(t, ".") {
		rewrite(t, page, func(text string) string {
			for name, table := range tables {
				begin, end := "<!-- begin "+name+" -->\n", "<!-- end "+name+" -->"
				text = mapBlocks(text, begin, end, func(string) string { found[name]++; return table() })
			}
			return text
		})
	}
	for name := range tables {
		if found[name] != 1 {
			t.Errorf("the table of %s is in the documents %d times, want once", name, found[name])
		}
	}
}

// TestDocsRules keeps one page for each rule in docs/rules.
func TestDocsRules(t *testing.T) {
	t.Chdir("../docs/rules")
	want := map[string]bool{"README.md": true}
	for _, r := range rules.Rules {
		name := r.ID + ".md"
		want[name] = true
		if _, err := os.Stat(name); errors.Is(err, fs.ErrNotExist) && *update {
			if err := os.WriteFile(name, nil, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		rewrite(t, name, func(string) string { return rulePage(r) })
	}
	pages, err := filepath.Glob("*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range pages {
		switch {
		case want[name]:
		case *update:
			if err := os.Remove(name); err != nil {
				t.Fatal(err)
			}
		default:
			t.Errorf("docs/rules/%s: there is no such rule; %s removes it", name, updateDocs)
		}
	}
}

// rulePage is the page of a rule in docs/rules.
func rulePage(r *rules.Rule) string {
	usual := "Severity: " + r.Severity.String() + "."
	if r.OnDemand {
		usual = "Off by default; severity where it is turned on: " + r.Severity.String() + "."
	}
	return fmt.Sprintf(`<!-- Generated from the rule: %s -->

# %s

%s. %s

%s

---

Samples: [testdata/rules/%s](../../testdata/rules/%[2]s).
Change the severity or ignore a finding: [configuration](../configuration.md#rules).
All rules: [index](README.md).
`, updateDocs, r.ID, capitalized(r.Title), usual, strings.TrimSpace(strings.TrimSpace(r.Doc)+"\n\n"+remedied(r)), r.ID)
}

func capitalized(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// TestDocsInputs holds that the README names every reader in its table of inputs.
func TestDocsInputs(t *testing.T) {
	_, rest, _ := strings.Cut(readPage(t, "../README.md"), "<!-- begin inputs -->\n")
	table, _, found := strings.Cut(rest, "<!-- end inputs -->")
	if !found {
		t.Fatal("README.md has no table of inputs")
	}
	var names []string
	for _, r := range ingest.Readers {
		names = append(names, r.Name)
	}
	for _, r := range ingest.SpanReaders {
		names = append(names, r.Name)
	}
	for _, name := range names {
		if n := strings.Count(table, "`"+name+"`"); n != 1 {
			t.Errorf("README.md: the table of inputs names the reader `%s` %d times, want once", name, n)
		}
	}
	if n := strings.Count(table, "`"); n != 2*len(names) {
		t.Errorf("README.md: the table of inputs names %d readers, want %d", n/2, len(names))
	}
}

// TestDocsPackages holds that the table of docs/architecture.md names every package of
// two levels, and none that does not exist.
func TestDocsPackages(t *testing.T) {
	t.Chdir("..")
	_, rest, _ := strings.Cut(readPage(t, "docs/architecture.md"), "| package | subject |\n")
	table, _, _ := strings.Cut(rest, "\n\n")
	var named []string
	for _, row := range packageRows.FindAllStringSubmatch(table, -1) {
		named = append(named, row[1])
	}
	var want []string
	for _, pattern := range []string{"*/*.go", "*/*/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			dir := path.Dir(filepath.ToSlash(file))
			if top, _, _ := strings.Cut(dir, "/"); top != "internal" && top != "tools" {
				want = append(want, dir)
			}
		}
	}
	slices.Sort(named)
	slices.Sort(want)
	if diff := cmp.Diff(slices.Compact(want), named); diff != "" {
		t.Errorf("packages in docs/architecture.md (-there +named):\n%s", diff)
	}
}

// packageRows finds the packages in the first column of a table.
var packageRows = regexp.MustCompile("(?m)^\\| `([a-z/-]+)`")

// TestDocsLinks holds that relative links of the documents lead to a file and,
// in a page, to a heading.
func TestDocsLinks(t *testing.T) {
	t.Chdir("..")
	for _, page := range append(documents(t, "."), "CONTRIBUTING.md") {
		text := readPage(t, page)
		for _, link := range relativeLinks.FindAllStringSubmatch(text, -1) {
			target, anchor := link[1], link[2]
			file := page
			if target != "" {
				file = path.Join(path.Dir(page), target)
			}
			if _, err := os.Stat(file); err != nil {
				t.Errorf("%s links to %s, which does not exist", page, target)
				continue
			}
			if anchor != "" && !slices.Contains(anchors(readPage(t, file)), anchor) {
				t.Errorf("%s links to %s#%s, and there is no such heading", page, target, anchor)
			}
		}
	}
}

// relativeLinks finds links that are not to another site.
var relativeLinks = regexp.MustCompile(`\]\(([\w./-]*)(?:#([\w-]+))?\)`)

// anchors returns the anchors of the headings of a page.
func anchors(text string) []string {
	var all []string
	for _, heading := range headings.FindAllStringSubmatch(text, -1) {
		anchor := strings.ReplaceAll(strings.ToLower(heading[1]), " ", "-")
		all = append(all, notInAnchors.ReplaceAllString(anchor, ""))
	}
	return all
}

var (
	headings     = regexp.MustCompile(`(?m)^#+ (.*)$`)
	notInAnchors = regexp.MustCompile(`[^\w-]`)
)

func readPage(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestDocsReadmeIsShort(t *testing.T) {
	if n := strings.Count(readPage(t, "../README.md"), "\n"); n > maxReadme {
		t.Errorf("README.md has %d lines, want at most %d: move text to docs", n, maxReadme)
	}
}

// updateDocs is the command that writes the documents.
const updateDocs = "go test ./cmd -run TestDocs -update"

// rewrite applies change to a page, and fails if that changes anything; with
// -update it writes the page instead.
func rewrite(t *testing.T, name string, change func(text string) string) {
	t.Helper()
	text := readPage(t, name)
	got := change(text)
	switch {
	case got == text:
	case *update:
		if err := os.WriteFile(name, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("%s is not what weir prints now; go test ./cmd -update brings it up to date\n%s", name, firstDifference(text, got))
	}
}

// mapBlocks replaces the text between each begin and the next end.
func mapBlocks(text, begin, end string, change func(block string) string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, begin)
		block, after, closed := strings.Cut(rest, end)
		if !found || !closed {
			b.WriteString(text)
			return b.String()
		}
		b.WriteString(before + begin + change(block) + end)
		text = after
	}
}

// replay returns a page with what its commands print now: weir by calling run,
// and "echo $?", the last exit code. Other commands are shown and not run.
func replay(text string, run func(args []string) (out string, code int)) string {
	return mapBlocks(text, "```console\n", "```", func(block string) string {
		var b strings.Builder
		code := 0
		known := false // the last command was run, and what the page shows of it is replaced
		for line := range strings.Lines(block) {
			command, isCommand := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "$ ")
			if isCommand || !known {
				b.WriteString(line)
			}
			if !isCommand {
				continue
			}
			args, isWeir := weirArguments(command)
			known = isWeir || command == "echo $?"
			switch {
			case isWeir:
				var out string
				out, code = run(args)
				b.WriteString(out)
			case known:
				fmt.Fprintln(&b, code)
			}
		}
		return b.String()
	})
}

// weirArguments returns the arguments of a command that runs weir and nothing
// else.
func weirArguments(command string) ([]string, bool) {
	if strings.ContainsAny(command, "|><'\"") {
		return nil, false
	}
	for _, prefix := range []string{"weir ", "go run . "} {
		if rest, ok := strings.CutPrefix(command, prefix); ok {
			return strings.Fields(rest), true
		}
	}
	return nil, false
}

func readersTable() string {
	var b strings.Builder
	b.WriteString("| reader | reads | recognized by |\n|---|---|---|\n")
	for _, r := range ingest.Readers {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", r.Name, cell(r.Doc), cell(codeList(r.Reads)))
	}
	for _, r := range ingest.SpanReaders {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", r.Name, cell(r.Doc), cell(codeList(r.Reads)))
	}
	return b.String()
}

func rulesTable() string {
	var b strings.Builder
	b.WriteString("| rule | severity | finds |\n|---|---|---|\n")
	for _, r := range rules.Rules {
		fmt.Fprintf(&b, "| [%[1]s](%[1]s.md) | %s | %s |\n", r.ID, r.Usual(), cell(r.Title))
	}
	return b.String()
}

func peopleTable() string {
	var b strings.Builder
	b.WriteString("| rule | why |\n|---|---|\n")
	for _, r := range rules.Rules {
		if r.ByPeople != "" {
			fmt.Fprintf(&b, "| [%[1]s](rules/%[1]s.md) | %s |\n", r.ID, cell(r.ByPeople))
		}
	}
	return b.String()
}

func formatsTable() string {
	var b strings.Builder
	b.WriteString("| format | is | shows |\n|---|---|---|\n")
	for _, f := range render.Formats {
		shows := strings.ReplaceAll(f.Shows.String(), " and ", ", ")
		if f.Shows == render.Formats[0].Shows {
			shows = "everything"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", f.Name, cell(f.Doc), shows)
	}
	return b.String()
}

func codeList(words []string) string {
	var quoted []string
	for _, w := range words[:min(readsInTable, len(words))] {
		quoted = append(quoted, "`"+w+"`")
	}
	if more := len(words) - len(quoted); more > 0 {
		quoted = append(quoted, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(quoted, ", ")
}

// readsInTable is how many of the things that a reader takes the table names.
const readsInTable = 8

// cell makes text fit into one cell of a Markdown table.
func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

// firstDifference shows the first line in which two texts differ.
func firstDifference(old, new string) string {
	a, b := strings.Split(old, "\n"), strings.Split(new, "\n")
	for i := range max(len(a), len(b)) {
		var x, y string
		if i < len(a) {
			x = a[i]
		}
		if i < len(b) {
			y = b[i]
		}
		if x != y {
			return fmt.Sprintf("line %d\n  page: %s\n  weir: %s", i+1, x, y)
		}
	}
	return ""
}
