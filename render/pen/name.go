package pen

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// Clean makes a name fit to be shown on one line: without escape sequences,
// control characters and marks that are not seen themselves; question marks stand
// for these, which every reader of every format takes. A blank name is shown in
// quotes.
func Clean(name string) string {
	if plain(name) {
		return name
	}
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r): // line and paragraph separators among them
			return ' '
		case unicode.IsControl(r), invisible(r), r == utf8.RuneError:
			return '?'
		}
		return r
	}, ansi.Strip(strings.ToValidUTF8(name, "?")))
	if strings.TrimSpace(name) == "" {
		return `"` + name + `"`
	}
	return name
}

// CleanAll is Clean for several names.
func CleanAll(names []string) []string {
	cleaned := make([]string, len(names))
	for i, name := range names {
		cleaned[i] = Clean(name)
	}
	return cleaned
}

// CleanOr is clean for what may be missing: the empty string stays empty.
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

// invisible reports whether r changes how its neighbours look and shows nothing
// itself: marks of direction, blanks of no width, with which a name could disguise
// itself as another. The joiner is part of many an emoji.
func invisible(r rune) bool {
	const joiner = '\u200D'
	return unicode.Is(unicode.Cf, r) && r != joiner
}

// labelWidth is how much of a name fits on a box of a picture; what is cut out
// stays in the box's tooltip.
const labelWidth = 64

// Short returns name, or its beginning and end around an ellipsis. The end of a
// generated name is what tells it from its siblings.
func Short(name string) string {
	runes := []rune(name)
	if len(runes) <= labelWidth {
		return name
	}
	const tail = labelWidth / 3
	return string(runes[:labelWidth-tail-1]) + "…" + string(runes[len(runes)-tail:])
}
