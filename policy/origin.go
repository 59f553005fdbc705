package policy

import (
	"cmp"
	"strconv"
	"strings"
	"unique"
)

// An Origin is the place a fact was read from. Every setting, service and call has some, so it
// is small: origins in one text share its Source. Two origins are == if they are the same
// place; the zero Origin is no place.
type Origin struct {
	source unique.Handle[Source] // zero for the zero Source
	Line   int32                 // from 1; 0 when the input has no lines
	Column int32                 // from 1, in characters; 0 when unknown
}

// A Source is the text that places are in, and who read it.
type Source struct {
	Reader string // the reader's name, "kubernetes"
	File   string // as the user named it, forward slashes; Stdin; or the chart or overlay whose rendered text it is

	// RenderedFrom is the file that this part of the text was rendered from: a template of a
	// chart, a manifest of a kustomization. It is empty if the text does not name one.
	RenderedFrom string
}

// Stdin is the File of what is read from standard input.
const Stdin = "stdin"

// Whole is the origin of what belongs to all of s, without line and column. Who needs many
// places in s sets them in copies of it: s is looked up only once.
func (s Source) Whole() Origin {
	if s == (Source{}) {
		return Origin{}
	}
	return Origin{source: unique.Make(s)}
}

// At is a place in s.
func (s Source) At(line, column int32) Origin {
	o := s.Whole()
	o.Line, o.Column = line, column
	return o
}

// Source is the text that o is in.
func (o Origin) Source() Source {
	if o.source == (unique.Handle[Source]{}) {
		return Source{}
	}
	return o.source.Value()
}

// Reader is the name of the reader that read o.
func (o Origin) Reader() string { return o.Source().Reader }

// File is the file that o is in; see Source.
func (o Origin) File() string { return o.Source().File }

// RenderedFrom is the file that the text around o was rendered from; see Source.
func (o Origin) RenderedFrom() string { return o.Source().RenderedFrom }

// Equal is ==, for packages that compare values of all types.
func (o Origin) Equal(p Origin) bool { return o == p }

// String is the place to look at: file:line:column, without the parts that are unknown. For
// rendered text that names its source it is that file, "shop/templates/web.yaml (rendered
// line 38)", with the rendered file too if there are others.
func (o Origin) String() string {
	s := o.Source()
	if s.RenderedFrom == "" {
		return o.Place()
	}
	var b strings.Builder
	b.WriteString(s.RenderedFrom)
	b.WriteString(" (rendered")
	if o.Line > 0 {
		b.WriteString(" line ")
		b.WriteString(strconv.Itoa(int(o.Line)))
	}
	if s.File != Stdin && s.File != "." && !strings.HasPrefix(s.RenderedFrom, s.File+"/") {
		b.WriteString(" of ")
		b.WriteString(s.File)
	}
	b.WriteByte(')')
	return b.String()
}

// Place writes file:line:column of the text that was read, without the parts that are unknown.
func (o Origin) Place() string {
	var b strings.Builder
	b.WriteString(o.File())
	if o.Line > 0 {
		b.WriteByte(':')
		b.WriteString(strconv.Itoa(int(o.Line)))
		if o.Column > 0 {
			b.WriteByte(':')
			b.WriteString(strconv.Itoa(int(o.Column)))
		}
	}
	return b.String()
}

// Compare orders origins by file, line, column and reader.
func (o Origin) Compare(p Origin) int {
	if o.source == p.source { // a million are compared
		return cmp.Or(cmp.Compare(o.Line, p.Line), cmp.Compare(o.Column, p.Column))
	}
	s, t := o.Source(), p.Source()
	return cmp.Or(
		strings.Compare(s.File, t.File), cmp.Compare(o.Line, p.Line), cmp.Compare(o.Column, p.Column),
		strings.Compare(s.Reader, t.Reader), strings.Compare(s.RenderedFrom, t.RenderedFrom))
}
