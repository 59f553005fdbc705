package heap

import (
	"math"
	"runtime"
	"runtime/debug"
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
	l := NewLimit(64 << 20)
	l.Raise(0)
	within(64 << 20)
	used := make([]byte, 80<<20) // more than the limit
	within(math.MaxInt64)
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
