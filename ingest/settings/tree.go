package settings

import (
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/field"
	"github.com/weirgraph/weir/policy"
)

// A Tree is a node in the tree of settings of a program, whatever language
// the settings are written in. A list is an option whose children are named 0, 1
// and so on. The nil option is absent.
type Tree struct {
	Name string // as written
	Over *Tree  // nil for the root
	Text string // of a leaf, with its placeholders filled in from the file
	Open string // the text with placeholders that variables of the program may fill in; "" if it has none
	Leaf bool
	At   graph.Origin // of a leaf's value; of anything else where its name is first written
	Kids []*Tree
}

// value is the option as a value of a field. An option with children is absent.
func (o *Tree) value() field.Value {
	if o == nil {
		return field.Value{}
	}
	v := field.Value{Name: o.Name, Text: o.Text, Origin: o.At, How: policy.Explicit}
	if o.Leaf {
		v.Form, v.Later = field.Scalar, strings.HasPrefix(o.Text, "@") // Maven fills in "@timeout@"
	}
	return v
}

// Relaxed is the form in which names are compared: Spring and .NET do not care
// for case, and Spring not for dashes and underscores either.
func Relaxed(name string) string { return strings.ToLower(separators.Replace(name)) }

var separators = strings.NewReplacer("-", "", "_", "")

// Get returns the option at a path of names.
func (o *Tree) Get(path ...string) *Tree {
	for _, name := range path {
		o = o.Child(Relaxed(name))
	}
	return o
}

// Child returns the child of a name in its relaxed form.
func (o *Tree) Child(relaxedName string) *Tree {
	if o == nil {
		return nil
	}
	for _, kid := range o.Kids {
		if Relaxed(kid.Name) == relaxedName {
			return kid
		}
	}
	return nil
}

// All yields the children in the order written.
func (o *Tree) All() iter.Seq[*Tree] {
	return func(yield func(*Tree) bool) {
		if o == nil {
			return
		}
		for _, kid := range o.Kids {
			if !yield(kid) {
				return
			}
		}
	}
}

// Word is the text of a leaf, "" for anything else.
func (o *Tree) Word() string {
	if o == nil {
		return ""
	}
	return o.Text
}

// Is reports whether the option is written and is the truth value.
func (o *Tree) Is(truth bool) bool {
	return o != nil && o.Leaf && strings.EqualFold(o.Text, strconv.FormatBool(truth))
}

// Words are the texts of a list, or of one text with commas.
func (o *Tree) Words() []string {
	var words []string
	if o != nil && o.Leaf {
		for _, word := range strings.Split(o.Text, ",") {
			words = append(words, strings.TrimSpace(word))
		}
	}
	for kid := range o.All() {
		if kid.Leaf {
			words = append(words, kid.Text)
		}
	}
	return words
}

// Has reports whether one of the names is among the children.
func (o *Tree) Has(names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return o.Child(Relaxed(name)) != nil })
}

// Find yields o and every option under it that match takes, the outer ones first;
// it does not look into those.
func (o *Tree) Find(match func(*Tree) bool) iter.Seq[*Tree] {
	return func(yield func(*Tree) bool) { o.search(match, yield) }
}

func (o *Tree) search(match func(*Tree) bool, yield func(*Tree) bool) bool {
	if o == nil || o.Leaf {
		return true
	}
	if match(o) {
		return yield(o)
	}
	for _, kid := range o.Kids {
		if !kid.search(match, yield) {
			return false
		}
	}
	return true
}

// Leaves yields every leaf under o with its names from there on, joined by sep.
func (o *Tree) Leaves(sep string) iter.Seq2[string, *Tree] {
	return func(yield func(string, *Tree) bool) { o.walk("", sep, yield) }
}

func (o *Tree) walk(prefix, sep string, yield func(string, *Tree) bool) bool {
	for kid := range o.All() {
		name := prefix + kid.Name
		if kid.Leaf && !yield(name, kid) || !kid.walk(name+sep, sep, yield) {
			return false
		}
	}
	return true
}

// A builder grows from settings in the order in which they are read. Of two
// settings of one name the later counts.
type builder struct {
	root  *Tree
	sep   string // what separates names that are written in one: ".", ":", or "" for nothing
	count int
}

// newBuilder returns a builder of a tree whose keys are split at sep.
func newBuilder(sep string) *builder { return &builder{root: &Tree{}, sep: sep} }

// grow returns the child of o at the names that a key consists of.
func (t *builder) grow(o *Tree, key string, at graph.Origin) *Tree {
	for _, name := range splitKey(key, t.sep) {
		kid := o.Child(Relaxed(name))
		if kid == nil {
			kid = t.add(o, name, at)
		}
		o = kid
	}
	return o
}

func (t *builder) add(o *Tree, name string, at graph.Origin) *Tree {
	kid := &Tree{Name: name, Over: o, At: at}
	o.Kids = append(o.Kids, kid)
	t.count++
	return kid
}

// set makes o a leaf.
func (o *Tree) set(text string, at graph.Origin) { o.Text, o.Leaf, o.At = text, true, at }

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
func (t *builder) addYAML(o *Tree, n document.Node, at func(document.Node) graph.Origin, depth int) {
	if o == t.root {
		o.At = at(n)
	}
	switch {
	case depth > MaxYAMLDepth || t.count > MaxValues:
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
