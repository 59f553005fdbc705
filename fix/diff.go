package fix

import (
	"fmt"
	"path"
	"path/filepath"
	"strings"
)

// context is how many lines around a change a diff shows.
const context = 3

// Unified writes the changes of the patch as a unified diff, which git apply takes if no line is masked. Names
// are those of the files, with "a/" and "b/" before them. Lines with secrets are left out where a
// diff can do without them, and masked elsewhere.
func (p *Patch) Unified() (diff string, masked int) {
	var b strings.Builder
	for _, f := range p.Files {
		masked += f.unified(&b)
	}
	return b.String(), masked
}

func (f *File) unified(b *strings.Builder) (masked int) {
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
	maskSecrets(lines, old, now)
	shown := 0 // lines that a hunk has, or that are before one
	for i := 0; i < len(lines); {
		if lines[i].op == ' ' {
			i++
			continue
		}
		first, last := max(shown, i-context), i
		for j := i; j < len(lines) && j <= last+2*context; j++ {
			if lines[j].op != ' ' {
				last = j
			} else if lines[j].masked && j > last+1 {
				break // another hunk begins after it
			}
		}
		for j := first; j < i; j++ {
			if lines[j].masked {
				first = j + 1
			}
		}
		end := min(len(lines), last+context+1)
		for j := last + 2; j < end; j++ { // git needs a line after the change
			if lines[j].masked {
				end = j
			}
		}
		masked += hunk(b, lines, first, end)
		i, shown = end, end
	}
	return masked
}

// maskSecrets masks the secrets in the lines of a diff between two texts.
func maskSecrets(lines []diffLine, old, now []string) {
	cleanOld, cleanNow := withoutSecrets(old), withoutSecrets(now)
	for i := range lines {
		l := &lines[i]
		var clean string
		if l.op == '+' {
			clean = cleanNow[l.now]
		} else {
			clean = cleanOld[l.old]
		}
		l.text, l.masked = clean, clean != l.text
	}
}

// hunk writes the lines from first to end, and returns how many of them are masked.
func hunk(b *strings.Builder, lines []diffLine, first, end int) (masked int) {
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
		if l.masked {
			masked++
		}
		b.WriteByte(l.op)
		b.WriteString(l.text)
		if !strings.HasSuffix(l.text, "\n") {
			b.WriteString("\n\\ No newline at end of file\n")
		}
	}
	return masked
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
