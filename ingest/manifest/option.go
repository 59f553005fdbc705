package manifest

import (
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

// An option is a node in the tree of settings of a program, whatever language
// the settings are written in. A list is an option whose children are named 0, 1
// and so on. The nil option is one that nobody wrote.
type option struct {
	name string  // as written
	over *option // nil for the root
	text string  // of a leaf
	leaf bool
	at   graph.Origin // of a leaf's value; of anything else where its name is first written
	kids []*option
}

// relaxed is the form in which names are compared: Spring and .NET do not care
// for case, and Spring not for dashes and underscores either.
func relaxed(name string) string { return strings.ToLower(separators.Replace(name)) }

var separators = strings.NewReplacer("-", "", "_", "")

// get returns the option at a path of names.
func (o *option) get(path ...string) *option {
	for _, name := range path {
		o = o.child(relaxed(name))
	}
	return o
}

// child returns the child of a name in its relaxed form.
func (o *option) child(relaxedName string) *option {
	if o == nil {
		return nil
	}
	for _, kid := range o.kids {
		if relaxed(kid.name) == relaxedName {
			return kid
		}
	}
	return nil
}

// all yields the children in the order written.
func (o *option) all() iter.Seq[*option] {
	return func(yield func(*option) bool) {
		if o == nil {
			return
		}
		for _, kid := range o.kids {
			if !yield(kid) {
				return
			}
		}
	}
}

// word is the text of a leaf, "" for anything else.
func (o *option) word() string {
	if o == nil {
		return ""
	}
	return o.text
}

// is reports whether the option is written and is the truth value.
func (o *option) is(truth bool) bool {
	return o != nil && o.leaf && strings.EqualFold(o.text, strconv.FormatBool(truth))
}

// words are the texts of a list, or of one text with commas.
func (o *option) words() []string {
	var words []string
	if o != nil && o.leaf {
		for _, word := range strings.Split(o.text, ",") {
			words = append(words, strings.TrimSpace(word))
		}
	}
	for kid := range o.all() {
		if kid.leaf {
			words = append(words, kid.text)
		}
	}
	return words
}

// has reports whether one of the names is among the children.
func (o *option) has(names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return o.child(relaxed(name)) != nil })
}

// find yields o and every option under it that match takes, the outer ones first;
// it does not look into those.
func (o *option) find(match func(*option) bool) iter.Seq[*option] {
	return func(yield func(*option) bool) { o.search(match, yield) }
}

func (o *option) search(match func(*option) bool, yield func(*option) bool) bool {
	if o == nil || o.leaf {
		return true
	}
	if match(o) {
		return yield(o)
	}
	for _, kid := range o.kids {
		if !kid.search(match, yield) {
			return false
		}
	}
	return true
}

// leaves yields every leaf under o with its names from there on, joined by sep.
func (o *option) leaves(sep string) iter.Seq2[string, *option] {
	return func(yield func(string, *option) bool) { o.walk("", sep, yield) }
}

func (o *option) walk(prefix, sep string, yield func(string, *option) bool) bool {
	for kid := range o.all() {
		name := prefix + kid.name
		if kid.leaf && !yield(name, kid) || !kid.walk(name+sep, sep, yield) {
			return false
		}
	}
	return true
}

// An optionTree grows from settings in the order in which they are read. Of two
// settings of one name the later counts.
type optionTree struct {
	root  *option
	sep   string // what separates names that are written in one: ".", ":", or "" for nothing
	count int
}

func newOptionTree(sep string) *optionTree { return &optionTree{root: &option{}, sep: sep} }

// grow returns the child of o at the names that a key consists of.
func (t *optionTree) grow(o *option, key string, at graph.Origin) *option {
	for _, name := range splitKey(key, t.sep) {
		kid := o.child(relaxed(name))
		if kid == nil {
			kid = t.add(o, name, at)
		}
		o = kid
	}
	return o
}

func (t *optionTree) add(o *option, name string, at graph.Origin) *option {
	kid := &option{name: name, over: o, at: at}
	o.kids = append(o.kids, kid)
	t.count++
	return kid
}

// set makes o a leaf.
func (o *option) set(text string, at graph.Origin) { o.text, o.leaf, o.at = text, true, at }

// splitKey takes a key apart: "routes[0].id" is routes, 0 and id, and
// "instances[a.b]" is instances and a.b.
func splitKey(key, sep string) []string {
	if sep == "" {
		return []string{key}
	}
	var names []string
	for key != "" {
		switch i := strings.IndexAny(key, sep+"["); {
		case i < 0:
			return append(names, key)
		case key[i] != '[':
			if i > 0 {
				names = append(names, key[:i])
			}
			key = key[i+1:]
		default:
			end := strings.IndexByte(key[i:], ']')
			if end < 0 {
				return append(names, key)
			}
			if i > 0 {
				names = append(names, key[:i])
			}
			if inner := key[i+1 : i+end]; inner != "" {
				names = append(names, inner)
			}
			key = strings.TrimPrefix(key[i+end+1:], sep)
		}
	}
	return names
}

// addYAML adds a YAML or JSON node under o.
func (t *optionTree) addYAML(o *option, n document.Node, at func(document.Node) graph.Origin, depth int) {
	if o == t.root {
		o.at = at(n)
	}
	switch {
	case depth > maxYAMLDepth || t.count > maxValues:
	case n.IsMap():
		for k, v := range n.Pairs() {
			t.addYAML(t.grow(o, k.Str(), at(k)), v, at, depth+1)
		}
	case n.IsList():
		for i, item := range n.List() {
			t.addYAML(t.add(o, strconv.Itoa(i), at(item)), item, at, depth+1)
		}
	case n.IsScalar():
		o.set(n.Str(), at(n))
	}
}
