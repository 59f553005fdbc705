package render

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// clean makes a name fit to be shown on one line: without escape sequences,
// control characters and marks that reorder what stands around them. An empty
// name is shown as quotes.
func clean(name string) string {
	if plain(name) {
		return name
	}
	name = strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t', r == '\r':
			return ' '
		case unicode.IsControl(r), reorders(r), r == utf8.RuneError:
			return '\uFFFD'
		}
		return r
	}, ansi.Strip(strings.ToValidUTF8(name, "\uFFFD")))
	if name == "" {
		return `""`
	}
	return name
}

// cleanOr is clean for what may be missing: the empty string stays empty.
func cleanOr(s string) string {
	if s == "" {
		return ""
	}
	return clean(s)
}

// plain reports whether name is printable ASCII, as nearly all names are.
func plain(name string) bool {
	for i := range len(name) {
		if name[i] < ' ' || name[i] > '~' {
			return false
		}
	}
	return name != ""
}

// reorders reports whether r changes the direction of text, with which a name
// could disguise itself as another.
func reorders(r rune) bool {
	return r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 || r == 0x200E || r == 0x200F || r == 0x061C
}

// labelWidth is how much of a name fits on a box of a picture; what is cut out
// stays in the box's tooltip.
const labelWidth = 64

// short returns name, or its beginning and end around an ellipsis. The end of a
// generated name is what tells it from its siblings.
func short(name string) string {
	runes := []rune(name)
	if len(runes) <= labelWidth {
		return name
	}
	const tail = labelWidth / 3
	return string(runes[:labelWidth-tail-1]) + "…" + string(runes[len(runes)-tail:])
}
