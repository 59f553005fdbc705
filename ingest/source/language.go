package source

import (
	"path"
	"strings"
	"sync"
)

// A Language is what the tokenizer has to know of a language: its comments and its strings.
type Language struct {
	Name       string
	Extensions []string

	slashes bool   // comments are // and /* */
	nested  bool   // /* */ holds others
	hash    bool   // comments are #
	dashes  bool   // comments are -- and --[[ ]]
	begin   bool   // comments are =begin and =end at the start of lines
	lines   bool   // a line that begins with # is for the preprocessor
	quotes  string // what begins and ends a string
	long    string // those of quotes whose strings run over lines
	char    bool   // ' is for one character, or a lifetime, and not for a string
	plain   string // those of quotes in whose strings a backslash means itself
	triple  string // those of quotes that three of begin a string over lines
	prefix  string // letters before a quote that belong to the string
	regex   bool   // /.../ is an expression
	long2   bool   // [[ ]] is a string
	heredoc string // what begins a document in the text: "<<", "<<<"
	opens   string // what begins an expression in strings, "${", "#{"
	opensIn string // of which quotes; "" is all but those that take no expression
	dollar  bool   // $name in a string is an expression
	concat  string // what joins strings: "+", ".", ".."
	bare    bool   // functions are called without brackets
	types   bool   // the use of a type is its name before another one

	once    sync.Once
	starts  [256]bool // see startsAt
	letters [256]bool // those of prefix

}

// startsAt reports for each byte whether a comment, a string or an expression may begin with it.
func (l *Language) startsAt() *[256]bool {
	l.once.Do(func() {
		for _, c := range l.quotes {
			l.starts[c] = true
		}
		for _, c := range l.prefix {
			l.letters[c] = true
		}
		for c, on := range map[byte]bool{
			'/': l.slashes || l.regex, '#': l.hash || l.lines, '-': l.dashes, '=': l.begin, '\'': l.char, '[': l.long2, '<': l.heredoc != "",
			'@': strings.Contains(l.prefix, "@"),
		} {
			l.starts[c] = l.starts[c] || on
		}
	})
	return &l.starts
}

// Languages are those that are read, by name.
var Languages = []*Language{
	{Name: "c", Extensions: []string{".c", ".h", ".cc", ".cpp", ".cxx", ".hpp", ".hh"}, slashes: true, lines: true, quotes: `"`, char: true, prefix: "LuUR8", concat: "+"},
	{Name: "csharp", Extensions: []string{".cs"}, slashes: true, lines: true, quotes: `"`, char: true, triple: `"`, prefix: "$@", opens: "{", concat: "+", types: true},
	{Name: "elixir", Extensions: []string{".ex", ".exs"}, hash: true, quotes: `"'`, long: `"`, triple: `"`, opens: "#{", opensIn: `"`, bare: true, concat: "<>"},
	{Name: "go", Extensions: []string{".go"}, slashes: true, quotes: "\"`", char: true, long: "`", plain: "`", concat: "+"},
	{Name: "groovy", Extensions: []string{".groovy"}, slashes: true, quotes: `"'`, triple: `"'`, opens: "${", opensIn: `"`, dollar: true, bare: true, concat: "+", types: true},
	{Name: "java", Extensions: []string{".java"}, slashes: true, quotes: `"`, char: true, triple: `"`, concat: "+", types: true},
	{Name: "javascript", Extensions: []string{".js", ".mjs", ".cjs", ".jsx"}, slashes: true, quotes: "\"'`", long: "`", regex: true, opens: "${", opensIn: "`", concat: "+"},
	{Name: "kotlin", Extensions: []string{".kt"}, slashes: true, nested: true, quotes: `"`, char: true, triple: `"`, opens: "${", dollar: true, concat: "+", types: true},
	{Name: "lua", Extensions: []string{".lua"}, dashes: true, quotes: `"'`, long2: true, concat: ".."},
	{Name: "php", Extensions: []string{".php"}, slashes: true, hash: true, quotes: `"'`, long: `"'`, heredoc: "<<<", opens: "{$", opensIn: `"`, dollar: true, concat: "."},
	{Name: "python", Extensions: []string{".py"}, hash: true, quotes: `"'`, triple: `"'`, prefix: "rRbBfFuU", opens: "{", concat: "+"},
	{Name: "ruby", Extensions: []string{".rb"}, hash: true, begin: true, quotes: `"'`, long: `"'`, regex: true, heredoc: "<<", opens: "#{", opensIn: `"`, bare: true, concat: "+"},
	{Name: "rust", Extensions: []string{".rs"}, slashes: true, nested: true, quotes: `"`, char: true, long: `"`, prefix: "rbc", concat: "+"},
	{Name: "scala", Extensions: []string{".scala"}, slashes: true, nested: true, quotes: `"`, char: true, triple: `"`, prefix: "sf", opens: "${", dollar: true, concat: "+"},
	{Name: "typescript", Extensions: []string{".ts", ".mts", ".cts", ".tsx"}, slashes: true, quotes: "\"'`", long: "`", regex: true, opens: "${", opensIn: "`", concat: "+"},
}

var byExtension = func() map[string]*Language {
	m := map[string]*Language{}
	for _, l := range Languages {
		for _, e := range l.Extensions {
			m[e] = l
		}
	}
	return m
}()

// LanguageOf returns the language of a file by its name, nil if it is none that is read.
func LanguageOf(name string) *Language { return byExtension[strings.ToLower(path.Ext(name))] }
