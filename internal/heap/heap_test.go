package heap

import (
	"math"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/weirgraph/weir/internal/testlong"
)

func TestLimit(t *testing.T) {
	t.Setenv("GOGC", "")
	t.Setenv("GOMEMLIMIT", "")
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(-1))
	within := func(want int64) {
		t.Helper()
		for range 100 {
			runtime.GC()
			if debug.SetMemoryLimit(-1) == want {
				return
			}
			time.Sleep(time.Millisecond) // until the finalizer has run
		}
		t.Errorf("the limit is %d, want %d", debug.SetMemoryLimit(-1), want)
	}
	var givenUp atomic.Int32
	l := NewLimit(64<<20, func() { givenUp.Add(1) })
	l.Begin()
	within(64 << 20)
	used := make([]byte, 80<<20) // more than the limit
	within(math.MaxInt64)
	if n := givenUp.Load(); n != 1 {
		t.Errorf("the limit was given up %d times, want once", n)
	}
	l.Begin()
	l.Raise(1 << 20)
	if got := debug.SetMemoryLimit(-1); got != math.MaxInt64 {
		t.Errorf("a limit of %d is in effect, which the heap exceeds", got)
	}
	runtime.KeepAlive(used)
	l.Raise(200 << 20)
	within(265 << 20)
	within(265 << 20)

	t.Setenv("GOGC", "100")
	l.Raise(1)
	within(265 << 20)
}

// TestInVain has collections with 100 bytes in use, of which a second one in a row within 8 is in vain.
func TestInVain(t *testing.T) {
	for _, tt := range []struct {
		name      string
		allocated []uint64 // until each collection
		forced    []uint64
		want      bool // after the last one
	}{
		{"far apart", []uint64{1000, 1010, 1020, 1030}, []uint64{0, 0, 0, 0}, false},
		{"close once", []uint64{1000, 1007}, []uint64{0, 0}, false},
		{"close twice", []uint64{1000, 1007, 1014}, []uint64{0, 0, 0}, true},
		{"close, but not in a row", []uint64{1000, 1007, 1100, 1107}, []uint64{0, 0, 0, 0}, false},
		{"asked for", []uint64{1000, 1007, 1014, 1021}, []uint64{0, 0, 1, 1}, false},
		{"asked for before", []uint64{1000, 1007, 1014, 1021}, []uint64{0, 1, 1, 1}, true},
	} {
		var p pace
		got := false
		for i, allocated := range tt.allocated {
			got = p.inVain(100, allocated, tt.forced[i])
		}
		if got != tt.want {
			t.Errorf("%s: %t, want %t", tt.name, got, tt.want)
		}
	}
}
