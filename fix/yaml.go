package fix

import (
	"errors"
	"slices"
	"strings"

	"github.com/weirgraph/weir/internal/yaml"
	"github.com/weirgraph/weir/policy"
)

// A splice replaces the bytes from start to end of a text.
type splice struct {
	start, end int
	with       string
}

// splices applies splices that do not overlap.
func splices(text []byte, list []splice) []byte {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b splice) int { return a.start - b.start })
	var out []byte
	at := 0
	for _, s := range list {
		out = append(append(out, text[at:s.start]...), s.with...)
		at = s.end
	}
	return append(out, text[at:]...)
}

// errNoPlace is the error of an edit for which the document has no place.
var errNoPlace = errors.New("has no place for it that the editor knows")

// An editor makes one edit of a document: it collects the splices of its text, and makes the same
// change to a copy of its tree, with which the edited text has to agree.
type editor struct {
	*tree
	place   int    // a byte inside the entry of each list that a path means, -1 for every entry
	was     string // the text of the values that are replaced; empty is any
	splices []splice
}

// editTree makes an edit of the document with a line. place is a byte inside of what is edited,
// -1 if it is not known; inside says that the path begins at the value there, not at the root.
// Values are replaced only where their text is was, unless that is empty.
func editTree(text []byte, line, place int, inside bool, edit policy.Edit, was string) (list []splice, err error) {
	op, path, value := edit.Op, edit.Path, edit.Value
	t, err := parseTree(text, line)
	if err != nil {
		return nil, err
	}
	e := &editor{tree: t, place: place, was: was}
	root := t.root
	want := clone(root)
	at, copied := root, want
	var parent *yaml.Node
	if inside {
		if at, copied, parent = e.valueAt(root, want, nil); at == nil || path == "" && at.Kind == yaml.MappingNode {
			if v, vc, vp := e.keyAt(root, want); v != nil {
				at, copied, parent = v, vc, vp
			}
		}
		if at == nil {
			return nil, errNoPlace
		}
		if path != "" && at.Kind == yaml.ScalarNode && parent != nil && parent.Kind == yaml.SequenceNode && strings.Contains(at.Value, "=") {
			return nil, errNoPlace // a block in one word, "Retry=3", has no room for a field
		}
		if path != "" && (at.Kind == yaml.ScalarNode || at.Kind == yaml.SequenceNode && path[0] != '[') && !e.isShortForm(root, at) {
			at, copied, parent = e.around(root, want, nil)
		}
	}
	steps := parsePath(path)
	switch {
	case op == policy.OpRemove && len(steps) == 0:
		err = e.removeValue(root, want)
	case op == policy.OpRemove:
		err = e.remove(at, copied, steps)
	default:
		err = e.set(at, copied, parent, steps, fieldValue(path, value))
	}
	if err != nil {
		return nil, err
	}
	edited := splices(text, e.splices)
	got, err := parseTree(edited, t.line)
	if err != nil || !sameTree(got.root, want) {
		return nil, errNoPlace
	}
	return e.splices, nil
}

// scalarText is the text of a scalar, and of any other value as it is written.
func scalarText(n *yaml.Node, written string) string {
	if n.Kind == yaml.ScalarNode {
		return n.Value
	}
	return written
}

// valueAt returns the value that begins at the place, with its copy and the node it is in: a scalar,
// or else the outermost. The value of a key begins there, not the key.
func (e *editor) valueAt(n, copied, parent *yaml.Node) (*yaml.Node, *yaml.Node, *yaml.Node) {
	var best, bestCopy, bestParent *yaml.Node
	if at, ok := e.start(n); ok && at == e.place {
		if best, bestCopy, bestParent = n, copied, parent; n.Kind == yaml.ScalarNode {
			return best, bestCopy, bestParent
		}
	}
	for i, c := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 {
			continue
		}
		if v, vc, vp := e.valueAt(c, copied.Content[i], n); v != nil && (best == nil || v.Kind == yaml.ScalarNode) {
			best, bestCopy, bestParent = v, vc, vp
		}
	}
	return best, bestCopy, bestParent
}

// keyAt returns the value of the key that begins at the place, with its copy and the node it is in.
func (e *editor) keyAt(n, copied *yaml.Node) (*yaml.Node, *yaml.Node, *yaml.Node) {
	for i, c := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 {
			if at, ok := e.start(c); ok && at == e.place {
				return n.Content[i+1], copied.Content[i+1], n
			}
			continue
		}
		if v, vc, vp := e.keyAt(c, copied.Content[i]); v != nil {
			return v, vc, vp
		}
	}
	return nil, nil, nil
}

// isShortForm reports whether a scalar is the short form of a call, "pricing" for {to: pricing}.
func (e *editor) isShortForm(n, scalar *yaml.Node) bool {
	for i, c := range n.Content {
		calls := n.Kind == yaml.MappingNode && i%2 == 1 && n.Content[i-1].Value == "calls"
		if calls && slices.Contains(c.Content, scalar) || e.isShortForm(c, scalar) {
			return true
		}
	}
	return false
}

// around returns the innermost mapping with the place inside, its copy and the node that it is in.
func (e *editor) around(n, copied, parent *yaml.Node) (*yaml.Node, *yaml.Node, *yaml.Node) {
	for i, c := range n.Content {
		at, ok := e.start(c)
		if !ok || at > e.place || e.reach(c) < e.place {
			continue
		}
		if v, vc, vp := e.around(c, copied.Content[i], n); v != nil {
			return v, vc, vp
		}
	}
	if n.Kind == yaml.MappingNode {
		return n, copied, parent
	}
	return nil, nil, nil
}

// set gives the value at steps below n a value, and the copy of n too. The parent is nil at the root.
func (e *editor) set(n, copied, parent *yaml.Node, steps []step, value *yaml.Node) error {
	if n.Kind == yaml.AliasNode {
		return errors.New("is written in another place, which others share")
	}
	if len(steps) == 0 {
		return e.replace(n, copied, parent, value)
	}
	s, rest := steps[0], steps[1:]
	switch {
	case isNull(n):
		return e.replace(n, copied, parent, nest(steps, value))
	case n.Kind == yaml.ScalarNode && !s.each && !s.add && parent != nil && e.isShortForm(e.root, n):
		long := mapping(stringNode("to"), stringNode(n.Value))
		long.Content = append(long.Content, nest(steps, value).Content...)
		return e.replace(n, copied, parent, long)
	case s.each && n.Kind == yaml.SequenceNode:
		if len(n.Content) == 0 {
			return e.append(n, copied, nest(rest, value))
		}
		for _, i := range e.meant(n) {
			if err := e.set(n.Content[i], copied.Content[i], n, rest, value); err != nil {
				return err
			}
		}
		return nil
	case s.add && n.Kind == yaml.SequenceNode:
		return e.append(n, copied, nest(rest, value))
	case n.Kind != yaml.MappingNode || s.each || s.add:
		return errNoPlace
	}
	if i := child(n, s.key); i >= 0 {
		if isEmpty(n.Content[i]) {
			return e.fill(n, copied, i, nest(rest, value))
		}
		return e.set(n.Content[i], copied.Content[i], n, rest, value)
	}
	if merges(n) {
		return errors.New("takes fields from another place")
	}
	return e.insert(n, copied, s.key, nest(rest, value))
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

// meant returns the entries of a list that a path means: the one at the place, else all.
func (e *editor) meant(n *yaml.Node) []int {
	var all []int
	found := -1
	for i, c := range n.Content {
		all = append(all, i)
		if at, ok := e.start(c); ok && e.place >= at {
			found = i
		}
	}
	if found < 0 || e.place > e.reach(n) {
		return all
	}
	return []int{found}
}

// replace puts a value in the place of another.
func (e *editor) replace(n, copied, parent, value *yaml.Node) error {
	if e.was != "" && n.Value != e.was || n.Kind != yaml.ScalarNode && sameTree(n, value) {
		return nil
	}
	start, ok := e.start(n)
	column := 0
	if parent != nil {
		column = parent.Column
	}
	end, known := e.end(n, column)
	anchor := n.Anchor
	if anchor != "" && n.Kind == yaml.ScalarNode && value.Kind == yaml.ScalarNode && n.Style&yaml.TaggedStyle == 0 {
		start, ok = e.body(n) // the value changes wherever the document refers to it
	} else if anchor != "" {
		return errNoPlace
	}
	if !ok || !known {
		return errNoPlace
	}
	if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		return errNoPlace
	}
	text := flow(value, e.json)
	if value.Kind == yaml.ScalarNode && n.Kind == yaml.ScalarNode && value.ShortTag() == "!!str" {
		switch {
		case n.Style&yaml.SingleQuotedStyle != 0 && !strings.ContainsAny(value.Value, "'\n"):
			text = "'" + value.Value + "'"
		case n.Style&yaml.DoubleQuotedStyle != 0:
			text = quote(value.Value)
		}
	}
	e.splices = append(e.splices, splice{start, end, text})
	*copied = *clone(value)
	copied.Anchor = anchor
	return nil
}

// fill gives a key its value that is written without one.
func (e *editor) fill(n, copied *yaml.Node, i int, value *yaml.Node) error {
	at, ok := e.valueEnd(n.Content[i-1], n.Content[i])
	if !ok {
		return errNoPlace
	}
	e.splices = append(e.splices, splice{at, at, " " + flow(value, e.json)})
	copied.Content[i] = clone(value)
	return nil
}

// insert adds a key to a mapping, after its last one.
func (e *editor) insert(n, copied *yaml.Node, key string, value *yaml.Node) error {
	copied.Content = append(copied.Content, stringNode(key), clone(value))
	if n.Style&yaml.FlowStyle != 0 {
		entry := keyText(stringNode(key), e.json || quotesKeys(n)) + ": " + flow(value, e.json)
		if len(n.Content) == 0 {
			return e.open(n, entry)
		}
		end, ok := e.valueEnd(n.Content[len(n.Content)-2], n.Content[len(n.Content)-1])
		if !ok {
			return errNoPlace
		}
		e.splices = append(e.splices, splice{end, end, e.separator(n) + entry})
		return nil
	}
	first, ok := e.start(n.Content[0])
	if !ok {
		return errNoPlace
	}
	lines := block(key, value)
	if end, ok := e.valueEnd(n.Content[len(n.Content)-2], n.Content[len(n.Content)-1]); ok {
		e.after(end, n.Content[0].Column-1, lines)
		return nil
	}
	indent := strings.Repeat(" ", n.Content[0].Column-1)
	e.splices = append(e.splices, splice{first, first, strings.Join(lines, newline(e.text)+indent) + newline(e.text) + indent})
	return nil
}

// open puts the first entry into empty brackets.
func (e *editor) open(n *yaml.Node, entry string) error {
	at, ok := e.body(n)
	if !ok {
		return errNoPlace
	}
	e.splices = append(e.splices, splice{at + 1, at + 1, entry})
	return nil
}

// quotesKeys reports whether a mapping in brackets has its keys in quotes.
func quotesKeys(n *yaml.Node) bool {
	return len(n.Content) > 0 && n.Content[0].Style&yaml.DoubleQuotedStyle != 0
}

// separator is what is between two entries in brackets: on one line, or each on its own.
func (e *editor) separator(n *yaml.Node) string {
	bracket, _ := e.body(n)
	first, _ := e.start(n.Content[0])
	line := lineStart(e.text, first)
	if line <= bracket || strings.TrimSpace(string(e.text[line:first])) != "" {
		return ", "
	}
	return "," + newline(e.text) + string(e.text[line:first])
}

// after adds lines with an indentation after the line of a byte.
func (e *editor) after(at, indent int, lines []string) {
	end := lineEnd(e.text, at)
	text := ""
	for _, line := range lines {
		text += newline(e.text) + strings.Repeat(" ", indent) + line
	}
	e.splices = append(e.splices, splice{end, end, text})
}

// append adds an entry to a list.
func (e *editor) append(n, copied, value *yaml.Node) error {
	copied.Content = append(copied.Content, clone(value))
	if n.Style&yaml.FlowStyle != 0 {
		if len(n.Content) == 0 {
			return e.open(n, flow(value, e.json))
		}
		end, ok := e.end(n.Content[len(n.Content)-1], 0)
		if !ok {
			return errNoPlace
		}
		e.splices = append(e.splices, splice{end, end, e.separator(n) + flow(value, e.json)})
		return nil
	}
	end, ok := e.end(n, n.Column)
	if !ok {
		return errNoPlace
	}
	e.after(end, n.Column-1, itemLines(value))
	return nil
}

// remove takes away the entries of mappings at steps below n.
func (e *editor) remove(n, copied *yaml.Node, steps []step) error {
	s, rest := steps[0], steps[1:]
	switch {
	case s.each && n.Kind == yaml.SequenceNode && len(rest) > 0:
		for _, i := range e.meant(n) {
			if err := e.remove(n.Content[i], copied.Content[i], rest); err != nil {
				return err
			}
		}
		return nil
	case n.Kind != yaml.MappingNode || s.each:
		return errNoPlace
	}
	i := child(n, s.key)
	if i < 0 {
		return errNoPlace
	}
	if len(rest) > 0 {
		return e.remove(n.Content[i], copied.Content[i], rest)
	}
	return e.removeEntry(n, copied, i)
}

// removeValue takes away the entry of a mapping or a list whose value begins at the place.
func (e *editor) removeValue(n, copied *yaml.Node) error {
	if n.Kind == yaml.AliasNode {
		return errNoPlace
	}
	for i, c := range n.Content {
		if at, ok := e.start(c); ok && at == e.place && (n.Kind == yaml.SequenceNode || c.Kind == yaml.ScalarNode || i%2 == 1) {
			if n.Kind == yaml.MappingNode {
				return e.removeEntry(n, copied, i|1)
			}
			return e.removeItem(n, copied, i)
		}
	}
	for i, c := range n.Content {
		if err := e.removeValue(c, copied.Content[i]); err == nil {
			return nil
		}
	}
	return errNoPlace
}

// removeEntry takes away a key of a mapping, with its value at i.
func (e *editor) removeEntry(n, copied *yaml.Node, i int) error {
	key := n.Content[i-1]
	start, ok := e.start(key)
	end, known := e.valueEnd(key, n.Content[i])
	if !ok || !known {
		return errNoPlace
	}
	copied.Content = slices.Delete(copied.Content, i-1, i+1)
	last := i+1 == len(n.Content)
	var before int
	if i > 1 {
		if before, known = e.valueEnd(n.Content[i-3], n.Content[i-2]); !known {
			return errNoPlace
		}
	}
	return e.cut(n, start, end, before, i == 1, last, func() (int, bool) { return e.start(n.Content[i+1]) }, "{}")
}

// removeItem takes away an entry of a list.
func (e *editor) removeItem(n, copied *yaml.Node, i int) error {
	start, ok := e.start(n.Content[i])
	end, known := e.end(n.Content[i], n.Column)
	if !ok || !known {
		return errNoPlace
	}
	copied.Content = slices.Delete(copied.Content, i, i+1)
	if n.Style&yaml.FlowStyle == 0 {
		if start, ok = e.offset(n.Content[i].Line, n.Column); !ok || e.text[start] != '-' {
			return errNoPlace
		}
	}
	var before int
	if i > 0 {
		if before, known = e.end(n.Content[i-1], n.Column); !known {
			return errNoPlace
		}
	}
	return e.cut(n, start, end, before, i == 0, i+1 == len(n.Content), func() (int, bool) {
		if n.Style&yaml.FlowStyle == 0 {
			return e.offset(n.Content[i+1].Line, n.Column)
		}
		return e.start(n.Content[i+1])
	}, "[]")
}

// cut takes away an entry that is written from start to end, after the one that ends at before.
func (e *editor) cut(n *yaml.Node, start, end, before int, first, last bool, next func() (int, bool), empty string) error {
	onOwnLine := strings.TrimSpace(string(e.text[lineStart(e.text, start):start])) == ""
	switch following, ok := 0, false; {
	case n.Style&yaml.FlowStyle != 0 && first && last:
		e.splices = append(e.splices, splice{start, end, ""})
	case n.Style&yaml.FlowStyle != 0 && last:
		e.splices = append(e.splices, splice{before, end, ""})
	case first && last:
		e.splices = append(e.splices, splice{start, end, empty})
	case n.Style&yaml.FlowStyle == 0 && onOwnLine:
		e.splices = append(e.splices, splice{lineStart(e.text, start), nextLine(e.text, end), ""})
	case last:
		return errNoPlace
	default:
		if following, ok = next(); !ok {
			return errNoPlace
		}
		e.splices = append(e.splices, splice{start, following, ""})
	}
	return nil
}

// clone copies a tree. Aliases go on to mean what they meant.
func clone(n *yaml.Node) *yaml.Node {
	c := *n
	c.Content = make([]*yaml.Node, len(n.Content))
	for i := range n.Content {
		c.Content[i] = clone(n.Content[i])
	}
	return &c
}

// sameTree reports whether two trees have the same values, whatever their style and the order of keys.
func sameTree(a, b *yaml.Node) bool {
	if a.Kind != b.Kind || a.Anchor != b.Anchor || len(a.Content) != len(b.Content) {
		return false
	}
	switch a.Kind {
	case yaml.AliasNode:
		return a.Value == b.Value
	case yaml.ScalarNode:
		return a.Value == b.Value && a.ShortTag() == b.ShortTag()
	case yaml.SequenceNode:
		return slices.EqualFunc(a.Content, b.Content, sameTree)
	}
	if a.ShortTag() != b.ShortTag() {
		return false
	}
	used := make([]bool, len(b.Content))
	for i := 0; i+1 < len(a.Content); i += 2 {
		found := false
		for j := 0; j+1 < len(b.Content) && !found; j += 2 {
			if !used[j] && sameTree(a.Content[i], b.Content[j]) && sameTree(a.Content[i+1], b.Content[j+1]) {
				used[j], found = true, true
			}
		}
		if !found {
			return false
		}
	}
	return true
}
