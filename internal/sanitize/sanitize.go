// Package sanitize removes terminal escapes and control characters from text of the inputs.
package sanitize

import (
	"slices"
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

// digests begin what follows the "@" of an image, whose name and tag look like a user and a password.
var digests = []string{"sha256:", "sha512:", "blake3:"}

// Credentials returns s without the user and the password of addresses.
func Credentials(s string) string {
	if strings.IndexByte(s, '@') < 0 {
		return s
	}
	var b strings.Builder
	kept := 0
	for _, m := range credentials.FindAllStringSubmatchIndex(s, -1) {
		before, end := max(m[3], m[5]), m[1] // of what is kept of the match, and of the match
		if m[2] < 0 && slices.ContainsFunc(digests, func(d string) bool { return strings.HasPrefix(s[end:], d) }) {
			continue
		}
		b.WriteString(s[kept:before])
		kept = end
	}
	b.WriteString(s[kept:])
	return b.String()
}

// Image returns the reference of a container image without the user and the password of its registry. A
// digest that a variable has is kept.
func Image(s string) string {
	at := strings.LastIndexByte(s, '@')
	if at < 0 {
		return Secrets(s)
	}
	digest := s[at+1:]
	if !strings.HasPrefix(digest, "$") && !strings.HasPrefix(digest, "{") || strings.Contains(digest, "/") {
		return Secrets(s)
	}
	return Secrets(s[:at]) + s[at:]
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
