package ingest

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/trace"
	"github.com/weirgraph/weir/ingest/unread"
)

// An outcome is the result of one document, and of those after it with the same result.
type outcome struct {
	reader string // of the reader that read it; "" if none did
	kind   string // if no reader matches
	line   int32
	more   int // documents after it
}

// reader reads batches. It belongs to one worker.
type reader struct {
	readers []*document.Reader
	names   document.Names
	spans   *trace.Worker
}

func (r *reader) read(t *batch) {
	if t.chunk != nil {
		r.readSpans(t)
		return
	}
	base := t.file.base()
	for _, part := range t.parts {
		d, headSure := document.New(t.file.name, base, part, &r.names)
		d.Dir, d.Facts = t.dir, &t.facts
		if t.file.rendered != nil {
			d.RenderedBy(t.file.rendered.source)
		}
		t.protect(d, int32(d.Start()), func() { r.readDocument(t, d, headSure) })
		t.facts.Excuses = append(t.facts.Excuses, d.Excuses()...)
	}
}

// readDocument parses a document, if a reader may match it, and passes on the documents
// that it consists of.
func (r *reader) readDocument(t *batch, d *document.Document, headSure bool) {
	line := int32(d.Start())
	if headSure && r.match(d) == nil {
		t.add(t.unwanted(d, line))
		return
	}
	err := d.Parse()
	if o, ok := t.template(d, err); ok {
		t.add(o)
		return
	}
	if err != nil {
		t.add(r.failed(t, d, err, line))
		return
	}
	d.Settle()
	d.Documents(func(d *document.Document) bool {
		if d.Head.Text || d.Root.Exists() {
			line := max(line, d.At(d.Root).Line)
			t.protect(d, line, func() { t.add(r.hand(t, d, line)) })
		}
		return true
	})
}

// add adds the outcome of a document, to the one before if it has the same.
func (t *batch) add(o outcome) {
	if n := len(t.outcomes); n > 0 {
		if last := &t.outcomes[n-1]; last.reader == o.reader && last.kind == o.kind {
			last.more += 1 + o.more
			return
		}
	}
	t.outcomes = append(t.outcomes, o)
}

// protect keeps a panic of a reader from ending the run. The facts that the reader found
// in the document before are dropped.
func (t *batch) protect(d *document.Document, line int32, read func()) {
	facts, outcomes := t.facts, len(t.outcomes)
	d.Reader = ""
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		t.facts = facts
		t.facts.Problems = append(t.facts.Problems, graph.Problem{
			Origin:  d.Line(int(line), 0),
			Message: fmt.Sprintf("the reader %q failed on this document: %v", d.Reader, v),
			Hint:    "this is a bug in weir; report it with the document",
			Level:   graph.Failed,
		})
		t.outcomes = append(t.outcomes[:outcomes], outcome{line: line})
	}()
	read()
}

// match returns the reader of a document, nil if there is none. An object is matched by its API
// version and kind alone: a key of another format does not hide it.
func (r *reader) match(d *document.Document) *document.Reader {
	head := d.Head
	if head.IsObject() {
		head.Base, head.Keys, head.Lists = "", nil, nil
	}
	for _, reader := range r.readers {
		if reader.Match != nil && reader.Match(&head) || d.Head.Text && reader.Whole != nil && reader.Whole(d.Text) {
			return reader
		}
	}
	return nil
}

// takesWhole reports whether a reader reads the file with this text as one document.
func (r *reader) takesWhole(text []byte) bool {
	return slices.ContainsFunc(r.readers, func(reader *document.Reader) bool { return reader.Whole != nil && reader.Whole(text) })
}

// failed is the outcome of a document that does not parse. One of a JSON file that was found in a
// directory, with keys that no reader has a use for or a list of literals of another language, is none of weir's inputs, nor is a text.
func (r *reader) failed(t *batch, d *document.Document, err error, line int32) outcome {
	var syntax *document.SyntaxError
	p := graph.Problem{Origin: d.Line(int(line), 0), Message: err.Error(), Level: graph.Failed}
	if errors.As(err, &syntax) {
		p.Origin.Line, p.Origin.Column, p.Hint = int32(syntax.Line), int32(syntax.Column), syntax.Hint
		switch {
		case t.file.named:
		case d.BeginsAsText():
			p.Level, p.Message = graph.Skipped, p.Message+"; the file is not read, since it begins with text and no key"
		case path.Ext(d.Head.Base) == ".json":
			d.Head = d.Outline()
			switch {
			case d.ListsLiterals():
				p.Level, p.Message = graph.Skipped, p.Message+"; the file is not read, since it is a list of another language's literals"
			case d.Head.Keys != nil && r.match(d) == nil:
				p.Level, p.Message = graph.Skipped, p.Message+"; the file is not read, and by its keys it is no input"
			}
		}
	}
	t.facts.Problems = append(t.facts.Problems, p)
	return outcome{line: line}
}

// hand passes a document to the reader that matches it.
func (r *reader) hand(t *batch, d *document.Document, line int32) outcome {
	reader := r.match(d)
	if reader == nil {
		return t.unwanted(d, line)
	}
	d.Reader = reader.Name
	policies, inputs := len(t.facts.Policies), len(t.facts.Unread)
	reader.Read(d, &t.facts)
	if excuses := d.Root.Get("metadata", "annotations", graph.IgnoreAnnotation); excuses.IsScalar() {
		for i := policies; i < len(t.facts.Policies); i++ {
			t.facts.Policies[i].Excuses = excuses.Str()
		}
		for i := inputs; i < len(t.facts.Unread); i++ {
			t.facts.Unread[i].Excuses = excuses.Str()
		}
	}
	if kind := unread.EncryptedValues(&d.Head); kind != nil {
		t.unread(kind, line)
	}
	return outcome{reader: reader.Name, line: line}
}

// unwanted is the outcome of a document that no reader matches.
func (t *batch) unwanted(d *document.Document, line int32) outcome {
	if kind := cmp.Or(unread.EncryptedValues(&d.Head), unread.Document(&d.Head, d.Text)); kind != nil {
		t.unread(kind, line)
	}
	return outcome{kind: kindOf(d), line: line}
}

// unread adds the file of the batch to the inputs that are recognized and not read.
func (t *batch) unread(kind *graph.UnreadKind, line int32) {
	t.facts.Unread = append(t.facts.Unread, graph.Unread{
		Kind: kind, Name: t.file.name, Origin: graph.Source{File: t.file.name}.At(line, 0),
	})
}

// kindOf returns the kind under which a document that no reader matches is counted.
func kindOf(d *document.Document) string {
	const longest = 80
	switch kind := d.Head.Kind; {
	case d.Head.Text:
		return fmt.Sprintf("%s file", path.Ext(d.Head.Base))
	case kind != "":
		return strings.ToValidUTF8(kind[:min(len(kind), longest)], "")
	case path.Ext(d.Head.Base) == ".json":
		return "json without kind"
	}
	return "yaml without kind"
}
