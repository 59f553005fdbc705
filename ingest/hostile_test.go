package ingest

import (
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/link"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/internal/testlong"
)

// TestHostile reads hostile input, with the spy. Every case has to end within the time
// and memory of an ordinary file of its size, with a clear message.
func TestHostile(t *testing.T) {
	r := strings.Repeat
	good := "\n---\n" + object("Service", "good")
	tests := []struct{ name, text, want string }{
		{"empty", "", "1 files, 0 documents"},
		{"alias bomb", "kind: Service\nmetadata: {name: bomb}\na: &a [x, x, x, x, x]\nb: &b [*a, *a, *a, *a]\nc: &c [*b, *b, *b, *b]\nd: [*c, *c, *c]", "Service bomb"},
		{"alias of itself", "kind: Service\nmetadata: &m {name: self, m: *m}\n", "Service self"},
		{"deep flow", "kind: Service\na: " + r("[", 100_000), "nested too deep"},
		{"deep flow mappings", "kind: Service\na: " + r("{a: ", 100_000), "nested too deep"},
		{"deep flow, closed", "kind: Service\na: " + r("[", 100_000) + r("]", 100_000), "nested too deep"},
		{"deep blocks", "kind: Service\na:\n " + r("- ", 100_000), "nested too deep"},
		{"deep json", `{"kind": "Service", "a": ` + r("[", 100_000) + r("]", 100_000) + "}", "nested more than 10000 deep"},
		{"deep json objects", `{"kind": "Service", "a": ` + r(`{"a":`, 100_000), "nested"},
		{"long line", "kind: Service\na: " + r("x", 40<<20), "a document of 40 MB"},
		{"long line of an unread kind", "kind: Unwanted\na: " + r("x", 40<<20), "skipped 1 Unwanted"},
		{"long line of values", "kind: Service\na: [" + r("x,", 8<<20) + "]", "a document of about 8 million values"},
		{"long key", r("k", 1<<20) + ": v", "skipped 1 yaml without kind"},
		{"long kind", "kind: " + r("K", 1<<20) + "\n", r("K", 80) + ", first"},
		{"many keys", r("k: v\n", 100_000), "skipped 1 yaml without kind"},
		{"many documents", r("a: b\n---\n", 50_000), "skipped 50000 yaml without kind"},
		{"many marks", r("---\n", testlong.N(100_000, 1_000_000)), "0 documents"},
		{"binary", "\x7fELF\x02\x01\x01\x00\x00" + r("\x00\xff", 1000), "is a binary file: byte 8 is zero"},
		{"zero byte at the end", "kind: Service\n\x00", "is a binary file: byte 15 is zero"},
		{"invalid UTF-8", "kind: Service\nmetadata: {name: \xff}\n", "stdin:2:18: the byte 0xff is not UTF-8"},
		{"control characters", "kind: Service\nmetadata: {name: a\x07b}\n", "stdin:2:19: a control character, 0x07"},
		{"escapes in a name", "kind: Service\nmetadata: {name: \"\\e[2J\\e[1;31mred\\u0000\\x08\"}\n", "Service red\n"},
		{"escapes in a kind", "kind: \"\\e[31mRed\"\n", "skipped 1 Red"},
		{"UTF-16", utf16File(binary.LittleEndian, true), "Service sixteen"},
		{"UTF-16, the other end first", utf16File(binary.BigEndian, true), "Service sixteen"},
		{"UTF-16 without a mark", utf16File(binary.LittleEndian, false), "is UTF-16 without a byte order mark"},
		{"UTF-32", "\xff\xfe\x00\x00k\x00\x00\x00", "is UTF-32"},
		{"gzip bomb", pack(t, "gzip", r("\n", testlong.N(20, 80)<<20)), "unpacks to more than 16 MB"},
		{"zstd bomb", pack(t, "zstd", r("\n", testlong.N(20, 80)<<20)), "unpacks to more than 16 MB"},
		{"gzip in gzip", pack(t, "gzip", pack(t, "gzip", good)), "is a binary file"},
		{"gzip without end", pack(t, "gzip", good)[:20], "ends too early"},
		{"gzip of nothing", "\x1f\x8b", "is damaged gzip"},
		{"panic of a reader", object("Service", "panic") + good, `the reader "spy" failed on this document: as asked`},
		{"a shell transcript", "$ kubectl get pods\nNAME   READY\nweb    1/1\n$ exit\n" + good, "Service good"},
		{"markdown", "# Title\n\nSome text: with colons: in it\n\n* a\n* b\n" + good, "Service good"},
		{"broken between good ones", good + "\n---\nkind: Service\na: [b\n" + good, "a bracket without end"},
		{"a name of line breaks", "kind: Service\nmetadata: {name: \"" + r("\\n", 1000) + "\"}\n", "Service"},
		{"old Mac", strings.ReplaceAll(object("Service", "mac"), "\n", "\r"), "stdin:4:9: Service mac"},
		{"git-crypt", "\x00GITCRYPT\x00\x12\xff\x00", "stdin is encrypted (git-crypt)"},
		{"age", "age-encryption.org/v1\n-> X25519 \xff\x00", "stdin is encrypted (age)"},
		{"helm", "kind: Service\nmetadata:\n  name: {{ .Release.Name }}\n", "stdin:3: the chart of stdin is not rendered"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			write(t, nil)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			got, err := read(t, Options{Stdin: strings.NewReader(tt.text)}, "-")
			if err != nil {
				t.Fatal(err)
			}
			runtime.ReadMemStats(&after)
			if !strings.Contains(got, tt.want) {
				t.Errorf("%q is missing in:\n%.2000s", tt.want, got)
			}
			if strings.ContainsAny(got, "\x1b\x00\x07\x08") {
				t.Errorf("control characters got through: %q", got)
			}
			// All that was allocated, not the peak: generous, and still far below what a
			// bomb that goes off would take.
			if used, most := after.TotalAlloc-before.TotalAlloc, uint64(256<<20+10*len(tt.text)); used > most {
				t.Errorf("%d MB are allocated for %d bytes, want at most %d MB", used>>20, len(tt.text), most>>20)
			}
			if took := time.Since(start); took > time.Minute {
				t.Errorf("it takes %v", took)
			}
		})
	}
}

func utf16File(order binary.AppendByteOrder, mark bool) string {
	text := object("Service", "sixteen")
	if mark {
		text = "\uFEFF" + text
	}
	var b []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		b = order.AppendUint16(b, unit)
	}
	return string(b)
}

// TestHostileNames reads files whose names would do harm on a terminal.
func TestHostileNames(t *testing.T) {
	write(t, map[string]string{"\x1b[31mred\n.yaml": object("Service", "a"), "a b: \"c\".yaml": object("Service", "b")})
	got, err := read(t, Options{}, ".")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(got, "Service a") || !strings.Contains(got, "Service b") || strings.Contains(got, "\x1b") {
		t.Errorf("got %q", got)
	}
}

// TestCancel ends the reading in the middle.
func TestCancel(t *testing.T) {
	write(t, nil)
	ctx, cancel := context.WithCancel(context.Background())
	stop := &document.Reader{
		Name: "stop", Match: func(*document.Head) bool { return true },
		Read: func(*document.Document, *graph.Facts) { cancel() },
	}
	o := Options{Stdin: strings.NewReader(strings.Repeat(object("Service", "a")+"---\n", 20_000)), Readers: []*document.Reader{stop}, Workers: 2}
	var b link.Builder
	if err := Read(ctx, []string{"-"}, o, &b); err != context.Canceled {
		t.Errorf("Read returns %v, want %v", err, context.Canceled)
	}
	if b.Coverage.Documents == 20_000 {
		t.Error("everything is read all the same")
	}
}

// FuzzRead reads any bytes with all readers.
func FuzzRead(f *testing.F) {
	samples, err := filepath.Glob("../testdata/ingest/*/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range samples {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			f.Add(file.Data)
		}
	}
	for _, s := range []string{
		"\x1f\x8b", "\x28\xb5\x2f\xfd", "\xff\xfea\x00", "kind: List\nitems:\n- \n- kind: Service\n", archive(f, `{"resourceSpans":[]}`, ""), archive(f, "from,to\na,b\n")[:2000], "{\"kind\":\"List\",\"items\":[{}]}", "a: &a {<<: *a}\nkind: Deployment\n",
		"apiVersion: v1\nkind: Service\nspec:\n- a\n", "apiVersion: apps/v1\nkind: Deployment\nmetadata: [a]\nspec: {template: {spec: {containers: {a: 1}}}}\n", "services:\n  a: \n  b: []\n  c: {depends_on: {d: }}\n",
	} {
		f.Add([]byte(s))
	}
	dir := f.TempDir()
	if err := os.Chdir(dir); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var want graph.Coverage
		for workers := 1; workers <= 2; workers++ {
			var b link.Builder
			if err := Read(context.Background(), []string{"-"}, Options{Stdin: strings.NewReader(string(text)), Workers: workers}, &b); err != nil {
				t.Fatal(err)
			}
			for _, p := range b.Coverage.Problems {
				if strings.Contains(p.Message, "broke down") || strings.Contains(p.Message, "gave up") {
					t.Fatalf("%s: %s", p.Origin, p.Message)
				}
			}
			if workers == 1 {
				want = b.Coverage
			} else if got := b.Coverage; got.Documents != want.Documents || len(got.Problems) != len(want.Problems) {
				t.Fatalf("%d documents and %d problems with two workers, %d and %d with one", got.Documents, len(got.Problems), want.Documents, len(want.Problems))
			}
			b.Build()
		}
	})
}
