// Package wildcard matches text with patterns in which "*" is any run of characters.
package wildcard

import "strings"

// Match reports whether text is what pattern says: "*" is any run of characters, slashes too,
// "?" any single one.
func Match(pattern, text string) bool {
	if !Has(pattern) {
		return pattern == text
	}
	p, t := []rune(pattern), []rune(text)
	star, resume := -1, 0 // after the last "*" in p, and where in t it stops for now
	i, j := 0, 0
	for j < len(t) {
		switch {
		case i < len(p) && p[i] == '*':
			i++
			star, resume = i, j
		case i < len(p) && (p[i] == '?' || p[i] == t[j]):
			i++
			j++
		case star >= 0:
			resume++
			i, j = star, resume
		default:
			return false
		}
	}
	return strings.Trim(string(p[i:]), "*") == ""
}

// Has reports whether a pattern may match more than one text.
func Has(pattern string) bool { return strings.ContainsAny(pattern, "*?") }
