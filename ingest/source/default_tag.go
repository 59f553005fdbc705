package source

import (
	"strings"

	"github.com/weirgraph/weir/graph"
)

// tag is a default in the tag of a field of Go that is read from a setting.
var tag = &Idiom{
	Name:      "default-tag",
	Doc:       "the default of a field: `env:\"CART_URL\" envDefault:\"http://cart:8080\"`",
	Languages: []string{"go"},
	find: func(f *file, i int) int {
		body := string(inside(&f.code, i))
		if f.tokens[i].quote != '`' || !strings.Contains(body, `efault:"`) {
			return i
		}
		fallback := firstTag(body, "envDefault", "default", "env-default")
		key, _, _ := strings.Cut(firstTag(body, "env", "envconfig", "mapstructure", "config"), ",")
		if key == "" {
			key = f.string(i - 2)
		}
		if len(fallback) < 2 || isListed(key) {
			return i
		}
		f.show(i, graph.CodePlace{Kind: graph.CodeDefault, Key: key, Text: settingText(key, fallback, true)})
		return i + 1
	},
}

// firstTag returns the value of the first of these keys that a tag has.
func firstTag(body string, keys ...string) string {
	for _, key := range keys {
		for rest := body; ; {
			at := strings.Index(rest, key+`:"`)
			if at < 0 {
				break
			}
			value, _, closed := strings.Cut(rest[at+len(key)+2:], `"`)
			if closed && (at == 0 || rest[at-1] == ' ') {
				return value
			}
			rest = rest[at+len(key):]
		}
	}
	return ""
}
