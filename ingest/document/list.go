package document

import (
	"bytes"
	"strings"

	"github.com/weirgraph/weir/graph"
)

// blockListItems cuts a List in block style, as "kubectl get -o yaml" prints it,
// into its items. It returns nil for anything else, and where items could refer
// to each other by aliases.
func blockListItems(p Part) []Part {
	text := p.Text
	key, start := keyLine(text, "items:")
	if start < 0 || mayAlias(text) {
		return nil
	}
	dashes, end := sequence(text, start)
	list := headOfList(text[:key], text[end:])
	if len(dashes) == 0 || list == nil {
		return nil
	}
	cut, items := newCutter(p, formItem), make([]Part, 0, len(dashes))
	cut.list = list
	for i, dash := range dashes {
		next := end
		if i+1 < len(dashes) {
			next = dashes[i+1]
		}
		items = append(items, cut.part(dash, next))
	}
	return items
}

// sequence returns the lines that start the items of the block sequence which
// starts at from, and where it ends.
func sequence(text []byte, from int) (dashes []int, end int) {
	indent := -1
	for i := from; i < len(text); i = lineEnd(text, i) {
		line := text[i:lineEnd(text, i)]
		depth := indentation(line)
		switch rest := bytes.TrimRight(line[depth:], "\r\n"); {
		case len(rest) == 0 || rest[0] == '#':
		case indent < 0 && !isDash(rest), indent >= 0 && depth < indent, depth == indent && !isDash(rest):
			return dashes, i
		case indent < 0 || depth == indent:
			indent = depth
			dashes = append(dashes, i)
		}
	}
	return dashes, len(text)
}

// keyLine returns the first line that is just this top-level key, and the start of the line
// after it; -1 if there is none.
func keyLine(text []byte, key string) (start, end int) {
	if !bytes.HasPrefix(text, []byte(key)) {
		start = bytes.Index(text, []byte("\n"+key)) + 1
		if start == 0 {
			return -1, -1
		}
	}
	end = lineEnd(text, start)
	if len(bytes.TrimSpace(text[start+len(key):end])) > 0 {
		return -1, -1
	}
	return start, end
}

// mayAlias reports whether text has something that looks like a YAML alias.
func mayAlias(text []byte) bool {
	for _, start := range []string{": *", "- *", "[*", "{*", ", *", ",*"} {
		if bytes.Contains(text, []byte(start)) {
			return true
		}
	}
	return false
}

func isDash(line []byte) bool {
	return line[0] == '-' && (len(line) == 1 || strings.IndexByte(" \r\n", line[1]) >= 0)
}

// headOfList returns the kind of the List of which these are the lines before and after the
// items, nil if they make none for sure: what looks like the items may be the text of a value
// that runs on, and of two lists of items the last one counts.
func headOfList(before, after []byte) *listKind {
	var names Names
	var a, b Head
	if !isBlank(before) && (!blockHead(before, 0, &names, &a) || !a.settled) {
		return nil
	}
	if !isBlank(after) && !blockHead(after, 0, &names, &b) {
		return nil
	}
	list := &listKind{a.APIVersion + b.APIVersion, a.Kind + b.Kind}
	if a.Has("items") || b.Has("items") || !isList(list.kind) {
		return nil
	}
	return list
}

// isList reports whether objects of this kind only hold others: "List",
// "ServiceList".
func isList(kind string) bool { return strings.HasSuffix(kind, "List") }

// holdsItems reports whether the items of a document are documents. Kubernetes takes any object
// with items for a List.
func (h *Head) holdsItems() bool { return isList(h.Kind) || h.IsObject() && h.Has("items") }

// A listKind is the API version and the kind of a List.
type listKind struct{ apiVersion, kind string }

// inherit gives the head of an item that has neither an API version nor a kind those of its
// List, as Kubernetes does: the items of a ServiceList are Services.
func (l *listKind) inherit(h *Head) {
	if l != nil && h.APIVersion == "" && h.Kind == "" && h.Keys != nil && l.kind != "List" {
		h.APIVersion, h.Kind = l.apiVersion, strings.TrimSuffix(l.kind, "List")
	}
}

// Documents yields the documents in a parsed document: the items of
// a List, also of Lists in Lists, or else just itself. It is the same Document
// every time, with another Root and Head.
func (d *Document) Documents(yield func(*Document) bool) { d.documents(d.Root, d.part.list, 0, yield) }

// maxLists bounds Lists in Lists.
const maxLists = 20

func (d *Document) documents(root Node, list *listKind, depth int, yield func(*Document) bool) bool {
	d.Root = root
	headOf(root, &d.Head)
	list.inherit(&d.Head)
	items := root.Get("items")
	if !d.Head.holdsItems() || !items.IsList() {
		d.findSource()
		return yield(d)
	}
	if depth == maxLists {
		d.Problem(graph.Failed, root, "write the objects as documents", "Lists are nested more than %d deep; the objects in them are not read", maxLists)
		return true
	}
	list = &listKind{d.Head.APIVersion, d.Head.Kind}
	for _, item := range items.List() {
		if item.Exists() && !d.documents(item, list, depth+1, yield) {
			return false
		}
	}
	return true
}
