package wire

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"iter"
)

// A Writer writes a document member by member, each entry of its lists on a line of
// its own, so that line tools and diffs can work on it. It never holds more than one
// entry. Members are to be written once each, in the order of the fields of Document.
type Writer struct {
	w     *bufio.Writer
	text  []byte // of an entry
	buf   bytes.Buffer
	enc   *json.Encoder
	err   error
	comma string
}

// NewWriter begins a document.
func NewWriter(w io.Writer) *Writer {
	j := &Writer{w: bufio.NewWriterSize(w, 1<<16), comma: "{\n"}
	j.enc = json.NewEncoder(&j.buf)
	j.enc.SetEscapeHTML(false) // subjects such as a->b stay readable
	j.Member("schema", Schema)
	return j
}

// Member writes one member.
func (j *Writer) Member(key string, value any) {
	j.key(key)
	j.value(value)
}

// List writes a member that is a list. The items may be pointers to one value that
// changes from one to the next.
func List[T any](j *Writer, key string, items iter.Seq[T]) {
	j.key(key)
	j.w.WriteByte('[')
	sep := "\n  "
	for item := range items {
		j.w.WriteString(sep)
		j.value(item)
		sep = ",\n  "
	}
	j.w.WriteByte(']')
}

func (j *Writer) key(key string) {
	j.w.WriteString(j.comma)
	j.w.WriteString(`"` + key + `": `)
	j.comma = ",\n"
}

func (j *Writer) value(value any) {
	if e, ok := value.(entry); ok {
		if j.text, ok = e.appendTo(j.text[:0]); ok {
			j.w.Write(j.text)
			return
		}
	}
	j.buf.Reset()
	if err := j.enc.Encode(value); err != nil && j.err == nil {
		j.err = err
	}
	j.w.Write(bytes.TrimSuffix(j.buf.Bytes(), []byte("\n")))
}

// Close ends the document and returns the first error of all that was written. It does
// not close the underlying writer.
func (j *Writer) Close() error {
	j.w.WriteString("\n}\n")
	if err := j.w.Flush(); err != nil {
		return err
	}
	return j.err
}
