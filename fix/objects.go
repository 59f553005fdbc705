package fix

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/internal/yaml"
	"github.com/weirgraph/weir/policy"
)

// object returns the file and the byte where an object is, and no file if the inputs have none.
func (m *maker) object(c *analyze.ObjectEdit) (*file, int, error) {
	var first error
	if name := m.newFile(c.Kind, c.Object); name != "" {
		return m.file(documentKey{name: name}), 0, nil
	}
	for _, o := range c.Places {
		f, at, err := m.spot(o)
		if err != nil {
			first = cmp.Or(first, err)
			continue
		}
		if c.Base != policy.BaseObject {
			return f, at, nil
		}
		if syntaxOf(f.name) != nil { // it may be YAML, by chance
			first = cmp.Or(first, failure(&analyze.ObjectEdit{}, f, errUnreadable))
			continue
		}
		t, err := parseTree(f.text, f.line(at))
		switch {
		case err != nil:
			first = cmp.Or(first, error(failure(&analyze.ObjectEdit{}, f, err)))
		case isObject(t.root, c.Kind, c.Object):
			return f, at, nil
		}
	}
	for _, o := range c.Places { // in another document of the files
		in := m.inputs[o.File()]
		if in == nil || c.Object == "" {
			continue
		}
		for _, part := range in.find(c.Kind, c.Object) {
			f := m.document(in, part)
			t, err := parseTree(f.text, 1)
			if err != nil || !isObject(t.root, c.Kind, c.Object) {
				continue
			}
			if at, ok := t.start(t.root); ok {
				return f, at, nil
			}
		}
	}
	if c.New == nil {
		return nil, 0, cmp.Or(first, fmt.Errorf("the inputs have no %s %s", c.Kind, c.Object))
	}
	return nil, 0, nil
}

// isObject reports whether a document is the object of a kind with a name, "shop/pricing" or "r".
func isObject(root *yaml.Node, kind, object string) bool {
	own, name := kindAndName(root)
	if !strings.EqualFold(own, kind) {
		return false
	}
	if object == "" {
		return true
	}
	namespace, wanted, ok := strings.Cut(object, "/")
	if !ok {
		namespace, wanted = "", object
	}
	in := valueIn(root, "metadata", "namespace")
	return name == wanted && (in == "" || namespace == "" || in == namespace)
}

// add writes a new object to a file of its own.
func (m *maker) add(c *analyze.ObjectEdit) error {
	if len(c.New) == 0 {
		return fmt.Errorf("the inputs have no %s %s", c.Kind, c.Object)
	}
	root := mapping()
	for _, e := range c.New {
		put(root, parsePath(e.Path), fieldValue(e.Path, e.Value))
	}
	for i := range c.Edits {
		put(root, parsePath(c.Edits[i].Path), fieldValue(c.Edits[i].Path, c.Edits[i].Value))
	}
	beside := c.Places[0].File()
	if _, err := m.open(c.Places[0]); err != nil {
		return err
	}
	name, err := m.newName(c, beside)
	if err != nil {
		return err
	}
	text := strings.Join(blockLines(root), "\n") + "\n"
	if path.Ext(name) == ".json" {
		text = flow(root, true) + "\n"
	}
	m.create(name, []byte(text))
	m.added[c.Kind+"/"+c.Object] = name
	return nil
}

// newName returns a name for the file of a new object, in the directory of another file.
func (m *maker) newName(c *analyze.ObjectEdit, beside string) (string, error) {
	ext := ".yaml"
	if path.Ext(beside) == ".json" {
		ext = ".json"
	}
	base := path.Join(path.Dir(beside), strings.ToLower(c.Kind)+"-"+path.Base(c.Object))
	name := base + ext
	for i := 2; i < 10; i++ {
		if _, err := m.read(name); m.file(documentKey{name: name}) == nil && errors.Is(err, ErrNotExist) {
			return name, nil
		}
		name = fmt.Sprintf("%s-%d%s", base, i, ext)
	}
	return "", fmt.Errorf("%s exists", name)
}

// addCopy writes a copy of an object, with the edits made, to a file of its own.
func (m *maker) addCopy(c *analyze.ObjectEdit) error {
	f, at, err := m.object(c)
	if err != nil {
		return err
	}
	t, err := parseTree(f.text, f.line(at))
	if err != nil {
		return failure(c, f, err)
	}
	start, ok := t.start(t.root)
	end, known := t.end(t.root, 0)
	if !ok || !known {
		return failure(c, f, errNoPlace)
	}
	text := append(slices.Clone(f.text[start:end]), newline(f.text)...)
	for i := range c.Edits {
		list, err := editTree(text, 1, -1, false, c.Edits[i].Edit, "")
		if err != nil {
			return failure(c, f, err)
		}
		text = splices(text, list)
	}
	copied := "copy of " + c.Object // with the edits that make it another
	for i := range c.Edits {
		copied += fmt.Sprintf(" %s: %s", c.Edits[i].Path, c.Edits[i].Value)
	}
	name := m.newFile(c.Kind, copied) // of another fix: the object may have other policies by now
	if name == "" {
		if name, err = m.newName(c, f.name); err != nil {
			return err
		}
		m.added[c.Kind+"/"+copied] = name
	}
	m.create(name, text)
	return nil
}

// put gives a value to the field at steps below n, which is made where it is missing.
func put(n *yaml.Node, steps []step, value *yaml.Node) {
	for i, s := range steps {
		last := i == len(steps)-1
		if s.each || s.add {
			if len(n.Content) == 0 || last {
				n.Content = append(n.Content, next(steps, i, value))
				if last {
					return
				}
			}
			n = n.Content[0]
			continue
		}
		at := child(n, s.key)
		if at < 0 {
			n.Content = append(n.Content, stringNode(s.key), next(steps, i, value))
			at = len(n.Content) - 1
		} else if last {
			n.Content[at] = value
		}
		n = n.Content[at]
	}
}

// next is what a step leads to: the value, or an empty list or mapping.
func next(steps []step, i int, value *yaml.Node) *yaml.Node {
	switch {
	case i == len(steps)-1:
		return value
	case steps[i+1].each || steps[i+1].add:
		return sequence()
	}
	return mapping()
}
