package spans

import (
	"maps"
	"slices"

	"github.com/weirgraph/weir/graph"
)

// maxFailing bounds how many ids of traces a Failing keeps.
const maxFailing = 2 * KeptFailing

// KeptFailing is how many ids are left of more: those that are first in graph.TraceOrder.
const KeptFailing = 2048

// Failing are the ids of some traces in which a span failed: the first ones in the order of
// graph.TraceOrder, whatever the order in which they are met.
type Failing struct {
	ids  map[uint64]string // in hexadecimal digits, by Packed.TraceWithin
	less uint64            // only those whose order is below it are kept; 0 is all
}

// add keeps the id of a trace, if its order is low enough. Of two forms of one it keeps the longer
// one: some clients leave the high half out.
func (f *Failing) add(within uint64, id string) {
	if len(f.ids[within]) >= len(id) || f.less != 0 && graph.TraceOrder(id) >= f.less {
		return
	}
	if f.ids == nil {
		f.ids = map[uint64]string{}
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
		orders = append(orders, graph.TraceOrder(id))
	}
	slices.Sort(orders)
	f.less = orders[KeptFailing]
	maps.DeleteFunc(f.ids, func(_ uint64, id string) bool { return graph.TraceOrder(id) >= f.less })
}

// joined returns what several keep together, by Packed.TraceWithin.
func joined(list []*Failing) map[uint64]string {
	var all Failing
	for _, f := range list {
		if f.less != 0 && (all.less == 0 || f.less < all.less) {
			all.less = f.less
		}
	}
	for _, f := range list {
		for within, id := range f.ids {
			all.add(within, id)
		}
	}
	if len(all.ids) > KeptFailing {
		all.shrink()
	}
	return all.ids
}
