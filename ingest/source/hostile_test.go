package source

import (
	"strings"
	"testing"
	"time"

	_ "github.com/weirgraph/weir/internal/testlong"
)

// TestOneLine reads files of one line with the same again and again, as no person writes them. Each took from five
// seconds to a minute when what begins at each token was read to the end of the expression or of the line.
func TestOneLine(t *testing.T) {
	const size = 150_000
	for _, tt := range []struct{ name, again string }{
		{"web/server.js", "process.env.A||"},
		{"web/server.js", "axios.get(`${a}"},
		{"web/server.js", `fetch("http://h/");`},
		{"web/main.go", `os.Getenv("A")+`},
	} {
		start := time.Now()
		placesIn(tt.name, strings.Repeat(tt.again, size/len(tt.again)))
		if took := time.Since(start); took > 8*time.Second {
			t.Errorf("%s with %d times %q takes %v", tt.name, size/len(tt.again), tt.again, took)
		}
	}
}

// Where a line has many tokens, its first token and the columns are those that are found one by one.
func TestLongLines(t *testing.T) {
	src := "a = 1;\n" + strings.Repeat("b(\"c\nd\"), ", 300) + "e\nf"
	f := &file{code: tokenize(named("javascript"), []byte(src), nil), lang: named("javascript")}
	for i := range f.tokens {
		want := i
		for want > 0 && !f.newLine(want) {
			want--
		}
		if got := f.lineStart(i); got != want {
			t.Fatalf("the line of token %d begins with token %d, want %d", i, got, want)
		}
		at := int(f.tokens[i].start)
		if got, want := f.column(i), at-strings.LastIndexByte(src[:at], '\n'); got != want {
			t.Fatalf("token %d is in column %d, want %d", i, got, want)
		}
	}
}
