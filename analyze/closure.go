package analyze

import (
	"math/bits"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/weirgraph/weir/graph"
)

// This file counts what every service reaches, exactly and for all services at
// once, since one search for each takes a minute at a hundred thousand.

// below counts for every service the others that it calls, directly or not. A
// service never counts itself.
func below(d *dag, c *components) []int32 { return others(d.reach(c.of), c.of) }

// above counts for every service the others that call it, directly or not.
func above(d *dag, c *components) []int32 {
	at := make([]int32, len(c.of))
	for v, of := range c.of {
		at[v] = int32(d.len()-1) - of
	}
	return others(d.reverse().reach(at), at)
}

// others spreads counts by vertex, which include the services at it, to services.
func others(count, at []int32) []int32 {
	sizes := make([]int32, len(at))
	for v, c := range at {
		sizes[v] = count[c] - 1
	}
	return sizes
}

// A row is what one vertex reaches of one block of services, a bit each. 64 bytes
// are a cache line; wider rows were no faster.
type row [8]uint64

const rowBits = 8 * 64

// reach counts for every vertex the services at it and at all vertices that can
// be reached from it, where at says which vertex a service is at.
//
// Services are taken in blocks of rowBits. For one block, an ascending walk over
// the vertices unites the rows of each vertex's arcs, and the bits of a row are
// the services reached. Blocks know nothing of each other, so all cores share in
// them; each needs 64 bytes a vertex, whatever the number of services.
func (d *dag) reach(at []int32) []int32 {
	order := byVertex(at, d.len())
	blocks := (len(order) + rowBits - 1) / rowBits
	workers := min(runtime.GOMAXPROCS(0), blocks)
	counts := make([][]int32, workers)
	var next atomic.Int32
	var wg sync.WaitGroup
	for i := range workers {
		wg.Go(func() {
			count := make([]int32, d.len())
			rows := make([]row, d.len())
			for b := int(next.Add(1)) - 1; b < blocks; b = int(next.Add(1)) - 1 {
				d.sweep(order[b*rowBits:min((b+1)*rowBits, len(order))], at, rows, count)
			}
			counts[i] = count
		})
	}
	wg.Wait()
	total := make([]int32, d.len())
	for _, count := range counts {
		for c, n := range count {
			total[c] += n
		}
	}
	return total
}

// byVertex returns the services by the vertex they are at. A block of them then
// concerns no vertex before that of its first service.
func byVertex(at []int32, vertices int) []graph.Node {
	start := make([]int32, vertices+1)
	for _, c := range at {
		start[c+1]++
	}
	for c := range vertices {
		start[c+1] += start[c]
	}
	order := make([]graph.Node, len(at))
	for v, c := range at {
		order[start[c]] = graph.Node(v)
		start[c]++
	}
	return order
}

// sweep adds to count how many services of one block each vertex reaches. It
// uses rows as scratch.
func (d *dag) sweep(block []graph.Node, at []int32, rows []row, count []int32) {
	first := int(at[block[0]])
	clear(rows[first:])
	for bit, v := range block {
		rows[at[v]][bit/64] |= 1 << (bit % 64)
	}
	for c := first; c < d.len(); c++ {
		r := &rows[c]
		for _, to := range d.arcs(c) {
			if int(to) < first {
				continue
			}
			s := &rows[to]
			for i := range r {
				r[i] |= s[i]
			}
		}
		ones := 0
		for _, word := range r {
			ones += bits.OnesCount64(word)
		}
		count[c] += int32(ones)
	}
}
