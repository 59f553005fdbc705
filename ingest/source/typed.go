package source

import (
	"strings"

	"github.com/weirgraph/weir/graph"
)

// refit is a client of Refit or RestEase: an interface for which an address is given where it is registered.
var refit = &Idiom{
	Name:      "client-refit",
	Doc:       `a client of Refit: AddRefitClient<ICartApi>().ConfigureHttpClient(c => c.BaseAddress = new Uri("http://cart"))`,
	Languages: []string{"csharp"},
	Words:     []string{"AddRefitClient", "AddRestEaseClient", "AddHttpClient", "RestService", "RestClient", "UseWithRestEaseClient"},
	find: func(f *file, i int) int {
		if f.byte(i+1) == '.' && f.is(i+2, "For") {
			i += 2
		}
		if f.byte(i+1) != '<' {
			return i
		}
		return f.typedClient(i, lastType(f, i+1))
	},
}

// lastType returns the first of the types in <> that begin at a token, without what it is a member of.
func lastType(f *file, open int) string {
	at := open + 1
	for f.byte(at+1) == '.' {
		at += 2
	}
	return f.string(at)
}

// retrofit is the same of Retrofit.
var retrofit = &Idiom{
	Name:      "client-retrofit",
	Doc:       `a client of Retrofit: new Retrofit.Builder().baseUrl("http://cart:8080").build().create(CartApi.class)`,
	Languages: []string{"java", "kotlin"},
	Words:     []string{"create"},
	find: func(f *file, i int) int {
		if f.byte(i-1) != '.' || f.byte(i+1) != '(' || f.byte(i+3) != '.' && f.byte(i+3) != ':' || !f.usesLibrary("retrofit") && !f.usesLibrary("feign") {
			return i
		}
		return f.typedClient(i, f.string(i+2))
	},
}

// typedClient shows the client of a type that the statement at a token makes, with the address in the statement, or
// the only one in the function around it.
func (f *file) typedClient(i int, symbol string) int {
	if !isCapital(symbol) {
		return i
	}
	low, high := f.statement(i)
	text, at := f.addressIn(low, high)
	if text == "" {
		if open := f.opening(low); open >= 0 {
			text, at = f.addressIn(open, f.closing(open))
		}
	}
	if text == "" {
		return i
	}
	f.show(at, graph.CodePlace{Kind: graph.CodeClient, Way: "source-client", Symbol: f.typeName(symbol), Key: symbol, Text: text})
	return i
}

// typeName returns the name of a type by which other files may use it.
func (f *file) typeName(name string) string {
	if f.lang.Name == "csharp" {
		return name
	}
	return f.scope().full(name)[0]
}

// statement returns the tokens between which a token's statement is.
func (f *file) statement(i int) (int, int) {
	low := i
	for depth := 0; low > 0 && low > i-maxDistance; low-- {
		switch f.byte(low) {
		case ')', ']', '}':
			depth++
		case '(', '[', '{':
			depth--
		case ';':
			if depth <= 0 {
				return low + 1, f.statementEnd(i)
			}
		}
		if depth < 0 {
			break
		}
	}
	return low + 1, f.statementEnd(i)
}

// statementEnd returns the token that ends a statement.
func (f *file) statementEnd(i int) int {
	for depth, end := 0, i; end < len(f.tokens) && end < i+maxDistance; end++ {
		switch f.byte(end) {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			if depth--; depth < 0 {
				return end
			}
		case ';':
			if depth == 0 {
				return end
			}
		}
	}
	return len(f.tokens)
}

// addressIn returns the one address or setting that what is between two tokens gives a client, and its token.
func (f *file) addressIn(low, high int) (string, int) {
	found, at := "", -1
	for i := low; i < high; i++ {
		switch f.string(i) {
		case "baseUrl", "BaseAddress", "Uri", "For", "target", "AddRestEaseClient":
		default:
			continue
		}
		open := i + 1
		if f.byte(open) == '<' {
			if open = f.genericEnd(&f.code, open); open == 0 {
				continue
			}
		}
		value := open + 1
		if f.byte(open) == '=' && f.byte(open+1) != '=' {
			value = open + 1
			if f.is(value, "new") {
				continue // new Uri(...)
			}
		} else if f.byte(open) != '(' {
			continue
		}
		v, _ := f.eval(value)
		if v.setting == "" && !strings.Contains(v.text, "://") {
			continue
		}
		if found != "" && found != v.text {
			return "", -1
		}
		found, at = v.text, value
	}
	return found, at
}
