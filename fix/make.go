package fix

import (
	"bytes"
	"cmp"
	"maps"
	"slices"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/policy"
)

// A Patch is what fixes make of the inputs.
type Patch struct {
	Files []File            // that are changed or new, by name
	Made  []Outcome         // of the fixes that are made, in the order of the findings
	Left  []Outcome         // of those that are not, and why
	New   []analyze.Finding // that the changes bring and that are not fixed; see Settle
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
	m := newMaker(read)
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
		for key, now := range own.files {
			if was := m.files[key]; was == nil && string(now.text) != string(now.before) || was != nil && string(was.text) != string(now.text) {
				names = append(names, key.name)
			}
		}
		if len(names) == 0 && !own.meets(m) {
			p.Left = append(p.Left, Outcome{Finding: f, Reason: "what it would change is so already"})
			continue
		}
		own.commit()
		slices.Sort(names)
		p.Made = append(p.Made, Outcome{Finding: f, Files: slices.Compact(names)})
	}
	p.Files = m.changed()
	return p
}

// changed returns the files that are changed or new, by name.
func (m *maker) changed() []File {
	names := map[string]bool{}
	for key, f := range m.files {
		if string(f.text) != string(f.before) {
			names[key.name] = true
		}
	}
	var list []File
	for _, name := range slices.Sorted(maps.Keys(names)) {
		one := File{Name: name}
		if in := m.inputs[name]; in != nil {
			one.Before, one.After = in.text, in.assemble(func(part int) *file { return m.files[documentKey{name, part}] })
		} else {
			one.After = m.files[documentKey{name: name}].text
		}
		if len(bytes.TrimSpace(one.After)) == 0 {
			one.After = nil
		}
		list = append(list, one)
	}
	return list
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
		if e.Written.File() != "" {
			if err := m.rewrite(e); err != nil {
				return err
			}
			continue
		}
		if e.Beside.File() != "" {
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
