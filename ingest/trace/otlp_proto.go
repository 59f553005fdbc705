package trace

import (
	"strconv"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/weirgraph/weir/ingest/trace/spans"
)

// otlpProto reads spans in the binary form of OpenTelemetry's protocol: bare
// messages, one after another or alone, and messages that each follow their
// length, as four bytes or as a varint.
var otlpProto = &Reader{
	Name:   "otlp-protobuf",
	Doc:    "spans of OpenTelemetry as protobuf: files of the collector, bare or framed messages",
	Reads:  []string{"TracesData", "ExportTraceServiceRequest"},
	split:  (*splitter).splitMessages,
	binary: (*Worker).otlpMessage,
}

// A message walks the fields of a protobuf message. What is not wanted costs only
// its tag.
type message struct {
	rest   []byte
	field  protowire.Number
	bytes  []byte // of a field of bytes, a string or a message
	number uint64 // of any other field
	bad    bool
}

func (m *message) next() bool {
	if len(m.rest) == 0 || m.bad {
		return false
	}
	// Most fields are short texts and messages, with a byte for the tag and one for
	// the length.
	if b := m.rest; len(b) > 1 && b[0] >= 1<<3 && b[0] < 1<<7 && b[0]&7 == byte(protowire.BytesType) {
		if end := 2 + int(b[1]); b[1] < 1<<7 && end <= len(b) {
			m.field, m.bytes, m.number, m.rest = protowire.Number(b[0]>>3), b[2:end:end], 0, b[end:]
			return true
		}
	}
	field, kind, n := protowire.ConsumeTag(m.rest)
	if n < 0 {
		return m.fail()
	}
	m.field, m.bytes, m.number, m.rest = field, nil, 0, m.rest[n:]
	switch kind {
	case protowire.BytesType:
		m.bytes, n = protowire.ConsumeBytes(m.rest)
	case protowire.VarintType:
		m.number, n = protowire.ConsumeVarint(m.rest)
	case protowire.Fixed64Type:
		m.number, n = protowire.ConsumeFixed64(m.rest)
	default:
		n = protowire.ConsumeFieldValue(field, kind, m.rest)
	}
	if n < 0 {
		return m.fail()
	}
	m.rest = m.rest[n:]
	return true
}

func (m *message) fail() bool {
	m.bad = true
	return false
}

// otlpMessage reads a TracesData, or several: their fields are one list.
func (w *Worker) otlpMessage() *syntaxError {
	m := message{rest: w.c.text}
	for m.next() {
		if m.field == 1 && !w.protoResource(m.bytes) {
			m.bad = true
		}
	}
	if m.bad {
		w.d.Reset()
		return &syntaxError{0, "a message is damaged"}
	}
	return nil
}

func (w *Worker) protoResource(b []byte) bool {
	m := message{rest: b}
	party, from, ok := uint32(0), w.Records.Length, true
	for m.next() {
		switch m.field {
		case 1:
			party = w.protoService(m.bytes)
		case 2, 1000:
			scope := message{rest: m.bytes}
			for scope.next() {
				if scope.field == 2 {
					ok = w.protoSpan(scope.bytes, party) && ok
				}
			}
			ok = ok && !scope.bad
		}
	}
	for i := from; party != 0 && i < w.Records.Length; i++ {
		w.Records.At(i).Party = party
	}
	return ok && !m.bad
}

func (w *Worker) protoService(b []byte) uint32 {
	var r spans.Resource
	for m := (message{rest: b}); m.next(); {
		if m.field == 1 {
			key, value := protoKeyValue(m.bytes)
			if spans.IsResource(key) {
				r.Put(key, w.protoValue(value))
			}
		}
	}
	return w.Resource(&r)
}

func (w *Worker) protoSpan(b []byte, party uint32) bool {
	d := &w.d
	w.c.unescape = w.c.unescape[:0]
	m := message{rest: b}
	for m.next() {
		switch m.field {
		case 1:
			d.Trace = spans.BytesID(m.bytes)
		case 2:
			d.Span = spans.BytesID(m.bytes)
		case 3:
			d.State = m.bytes
		case 4:
			d.Parent = spans.BytesID(m.bytes)
		case 5:
			d.Name = m.bytes
		case 6:
			if m.number <= uint64(spans.Consumer) {
				d.Flags |= spans.Flags(m.number)
			}
		case 7:
			d.Start = int64(m.number)
		case 8:
			d.End = int64(m.number)
		case 9:
			key, value := protoKeyValue(m.bytes)
			if a := spans.AttributeOf(key); a != spans.NoAttribute {
				d.Keep(a, w.protoValue(value))
			}
		case 11:
			for event := (message{rest: m.bytes}); event.next(); {
				if event.field == 2 && spans.IsRetry(event.bytes) {
					d.Flags |= spans.Retried
				}
			}
		case 13:
			protoLink(d, m.bytes)
		case 15:
			for status := (message{rest: m.bytes}); status.next(); {
				if status.field == 3 && status.number == 2 {
					d.Flags |= spans.Failed
				}
			}
		}
	}
	if m.bad {
		d.Reset()
		return false
	}
	d.Party = party
	w.Add(d)
	return true
}

func protoLink(d *spans.Builder, b []byte) {
	if d.Link != (spans.Link{}) {
		return
	}
	for m := (message{rest: b}); m.next(); {
		switch m.field {
		case 1:
			d.Link.Trace = spans.BytesID(m.bytes)
		case 2:
			d.Link.Span = spans.BytesID(m.bytes)
		}
	}
}

func protoKeyValue(b []byte) (key, value []byte) {
	for m := (message{rest: b}); m.next(); {
		switch m.field {
		case 1:
			key = m.bytes
		case 2:
			value = m.bytes
		}
	}
	return key, value
}

// protoValue returns a string, or the text of a number or boolean. Lists and the
// like give nil.
func (w *Worker) protoValue(b []byte) []byte {
	m := message{rest: b}
	if !m.next() {
		return nil
	}
	from := len(w.c.unescape)
	switch m.field {
	case 1:
		return m.bytes
	case 2:
		w.c.unescape = strconv.AppendBool(w.c.unescape, m.number != 0)
	case 3:
		w.c.unescape = strconv.AppendInt(w.c.unescape, int64(m.number), 10)
	default:
		return nil
	}
	return w.c.unescape[from:len(w.c.unescape):len(w.c.unescape)]
}
