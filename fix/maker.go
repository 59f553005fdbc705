package fix

import (
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
)

// A maker has the files as the fixes so far leave them. One that another has begun has the files that
// it has looked at, and leaves those of the other as they are until it commits.
type maker struct {
	read  func(name string) ([]byte, error)
	files map[string]*file
	added map[string]string // the files of new objects, by kind and name
	words map[string]bool   // what wordsFor has done, see wordsAt
	base  *maker            // that has begun it; nil for the first
}

// begin returns a maker for one fix.
func (m *maker) begin() *maker {
	return &maker{read: m.read, files: map[string]*file{}, added: map[string]string{}, words: map[string]bool{}, base: m}
}

// commit hands the files over to the maker that has begun m.
func (m *maker) commit() {
	maps.Copy(m.base.files, m.files)
	maps.Copy(m.base.added, m.added)
	maps.Copy(m.base.words, m.words)
}

// file returns a file that was opened or made before, nil for others.
func (m *maker) file(name string) *file {
	if f := m.files[name]; f != nil || m.base == nil {
		return f
	}
	f := m.base.file(name)
	if f != nil {
		f = f.clone()
		m.files[name] = f
	}
	return f
}

// newFile is the name of the file of an object that a fix has added, "" if none has.
func (m *maker) newFile(kind, object string) string {
	name := m.added[kind+"/"+object]
	if name == "" && m.base != nil {
		name = m.base.newFile(kind, object)
	}
	return name
}

func (m *maker) open(o graph.Origin) (*file, error) {
	if o.RenderedFrom != "" {
		return nil, fmt.Errorf("%s is rendered from %s", o.File, o.RenderedFrom)
	}
	if f := m.file(o.File); f != nil {
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
