package link

import (
	"path"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
)

// connectLibraries makes weak evidence of client libraries: a program that is built with one, and of which nothing else
// shows which server of the product it calls, calls the only one that there is where it runs. It runs last, since
// any other evidence goes before it.
func (c *codeLinker) connectLibraries() {
	if len(c.f.CodeLibraries) == 0 {
		return
	}
	slices.SortFunc(c.f.CodeLibraries, func(a, b graph.CodeLibrary) int { return a.Origin.Compare(b.Origin) })
	servers := c.storesByProduct()
	if len(servers) == 0 {
		return
	}
	stores := c.storesOfCallers()
	for i := range c.f.CodeLibraries {
		lib := &c.f.CodeLibraries[i]
		product, dir := storeProducts[lib.Product], path.Dir(path.Clean(lib.Origin.File()))
		if product == nil || c.directories.inBrowser(dir) || c.directories.common[dir] { // of several programs, some may use it
			continue
		}
		for _, owner := range c.directories.ownerAbove(dir) {
			if to, ok := c.onlyServer(servers[product], owner); ok && !stores[owner].has(product, c.kinds[to]) {
				c.addEvidence(owner, to, graph.Evidence{Origin: lib.Origin, Way: "source-library", Key: lib.Name, Strength: graph.Weak, Class: graph.ClassCall, InCode: true})
			}
		}
	}
}

// storesByProduct returns the roots of servers that inputs declare by their products.
func (c *codeLinker) storesByProduct() map[*storeProduct][]int {
	servers := map[*storeProduct][]int{}
	for i := range c.entities {
		if c.find(i) != i || i >= len(c.kinds) || !keepsState(c.kinds[i]) {
			continue
		}
		if p := c.linker.productOf(i); p != nil {
			servers[p] = append(servers[p], i)
		}
	}
	return servers
}

// onlyServer returns the one of several servers that a program may call, if there is one: it is none of another platform,
// and none that is called after another program.
func (c *codeLinker) onlyServer(servers []int, owner int) (int, bool) {
	found := -1
	from := c.scopeOf(owner).scope.of
	for _, s := range servers {
		if !c.together(s, from) {
			continue
		}
		if found >= 0 {
			return 0, false
		}
		found = s
	}
	return found, found >= 0 && owner != found && !(owner < len(c.kinds) && keepsState(c.kinds[owner])) && !c.belongsToAnother(found, owner)
}

// belongsToAnother reports whether a server is called after another program than the given one: "keycloak-db".
func (c *codeLinker) belongsToAnother(server, owner int) bool {
	words := address.Words(c.entities[server].ref.Name)
	for n := len(words) - 1; n > 0; n-- {
		for _, root := range c.directories.programsOf(strings.Join(words[:n], "-")) {
			if root = c.find(root); root != owner && root != server {
				return true
			}
		}
	}
	return false
}

// callerStores are the servers that a program calls for a better reason than a library.
type callerStores struct {
	products map[*storeProduct]bool
	kinds    map[graph.Kind]bool // of those whose product is not known
}

func (s *callerStores) has(p *storeProduct, kind graph.Kind) bool {
	return s != nil && (s.products[p] || s.kinds[kind])
}

// storesOfCallers returns the servers of each root that calls any.
func (c *codeLinker) storesOfCallers() map[int]*callerStores {
	stores := map[int]*callerStores{}
	for key, list := range c.edges {
		for i := range list {
			e := &list[i]
			if e.Strength < graph.Weak || e.Class != graph.ClassCall {
				continue
			}
			p, kind := c.linker.productOf(key[1]), address.ProtocolOf(e.Protocol).Kind
			if p == nil {
				p = storeProducts[e.Protocol]
			}
			if kind == graph.KindUnknown && key[1] < len(c.kinds) {
				kind = c.kinds[key[1]]
			}
			if p == nil && !keepsState(kind) {
				continue
			}
			s := stores[key[0]]
			if s == nil {
				s = &callerStores{map[*storeProduct]bool{}, map[graph.Kind]bool{}}
				stores[key[0]] = s
			}
			if p != nil {
				s.products[p] = true
			} else {
				s.kinds[kind] = true
			}
		}
	}
	return stores
}

// weakenBeside takes the strength from evidence of settings beside projects that nothing in the code confirms: such files
// are copied from one program to the next. The code confirms what reads the setting, what is built with the client
// library of a store, and what shows the call by itself. A gateway's routes need no other code.
func (c *codeDirectories) weakenBeside() {
	if len(c.besides) == 0 {
		return
	}
	type setting struct {
		root int
		name string // relaxed
	}
	read := map[setting]bool{}
	for i := range c.f.Code {
		f := &c.f.Code[i]
		if len(f.Settings) == 0 {
			continue
		}
		for _, owner := range c.ownerAbove(path.Dir(path.Clean(f.Origin.File()))) {
			for _, name := range f.Settings {
				read[setting{owner, relaxed(name)}] = true
			}
		}
	}
	type library struct {
		root    int
		product *storeProduct
	}
	libraries := map[library]bool{}
	for i := range c.f.CodeLibraries {
		lib := &c.f.CodeLibraries[i]
		for _, owner := range c.ownerAbove(path.Dir(path.Clean(lib.Origin.File()))) {
			libraries[library{owner, storeProducts[lib.Product]}] = true
		}
	}
	for i := range c.addressed {
		a := &c.addressed[i]
		if !c.besides[path.Clean(a.value.Origin.File())] {
			continue
		}
		edge := c.edges[[2]int{a.from, a.to}]
		e, from, product := &edge[a.at], c.find(a.from), c.linker.productOf(a.to)
		switch {
		case e.In != nil && e.In.Group != nil, read[setting{from, relaxed(a.value.Key)}]:
		case product != nil && libraries[library{from, product}]:
		case slices.ContainsFunc(edge, func(other graph.Evidence) bool { return other.InCode && other.Strength == graph.Strong }):
		default:
			e.Strength = min(e.Strength, graph.Weak)
		}
	}
}
