package schema

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/internal/didyoumean"
	"github.com/weirgraph/weir/policy"
)

// Check returns the fields of an object that are refused or dropped, in the order written.
func (k *Kind) Check(d *document.Document) []graph.Flaw {
	c := &checker{Document: d, kind: k}
	c.object(d.Root, k.root, []part{{object: k.root}})
	return c.flaws
}

type checker struct {
	*document.Document
	kind  *Kind
	flaws []graph.Flaw
}

// A part is an object on the way to a field, with its path.
type part struct {
	path   string
	object *object
}

// object checks the fields of an object, which is the last of the parts.
func (c *checker) object(n document.Node, o *object, way []part) {
	path := way[len(way)-1].path
	for key, value := range n.Pairs() {
		name := key.Str()
		h := o.fields[name]
		switch {
		case h != nil:
			c.value(value, h, under(path, name), way)
		case !o.open && !document.IsPlaceholder(name):
			c.unknown(key, value, way)
		}
	}
}

// value checks what a field holds.
func (c *checker) value(n document.Node, h *holds, path string, way []part) {
	switch {
	case !n.Exists() || n.IsScalar() && document.IsPlaceholder(n.Str()):
	case !h.takes(n):
		instead, hint := quoted(n, h)
		c.note(graph.Invalid, n, path, n.Str(), "it takes "+words[h.what], hint)
		c.flaws[len(c.flaws)-1].Instead = instead
	case h.what == list:
		for i, item := range n.List() {
			at, before := fmt.Sprintf("%s[%d]", path, i), len(c.flaws)
			c.value(item, h.item, at, way)
			if h.item.object != nil && item.IsMap() {
				c.lacking(item, h.item.object, at, c.flaws[before:len(c.flaws):len(c.flaws)])
			}
		}
	case h.what == mapping:
		for key, value := range n.Pairs() {
			c.value(value, h.item, under(path, key.Str()), way)
		}
	case h.what == fields:
		c.object(n, h.object, append(way, part{path, h.object}))
	}
}

// takes reports whether a field takes a value of such a type.
func (h *holds) takes(n document.Node) bool {
	_, isWhole := n.Int()
	_, isNumber := n.Float()
	_, isTruth := n.Bool()
	switch h.what {
	case list:
		return n.IsList()
	case mapping, fields:
		return n.IsMap()
	case text:
		return n.IsScalar() && (n.IsString() || !isNumber && !isTruth)
	case whole:
		return isWhole && !n.IsString()
	case decimal:
		return isNumber && !n.IsString()
	case truth:
		return isTruth && !n.IsText()
	case textNumber:
		return n.IsString() || isWhole
	}
	return true
}

// isPlain reports whether a text, or each of several with commas between them, needs no quotes in a list.
func isPlain(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_.-, ", r)
	}) && (unicode.IsLetter(rune(s[0])) || unicode.IsDigit(rune(s[0])))
}

// quoted is what to write for a scalar that is a string where it should be a number or a list, or the
// other way, "" if that is unknown, and the hint.
func quoted(n document.Node, h *holds) (instead, hint string) {
	switch {
	case !n.IsScalar():
	case h.what == fields && h.object.only() != "" && h.object.fields[h.object.only()].takesUnquoted(n.Str()):
		instead = "{" + h.object.only() + ": " + n.Str() + "}"
		return instead, "write " + instead
	case h.what == list && h.item.what == text && isPlain(n.Str()):
		instead = "[" + n.Str() + "]"
		return instead, "write a list: " + instead
	case h.what == text:
		instead = strconv.Quote(n.Str())
		return instead, "write it in quotes: " + instead
	case h.takesUnquoted(n.Str()):
		return n.Str(), "write it without quotes: " + n.Str()
	}
	return "", "write " + words[h.what]
}

// only is the one field that an object has, "" if it has several.
func (o *object) only() string {
	if len(o.fields) != 1 {
		return ""
	}
	return slices.Sorted(maps.Keys(o.fields))[0]
}

// takesUnquoted reports whether a field takes a text if it is no string.
func (h *holds) takesUnquoted(s string) bool {
	switch _, err := strconv.ParseFloat(s, 64); h.what {
	case whole:
		_, err = strconv.Atoi(s)
		return err == nil
	case decimal:
		return err == nil
	case truth:
		return s == "true" || s == "false"
	}
	return false
}

// lacking notes the fields that an item of a list must have. What is not in a list may be one part
// of an object, the rest of which is in another file. The flaws are those of the item.
func (c *checker) lacking(n document.Node, o *object, path string, flaws []graph.Flaw) {
	for _, name := range o.required {
		if !n.Get(name).Exists() && !c.isMisspelled(n, name, flaws) {
			c.note(graph.Invalid, n, path, "", name+" is missing", "add "+name)
		}
	}
}

// isMisspelled reports whether a field of an object is among its flaws as one whose name is nearly that of a field
// that the object must have. That one is missing then, and the flaw says so.
func (c *checker) isMisspelled(n document.Node, name string, flaws []graph.Flaw) bool {
	if len(flaws) == 0 {
		return false
	}
	own := map[policy.Origin]bool{} // the keys of the object itself, not of what is in it
	for key := range n.Pairs() {
		own[c.At(key)] = true
	}
	for i := range flaws {
		if f := &flaws[i]; f.Kind == graph.Inert && f.Name == name && own[f.Origin] {
			f.Kind, f.Why, f.Hint, f.Assumed = graph.Invalid, name+" is missing", "rename it to "+name, false
			return true
		}
	}
	return false
}

// unknown notes a field that its object does not have, the last of the parts.
func (c *checker) unknown(key, value document.Node, way []part) {
	name := key.Str()
	last := way[len(way)-1]
	owner := c.Head.Kind
	if last.path != "" {
		owner = last.path
	}
	path, written := under(last.path, cmp.Or(name, `""`)), value.Str()
	why := fmt.Sprintf("%s has no such field", owner)
	near, sure := similar(name, last.object)
	to, around := home(name, way)
	switch {
	case near != "" && !last.object.fields[near].takes(value) && (to == "" || !around):
		_, hint := quoted(value, last.object.fields[near])
		c.note(graph.Inert, key, path, written, why, fmt.Sprintf("did you mean %q? It takes another value: %s", near, hint))
		c.flaws[len(c.flaws)-1].Unknown = true
	case near != "" && (to == "" || !around || didyoumean.IsTypo(name, near)):
		if !sure {
			why = c.inRelease(owner)
		}
		c.note(graph.Inert, key, path, written, why, fmt.Sprintf("did you mean %q?", near))
		c.flaws[len(c.flaws)-1].Name, c.flaws[len(c.flaws)-1].Assumed = near, !sure
	case to != "":
		c.note(graph.Unbound, key, path, written, why, "move it to "+to)
		c.flaws[len(c.flaws)-1].To, c.flaws[len(c.flaws)-1].Holds = to, value.Flow()
	default:
		c.note(graph.Inert, key, path, written, c.inRelease(owner), "remove it, or use a release that has it")
		c.flaws[len(c.flaws)-1].Assumed, c.flaws[len(c.flaws)-1].Unknown = true, true
	}
}

// inRelease says that the release whose fields are known does not have a field.
func (c *checker) inRelease(owner string) string {
	return fmt.Sprintf("%s %s has no such field in %s", c.kind.Product.Title, c.kind.Release, owner)
}

// similar returns the field of an object whose name is nearly a given one, "" if none is. It is
// sure unless one is only the beginning of the other: then it may be a field of a later release.
func similar(name string, o *object) (near string, sure bool) {
	known := slices.Sorted(maps.Keys(o.fields))
	for _, word := range []string{name, strings.ReplaceAll(name, "ies", "y")} { // "retries" is retry
		for _, near := range didyoumean.Suggest(word, known) {
			if near == word || didyoumean.IsTypo(word, near) {
				return near, true
			}
			if strings.HasPrefix(near, word) || strings.HasPrefix(word, near) {
				return near, false
			}
		}
	}
	return "", false
}

// home is where a field belongs that is not in the right place, "" if it is nowhere else, and whether an object
// around it has it. The nearest object around it is looked in first. Names that many objects have say nothing.
func home(name string, way []part) (to string, around bool) {
	if slices.Contains([]string{"name", "namespace", "kind", "type", "port", "value", "key", "path", "headers", "match", "enabled", "enable", "disabled"}, name) {
		return "", false
	}
	for _, outer := range slices.Backward(way) {
		if path := outer.object.find(name); path != "" {
			return under(outer.path, path), path == name
		}
	}
	return "", false
}

func (c *checker) note(kind graph.FlawKind, n document.Node, path, written, why, hint string) {
	field := strings.TrimPrefix(path, "spec.")
	c.flaws = append(c.flaws, graph.Flaw{Kind: kind, Field: field, Text: written, Why: why, Hint: hint, Form: true, Origin: c.At(n)})
}

func under(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
