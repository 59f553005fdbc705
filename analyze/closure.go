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
func below(d *dag, c *components) []int32 { return others(d.reach(c.Of), c.Of) }

// above counts for every service the others that call it, directly or not.
func above(d *dag, c *components) []int32 {
	at := make([]int32, len(c.Of))
	for v, of := range c.Of {
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
// them; each needs 65 bytes a vertex, whatever the number of services.
func (d *dag) reach(at []int32) []int32 {
	order := byVertex(at, d.len())
	blocks := (len(order) + rowBits - 1) / rowBits
	workers := min(runtime.GOMAXPROCS(0), blocks)
	counts := make([][]int32, workers)
	var next atomic.Int32
	var wg sync.WaitGroup
	for i := range workers {
		wg.Go(func() {
			s := &sweep{dag: d, rows: make([]row, d.len()), fill: make([]fill, d.len()), count: make([]int32, d.len())}
			for b := int(next.Add(1)) - 1; b < blocks; b = int(next.Add(1)) - 1 {
				s.block(order[b*rowBits:min((b+1)*rowBits, len(order))], at)
			}
			counts[i] = s.count
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

// A sweep is the work of one core.
type sweep struct {
	*dag
	rows  []row
	fill  []fill
	count []int32 // by vertex: services reached, of all blocks so far
}

// A fill says of a row whether it is worth a look. Most rows of a large graph are
// either empty, for who is not above the block reaches nothing of it, or full, for
// who is far above it reaches all of it, and the bytes that say so stay in the
// cache while the rows themselves do not.
type fill uint8

const (
	empty fill = iota
	some
	full
)

// block counts for every vertex how many services of one block it reaches.
func (s *sweep) block(block []graph.Node, at []int32) {
	first, last := int(at[block[0]]), int(at[block[len(block)-1]])
	clear(s.rows[first : last+1])
	clear(s.fill)
	var all row
	for bit, v := range block {
		s.rows[at[v]][bit/64] |= 1 << (bit % 64)
		s.fill[at[v]] = some
		all[bit/64] |= 1 << (bit % 64)
	}
	for c := first; c < s.len(); c++ {
		r := &s.rows[c]
		if c > last {
			*r = row{}
		}
		s.fill[c] = s.unite(c, r, &all)
		switch s.fill[c] {
		case full:
			s.count[c] += int32(len(block))
		case some:
			ones := 0
			for _, word := range r {
				ones += bits.OnesCount64(word)
			}
			s.count[c] += int32(ones)
		}
	}
}

// unite adds to the row r of a vertex what its arcs reach. Of a full row r itself
// is left as it is.
func (s *sweep) unite(c int, r, all *row) fill {
	now := s.fill[c]
	for _, to := range s.arcs(c) {
		if s.fill[to] == full {
			return full
		}
	}
	for _, to := range s.arcs(c) {
		if s.fill[to] == some {
			now = some
			t := &s.rows[to]
			for i := range r {
				r[i] |= t[i]
			}
		}
	}
	if *r == *all {
		return full
	}
	return now
}
