package settings

import (
	"strings"

	"github.com/weirgraph/weir/internal/lazy"
)

// ClosingBrace finds the brace that closes a placeholder, or -1.
func ClosingBrace(text string, from int) int {
	depth := 0
	for i := from; i < len(text); i++ {
		switch text[i] {
		case '{':
			depth++
		case '}':
			if depth == 0 {
				return i
			}
			depth--
		}
	}
	return -1
}

// fillWithin fills placeholders. If keep is set they stay, with what fills them as their default.
func fillWithin(text string, texts map[string]string, keep bool, budget *int) string {
	var b strings.Builder
	for {
		start := strings.Index(text, "${")
		end := -1
		if *budget--; start >= 0 && *budget > 0 {
			end = ClosingBrace(text, start+2)
		}
		if end < 0 {
			b.WriteString(text)
			return b.String()
		}
		b.WriteString(text[:start])
		name, fallback, hasDefault := strings.Cut(text[start+2:end], ":")
		if value, known := texts[SpringKey(name)]; known && !strings.Contains(value, "${"+name) {
			fallback, hasDefault = value, true
		}
		filled := fillWithin(fallback, texts, keep, budget)
		switch {
		case !hasDefault:
			b.WriteString(text[start : end+1])
		case keep:
			b.WriteString("${" + name + ":" + filled + "}")
		default:
			b.WriteString(filled)
		}
		text = text[end+1:]
	}
}

var listIndex = lazy.NewRegexp(`\[\d*\]`)

// FillPlaceholders replaces "${name:default}" by the setting of that name in the
// same file, or by the default. Without either the placeholder stays.
func FillPlaceholders(text string, texts map[string]string) string {
	budget := maxPlaceholders
	return fillWithin(text, texts, false, &budget)
}

// FillDefaults gives the placeholders of a text the setting of their name in the same file as
// their default, in the place of one that they have: a variable of the program goes before both.
func FillDefaults(text string, texts map[string]string) string {
	budget := maxPlaceholders
	return fillWithin(text, texts, true, &budget)
}

// maxPlaceholders bounds the placeholders of one text, those in the settings and
// defaults that they lead to among them.
const maxPlaceholders = 200

// SpringKey brings a key into one form: lower case, dashes, no list positions.
func SpringKey(key string) string {
	key = listIndex.ReplaceAllString(key, "")
	key = camelHump.ReplaceAllString(key, "$1-$2")
	return strings.ReplaceAll(strings.ToLower(key), "_", "-")
}

var camelHump = lazy.NewRegexp(`([a-z0-9])([A-Z])`)
