package fix

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/yaml"
	"github.com/weirgraph/weir/policy"
)

// rewrite changes a value where it is written.
func (m *maker) rewrite(e *analyze.FieldEdit) error {
	if m.hasWords(e) {
		return nil
	}
	f, at, err := m.spot(e.Written)
	if err != nil {
		return err
	}
	if e.Op == policy.OpRemove {
		list, err := removeAt(f, at)
		if err != nil {
			return fmt.Errorf("%s: %w", e.Written.Place(), err)
		}
		return f.apply(list)
	}
	if e.Op == policy.OpMove {
		return m.move(f, at, e)
	}
	if e.Op == policy.OpRename {
		list, err := renameAt(f, at, e.Value)
		if err != nil {
			return fmt.Errorf("%s: %w", e.Written.Place(), err)
		}
		return f.apply(list)
	}
	_, words := e.Now.([]string)
	isSwitch := false
	list, err := rewriteAt(f, at, e.Now == nil && was(e) != "", func(old string) (string, bool) {
		if e.Now == nil {
			return replaceWord(old, was(e), e.Value)
		}
		if isSwitch = words && (old == "true" || old == "false"); isSwitch {
			return "", false
		}
		return policy.Rewrite(e.By, old, e.Was, e.Now)
	})
	if isSwitch {
		err = errSwitch
	}
	if errors.Is(err, errOtherValue) && e.Path != "" { // the place is that of the block
		e := *e
		e.Beside, e.Path = e.Written, lastKey(e.Path)
		return m.setBeside(&analyze.ObjectEdit{}, &e)
	}
	if errors.Is(err, errStatuses) && e.Path != "" {
		return m.wordsFor(e)
	}
	if ofFile(err) {
		return failure(&analyze.ObjectEdit{}, f, err)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", e.Written.Place(), err)
	}
	return f.apply(list)
}

// wordsFor sets conditions in words beside a list of statuses, which goes.
func (m *maker) wordsFor(e *analyze.FieldEdit) error {
	f, at, err := m.spot(e.Written)
	if err != nil {
		return err
	}
	words := &analyze.FieldEdit{Edit: policy.Edit{Path: lastKey(e.Path), Value: e.Value}}
	var into []splice
	if lines := syntaxOf(f.name); lines != nil {
		into, err = lines.set(f, at, policy.BasePlace, words)
	} else {
		into, err = editTree(f.text, f.line(at), at, true, words.Edit, "")
	}
	if err != nil {
		return failure(&analyze.ObjectEdit{}, f, err)
	}
	m.words[wordsAt(e)] = true
	return m.instead(f, at, into, e.Written)
}

// wordsAt names the place of a list of statuses, and the words that take its place.
func wordsAt(e *analyze.FieldEdit) string { return e.Written.Place() + " " + e.Value }

// hasWords reports whether the words of an edit are there already, in place of a list of statuses.
func (m *maker) hasWords(e *analyze.FieldEdit) bool {
	return m.words[wordsAt(e)] || m.base != nil && m.base.hasWords(e)
}

// move gives the value of the field at a byte to the field at the path of an edit, and takes the
// first one away. A value with comments is not moved: they would be lost.
func (m *maker) move(f *file, at int, e *analyze.FieldEdit) error {
	list, err := removeAt(f, at)
	if err != nil {
		return fmt.Errorf("%s: %w", e.Written.Place(), err)
	}
	if slices.ContainsFunc(list, func(s splice) bool { return strings.Contains(string(f.text[s.start:s.end]), "#") }) {
		return fmt.Errorf("%s: there are comments in what is to be moved", e.Written.Place())
	}
	into, err := editTree(f.text, f.line(at), at, false, policy.Edit{Path: e.Path, Value: e.Value}, "")
	if err != nil {
		return failure(&analyze.ObjectEdit{}, f, err)
	}
	return m.instead(f, at, into, e.Written)
}

// instead takes the value at a byte away, and adds what says the same.
func (m *maker) instead(f *file, at int, into []splice, written graph.Origin) error {
	for _, s := range into {
		if s.start <= at {
			at += len(s.with) - (s.end - s.start)
		}
	}
	both := &file{name: f.name, text: splices(f.text, into)}
	list, err := removeAt(both, at)
	if err != nil {
		return fmt.Errorf("%s: %w", written.Place(), err)
	}
	return f.apply([]splice{oneSplice(f.text, splices(both.text, list))})
}

// copyValue gives a field the value that it has in another object or part.
func (m *maker) copyValue(c *analyze.ObjectEdit, e *analyze.FieldEdit) error {
	from, at, err := m.spot(e.Written)
	if err != nil {
		return err
	}
	t, err := parseTree(from.text, from.line(at))
	if err != nil {
		return failure(&analyze.ObjectEdit{}, from, err)
	}
	n := (&editor{tree: t, place: at}).find(t.root, parsePath(e.From))
	if n == nil || hasAlias(n) {
		return failure(c, from, errNoPlace)
	}
	set := *e
	set.Op, set.Value = policy.OpSet, flow(n, false)
	if e.Beside.File() != "" {
		return m.setBeside(c, &set)
	}
	f, at, err := m.object(c)
	if err != nil {
		return err
	}
	if f == nil {
		return fmt.Errorf("the inputs have no %s %s", c.Kind, c.Object)
	}
	return m.set(f, c, c.Base, at, &set)
}

// find returns the value at steps below a node, of lists the one entry that is meant; nil if there
// is none.
func (e *editor) find(n *yaml.Node, steps []step) *yaml.Node {
	for _, s := range steps {
		i := -1
		switch {
		case s.each && n.Kind == yaml.SequenceNode:
			if meant := e.meant(n); len(meant) == 1 {
				i = meant[0]
			}
		case n.Kind == yaml.MappingNode:
			i = child(n, s.key)
		}
		if i < 0 {
			return nil
		}
		n = n.Content[i]
	}
	return n
}

// hasAlias reports whether a value refers to another one.
func hasAlias(n *yaml.Node) bool {
	return n.Kind == yaml.AliasNode || slices.ContainsFunc(n.Content, hasAlias)
}
