// Package schema knows which fields the objects of products have, and notes the fields of an object
// that the API server refuses or drops: unknown and misplaced ones, values of another type, and
// items of a list that lack what they must have.
//
// The fields are in a table that tools/schemas compiles from the schemas which the products ship.
// The table is read when the first object of one of its kinds is checked.
package schema

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// A Kind is a kind of object of one release of a product.
type Kind struct {
	Product *policy.Product
	Release string // whose fields are known
	root    *object
}

// Of returns the kind of a document, nil if its fields are not known.
func Of(h *document.Head) *Kind { return kinds()[named{h.APIVersion, h.Kind}] }

// Fields returns the names of the fields at a path in an object of a kind, "spec", "retry", in no order; nil if they are
// not known.
func Fields(apiVersion, kind string, path ...string) []string {
	k := kinds()[named{apiVersion, kind}]
	if k == nil {
		return nil
	}
	o := k.root
	for _, name := range path {
		h := o.fields[name]
		if h == nil || h.object == nil || o.open {
			return nil
		}
		o = h.object
	}
	return slices.Collect(maps.Keys(o.fields))
}

type named struct{ apiVersion, kind string }

//go:embed table.txt
var table string

var kinds = sync.OnceValue(func() map[named]*Kind {
	head, body, _ := strings.Cut(table, "\n\n")
	objects := objectsOf(strings.Split(strings.TrimSuffix(body, "\n"), "\n"))
	kinds := map[named]*Kind{}
	for line := range strings.Lines(head) {
		words := strings.Fields(line)
		if words[0] == "#" {
			continue
		}
		k := &Kind{Product: product.Named(words[0]), Release: words[1], root: objects[number(words[5])]}
		for version := range strings.SplitSeq(words[4], ",") {
			kinds[named{words[2] + "/" + version, words[3]}] = k
		}
	}
	return kinds
})

// An object has fields of some names, or of any if it is open.
type object struct {
	fields   map[string]*holds
	required []string
	open     bool
}

// holds is what a field holds: an object, a list or map of something, a scalar or anything.
type holds struct {
	what   what
	item   *holds // of a list or map
	object *object
}

// what is a letter of the table.
type what byte

const (
	anything   what = 'a'
	text       what = 's'
	whole      what = 'i'
	decimal    what = 'n'
	truth      what = 'b'
	textNumber what = 'x' // a text or a whole number
	list       what = '['
	mapping    what = '{' // of any names
	fields     what = 'o'
)

// words are what a field takes, for people.
var words = map[what]string{
	text: "a string", whole: "a whole number", decimal: "a number", truth: "true or false", textNumber: "a string or a whole number",
	list: "a list", mapping: "a mapping", fields: "a mapping",
}

// objectsOf reads the objects of the table, each of which is after those that it holds.
func objectsOf(lines []string) []*object {
	objects := make([]*object, len(lines))
	for i, line := range lines {
		o := &object{fields: map[string]*holds{}}
		for word := range strings.FieldsSeq(line) {
			name, letters, found := strings.Cut(word, "=")
			if !found {
				o.open = true
				continue
			}
			if short, required := strings.CutSuffix(name, "!"); required {
				name = short
				o.required = append(o.required, name)
			}
			o.fields[name] = holdsOf(letters, objects)
		}
		objects[i] = o
	}
	return objects
}

func holdsOf(letters string, objects []*object) *holds {
	switch w := what(letters[0]); w {
	case list, mapping:
		return &holds{what: w, item: holdsOf(letters[1:], objects)}
	case anything, text, whole, decimal, truth, textNumber:
		return &holds{what: w}
	}
	return &holds{what: fields, object: objects[number(letters)]}
}

// number reads one that tools/schemas wrote.
func number(digits string) int {
	n, err := strconv.Atoi(digits)
	if err != nil {
		panic(fmt.Sprintf("schema: the table is broken: %v", err))
	}
	return n
}

// find returns the shortest path to a field of a name below an object, "trafficPolicy.outlierDetection",
// "" if there is none within some levels.
func (o *object) find(name string) string {
	type below struct {
		path   string
		object *object
	}
	seen := map[*object]bool{o: true}
	for level := []below{{"", o}}; len(level) > 0 && len(seen) < 100; {
		var next []below
		for _, b := range level {
			if b.object.fields[name] != nil {
				return b.path + name
			}
			for _, field := range slices.Sorted(maps.Keys(b.object.fields)) {
				h, marks := b.object.fields[field], ""
				for ; h.what == list || h.what == mapping; h = h.item {
					marks += map[what]string{list: "[]", mapping: ".*"}[h.what]
				}
				if h.object != nil && !seen[h.object] {
					seen[h.object] = true
					next = append(next, below{b.path + field + marks + ".", h.object})
				}
			}
		}
		level = next
	}
	return ""
}
