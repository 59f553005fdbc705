package document

import (
	"bytes"
	"strings"
)

// blockListItems cuts a List in block style, as "kubectl get -o yaml" prints it,
// into its items. It returns nil for anything else, and where items could refer
// to each other by aliases.
func blockListItems(p Part) []Part {
	text := p.Text
	start := keyLine(text, "items:")
	if start < 0 || mayAlias(text) {
		return nil
	}
	dashes, end := sequence(text, start)
	if len(dashes) == 0 || !isListHead(text[:start], text[end:]) {
		return nil
	}
	cut, items := newCutter(p, formItem), make([]Part, 0, len(dashes))
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

// keyLine returns the start of the line after the one that is just this
// top-level key, or -1.
func keyLine(text []byte, key string) int {
	i := 0
	if !bytes.HasPrefix(text, []byte(key)) {
		i = bytes.Index(text, []byte("\n"+key)) + 1
		if i == 0 {
			return -1
		}
	}
	end := lineEnd(text, i)
	if len(bytes.TrimSpace(text[i+len(key):end])) > 0 {
		return -1
	}
	return end
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

// isListHead reports whether the lines before and after the items of a sequence
// make it a List.
func isListHead(before, after []byte) bool {
	var names Names
	var a, b Head
	if !isBlank(before) && !blockHead(before, 0, &names, &a) {
		return false
	}
	if !isBlank(after) && !blockHead(after, 0, &names, &b) {
		return false
	}
	return isList(a.Kind + b.Kind)
}

// isList reports whether objects of this kind only hold others: "List",
// "ServiceList".
func isList(kind string) bool { return strings.HasSuffix(kind, "List") }

// Documents yields the documents in a parsed document: the items of
// a List, also of Lists in Lists, or else just itself. It is the same Document
// every time, with another Root and Head.
func (d *Document) Documents(yield func(*Document) bool) { d.documents(d.Root, 0, yield) }

// maxLists bounds Lists in Lists.
const maxLists = 20

func (d *Document) documents(root Node, depth int, yield func(*Document) bool) bool {
	d.Root = root
	headOf(root, &d.Head)
	items := root.Get("items")
	if !isList(d.Head.Kind) || !items.IsList() || depth == maxLists {
		d.findSource()
		return yield(d)
	}
	for _, item := range items.List() {
		if item.Exists() && !d.documents(item, depth+1, yield) {
			return false
		}
	}
	return true
}
