package link

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
	"github.com/weirgraph/weir/internal/lazy"
)

// evidence returns the evidence of an addressed call.
func (l *linker) evidence(a *addressed) *graph.Evidence {
	return &l.edges[[2]int{a.from, a.to}][a.at]
}

// key is the setting of an addressed call, in words: numbers in it do not count.
func (a *addressed) key() string { return strings.Join(a.Key.Words, " ") }

// clusters are sets of roots that are members of one cluster each, as in union-find.
type clusters struct {
	*linker
	programs []program // by entity
	parent   map[int]int
	stores   map[int]bool     // by root of the union: its members are a cluster that finds itself
	byRoot   map[int][]*scope // see scopesOf
}

func (c *clusters) of(v int) int {
	p, known := c.parent[v]
	if !known || p == v {
		return v
	}
	p = c.of(p)
	c.parent[v] = p
	return p
}

// join makes one cluster of those of v and w. It finds itself if one of them does, or
// stores is set: then its members are known to be a cluster, whoever uses them.
func (c *clusters) join(v, w int, stores bool) {
	v, w = c.of(v), c.of(w)
	stores = stores || c.stores[v] || c.stores[w]
	if w < v {
		v, w = w, v
	}
	c.parent[v], c.parent[w] = v, v
	c.stores[v] = stores
}

// members returns the members of all clusters of two or more, by c.of, sorted.
func (c *clusters) members() map[int][]int {
	all := map[int][]int{}
	for v := range c.parent {
		all[c.of(v)] = append(all[c.of(v)], v)
	}
	for _, list := range all {
		slices.Sort(list)
	}
	return all
}

// A program is what is known of a root when its replicas are looked for.
type program struct {
	image    string // its name, without registry and tag; "" if unknown
	declared bool
	name     string        // its own
	stem     string        // the name without numbers, which are "#"
	product  *storeProduct // nil if it is none that keeps data
}

// numbered reports whether the name has a number, or a letter in place of one.
func (p *program) numbered() bool { return strings.Contains(p.stem, "#") }

// programs returns what is known of every root.
func (l *linker) programs() []program {
	all := make([]program, len(l.entities))
	for v := range l.entities {
		ent, p := &l.entities[v], &all[l.find(v)]
		p.declared = p.declared || len(ent.things)+len(ent.names) > 0 && !ent.external
		for _, t := range ent.things {
			if name := graph.ImageName(t.Image); name != "" && p.image == "" {
				p.image = name
			}
		}
	}
	for v := range all {
		p := &all[v]
		p.name = l.entities[v].ref.Name
		p.stem = stem(p.name)
		kind := graph.KindUnknown
		if v < len(l.kinds) {
			kind = l.kinds[v]
		}
		switch {
		case p.image == "consul":
			p.product = storeProducts["consul"]
		case keepsState(kind) && p.image != "":
			p.product = productOfImage(p.image)
		case keepsState(kind), !p.declared:
			p.product = productOfWords(address.Words(p.name))
		}
	}
	return all
}

// keepsState reports whether services of a kind keep data or messages.
func keepsState(k graph.Kind) bool {
	return k == graph.KindDatabase || k == graph.KindCache || k == graph.KindBroker
}

var (
	numbers = lazy.NewRegexp(`\d+`)
	// A single letter after a hyphen counts like a number: node-a, node-b.
	letters = lazy.NewRegexp(`([-_])[a-z]([-_.]|$)`)
)

// stem returns a name with "#" for every number in it, and for a single letter that counts
// like one.
func stem(name string) string {
	return letters.ReplaceAllString(numbers.ReplaceAllString(strings.ToLower(name), "#"), "$1#$2")
}

// sameProgram reports whether two roots are declared to run one program: by their image,
// by being stores of one product, or without either by names that differ in a number only.
func (c *clusters) sameProgram(v, w int) bool {
	p, q := &c.programs[v], &c.programs[w]
	switch {
	case !p.declared || !q.declared:
		return false
	case p.product != nil && p.product == q.product:
		return true
	case p.image != "" || q.image != "":
		return p.image == q.image
	}
	return c.alike(v, w)
}

// alike reports whether the names of two roots differ in a number only.
func (c *clusters) alike(v, w int) bool {
	return c.programs[v].stem == c.programs[w].stem && c.programs[v].numbered()
}
