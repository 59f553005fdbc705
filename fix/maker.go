package fix

import (
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
)

// A maker has the documents as the fixes so far leave them. One that another has begun has those that
// it has looked at, and leaves those of the other as they are until it commits.
type maker struct {
	read   func(name string) ([]byte, error)
	inputs map[string]*input // those that were read, by name
	files  map[documentKey]*file
	added  map[string]string // the files of new objects, by kind and name
	words  map[string]bool   // what wordsFor has done, see wordsAt
	base   *maker            // that has begun it; nil for the first
}

// A documentKey is a document of a file, by its number. A new file has one.
type documentKey struct {
	name string
	part int
}

func newMaker(read func(name string) ([]byte, error)) *maker {
	return &maker{read: read, inputs: map[string]*input{}, files: map[documentKey]*file{}, added: map[string]string{}, words: map[string]bool{}}
}

// begin returns a maker for one fix.
func (m *maker) begin() *maker {
	own := newMaker(m.read)
	own.inputs, own.base = m.inputs, m
	return own
}

// meets reports whether one of the documents that m has looked at was changed by a fix before.
func (m *maker) meets(base *maker) bool {
	for key := range m.files {
		if was := base.files[key]; was != nil && string(was.text) != string(was.before) {
			return true
		}
	}
	return false
}

// commit hands the files over to the maker that has begun m.
func (m *maker) commit() {
	maps.Copy(m.base.files, m.files)
	maps.Copy(m.base.added, m.added)
	maps.Copy(m.base.words, m.words)
}

// file returns a document that was opened or made before, nil for others.
func (m *maker) file(key documentKey) *file {
	if f := m.files[key]; f != nil || m.base == nil {
		return f
	}
	f := m.base.file(key)
	if f != nil {
		f = f.clone()
		m.files[key] = f
	}
	return f
}

// document returns a document of an input that was read.
func (m *maker) document(in *input, part int) *file {
	key := documentKey{in.name, part}
	f := m.file(key)
	if f == nil {
		f = in.document(part)
		m.files[key] = f
	}
	return f
}

// create puts a new file beside the inputs.
func (m *maker) create(name string, text []byte) {
	m.files[documentKey{name: name}] = &file{name: name, text: text}
}

// newFile is the name of the file of an object that a fix has added, "" if none has.
func (m *maker) newFile(kind, object string) string {
	name := m.added[kind+"/"+object]
	if name == "" && m.base != nil {
		name = m.base.newFile(kind, object)
	}
	return name
}

// open returns the document of the inputs that a place is in.
func (m *maker) open(o graph.Origin) (*file, error) {
	if o.RenderedFrom() != "" {
		return nil, fmt.Errorf("%s is rendered from %s", o.File(), o.RenderedFrom())
	}
	in := m.inputs[o.File()]
	if in == nil {
		text, err := m.read(o.File())
		if errors.Is(err, ErrNotExist) {
			return nil, fmt.Errorf("%s is not there", o.File())
		} else if err != nil {
			return nil, err
		}
		in = newInput(o.File(), text)
		m.inputs[o.File()] = in
	}
	return m.document(in, in.part(int(o.Line))), nil
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

// ErrNotExist is the error of read for a name that no file has.
var ErrNotExist = errors.New("no such file")
