package source

import (
	"strings"

	"github.com/weirgraph/weir/graph"
)

// injectedSetting returns the setting whose value a field or a parameter of the file gets from its annotation,
// @Value("${stock.url}") or @ConfigProperty(name = "stock.url"). A name with several is unknown.
func (f *file) injectedSetting(name string) (value, bool) {
	if f.injections == nil {
		f.injections = map[string]value{}
		if f.lang.Name == "java" || f.lang.Name == "kotlin" {
			f.findInjections()
		}
	}
	v, ok := f.injections[name]
	return v, ok && v.setting != ""
}

func (f *file) findInjections() {
	for i := 1; i+1 < len(f.tokens); i++ {
		if f.byte(i) != '(' || f.kind(i-1) != word {
			continue
		}
		var v value
		switch f.string(i - 1) {
		case "Value":
			v = f.propertyIn(i)
		case "ConfigProperty", "Property":
			if key, ok := f.annotated(i, "name"); ok && f.byte(i-2) == '@' {
				v = value{text: settingText(key, "", false), setting: key}
			}
		}
		if v.setting == "" {
			continue
		}
		name := f.annotatedName(f.closing(i) + 1)
		if had, again := f.injections[name]; again && had != v {
			v = value{}
		}
		f.injections[name] = v
	}
}

// propertyIn returns the setting that the first text in a bracket refers to as a whole: "${stock.url}", with
// a default or without one.
func (f *file) propertyIn(open int) value {
	at := open + 1
	for f.kind(at) != text && f.byte(at) != ')' && f.kind(at) != 0 {
		at++
	}
	if f.kind(at) != text {
		return value{}
	}
	inner, ok := strings.CutPrefix(f.literal(&f.code, at).text, "${")
	inner, whole := strings.CutSuffix(inner, "}")
	key, fallback, has := strings.Cut(inner, ":")
	if !ok || !whole || key == "" || strings.ContainsAny(key, " {}$") || strings.ContainsAny(fallback, "{}$") {
		return value{}
	}
	return value{text: settingText(key, fallback, has), setting: key, literal: has}
}

// annotatedName returns the name of the field or the parameter whose annotations end before a token, "" if it
// is none.
func (f *file) annotatedName(i int) string {
	const most = 16 // modifiers and types
	for end := i + most; i < end; i++ {
		switch {
		case f.byte(i) == '@':
			if f.byte(i+2) == '(' {
				i = f.closing(i + 2)
			} else {
				i++
			}
		case f.kind(i) == word && (f.byte(i+1) == ';' || f.byte(i+1) == ',' || f.byte(i+1) == ')' || f.byte(i+1) == '=' || f.byte(i+1) == ':' && f.lang.Name == "kotlin"):
			return f.string(i)
		case f.kind(i) != word && f.byte(i) != '<' && f.byte(i) != '>' && f.byte(i) != '[' && f.byte(i) != ']' && f.byte(i) != '.':
			return ""
		}
	}
	return ""
}

// injectedAddress is a request to a property that the file gets from an annotation. Which client sends it, and with
// what policies, is declared elsewhere.
var injectedAddress = &Idiom{
	Name:      "address-injected",
	Doc:       `a request to a property: rest.getForObject(url + "/items", Item.class), where @Value("${cart.url}") String url`,
	Languages: javaKotlin,
	Words:     []string{"getForObject", "getForEntity", "headForHeaders", "postForObject", "postForEntity", "postForLocation", "patchForObject", "optionsForAllow", "exchange"},
	find: func(f *file, i int) int {
		if f.byte(i-1) != '.' || f.byte(i+1) != '(' {
			return i
		}
		args := f.args(i + 1)
		if len(args) < 2 {
			return i
		}
		v, _ := f.eval(args[0])
		key, isSetting := strings.CutPrefix(v.text, "${")
		key, _, closed := strings.Cut(key, "}")
		key, _, _ = strings.Cut(key, ":-")
		if !isSetting || !closed || key == "" {
			return i
		}
		f.show(args[0], graph.CodePlace{Kind: graph.CodeAddress, Key: key, Text: v.text, Client: true})
		return i
	},
}
