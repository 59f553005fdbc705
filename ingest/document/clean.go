package document

import (
	"strings"
	"unicode"

	"github.com/charmbracelet/x/ansi"
)

// Clean returns s without terminal escapes and control characters, except for
// line breaks and tabs. Everything that enters from an input and may be shown
// goes through it: Node.Str does so for values, and file names are cleaned where
// they are found.
func Clean(s string) string {
	if strings.IndexFunc(s, isControl) < 0 {
		return s
	}
	return strings.Map(func(r rune) rune {
		if isControl(r) {
			return -1
		}
		return r
	}, ansi.Strip(s))
}

func isControl(r rune) bool { return r != '\n' && r != '\t' && unicode.IsControl(r) }
