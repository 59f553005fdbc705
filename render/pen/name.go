package pen

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"github.com/weirgraph/weir/internal/sanitize"
)

// Clean returns a name for one line of output: without escape sequences, and with
// question marks, which are valid in every format, for control characters and invisible
// marks. A blank name is quoted. What the system that runs a build could read as a command is
// broken by a blank.
func Clean(name string) string {
	if plain(name) {
		return sanitize.Commands(name)
	}
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r): // line and paragraph separators among them
			return ' '
		case unicode.IsControl(r), invisible(r), r == utf8.RuneError, r&0xFFFE == 0xFFFE: // the last are no characters, and not allowed in XML
			return '?'
		}
		return r
	}, ansi.Strip(strings.ToValidUTF8(name, "?")))
	if strings.TrimSpace(name) == "" {
		return `"` + name + `"`
	}
	return sanitize.Commands(name)
}

// CleanAll is Clean for several names.
func CleanAll(names []string) []string {
	cleaned := make([]string, len(names))
	for i, name := range names {
		cleaned[i] = Clean(name)
	}
	return cleaned
}

// CleanOr is Clean, but an empty string stays empty.
func CleanOr(s string) string {
	if s == "" {
		return ""
	}
	return Clean(s)
}

// plain reports whether name is printable ASCII, as nearly all names are.
func plain(name string) bool {
	for i := range len(name) {
		if name[i] <= ' ' && (i == 0 || name[i] < ' ') || name[i] > '~' {
			return false
		}
	}
	return name != ""
}

// invisible reports whether r is an invisible character that can make a name look like
// another one: marks of direction, blanks of no width. The joiner is not, because emoji
// contain it.
func invisible(r rune) bool {
	const joiner = '\u200D'
	return unicode.Is(unicode.Cf, r) && r != joiner
}

// labelWidth is how much of a name fits on a box of a picture; the tooltip of the box has
// the full name.
const labelWidth = 64

// Short returns name, or its beginning and end around an ellipsis. Generated
// names differ at the end.
func Short(name string) string {
	runes := []rune(name)
	if len(runes) <= labelWidth {
		return name
	}
	const tail = labelWidth / 3
	return string(runes[:labelWidth-tail-1]) + "…" + string(runes[len(runes)-tail:])
}
