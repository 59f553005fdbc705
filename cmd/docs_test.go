package cmd

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/ingest"
	"github.com/weirgraph/weir/render"
)

// TestReadmeTranscripts runs every command that the README shows with its output:
// in a block of console, "$ weir ..." and "$ go run . ..." are run in this
// process, from the root of the repository, and what follows up to the next
// command is what they print.
func TestReadmeTranscripts(t *testing.T) {
	t.Chdir("..")
	ran := 0
	rewrite(t, "README.md", func(text string) string {
		return replay(text, func(args []string) (string, int) {
			ran++
			var out bytes.Buffer
			code := Main(args, strings.NewReader(""), &out, &out)
			return out.String(), code
		})
	})
	if ran == 0 {
		t.Error("no command was run: is the notation of the blocks another one?")
	}
}

// TestReadmeTables keeps the lists of readers, rules and formats in step with
// the program: each stands between <!-- begin NAME --> and <!-- end NAME -->.
func TestReadmeTables(t *testing.T) {
	t.Chdir("..")
	tables := map[string]func() string{"readers": readersTable, "rules": rulesTable, "formats": formatsTable}
	rewrite(t, "README.md", func(text string) string {
		for name, table := range tables {
			begin, end := "<!-- begin "+name+" -->\n", "<!-- end "+name+" -->"
			if !strings.Contains(text, begin) {
				t.Errorf("no table of %s", name)
			}
			text = mapBlocks(text, begin, end, func(string) string { return table() })
		}
		return text
	})
}

// rewrite applies change to a page, and fails if that changes anything; with
// -update it writes the page instead.
func rewrite(t *testing.T, name string, change func(text string) string) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	got := change(string(text))
	switch {
	case got == string(text):
	case *update:
		if err := os.WriteFile(name, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("%s is not what weir says now; go test ./cmd -update brings it up to date\n%s", name, firstDifference(string(text), got))
	}
}

// mapBlocks replaces what stands between each begin and the next end.
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
	b.WriteString("| reader | reads | recognised by |\n|---|---|---|\n")
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
	for _, r := range analyze.Rules {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", r.ID, r.Usual(), cell(r.Title))
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

// firstDifference shows where two texts part.
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
			return fmt.Sprintf("line %d\n  stands: %s\n  weir:   %s", i+1, x, y)
		}
	}
	return ""
}
