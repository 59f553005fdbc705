package fix

import (
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"github.com/weirgraph/weir/internal/sanitize"
)

// context is how many lines around a change a diff shows.
const context = 3

// Masked is how many lines of a diff are not those of the files.
type Masked struct {
	Secrets  int // without secrets
	Commands int // without what a terminal or a system that runs builds would read as a command; not counted again if without secrets
}

// Unified writes the changes of the patch as a unified diff, which git apply takes if no line is masked. Names
// are those of the files, with "a/" and "b/" before them. Lines with secrets or commands are left out where a
// diff can do without them, and masked elsewhere.
func (p *Patch) Unified() (diff string, masked Masked) {
	var b strings.Builder
	for _, f := range p.Files {
		f.unified(&b, &masked)
	}
	return b.String(), masked
}

// diffName returns a name for the head of a diff, quoted as git does where it has to be.
func diffName(name string) string {
	if sanitize.Commands(sanitize.Text(name)) == name && !strings.ContainsAny(name, "\"\\\n\t") {
		if strings.ContainsRune(name, ' ') {
			name += "\t" // ends a name with spaces
		}
		return name
	}
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(name) {
		if c := name[i]; c <= ' ' || c > '~' || strings.IndexByte("\"\\#:", c) >= 0 {
			fmt.Fprintf(&b, `\%03o`, c)
		} else {
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func (f *File) unified(b *strings.Builder, masked *Masked) {
	name := strings.TrimPrefix(path.Clean(filepath.ToSlash(f.Name)), "/")
	old, now := splitLines(f.Before), splitLines(f.After)
	from, to := diffName("a/"+name), diffName("b/"+name)
	if f.Before == nil {
		from = "/dev/null"
	}
	if f.After == nil {
		to = "/dev/null"
	}
	fmt.Fprintf(b, "--- %s\n+++ %s\n", from, to)
	lines := difference(old, now)
	mask(lines, old, now)
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
			} else if lines[j].masked() && j > last+1 {
				break // another hunk begins after it
			}
		}
		for j := first; j < i; j++ {
			if lines[j].masked() {
				first = j + 1
			}
		}
		end := min(len(lines), last+context+1)
		for j := last + 2; j < end; j++ { // git needs a line after the change
			if lines[j].masked() {
				end = j
			}
		}
		hunk(b, lines, first, end, masked)
		i, shown = end, end
	}
}

// mask takes secrets and commands out of the lines of a diff between two texts.
func mask(lines []diffLine, old, now []string) {
	cleanOld, cleanNow := withoutSecrets(old), withoutSecrets(now)
	for i := range lines {
		l := &lines[i]
		var clean string
		if l.op == '+' {
			clean = cleanNow[l.now]
		} else {
			clean = cleanOld[l.old]
		}
		body := trimEnd(clean)
		harmless := sanitize.Commands(sanitize.Text(body))
		l.secret, l.command = clean != l.text, harmless != body
		l.text = harmless + clean[len(body):]
	}
}

// hunk writes the lines from first to end, and counts those that are masked.
func hunk(b *strings.Builder, lines []diffLine, first, end int, masked *Masked) {
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
		switch {
		case l.secret:
			masked.Secrets++
		case l.command:
			masked.Commands++
		}
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
