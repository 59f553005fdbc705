package source

import (
	"strings"

	"github.com/weirgraph/weir/graph"
)

// defaults is what code takes for a setting that is not given, by a function with the name of the setting.
var defaults = &Idiom{
	Name: "default",
	Doc:  `the default of a setting: getenv("CART_URL", "http://cart:8080")`,
	find: findDefault,
}

func findDefault(f *file, i int) int {
	c := f.byte(i - 1)
	if c != '(' && c != '[' {
		return i
	}
	chain := f.chainBefore(i - 1)
	if chain == "" || !isGetter(chain) && !(c == '[' && isSettings(chain)) && lastName(chain) != "GetConnectionString" {
		return i
	}
	start := f.chainStart(i - 1)
	if f.byte(start-1) == '(' {
		if outer := f.chainBefore(start - 1); isWrapper(lastName(outer)) {
			start = f.chainStart(start - 1)
		}
	}
	return f.showDefault(i, start)
}

// environment is the same with process.env.NAME.
var environment = &Idiom{
	Name:      "default-name",
	Doc:       "the default of a variable of the environment: process.env.CART_URL || 'http://cart:8080'",
	Languages: []string{"javascript", "typescript"},
	Words:     []string{"process", "import", "Bun"},
	find: func(f *file, i int) int {
		if f.byte(i-1) == '.' || !f.is(i+2, "env") && !f.is(i+2, "meta") {
			return i
		}
		return f.showDefault(i, i)
	},
}

// showDefault shows the default of the expression that begins at a token, at a token of it.
func (f *file) showDefault(at, start int) int {
	v, end := f.eval(start)
	if end <= at {
		return at
	}
	if v.setting != "" {
		f.useSetting(at, start, v.setting)
	}
	if !v.literal {
		if name := f.exported(start); name != "" && v.setting != "" {
			f.show(at, graph.CodePlace{Kind: graph.CodeConstant, Symbol: name, Text: v.text})
			return end
		}
		return at
	}
	key := v.setting
	if key == "" && !isAddress(v.text) {
		return end
	}
	s := f.spotOf(start)
	if s.speaks() || isListed(key) || f.isInList(start) {
		return end
	}
	if key == "" {
		key = s.name()
	}
	p := graph.CodePlace{Kind: graph.CodeDefault, Key: key, Text: v.text, Client: s.isClient(), Name: f.exported(start)}
	if f.exports() {
		p.Symbol = f.unused(&s, start, end)
	}
	f.show(at, p)
	return end
}

// springValue is the default of a property in the notation of Spring, also used by Micronaut and Quarkus.
var springValue = &Idiom{
	Name:      "default-property",
	Doc:       `the default of a property: @Value("${cart.url:http://cart:8080}")`,
	Languages: []string{"java", "kotlin", "groovy", "scala"},
	find: func(f *file, i int) int {
		body := string(inside(&f.code, i))
		open := strings.Index(body, "${")
		if open < 0 || f.takesExpressions(i) && !strings.Contains(body, `\${`) {
			return i
		}
		text := f.literal(&f.code, i).text
		open = strings.Index(text, "${")
		if open < 0 {
			return i
		}
		name, fallback, has := strings.Cut(text[open+2:], ":")
		if name, whole := strings.CutSuffix(name, "}"); !has && whole && open == 0 && !strings.ContainsAny(name, " {}$") {
			f.out.Settings = append(f.out.Settings, name)
		}
		if !has || strings.ContainsAny(name, " {}$") || len(fallback) < 3 {
			return i
		}
		s := f.spotOf(i)
		if s.speaks() || isListed(name) || isListed(s.name()) {
			return i + 1
		}
		f.show(i, graph.CodePlace{Kind: graph.CodeDefault, Key: name, Text: text})
		return i + 1
	},
}
