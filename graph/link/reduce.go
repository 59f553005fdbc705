package link

import (
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
)

// reduceNames reduces the names of callees and peers that are addresses to their hosts: they may
// have passwords.
func reduceNames(f *graph.Facts) {
	reduce := func(peers ...*graph.TracePeer) {
		for _, p := range peers {
			p.Name, p.Host.Host, p.Host.Database = address.HostOf(p.Name), address.HostOf(p.Host.Host), address.HostOf(p.Host.Database)
		}
	}
	for i := range f.Calls {
		to := &f.Calls[i].To.Ref
		to.Name = address.HostOf(to.Name)
	}
	for i := range f.ObservedServices {
		reduce(&f.ObservedServices[i].TracePeer)
	}
	for i := range f.Observations {
		reduce(&f.Observations[i].From, &f.Observations[i].To)
	}
	for i := range f.Pairs {
		reduce(&f.Pairs[i].From, &f.Pairs[i].To, &f.Pairs[i].With)
	}
}
