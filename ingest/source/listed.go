package source

import (
	"bytes"
	"strings"

	"github.com/weirgraph/weir/graph"
)

// listed is a setting in a list of addresses that are let in or returned to, and not called: the redirects of a client of
// OAuth, the origins of CORS. What else the program does with the setting counts before that.
var listed = &Idiom{
	Name:      "listed",
	Doc:       `a setting among addresses that are not called: RedirectUris = { $"{configuration["CART_URL"]}/signin" }`,
	Languages: []string{"csharp", "javascript", "kotlin", "typescript"},
	find: func(f *file, i int) int {
		body := inside(&f.code, i)
		if bytes.IndexByte(body, '{') < 0 || !bytes.Contains(body, []byte("env")) && !bytes.Contains(body, []byte("onfig")) || !f.takesExpressions(i) {
			return i
		}
		text := f.literal(&f.code, i).text
		name, _, ok := strings.Cut(strings.TrimPrefix(text, "${"), "}")
		if !ok || !strings.HasPrefix(text, "${") || name == "" || strings.ContainsAny(name, ":{$@ ") {
			return i
		}
		f.useSetting(i, i, name)
		return i
	},
}

// useSetting notes what an expression with a setting, which begins at a token, is for.
func (f *file) useSetting(at, start int, name string) {
	if s := f.spotOf(start); isListed(s.name()) || isListed(s.last) || f.isInList(start) {
		f.show(at, graph.CodePlace{Kind: graph.CodeListed, Key: name})
		return
	}
	f.out.Settings = append(f.out.Settings, name)
}

// isInList reports whether what begins at a token is among the values of a name for addresses that are not called:
// RedirectUris = { ... }, redirectUris: [ ... ], or is the page of a client that has such ones.
func (f *file) isInList(start int) bool {
	open := f.opening(start)
	if c := f.byte(open); c != '{' && c != '[' {
		return false
	}
	if strings.EqualFold(f.keyBefore(start), "clientUri") {
		at, _ := f.field(open, "RedirectUris")
		return at >= 0
	}
	key := f.keyBefore(open)
	for at := open - 1; key == "" && at > open-12; at-- { // new List<string> {
		if f.is(at, "new") {
			key = f.keyBefore(at)
			break
		}
		if c := f.byte(at); f.kind(at) != word && c != '<' && c != '>' && c != '(' && c != ')' && c != '[' && c != ']' {
			break
		}
	}
	return key != "" && isListed(key)
}
