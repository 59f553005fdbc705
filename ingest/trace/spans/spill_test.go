package spans

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// collect keeps 2000 spans of as many traces.
func collect(s *Spill) *Collector {
	c := &Collector{}
	s.Bound(c)
	var d Builder
	for i := range uint64(2000) {
		d.Trace, d.Span = ID{lo: i + 1}, ID{lo: 7}
		c.Add(&d)
		if i%100 == 0 {
			c.Keep()
		}
	}
	c.Keep()
	return c
}

// TestSpillFails has no place for the file, then no room in it, and then none of it
// is left.
func TestSpillFails(t *testing.T) {
	fails := func(t *testing.T, s *Spill, is error, hint string) {
		t.Helper()
		var err *SpillError
		if !errors.As(s.Err(), &err) || !errors.Is(err, is) || !strings.Contains(err.Hint(), hint) || !strings.Contains(err.Error(), s.dir) {
			t.Errorf("the error is %v, want %v in %q and a hint of %q", s.Err(), is, s.dir, hint)
		}
	}
	t.Run("no directory", func(t *testing.T) {
		s := NewSpill(1000, filepath.Join(t.TempDir(), "none"))
		collect(s)
		fails(t, s, os.ErrNotExist, "TMPDIR")
	})
	t.Run("no space", func(t *testing.T) {
		full, err := os.OpenFile("/dev/full", os.O_RDWR, 0)
		if err != nil {
			t.Skip(err)
		}
		s := NewSpill(1000, "/dev")
		s.file = full
		collect(s)
		s.Settle()
		fails(t, s, syscall.ENOSPC, "free some disk space")
	})
	t.Run("closed", func(t *testing.T) {
		s := NewSpill(1000, t.TempDir())
		collect(s)
		s.Close()
		collect(s)
		fails(t, s, os.ErrClosed, "TMPDIR")
	})
	t.Run("cut", func(t *testing.T) {
		s := NewSpill(1000, t.TempDir())
		c := collect(s)
		s.Settle()
		if err := s.file.Truncate(1000); err != nil {
			t.Fatal(err)
		}
		for part := range Parts {
			s.Report(s.Each(c.Buffer.Parts[part].Runs, func(*Packed) {}))
		}
		if s.Err() == nil {
			t.Error("what was cut off is not missed")
		}
	})
}
