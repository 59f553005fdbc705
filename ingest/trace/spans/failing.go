package spans

import (
	"maps"
	"slices"

	"github.com/weirgraph/weir/graph"
)

// maxFailing bounds how many ids of traces a Failing keeps.
const maxFailing = 4096

// Failing are the ids of some traces in which a span failed: the first ones in the order of
// graph.TraceOrder, whatever the order in which they are met.
type Failing struct {
	ids  map[uint64]ID // by Packed.TraceWithin
	less uint64        // only those whose order is below it are kept; 0 is all
}

func (i ID) order() uint64 { return graph.TraceOrder(i.String()) }

// add keeps the id of a trace, if its order is low enough.
func (f *Failing) add(within uint64, id ID) {
	if have, ok := f.ids[within]; ok && have.Hi >= id.Hi { // some clients leave the high half out
		return
	}
	if id.named || f.less != 0 && id.order() >= f.less {
		return
	}
	if f.ids == nil {
		f.ids = map[uint64]ID{}
	}
	f.ids[within] = id
	if len(f.ids) > maxFailing {
		f.shrink()
	}
}

// shrink keeps the first half.
func (f *Failing) shrink() {
	var orders []uint64
	for _, id := range f.ids {
		orders = append(orders, id.order())
	}
	slices.Sort(orders)
	f.less = orders[maxFailing/2]
	maps.DeleteFunc(f.ids, func(_ uint64, id ID) bool { return id.order() >= f.less })
}

// AllFailing returns what the collectors keep, by Packed.TraceWithin.
func AllFailing(collectors []*Collector) map[uint64]ID {
	var all Failing
	for _, c := range collectors {
		if less := c.failing.less; less != 0 && (all.less == 0 || less < all.less) {
			all.less = less
		}
	}
	for _, c := range collectors {
		for within, id := range c.failing.ids {
			all.add(within, id)
		}
	}
	if len(all.ids) > maxFailing/2 {
		all.shrink()
	}
	return all.ids
}
