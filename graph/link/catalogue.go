package link

import (
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
)

// minCatalogue is how many sites outside of the estate a file lists under one key before it is
// taken for a catalogue.
const minCatalogue = 12

// demoteCatalogues marks the addresses in catalogues: files that list many sites outside of the
// estate under one key, providers to choose from or pages to link to, show whom a program may
// call, and prove no call of any. What has a place in a group, the routes of a gateway, is none.
func (l *linker) demoteCatalogues(c *caller) {
	type list struct{ file, key string }
	sites := map[list]set[string]{}
	of := func(m *found) (list, bool) {
		v := m.value
		if v.Source != graph.FromFile || v.In != nil || m.Key.Telemetry || !address.IsDomain(m.Host) {
			return list{}, false
		}
		_, inside := l.resolve(m.Host, c.scope.of.Realm, c.scope.of.Namespace)
		return list{v.Origin.File(), v.Key}, !inside
	}
	if len(c.found) < minCatalogue {
		return
	}
	for i := range c.found {
		if in, ok := of(&c.found[i]); ok {
			put(sites, in, c.found[i].Host)
		}
	}
	for i := range c.found {
		m := &c.found[i]
		if in, ok := of(m); ok && sites[in].len >= minCatalogue && m.list == resolves {
			m.list = catalogue
		}
	}
}
