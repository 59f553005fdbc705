package fix

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/yaml"
	"github.com/weirgraph/weir/policy"
)

// A Patch is what fixes make of the inputs.
type Patch struct {
	Files []File    // that are changed or new, by name
	Made  []Outcome // of the fixes that are made, in the order of the findings
	Left  []Outcome // of those that are not, and why
}

// A File is a file before and after.
type File struct {
	Name          string
	Before, After []byte // Before is nil if the file is new, After if nothing is left of it
}

// An Outcome is what became of the fix of one finding.
type Outcome struct {
	Finding *analyze.Finding
	Files   []string // that the fix changes, sorted
	Reason  string   // why it is not made: "shop.yaml is a template"
}

// Make makes the fixes of findings, one after the other. The fix of a finding is made whole or not
// at all. Of two that set one field to different values the first one wins. read returns the
// text of an input, and the error that says why it is not to be edited.
func Make(findings []analyze.Finding, read func(name string) ([]byte, error)) *Patch {
	m := &maker{read: read, files: map[string]*file{}, added: map[string]string{}}
	p := &Patch{}
	for i := range findings {
		f := &findings[i]
		if !f.Fix.Applicable() {
			p.Left = append(p.Left, Outcome{Finding: f, Reason: cmp.Or(string(f.Fix.None), "no change of the inputs fixes it")})
			continue
		}
		own := m.begin()
		if err := own.fix(&f.Fix); err != nil {
			p.Left = append(p.Left, Outcome{Finding: f, Reason: err.Error()})
			continue
		}
		var names []string
		for name, now := range own.files {
			if was := m.files[name]; was == nil && string(now.text) != string(now.before) || was != nil && string(was.text) != string(now.text) {
				names = append(names, name)
			}
		}
		m = own
		slices.Sort(names)
		p.Made = append(p.Made, Outcome{Finding: f, Files: names})
	}
	for _, name := range slices.Sorted(maps.Keys(m.files)) {
		if f := m.files[name]; string(f.text) != string(f.before) {
			after := f.text
			if len(bytes.TrimSpace(after)) == 0 {
				after = nil
			}
			p.Files = append(p.Files, File{Name: name, Before: f.before, After: after})
		}
	}
	return p
}

// A maker has the files as the fixes so far leave them.
type maker struct {
	read  func(name string) ([]byte, error)
	files map[string]*file
	added map[string]string // the files of new objects, by kind and name
}

// begin returns a copy, which one fix changes.
func (m *maker) begin() *maker {
	c := &maker{read: m.read, files: map[string]*file{}, added: maps.Clone(m.added)}
	for name, f := range m.files {
		c.files[name] = f.clone()
	}
	return c
}

func (m *maker) open(o graph.Origin) (*file, error) {
	if o.RenderedFrom != "" {
		return nil, fmt.Errorf("%s is rendered from %s", o.File, o.RenderedFrom)
	}
	if f := m.files[o.File]; f != nil {
		return f, nil
	}
	text, err := m.read(o.File)
	if errors.Is(err, ErrNotExist) {
		return nil, fmt.Errorf("%s is not there", o.File)
	} else if err != nil {
		return nil, err
	}
	f := &file{name: o.File, before: text, text: text}
	m.files[o.File] = f
	return f, nil
}

// spot returns the file of a place of the inputs, and the byte where that is now.
func (m *maker) spot(o graph.Origin) (*file, int, error) {
	f, err := m.open(o)
	if err != nil {
		return nil, 0, err
	}
	at, ok := f.place(int(o.Line), int(o.Column))
	if !ok {
		return nil, 0, errConflict
	}
	return f, at, nil
}

func (m *maker) fix(fix *analyze.Fix) error {
	for i := range fix.Changes {
		if err := m.change(&fix.Changes[i]); err != nil {
			return err
		}
	}
	return nil
}

func (m *maker) change(c *analyze.ObjectEdit) error {
	if c.Copy {
		return m.addCopy(c)
	}
	if removals := removedPlaces(c); removals != nil {
		return m.removeAll(c, removals)
	}
	if len(c.Edits) > 0 && c.Edits[0].Op == policy.OpReplace {
		return m.replaceNames(c)
	}
	for i := range c.Edits {
		e := &c.Edits[i]
		if e.Op == policy.OpCopy {
			if err := m.copyValue(c, e); err != nil {
				return err
			}
			continue
		}
		if e.Written.File != "" {
			if err := m.rewrite(e); err != nil {
				return err
			}
			continue
		}
		if e.Beside.File != "" {
			if err := m.setBeside(c, e); err != nil {
				return err
			}
			continue
		}
		f, at, err := m.object(c)
		if err != nil {
			return err
		}
		if f == nil {
			return m.add(c)
		}
		if e.Op == policy.OpRemove && e.Path == "" {
			if err := f.apply(documentSplice(f.text, at)); err != nil {
				return err
			}
			continue
		}
		if err := m.set(f, c, c.Base, at, e); err != nil {
			return err
		}
	}
	return nil
}

// setBeside makes an edit of a field in the block of another one.
func (m *maker) setBeside(c *analyze.ObjectEdit, e *analyze.FieldEdit) error {
	f, at, err := m.spot(e.Beside)
	if err != nil {
		return err
	}
	return m.set(f, c, policy.BasePlace, at, e)
}

// set makes an edit of a field by its path.
func (m *maker) set(f *file, c *analyze.ObjectEdit, base policy.Base, at int, e *analyze.FieldEdit) error {
	if lines := syntaxOf(f.name); lines != nil && base != policy.BaseObject {
		list, err := lines.set(f, at, base, e)
		if err != nil {
			return failure(c, f, err)
		}
		return f.apply(list)
	}
	list, err := editTree(f.text, f.line(max(at, 0)), at, base == policy.BasePlace, e.Edit, was(e))
	if err != nil {
		return failure(c, f, err)
	}
	return f.apply(list)
}

// ofFile reports whether an error is about a file as a whole.
func ofFile(err error) bool {
	return errors.Is(err, errUnreadable) || errors.Is(err, errTemplate) || errors.Is(err, errBreaks)
}

func failure(c *analyze.ObjectEdit, f *file, err error) error {
	if ofFile(err) || c.Kind == "" {
		return fmt.Errorf("%s %w", f.name, err)
	}
	return fmt.Errorf("%s in %s %w", strings.TrimSpace(c.Kind+" "+c.Object), f.name, err)
}

// rewrite changes a value where it is written.
func (m *maker) rewrite(e *analyze.FieldEdit) error {
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
	list, err := rewriteAt(f, at, e.Now == nil && was(e) != "", func(old string) (string, bool) {
		if e.Now == nil {
			return replaceWord(old, was(e), e.Value)
		}
		return policy.Rewrite(e.By, old, e.Was, e.Now)
	})
	if errors.Is(err, errOtherValue) && e.Path != "" { // the place is that of the block
		e := *e
		e.Beside, e.Path = e.Written, lastKey(e.Path)
		return m.setBeside(&analyze.ObjectEdit{}, &e)
	}
	if ofFile(err) {
		return failure(&analyze.ObjectEdit{}, f, err)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", e.Written.Place(), err)
	}
	return f.apply(list)
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
	for _, s := range into {
		if s.start <= at {
			at += len(s.with) - (s.end - s.start)
		}
	}
	both := &file{name: f.name, text: splices(f.text, into)}
	if list, err = removeAt(both, at); err != nil {
		return fmt.Errorf("%s: %w", e.Written.Place(), err)
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
	if e.Beside.File != "" {
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

// object returns the file and the byte where an object is, and no file if the inputs have none.
func (m *maker) object(c *analyze.ObjectEdit) (*file, int, error) {
	var first error
	if name := m.added[c.Kind+"/"+c.Object]; name != "" {
		return m.files[name], 0, nil
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
		t, err := parseTree(f.text, f.line(at))
		switch {
		case err != nil:
			first = cmp.Or(first, error(failure(&analyze.ObjectEdit{}, f, err)))
		case isObject(t.root, c.Kind, c.Object):
			return f, at, nil
		}
	}
	for _, o := range c.Places { // in another document of the files
		f := m.files[o.File]
		if f == nil {
			continue
		}
		if at, ok := findObject(f.text, c.Kind, c.Object); ok {
			return f, at, nil
		}
	}
	if c.New == nil {
		return nil, 0, cmp.Or(first, fmt.Errorf("the inputs have no %s %s", c.Kind, c.Object))
	}
	return nil, 0, nil
}

// findObject returns the byte where the document of an object begins, of all documents of a text.
func findObject(text []byte, kind, object string) (int, bool) {
	starts := lineStarts(text)
	for line := 0; line < len(starts); {
		_, end := documentAround(text, starts, line+1)
		if t, err := parseTree(text, line+1); err == nil && object != "" && isObject(t.root, kind, object) {
			at, ok := t.start(t.root)
			return at, ok
		}
		line = max(end, line+1)
	}
	return 0, false
}

// isObject reports whether a document is the object of a kind with a name, "shop/pricing" or "r".
func isObject(root *yaml.Node, kind, object string) bool {
	value := func(n *yaml.Node, keys ...string) string {
		for _, key := range keys {
			i := -1
			if n.Kind == yaml.MappingNode {
				i = child(n, key)
			}
			if i < 0 {
				return ""
			}
			n = n.Content[i]
		}
		return n.Value
	}
	if !strings.EqualFold(value(root, "kind"), kind) && !strings.EqualFold(value(root, "Kind"), kind) {
		return false
	}
	if object == "" {
		return true
	}
	namespace, name, ok := strings.Cut(object, "/")
	if !ok {
		namespace, name = "", object
	}
	own := value(root, "metadata", "namespace")
	return name == cmp.Or(value(root, "metadata", "name"), value(root, "Name")) && (own == "" || namespace == "" || own == namespace)
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
	beside := c.Places[0].File
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
	m.files[name] = &file{name: name, text: []byte(text)}
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
		if _, err := m.read(name); m.files[name] == nil && errors.Is(err, ErrNotExist) {
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
	name, err := m.newName(c, f.name)
	if err != nil {
		return err
	}
	m.files[name] = &file{name: name, text: text}
	return nil
}

// ErrNotExist is the error of read for a name that no file has.
var ErrNotExist = errors.New("no such file")

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

// removedPlaces returns where the values of the edits of an object are, if all take values away; nil
// if some do not.
func removedPlaces(c *analyze.ObjectEdit) []graph.Origin {
	var places []graph.Origin
	for i := range c.Edits {
		e := &c.Edits[i]
		if e.Op != policy.OpRemove || e.Written.File == "" {
			return nil
		}
		places = append(places, e.Written)
	}
	return places
}

// removeAll takes away the values at places, and the blocks that have no others.
func (m *maker) removeAll(c *analyze.ObjectEdit, places []graph.Origin) error {
	type document struct {
		f    *file
		line int // where it begins, from 1
		at   []int
	}
	var documents []document
	for _, o := range places {
		f, at, err := m.spot(o)
		if err != nil {
			return err
		}
		first := 0
		if syntaxOf(f.name) == nil {
			first, _ = documentAround(f.text, lineStarts(f.text), f.line(at))
		}
		i := slices.IndexFunc(documents, func(d document) bool { return d.f == f && d.line == first+1 })
		if i < 0 {
			i = len(documents)
			documents = append(documents, document{f, first + 1, nil})
		}
		documents[i].at = append(documents[i].at, at)
	}
	// The last document of a file first: its edits move none before it.
	slices.SortStableFunc(documents, func(a, b document) int { return b.line - a.line })
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
		} else if list, err = removeValues(d.f.text, d.line, d.at); err != nil {
			return failure(c, d.f, err)
		}
		if err := d.f.apply(list); err != nil {
			return err
		}
	}
	return nil
}

// replaceNames gives fields of an object other values where they have certain ones.
func (m *maker) replaceNames(c *analyze.ObjectEdit) error {
	f, at, err := m.object(c)
	if err != nil {
		return err
	}
	var list []splice
	if syntaxOf(f.name) != nil {
		list = nameLines(f.text, c.Edits)
	} else {
		t, err := parseTree(f.text, f.line(at))
		if err != nil {
			return failure(c, f, err)
		}
		for i := range c.Edits {
			e := &c.Edits[i]
			for _, n := range named(t.root, parsePath(e.Path), was(e)) {
				start, ok := t.start(n)
				if end, known := t.end(n, 0); ok && known && n.Anchor == "" {
					list = append(list, splice{start, end, nameText(t, n, renamedTo(n.Value, was(e), e.Value))})
				}
			}
		}
		if _, err := parseTree(splices(f.text, list), f.line(at)); err != nil {
			return failure(c, f, errNoPlace)
		}
	}
	if len(list) == 0 {
		return failure(c, f, errOtherValue)
	}
	return f.apply(list)
}
