package document

import "github.com/weirgraph/weir/internal/sanitize"

// Clean returns s without terminal escapes and control characters, except for
// line breaks and tabs. Everything that enters from an input and may be shown
// goes through it: Node.Str does so for values, and file names are cleaned where
// they are found.
func Clean(s string) string { return sanitize.Text(s) }
