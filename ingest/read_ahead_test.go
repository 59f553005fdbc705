package ingest

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// TestAhead reads ahead of readers of every habit: all of the text and the error at
// its end have to arrive.
func TestAhead(t *testing.T) {
	text := strings.Repeat("all of it, ", 100_000)
	broken := errors.New("broken")
	for _, tt := range []struct {
		name string
		in   io.Reader
		want error
	}{
		{"plain", strings.NewReader(text), nil},
		{"in halves", iotest.HalfReader(strings.NewReader(text)), nil},
		{"with its end", iotest.DataErrReader(strings.NewReader(text)), nil},
		{"cut off", io.MultiReader(strings.NewReader(text), iotest.ErrReader(io.ErrUnexpectedEOF)), io.ErrUnexpectedEOF},
		{"broken", io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken)), broken},
	} {
		t.Run(tt.name, func(t *testing.T) {
			done := make(chan bool)
			a := newReadAhead(tt.in, func() { close(done) })
			got, err := io.ReadAll(a)
			if !errors.Is(err, tt.want) {
				t.Errorf("the end is %v, want %v", err, tt.want)
			}
			if string(got) != text {
				t.Errorf("%d bytes, want %d", len(got), len(text))
			}
			<-done
		})
	}
}

// TestAheadClose stops in the middle of what has no end.
func TestAheadClose(t *testing.T) {
	done := make(chan bool)
	a := newReadAhead(endless{}, func() { close(done) })
	if _, err := io.CopyN(io.Discard, a, 1<<20); err != nil {
		t.Fatal(err)
	}
	a.Close()
	<-done
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return copy(p, bytes.Repeat([]byte("x"), len(p))), nil }
