package fix

import (
	"fmt"
	"path"
	"path/filepath"
	"strings"
)

// context is how many lines around a change a diff shows.
const context = 3

// Unified writes the changes of the patch as a unified diff, which git apply takes. Names are those
// of the files, with "a/" and "b/" before them.
func (p *Patch) Unified() string {
	var b strings.Builder
	for _, f := range p.Files {
		f.unified(&b)
	}
	return b.String()
}

func (f *File) unified(b *strings.Builder) {
	name := strings.TrimPrefix(path.Clean(filepath.ToSlash(f.Name)), "/")
	if strings.ContainsRune(name, ' ') {
		name += "\t" // ends a name with spaces
	}
	old, now := splitLines(f.Before), splitLines(f.After)
	from, to := "a/"+name, "b/"+name
	if f.Before == nil {
		from = "/dev/null"
	}
	if f.After == nil {
		to = "/dev/null"
	}
	fmt.Fprintf(b, "--- %s\n+++ %s\n", from, to)
	lines := difference(old, now)
	for i := 0; i < len(lines); {
		if lines[i].op == ' ' {
			i++
			continue
		}
		first, last := max(0, i-context), i
		for j := i; j < len(lines) && j <= last+2*context; j++ {
			if lines[j].op != ' ' {
				last = j
			}
		}
		end := min(len(lines), last+context+1)
		hunk(b, lines, first, end)
		i = end
	}
}

func hunk(b *strings.Builder, lines []diffLine, first, end int) {
	olds, news := 0, 0
	for _, l := range lines[first:end] {
		if l.op != '+' {
			olds++
		}
		if l.op != '-' {
			news++
		}
	}
	fmt.Fprintf(b, "@@ -%s +%s @@\n", lineRange(lines[first].old, olds), lineRange(lines[first].now, news))
	for _, l := range lines[first:end] {
		b.WriteByte(l.op)
		b.WriteString(l.text)
		if !strings.HasSuffix(l.text, "\n") {
			b.WriteString("\n\\ No newline at end of file\n")
		}
	}
}

// lineRange writes which lines a hunk has: "12,3", "12" for one, "0,0" for none of an empty file.
func lineRange(before, n int) string {
	switch n {
	case 0:
		return fmt.Sprintf("%d,0", before)
	case 1:
		return fmt.Sprint(before + 1)
	}
	return fmt.Sprintf("%d,%d", before+1, n)
}
