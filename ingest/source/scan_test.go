package source

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	_ "github.com/weirgraph/weir/internal/testlong"
)

// show writes the tokens of a text that are neither space nor comment, strings in brackets.
func show(lang *Language, src string) string {
	s := newScanner(lang, []byte(src))
	var words []string
	for t, ok := s.next(); ok; t, ok = s.next() {
		part := src[t.start:t.end]
		switch t.kind {
		case text:
			words = append(words, "["+part+"]")
		case regex:
			words = append(words, "re:"+part)
		case word, number, punct:
			words = append(words, part)
		}
	}
	return strings.Join(words, " ")
}

func named(name string) *Language {
	return Languages[slices.IndexFunc(Languages, func(l *Language) bool { return l.Name == name })]
}

func TestTokens(t *testing.T) {
	tests := []struct{ lang, src, want string }{
		{"javascript", "a = b / c / d; // e 'f'\n g('h')", "a = b / c / d ; g ( ['h'] )"},
		{"javascript", "x.match(/a'[/]\"/g) || 'y'", "x . match ( re:/a'[/]\"/g ) | | ['y']"},
		{"javascript", "`a ${b + `c ${d}`} e` + f", "[`a ${b + `c ${d}`} e`] + f"},
		{"javascript", "`a ${ x['}'] } b`", "[`a ${ x['}'] } b`]"},
		{"typescript", "it's open\n next", "it ['s open] next"},
		{"go", "a := `x\\` + \"y\\\"z\" + '\"'", "a : = [`x\\`] + [\"y\\\"z\"] + ['\"']"},
		{"go", "/* a \n \"b */ c", "c"},
		{"csharp", `f(@"a""b\", $"x {y("z")} w", '"');`, `f ( [@"a""b\"] , [$"x {y("z")} w"] , ['"'] ) ;`},
		{"csharp", "#region \"a\nb", "b"},
		{"csharp", `"""` + "\na \"b\"\n" + `"""`, `["""` + "\na \"b\"\n" + `"""]`},
		{"python", "f'a {b[\"c\"]} d' r'\\' '''e\nf''' # g", "[f'a {b[\"c\"]} d'] [r'\\'] ['''e\nf''']"},
		{"python", "prefix = rb", "prefix = rb"},
		{"ruby", "a = \"x #{b(\"c\")} y\"\n=begin\n\"\n=end\nd", "a = [\"x #{b(\"c\")} y\"] d"},
		{"ruby", "x = <<~SQL\n  select 'a\nSQL\ny", "x = [<<~SQL\n  select 'a\nSQL] y"},
		{"ruby", "list << 'a'", "list < < ['a']"},
		{"lua", "--[[ 'a\n]] x = [[b\nc]] -- d", "x = [[[b\nc]]]"},
		{"php", "$a = 'it\\'s' . \"b $c\"; # d", "$a = ['it\\'s'] . [\"b $c\"] ;"},
		{"rust", "fn f<'a>(x: &'a str) { r#\"a\"b\"# }", "fn f < ' a > ( x : & ' a str ) { [r#\"a\"b\"#] }"},
		{"rust", "/* a /* b */ c */ d", "d"},
		{"kotlin", "\"a ${b(\"}\")} $c\" + d", "[\"a ${b(\"}\")} $c\"] + d"},
		{"java", "char c = '\\''; String s = \"a//b\";", "char c = ['\\''] ; String s = [\"a//b\"] ;"},
		{"c", "#include \"x\"\nR\"x(a)\" b)x\" L\"c\"", "[R\"x(a)\" b)x\"] [L\"c\"]"},
		{"scala", "s\"a ${b} c\" 'sym", "[s\"a ${b} c\"] ' sym"},
	}
	for _, tt := range tests {
		if got := show(named(tt.lang), tt.src); got != tt.want {
			t.Errorf("%s: %s\n got %s\nwant %s", tt.lang, tt.src, got, tt.want)
		}
	}
}

// FuzzTokens holds that every byte of any text is in exactly one token, in order.
func FuzzTokens(f *testing.F) {
	for i := range Languages {
		f.Add(i, "a = \"b ${c} \\\" d\" + 'e' /f/g; /* h */ // i\n# j\n<<~K\nK\n`l ${`m`}` r#\"n\"# @\"o\"\"p\" f'{q}' [[r]] \"\"\"s\"\"\"")
	}
	f.Fuzz(func(t *testing.T, lang int, src string) {
		checkTokens(t, Languages[((lang%len(Languages))+len(Languages))%len(Languages)], src)
	})
}

func checkTokens(t *testing.T, lang *Language, src string) {
	t.Helper()
	s := newScanner(lang, []byte(src))
	fast := tokenize(lang, []byte(src), nil).tokens
	at := int32(0)
	for tok, ok := s.next(); ok; tok, ok = s.next() {
		if tok.start != at || tok.end <= at || int(tok.end) > len(src) {
			t.Fatalf("%s: token %d-%d after %d in %q", lang.Name, tok.start, tok.end, at, src)
		}
		at = tok.end
		if tok.kind <= comment {
			continue
		}
		if len(fast) == 0 || fast[0] != tok {
			t.Fatalf("%s: tokenize differs at %d in %q", lang.Name, tok.start, src)
		}
		fast = fast[1:]
	}
	if int(at) != len(src) || len(fast) > 0 {
		t.Fatalf("%s: tokens end at %d of %d in %q", lang.Name, at, len(src), src)
	}
}

// TestOpenEnds cuts a text with everything in it at each byte, for each language.
func TestOpenEnds(t *testing.T) {
	src := "x = \"b ${c} \\\" d\" + 'e' /f/g; /* h */ // i\n# j\n<<~K\nl\nK\n`l ${`m`}` r#\"n\"# @\"o\"\"p\" f'{q}' [[r]] \"\"\"s\"\"\" '''t''' R\"u(v)u\"\n=begin\nw\n=end\n"
	for _, lang := range Languages {
		for i := range len(src) {
			checkTokens(t, lang, src[:i])
			checkTokens(t, lang, src[i:])
		}
	}
}

func BenchmarkTokens(b *testing.B) {
	for _, lang := range []string{"java", "javascript", "go", "python", "csharp"} {
		unit := "public class Cart { // comment about things\n  private final String url = \"http://cart:8080/items\" + path(1, 2);\n  int total(int a, int b) { return a + b * 3; }\n}\n"
		src := []byte(strings.Repeat(unit, 500))
		b.Run(fmt.Sprintf("language=%s", lang), func(b *testing.B) {
			b.SetBytes(int64(len(src)))
			var buffer []token
			for b.Loop() {
				buffer = tokenize(named(lang), src, buffer[:0]).tokens
			}
		})
	}
}

// TestHeredocEnds compares the ends of documents in the text with those that are found line by line.
func TestHeredocEnds(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	words := []string{"<<~A\n", "<<A", "<<-B ", "A\n", " B\n", "A1\n", "\tA;\n", "_\n", "a\n", "\n", "x ", "<<_\n", "B"}
	for range 5_000 {
		var text strings.Builder
		for range r.IntN(20) {
			text.WriteString(words[r.IntN(len(words))])
		}
		src := []byte(text.String())
		s := newScanner(named("ruby"), src)
		for i := range src {
			if !bytes.HasPrefix(src[i:], []byte("<<")) {
				continue
			}
			if got, want := s.heredocEnd(i+2), slowHeredocEnd(text.String(), i+2); got != want {
				t.Fatalf("%q: the document at %d ends at %d, want %d", src, i, got, want)
			}
		}
	}
}

func slowHeredocEnd(src string, i int) int {
	rest := strings.TrimLeft(src[i:], `~-"'`)
	mark := regexp.MustCompile(`^[A-Z_]\w*`).FindString(rest)
	if mark == "" {
		return -1
	}
	at := len(src) - len(rest) + len(mark)
	n := strings.IndexByte(src[at:], '\n')
	if n < 0 {
		return -1
	}
	found := regexp.MustCompile(`(?m)^[ \t]*` + mark + `\b`).FindStringIndex(src[at+n+1:])
	if found == nil {
		return -1
	}
	return at + n + 1 + found[1]
}

// Documents in the text that have no end are not searched for to the end of the file, each by itself: that took a minute.
func TestHeredocsWithoutEnd(t *testing.T) {
	var src strings.Builder
	for i := range 60_000 {
		fmt.Fprintf(&src, "<<<E%d\n", i)
	}
	start := time.Now()
	n := 0
	s := newScanner(named("php"), []byte(src.String()))
	for _, ok := s.next(); ok; _, ok = s.next() {
		n++
	}
	if took := time.Since(start); n < 60_000 || took > 20*time.Second {
		t.Errorf("%d tokens take %v", n, took)
	}
}
