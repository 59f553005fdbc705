package link

import (
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
)

// reduceNames reduces the names of callees that are addresses to their hosts: they may have
// passwords. See peers for the names in observations.
func reduceNames(f *graph.Facts) {
	for i := range f.Calls {
		to := &f.Calls[i].To.Ref
		to.Name = address.HostOf(to.Name)
	}
}
