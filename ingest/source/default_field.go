package source

import (
	"strings"

	"github.com/weirgraph/weir/graph"
)

// injected is the default of a property that MicroProfile injects.
var injected = &Idiom{
	Name:      "default-injected",
	Doc:       `the default of a property: @ConfigProperty(name = "cart.url", defaultValue = "http://cart:8080")`,
	Languages: []string{"java", "kotlin"},
	Words:     []string{"ConfigProperty", "Property"},
	find: func(f *file, i int) int {
		if f.byte(i-1) != '@' || f.byte(i+1) != '(' {
			return i
		}
		end := f.closing(i + 1)
		name, named := f.annotated(i+1, "name")
		at := f.argument(i+1, "defaultValue")
		if !named || at < 0 {
			return i
		}
		if v, _ := f.eval(at); v.literal && len(v.text) >= 2 && !isListed(name) {
			f.show(at, graph.CodePlace{Kind: graph.CodeDefault, Key: name, Text: settingText(name, v.text, true)})
		}
		return end
	},
}

// settingsClass is the default of a field of a class of pydantic, which is read from a variable with its name.
var settingsClass = &Idiom{
	Name:      "default-field",
	Doc:       `the default of a field: class Settings(BaseSettings): cart_url: str = "http://cart:8080"`,
	Languages: []string{"python"},
	find: func(f *file, i int) int {
		at := i - 1
		if f.byte(at) == '(' && (f.is(at-1, "Field") || f.is(at-1, "field")) {
			at -= 2
		} else if f.byte(at) == '=' && f.is(at-1, "default") && f.byte(at-2) == '(' && f.is(at-3, "Field") {
			at -= 4
		}
		if f.byte(at) != '=' {
			return i
		}
		name := f.declared(at - 1)
		if name == at-1 || f.kind(name) != word || !f.inSettings(name) {
			return i
		}
		v, end := f.eval(i)
		key := strings.ToUpper(f.string(name))
		if !v.literal || len(v.text) < 2 || isListed(key) {
			return i
		}
		f.show(i, graph.CodePlace{Kind: graph.CodeDefault, Key: key, Text: settingText(key, v.text, true)})
		return max(end, i+1)
	},
}

// inSettings reports whether the class around a token is one of settings.
func (f *file) inSettings(i int) bool {
	for first := max(0, i-maxDistance); i >= first; i-- {
		if f.is(i, "def") {
			return false
		}
		if f.is(i, "class") && f.kind(i+1) == word {
			return f.byte(i+2) == '(' && strings.HasSuffix(f.string(f.closing(i+2)-1), "BaseSettings")
		}
	}
	return false
}
