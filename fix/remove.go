package fix

import (
	"bytes"
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/yaml"
	"github.com/weirgraph/weir/policy"
)

// removeValues takes away the values of a document that begin at places, with the blocks that have
// no others. They are cut one after the other, so that each cut sees what the one before it left.
func removeValues(text []byte, line int, places []int) ([]splice, error) {
	t, err := parseTree(text, line)
	if err != nil {
		return nil, err
	}
	var gone []*yaml.Node
	for _, at := range places {
		e := &editor{tree: t, place: at}
		n, _, _ := e.valueAt(t.root, t.root, nil)
		if n == nil || n.Kind == yaml.MappingNode {
			if v, _, _ := e.keyAt(t.root, t.root); v != nil {
				n = v
			}
		}
		if n == nil || n == t.root {
			return nil, errNoPlace
		}
		if !slices.Contains(gone, n) {
			gone = append(gone, n)
		}
	}
	var cuts []int
	if !emptied(t.root, gone, func(n *yaml.Node) { at, _ := t.start(n); cuts = append(cuts, at) }) {
		slices.Sort(cuts)
		now := text
		for _, at := range slices.Backward(cuts) {
			list, err := editTree(now, line, at, false, policy.Edit{Op: policy.OpRemove}, "")
			if err != nil {
				return nil, err
			}
			now = splices(now, list)
		}
		return differences(text, now), nil
	}
	return nil, errNoPlace
}

// emptied reports whether nothing is left of a node without some others, and calls cut for the
// values inside that go as a whole if something is.
func emptied(n *yaml.Node, gone []*yaml.Node, cut func(*yaml.Node)) bool {
	if slices.Contains(gone, n) {
		return true
	}
	var without []*yaml.Node
	values, whole := 0, true
	for i, c := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 {
			continue
		}
		values++
		var inner []*yaml.Node
		if emptied(c, gone, func(v *yaml.Node) { inner = append(inner, v) }) {
			without = append(without, c)
		} else {
			without, whole = append(without, inner...), false
		}
	}
	if values > 0 && whole {
		return true
	}
	for _, v := range without {
		cut(v)
	}
	return false
}

// differences are the splices of whole lines that make a text of another.
func differences(before, after []byte) []splice {
	var list []splice
	at := 0
	lines := difference(splitLines(before), splitLines(after))
	for i := 0; i < len(lines); {
		if lines[i].op == ' ' {
			at += len(lines[i].text)
			i++
			continue
		}
		s := splice{start: at}
		for ; i < len(lines) && lines[i].op != ' '; i++ {
			if lines[i].op == '-' {
				at += len(lines[i].text)
			} else {
				s.with += lines[i].text
			}
		}
		s.end = at
		list = append(list, oneSplice(before[s.start:s.end], []byte(s.with)).moved(s.start))
	}
	return list
}

// moved is a splice of a part of a text that begins at a byte, as one of the text.
func (s splice) moved(by int) splice { return splice{s.start + by, s.end + by, s.with} }

// documentSplice takes away the document with a byte, and one of the marks around it.
func documentSplice(text []byte, at int) []splice {
	starts := lineStarts(text)
	line := 1 + bytes.Count(text[:at], []byte{'\n'})
	first, end := documentAround(text, starts, line)
	start, stop := starts[first], len(text)
	if end < len(starts) {
		stop = starts[end]
	}
	if start == 0 && stop < len(text) && !bytes.HasPrefix(text, []byte("---")) { // the mark of the next one goes
		stop = nextLine(text, stop)
	}
	return []splice{{start, stop, ""}}
}

// replaceWord replaces a text, or a word of a list in it that is there once, by another; false if it
// is neither.
func replaceWord(text, was, now string) (string, bool) {
	if was == "" || was == text {
		return now, true
	}
	found := -1
	for at := 0; ; {
		i := strings.Index(text[at:], was)
		if i < 0 {
			break
		}
		at += i
		end := at + len(was)
		const between = " ,|[]\"'\t"
		if (at == 0 || strings.ContainsRune(between, rune(text[at-1]))) && (end == len(text) || strings.ContainsRune(between, rune(text[end]))) {
			if found >= 0 {
				return "", false
			}
			found = at
		}
		at = end
	}
	if found < 0 {
		return "", false
	}
	return text[:found] + now + text[found+len(was):], true
}

// oneSplice is the splice that makes a text of another.
func oneSplice(before, after []byte) splice {
	start := 0
	for start < min(len(before), len(after)) && before[start] == after[start] {
		start++
	}
	end := 0
	for end < min(len(before), len(after))-start && before[len(before)-1-end] == after[len(after)-1-end] {
		end++
	}
	return splice{start, len(before) - end, string(after[start : len(after)-end])}
}

// removedPlaces returns where the values of the edits of an object are, if all take values away; nil
// if some do not.
func removedPlaces(c *analyze.ObjectEdit) []graph.Origin {
	var places []graph.Origin
	for i := range c.Edits {
		e := &c.Edits[i]
		if e.Op != policy.OpRemove || e.Written.File() == "" {
			return nil
		}
		places = append(places, e.Written)
	}
	return places
}

// removeAll takes away the values at places, and the blocks that have no others.
func (m *maker) removeAll(c *analyze.ObjectEdit, places []graph.Origin) error {
	type document struct {
		f  *file
		at []int
	}
	var documents []document
	for _, o := range places {
		f, at, err := m.spot(o)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(documents, func(d document) bool { return d.f == f })
		if i < 0 {
			i = len(documents)
			documents = append(documents, document{f: f})
		}
		documents[i].at = append(documents[i].at, at)
	}
	for _, d := range documents {
		var list []splice
		var err error
		if syntaxOf(d.f.name) != nil {
			slices.Sort(d.at)
			for _, at := range slices.Compact(d.at) {
				one, err := removeAt(d.f, at)
				if err != nil {
					return failure(c, d.f, err)
				}
				list = append(list, one...)
			}
			list = slices.Compact(list)
		} else if list, err = removeValues(d.f.text, d.f.line(d.at[0]), d.at); err != nil {
			return failure(c, d.f, err)
		}
		if err := d.f.apply(list); err != nil {
			return err
		}
	}
	return nil
}
