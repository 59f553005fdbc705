package analyze

import (
	"cmp"
	"container/heap"
	"slices"
)

// goodOrder returns an order of the services of a large component in which the
// arcs from later to earlier ones cost little, and whether no other costs less.
//
// It takes the better of two orders, improved: that of the greedy rule of Eades,
// Lin and Smyth ("A fast and effective heuristic for the feedback arc set problem",
// 1993), by costs instead of numbers, and, as long as there is patience, that of the
// local ratios of Demetrescu and Finocchi ("Combinatorial algorithms for feedback
// problems in directed graphs", 2003), which also show what any order costs at
// least.
func (c *cutter) goodOrder(t *tangle) (order []int32, proven bool) {
	order = t.greedyOrder()
	c.improve(t, order)
	if len(t.name)*len(t.arcs) > c.left {
		return order, false
	}
	other, least := c.localRatio(t)
	if other == nil {
		return order, false
	}
	c.improve(t, other)
	if t.backwardCost(other, 0) < t.backwardCost(order, 0) {
		order = other
	}
	return order, t.backwardCost(order, tieBits) == least
}

// backwardCost is what the arcs cost that lead backward in order, without so many
// low bits of each.
func (t *tangle) backwardCost(order []int32, bits int) int64 {
	at := make([]int32, len(order))
	for i, v := range order {
		at[v] = int32(i)
	}
	cost := int64(0)
	for _, a := range t.arcs {
		if at[a.from] > at[a.to] {
			cost += a.cost >> bits
		}
	}
	return cost
}

// greedyOrder puts services without callees left last, those without callers left
// first, and else the one first whose calls cost the most more than the calls to it.
func (t *tangle) greedyOrder() []int32 {
	n := len(t.name)
	q := &gains{of: make([]int64, n), at: make([]int32, n)}
	outs, ins := make([]int, n), make([]int, n)
	for _, a := range t.arcs {
		q.of[a.from] += a.cost
		q.of[a.to] -= a.cost
		outs[a.from]++
		ins[a.to]++
	}
	var ends []int32 // may be sinks or sources by now
	for v := range int32(n) {
		q.list = append(q.list, v)
		q.at[v] = v
		if outs[v] == 0 || ins[v] == 0 {
			ends = append(ends, v)
		}
	}
	heap.Init(q)
	order, first, last := make([]int32, n), 0, n-1
	for first <= last {
		var v int32
		if len(ends) > 0 {
			v, ends = ends[len(ends)-1], ends[:len(ends)-1]
			if q.at[v] < 0 {
				continue
			}
			heap.Remove(q, int(q.at[v]))
		} else {
			v = heap.Pop(q).(int32)
		}
		if outs[v] == 0 {
			order[last] = v
			last--
		} else {
			order[first] = v
			first++
		}
		for _, i := range t.out[v] {
			if w := t.arcs[i].to; q.at[w] >= 0 {
				q.change(w, t.arcs[i].cost)
				if ins[w]--; ins[w] == 0 {
					ends = append(ends, w)
				}
			}
		}
		for _, i := range t.in[v] {
			if w := t.arcs[i].from; q.at[w] >= 0 {
				q.change(w, -t.arcs[i].cost)
				if outs[w]--; outs[w] == 0 {
					ends = append(ends, w)
				}
			}
		}
	}
	return order
}

// gains is a heap of services, the one on top whose calls cost the most more than
// the calls to it.
type gains struct {
	of   []int64 // by service
	list []int32
	at   []int32 // by service: its place on list, -1 if it is on it no more
}

func (q *gains) Len() int { return len(q.list) }

func (q *gains) Less(i, j int) bool {
	a, b := q.list[i], q.list[j]
	return cmp.Or(cmp.Compare(q.of[b], q.of[a]), cmp.Compare(a, b)) < 0
}

func (q *gains) Swap(i, j int) {
	q.list[i], q.list[j] = q.list[j], q.list[i]
	q.at[q.list[i]], q.at[q.list[j]] = int32(i), int32(j)
}

func (q *gains) Push(any) {} // nothing is ever added

func (q *gains) Pop() any {
	v := q.list[len(q.list)-1]
	q.list = q.list[:len(q.list)-1]
	q.at[v] = -1
	return v
}

func (q *gains) change(v int32, by int64) {
	q.of[v] += by
	heap.Fix(q, int(q.at[v]))
}

// improve moves one service after the other to its best place in order, until none
// moves any more or patience ends.
func (c *cutter) improve(t *tangle, order []int32) {
	at := make([]int32, len(order))
	for i, v := range order {
		at[v] = int32(i)
	}
	type stop struct {
		at   int32
		cost int64 // what it costs more to go beyond it to the right
	}
	var stops []stop
	for moved := true; moved && c.left > 0; {
		moved = false
		for v := range int32(len(order)) {
			stops = stops[:0]
			for _, i := range t.out[v] {
				stops = append(stops, stop{at[t.arcs[i].to], t.arcs[i].cost})
			}
			for _, i := range t.in[v] {
				stops = append(stops, stop{at[t.arcs[i].from], -t.arcs[i].cost})
			}
			slices.SortFunc(stops, func(a, b stop) int { return cmp.Compare(a.at, b.at) })
			// From the far left, where nothing it calls is before it, to the right.
			cost, least, now, best := int64(0), int64(0), int64(0), int32(-1)
			for i, s := range stops {
				cost += s.cost
				if s.at < at[v] {
					now = cost
				}
				if i+1 < len(stops) && stops[i+1].at == s.at {
					continue // calls each way: no service is between them
				}
				if cost < least {
					least, best = cost, s.at
				}
			}
			c.left -= len(stops)
			if least == now {
				continue
			}
			to := best + 1 // just beyond it
			if at[v] < to {
				to--
			}
			c.left -= shift(order, at, at[v], to)
			moved = true
		}
	}
}

// shift moves what is at one place of order to another, and what is between by one.
// It returns how many that are.
func shift(order, at []int32, from, to int32) int {
	v := order[from]
	if from < to {
		copy(order[from:to], order[from+1:to+1])
	} else {
		copy(order[to+1:from+1], order[to:from])
	}
	order[to] = v
	lo, hi := min(from, to), max(from, to)
	for i := lo; i <= hi; i++ {
		at[order[i]] = i
	}
	return int(hi - lo)
}

// localRatio takes off every arc of a loop what the cheapest one of it costs, until
// no loop has only arcs that still cost something. What it took off, without the
// tieBits, any cut costs at least. It returns an order in which the arcs that lead backward are among those
// that cost nothing any more.
func (c *cutter) localRatio(t *tangle) (order []int32, least int64) {
	n := len(t.name)
	left := make([]int64, len(t.arcs))
	for i, a := range t.arcs {
		left[i] = a.cost >> tieBits
	}
	via := make([]int32, n) // by service: the arc that the search came by, plus 1
	for v := range int32(n) {
		for {
			loop := c.loopThrough(t, left, v, via)
			if c.left <= 0 {
				return nil, 0
			}
			if loop == nil {
				break
			}
			off := left[loop[0]]
			for _, i := range loop {
				off = min(off, left[i])
			}
			for _, i := range loop {
				left[i] -= off
			}
			least += off
		}
	}
	return t.orderOf(left), least
}

// loopThrough returns the arcs of a shortest loop through v that still cost
// something; nil if there is none. via is scratch.
func (c *cutter) loopThrough(t *tangle, left []int64, v int32, via []int32) []int32 {
	clear(via)
	queue := []int32{v}
	for at := 0; at < len(queue); at++ {
		u := queue[at]
		c.left -= len(t.out[u])
		for _, i := range t.out[u] {
			w := t.arcs[i].to
			if left[i] == 0 || via[w] != 0 {
				continue
			}
			via[w] = i + 1
			if w == v {
				var loop []int32
				for u := v; ; {
					i := via[u] - 1
					loop = append(loop, i)
					if u = t.arcs[i].from; u == v {
						return loop
					}
				}
			}
			queue = append(queue, w)
		}
	}
	return nil
}

// orderOf returns an order in which no arc leads backward that still costs
// something. Those have no loop.
func (t *tangle) orderOf(left []int64) []int32 {
	waits := make([]int32, len(t.name))
	for i, a := range t.arcs {
		if left[i] > 0 {
			waits[a.to]++
		}
	}
	var order []int32
	for v, n := range waits {
		if n == 0 {
			order = append(order, int32(v))
		}
	}
	for at := 0; at < len(order); at++ {
		for _, i := range t.out[order[at]] {
			if w := t.arcs[i].to; left[i] > 0 {
				if waits[w]--; waits[w] == 0 {
					order = append(order, w)
				}
			}
		}
	}
	return order
}
