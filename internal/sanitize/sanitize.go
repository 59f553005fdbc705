// Package sanitize removes terminal escapes and control characters from text of the inputs.
package sanitize

import (
	"strings"
	"unicode"

	"github.com/charmbracelet/x/ansi"
	"github.com/weirgraph/weir/internal/lazy"
)

// Text returns s without terminal escapes and control characters, except for line
// breaks and tabs. Text that has none is returned as it is, without a copy.
func Text(s string) string {
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

// credentials matches what is before the host of an address: "user:password@", after a scheme or
// at the start of a word.
var credentials = lazy.NewRegexp(`([A-Za-z][A-Za-z0-9+.-]*://)[^\s/?#"']*@|(^|[\s"',=(\[])[^\s:/?#"'@=]*:[^\s/"'@]+@`)

// Credentials returns s without the user and the password of addresses.
func Credentials(s string) string {
	if strings.IndexByte(s, '@') < 0 {
		return s
	}
	return credentials.ReplaceAllString(s, "$1$2")
}

// secret matches the value of a secret among the parameters of an address or of a connection string.
var secret = lazy.NewRegexp(`(?i)([?&;]\s*[\w. -]*(?:passwd|password|pwd|secret|token|key|sig|signature|credentials?)\s*=\s*)[^\s;,&"']+`)

// Secrets returns s without the user and the password of addresses, and without the values of
// parameters that are called secrets.
func Secrets(s string) string {
	if s = Credentials(s); strings.IndexByte(s, '=') < 0 {
		return s
	}
	return secret.ReplaceAllString(s, "$1...")
}
