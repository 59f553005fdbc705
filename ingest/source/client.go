package source

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
)

// feign is a client that an annotation declares, of Spring Cloud: the name is that of a service in the
// registry, unless there is an address.
var feign = &Idiom{
	Name:      "client-feign",
	Doc:       `a client of Feign: @FeignClient(name = "cart")`,
	Languages: jvm,
	Words:     []string{"FeignClient"},
	find: func(f *file, i int) int {
		return f.declaredClient(i, []string{"url"}, []string{"name", "value", "serviceId"})
	},
}

// micronautClient is the same of Micronaut.
var micronautClient = &Idiom{
	Name:      "client-micronaut",
	Doc:       `a client of Micronaut: @Client(id = "cart")`,
	Languages: jvm,
	Words:     []string{"Client"},
	find:      func(f *file, i int) int { return f.declaredClient(i, nil, []string{"value", "id"}) },
}

// restClient is the same of MicroProfile.
var restClient = &Idiom{
	Name:      "client-microprofile",
	Doc:       `a client of MicroProfile: @RegisterRestClient(baseUri = "http://cart:8080")`,
	Languages: jvm,
	Words:     []string{"RegisterRestClient"},
	find:      func(f *file, i int) int { return f.declaredClient(i, []string{"baseUri"}, nil) },
}

var jvm = []string{"groovy", "java", "kotlin"}

// exchange is the registration of an interface of Spring for HTTP.
var exchange = &Idiom{
	Name:      "client-exchange",
	Doc:       `an interface of Spring for HTTP: @HttpExchange("http://cart:8080")`,
	Languages: jvm,
	Words:     []string{"HttpExchange"},
	find:      func(f *file, i int) int { return f.declaredClient(i, []string{"url", "value"}, nil) },
}

// declaredClient shows the client that an annotation at a token declares: an address under the first names
// that it has, else a name of a service. What has no name in the annotation is its value.
func (f *file) declaredClient(i int, addresses, names []string) int {
	if f.byte(i-1) != '@' || f.byte(i+1) != '(' {
		return i
	}
	end := f.closing(i + 1)
	symbol := f.typeAfter(end + 1)
	if symbol == "" {
		return i
	}
	symbol = strings.TrimPrefix(f.scope().pkg+"."+symbol, ".")
	place := graph.CodePlace{Kind: graph.CodeClient, Way: "source-client", Symbol: symbol, Key: f.string(i)}
	for _, name := range addresses {
		if text, ok := f.annotated(i+1, name); ok && text != "" && text[0] != '/' {
			if place.Text = text; !strings.Contains(text, "://") && !strings.HasPrefix(text, "${") {
				place.Text = "http://" + text
			}
			f.show(i, place)
			return end
		}
	}
	for _, name := range names {
		text, ok := f.annotated(i+1, name)
		if !ok || text == "" {
			continue
		}
		if strings.HasPrefix(text, "/") && (f.is(i, "Client") || strings.Count(text, "/") > 1) {
			return end // a path of the program itself
		}
		place.Text = strings.Trim(text, "/")
		f.show(i, place)
		return end
	}
	return end
}

// annotated returns the text that an annotation, whose bracket opens at a token, has under a name; the one
// without a name is "value".
func (f *file) annotated(open int, name string) (string, bool) {
	at := f.argument(open, name)
	if at < 0 && name == "value" {
		if args := f.args(open); len(args) == 1 && f.byte(args[0]+1) != '=' {
			at = args[0]
		}
	}
	if at < 0 {
		return "", false
	}
	if f.byte(at) == '{' || f.byte(at) == '[' {
		at++
	}
	v, _ := f.eval(at)
	if v.text == unknown.text && f.kind(at) == word {
		return constantText(f, at), true
	}
	return v.text, v.literal
}

// constantText names a constant of another file: "@Names.CART".
func constantText(f *file, at int) string {
	name := f.string(at)
	for f.byte(at+1) == '.' && f.kind(at+2) == word {
		name, at = lastName(name)+"."+f.string(at+2), at+2
	}
	return "@" + name
}

// typeAfter returns the name of the type that is declared behind annotations and modifiers.
func (f *file) typeAfter(i int) string {
	for n := 0; n < 40 && i < len(f.tokens); n++ {
		switch {
		case f.byte(i) == '@':
			i += 2
			for f.byte(i) == '.' {
				i += 2
			}
			if f.byte(i) == '(' {
				i = f.closing(i) + 1
			}
		case f.is(i, "interface"), f.is(i, "class"), f.is(i, "trait"):
			return f.string(i + 1)
		case f.kind(i) == word:
			i++
		default:
			return ""
		}
	}
	return ""
}

// names are constants with names of services, which annotations in other files refer to.
var names = &Idiom{
	Name:      "constant",
	Doc:       `a constant with the name of a service: String CART = "cart-service"`,
	Languages: jvm,
	Words:     []string{"String", "const"},
	find: func(f *file, i int) int {
		at := i + 1
		if f.is(at, "val") {
			at++
		}
		if f.kind(at) != word || f.byte(at+1) != '=' || f.kind(at+2) != text {
			return i
		}
		name := f.string(at)
		v, ok := f.plain(at + 2)
		if !ok || name != strings.ToUpper(name) || !isServiceName(v) {
			return i
		}
		f.show(at+2, graph.CodePlace{Kind: graph.CodeConstant, Symbol: f.typeOfFile() + "." + name, Text: v})
		return at + 2
	},
}

// typeOfFile returns the name of the file without its extension, which is that of its type in most languages.
func (f *file) typeOfFile() string {
	name := f.path[strings.LastIndexByte(f.path, '/')+1:]
	name, _, _ = strings.Cut(name, ".")
	return name
}

// isServiceName reports whether a text may be the name of a service: small letters, digits, and marks between.
func isServiceName(s string) bool {
	if len(s) < 3 || len(s) > 60 || s[0] < 'a' || s[0] > 'z' {
		return false
	}
	return strings.Trim(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz0123456789-_.") == ""
}

// A scopeOfNames is the package of a file and what it imports, by which the names of types are those of other
// files.
type scopeOfNames struct {
	pkg      string
	imports  map[string]string // full names by the last one
	packages []string          // of which all names are imported
}

// names returns the package and the imports of the file.
func (f *file) scope() *scopeOfNames {
	if f.names != nil {
		return f.names
	}
	s := &scopeOfNames{imports: map[string]string{}}
	f.names = s
	for i := 0; i < len(f.tokens) && i < 2000; i++ {
		isImport := f.is(i, "import")
		if !isImport && !f.is(i, "package") || i > 0 && f.byte(i-1) != ';' && f.joined(i-1) {
			continue
		}
		if f.is(i+1, "static") {
			i++
		}
		var full strings.Builder
		at := i + 1
		for f.kind(at) == word || f.byte(at) == '*' {
			full.Write(f.bytes(at))
			if at++; f.byte(at) != '.' {
				break
			}
			full.WriteByte('.')
			at++
		}
		name := full.String()
		switch all, ok := strings.CutSuffix(name, ".*"); {
		case !isImport:
			s.pkg = name
		case ok:
			s.packages = append(s.packages, all)
		default:
			s.imports[lastName(name)] = name
		}
		i = at - 1
	}
	return s
}

// full returns the full names that the name of a type may have.
func (s *scopeOfNames) full(name string) []string {
	if full, ok := s.imports[name]; ok {
		return []string{full}
	}
	list := []string{strings.TrimPrefix(s.pkg+"."+name, ".")}
	for _, p := range s.packages {
		list = append(list, p+"."+name)
	}
	return list
}

// addType notes that the file has a field, a parameter or a variable of the type at a token.
func (f *file) addType(i int) {
	next := f.kind(i+1) == word && !isKeyword(f.bytes(i+1)) && !f.is(i+1, "extends") && !f.is(i+1, "implements")
	before := f.byte(i-1) == ':' || f.byte(i-1) == '<' || f.is(i-1, "new")
	if !next && !before || f.is(i-1, "interface") || f.is(i-1, "class") {
		return
	}
	f.use(i)
}

// use notes that the file uses the name at a token.
func (f *file) use(i int) {
	if name := f.bytes(i); !f.used[string(name)] {
		f.note(string(name))
	}
}

func (f *file) note(name string) {
	if f.used == nil {
		f.used = map[string]bool{}
	}
	f.used[name] = true
}

// uses returns the full names of the types and the names of the constants that the file uses, sorted.
func (f *file) uses() []string {
	var list []string
	for name := range f.used {
		if isConstant([]byte(name)) || f.lang.Name == "csharp" {
			list = append(list, name)
			continue
		}
		list = append(list, f.scope().full(name)...)
	}
	slices.Sort(list)
	return list
}
