package cmd

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"

	"github.com/weirgraph/weir/internal/heap"
)

// How far the heap may grow, in percent of what is in use, before garbage is collected.
const (
	growthAtFirst   = 800 // of the 4 MiB that Go begins with: the first collection comes at 32 MiB
	growth          = 100
	growthWhenLarge = 50 // from largeInput on, where twice the heap would be much, and beyond the limit
)

// heapGrowth is set in steps that go down only. GOGC in the environment has precedence.
var heapGrowth struct {
	sync.Mutex
	percent int
}

func limitHeapGrowth(percent int) {
	h := &heapGrowth
	h.Lock()
	defer h.Unlock()
	if os.Getenv("GOGC") == "" && (h.percent == 0 || percent < h.percent) {
		debug.SetGCPercent(percent)
		h.percent = percent
	}
}

// collectLate lets a run that needs little memory end before its garbage is collected, which
// is a quarter of its processor time. From the first collection on, the heap grows as usual.
func collectLate() {
	limitHeapGrowth(growthAtFirst)
	type garbage struct{ _ *garbage }
	runtime.AddCleanup(&garbage{}, limitHeapGrowth, growth)
}

// memory keeps runs below three times their inputs and 64 MiB where that is enough, of which the program
// itself is 22 MiB: strangers should not get beyond it with short inputs.
var memory = heap.NewLimit(42<<20, func() { limitHeapGrowth(growthWhenLarge) })

// largeHeap is how much a run takes of which it is worth to collect what nothing needs any more: marking what
// is in use takes less time than the rest of the run takes to fill as much again.
const largeHeap = 96 << 20

// heapObjects is how much memory objects take, those that nothing needs any more included.
func heapObjects() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// collectLinker collects the garbage of linking, which takes more than the graph itself, if the heap has grown
// by much since it had a size. It may otherwise grow to twice of both.
func collectLinker(before uint64) {
	if heapObjects() > before+largeHeap {
		runtime.GC()
	}
}
