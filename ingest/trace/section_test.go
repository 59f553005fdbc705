package trace

import (
	"bytes"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestSectionsHaveEachValueOnce reads files in parts of all sizes: together they have every byte once,
// and each part begins with a value.
func TestSectionsHaveEachValueOnce(t *testing.T) {
	line := `{"resourceSpans":[{"a":"x\ny"}]}`
	for _, text := range []string{
		strings.Repeat(line+"\n", 8),
		strings.Repeat(line+"\r\n", 8),
		strings.Repeat("2026-01-01 pod "+line+"\nnothing to report\n", 5),
		strings.Repeat("{\n  \"resourceSpans\": [\n{\n}\n,\n{\n}\n]\n}\n", 6),
		strings.Repeat(line+"\n\n\n", 9) + line,
		line, "", "\n",
	} {
		sectionsOf(t, []byte(text), rand.New(rand.NewPCG(1, uint64(len(text)))))
	}
}

func sectionsOf(t *testing.T, text []byte, random *rand.Rand) {
	t.Helper()
	open := func(at int64) (io.Reader, error) { return bytes.NewReader(text[min(at, int64(len(text))):]), nil }
	for step := int64(1); step < int64(len(text))+3; step += 1 + random.Int64N(9) {
		var all []byte
		for from := int64(0); from < int64(len(text)); {
			s, err := NewSection(from, open)
			if err != nil {
				t.Fatal(err)
			}
			for range 1 + random.IntN(3) { // parts that one process reads one after the other
				from += step
				if s.At() >= from {
					continue
				}
				if at := s.At(); at > 0 && at < int64(len(text)) && (text[at-1] != '\n' || bytes.IndexByte(withinValue, text[at]) >= 0) {
					t.Fatalf("parts of %d bytes: a value begins in %q", step, text[at-1:])
				}
				part, err := io.ReadAll(s.Until(from))
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, part...)
			}
		}
		if !bytes.Equal(all, text) {
			t.Fatalf("parts of %d bytes are %q, want %q", step, all, text)
		}
	}
}

// FuzzSections does so with any text.
func FuzzSections(f *testing.F) {
	for _, s := range seeds() {
		f.Add([]byte(s[:min(len(s), 500)]))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		sectionsOf(t, text[:min(len(text), 1000)], rand.New(rand.NewPCG(1, 1)))
	})
}
