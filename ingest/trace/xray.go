package trace

import (
	"bytes"

	"github.com/weirgraph/weir/ingest/trace/spans"
)

// xray reads segment documents of AWS X-Ray: alone, in lists, one a line, and as
// texts in the answer of BatchGetTraces.
var xray = &Reader{
	Name:  "xray",
	Doc:   "segment documents of AWS X-Ray, also inside the answer of BatchGetTraces",
	Reads: []string{"Traces", "trace_id", "subsegments"},
	match: func(h *head) bool {
		return h.has("trace_id", "id") && h.hasOne("start_time", "name", "subsegments") ||
			h.has("[].trace_id", "[].id") && h.hasOne("[].start_time", "[].name", "[].subsegments") ||
			h.hasOne("Traces[].Segments", "[].Segments", "Segments[].Document", "[].Document") || h.has("Traces", "UnprocessedTraceIds")
	},
	value: (*Worker).xrayValue,
	unit:  (*Worker).xrayValue,
}

// maxSegments bounds how deep subsegments may be nested.
const maxSegments = 1000

// xrayValue reads an answer, a trace, a segment, or a list of any of them.
func (w *Worker) xrayValue() {
	c := &w.c
	c.unescape = c.unescape[:0]
	w.xrayAny()
}

func (w *Worker) xrayAny() {
	c := &w.c
	if !c.deeper() {
		return
	}
	defer c.higher()
	switch c.space() {
	case '[':
		c.array()
		for first := true; c.item(&first); {
			w.xrayAny()
		}
		return
	case '{':
	default:
		c.skip()
		return
	}
	look := *c
	look.object()
	for first := true; look.field(&first); {
		switch string(look.key) {
		case "Traces", "Segments", "Document":
			w.xrayEnvelope()
			return
		case "id", "trace_id", "name", "subsegments", "start_time":
			w.xraySegment(w.xrayTrace(), spans.ID{}, 0)
			return
		}
		look.skip()
	}
	c.skip()
}

func (w *Worker) xrayEnvelope() {
	c := &w.c
	c.object()
	for first := true; c.field(&first); {
		switch string(c.key) {
		case "Traces", "Segments":
			w.xrayAny()
		case "Document":
			w.xrayDocument(c.string())
		default:
			c.skip()
		}
	}
}

// xrayDocument reads a segment that is written as the text of a string.
func (w *Worker) xrayDocument(text []byte) {
	outer := w.c
	w.c = cursor{text: text, unescape: outer.unescape[len(outer.unescape):]}
	if !w.c.end() {
		w.xrayAny()
	}
	if w.c.odd > 0 && outer.odd == 0 {
		outer.oddAt = outer.at
	}
	outer.odd += w.c.odd
	if inner := w.c.err; inner != nil && outer.err == nil {
		outer.err = &syntaxError{outer.at, "a Document is not JSON: " + inner.what}
	}
	w.c = outer
}

// xrayTrace returns the trace of the segment that follows, without going on: its
// subsegments may be before it.
func (w *Worker) xrayTrace() spans.ID {
	look := w.c
	look.object()
	for first := true; look.field(&first); {
		if string(look.key) == "trace_id" {
			return xrayID(look.string())
		}
		look.skip()
	}
	return spans.ID{}
}

// xrayID reads "1-5759e988-bd862e3fe1be46a994272793" as the number that other
// formats write for it.
func xrayID(s []byte) spans.ID {
	if len(s) == 35 && s[0] == '1' && s[1] == '-' && s[10] == '-' {
		var digits [32]byte
		copy(digits[copy(digits[:], s[2:10]):], s[11:])
		return spans.ParseID(digits[:])
	}
	return spans.ParseID(s)
}

// segment is what a segment or subsegment says of itself.
type segment struct {
	name, namespace []byte
	id, parent      spans.ID
	start, end      float64
	failed, retried bool
	sub             bool // it is a subsegment in a document of its own
	database, url   []byte
	query           []byte // of SQL
	method, address []byte // of HTTP
	command, table  []byte // of a service of AWS
}

// xraySegment reads a segment, or a subsegment if it is in another one, and all that are
// in it.
func (w *Worker) xraySegment(trace, within spans.ID, depth int) {
	c := &w.c
	if depth > maxSegments {
		c.fail("subsegments are nested too deep")
	}
	own := w.xrayOwnID()
	if !c.object() {
		return
	}
	s := segment{parent: within, sub: depth > 0}
	for first := true; c.field(&first); {
		switch string(c.key) {
		case "name":
			s.name = c.string()
		case "namespace":
			s.namespace = c.string()
		case "id":
			s.id = spans.ParseID(c.string())
		case "parent_id":
			s.parent = spans.ParseID(c.string())
		case "start_time":
			s.start, _ = spans.ParseFloat(c.string())
		case "end_time":
			s.end, _ = spans.ParseFloat(c.string())
		case "fault":
			s.failed = string(c.string()) == "true"
		case "type":
			s.sub = s.sub || string(c.string()) == "subsegment"
		case "aws":
			w.xrayAWS(&s)
		case "http":
			w.xrayHTTP(&s)
		case "sql":
			w.xraySQL(&s)
		case "subsegments":
			if !c.array() {
				continue
			}
			for first := true; c.item(&first); {
				w.xraySegment(trace, own, depth+1)
			}
		default:
			c.skip()
		}
	}
	if c.err == nil {
		w.xrayAdd(&s, trace)
	}
}

func (w *Worker) xrayOwnID() spans.ID {
	look := w.c
	if look.space() != '{' {
		return spans.ID{}
	}
	look.object()
	for first := true; look.field(&first); {
		if string(look.key) == "id" {
			return spans.ParseID(look.string())
		}
		look.skip()
	}
	return spans.ID{}
}

func (w *Worker) xrayAWS(s *segment) {
	c := &w.c
	if !c.object() {
		return
	}
	for first := true; c.field(&first); {
		switch string(c.key) {
		case "retries":
			s.retried = c.number() > 0
		case "operation":
			s.command = c.string()
		case "table_name":
			s.table = c.string()
		default:
			c.skip()
		}
	}
}

// xrayHTTP reads what a request asks for.
func (w *Worker) xrayHTTP(s *segment) {
	c := &w.c
	if !c.object() {
		return
	}
	for first := true; c.field(&first); {
		if string(c.key) != "request" || c.space() != '{' {
			c.skip()
			continue
		}
		c.object()
		for first := true; c.field(&first); {
			switch string(c.key) {
			case "method":
				s.method = c.string()
			case "url":
				s.address = c.string()
			default:
				c.skip()
			}
		}
	}
}

func (w *Worker) xraySQL(s *segment) {
	c := &w.c
	if !c.object() {
		return
	}
	for first := true; c.field(&first); {
		switch string(c.key) {
		case "database_type":
			s.database = c.string()
		case "url":
			s.url = c.string()
		case "sanitized_query":
			s.query = c.string()
		default:
			c.skip()
		}
	}
}

// xrayAdd keeps a segment as the span of a server, and a subsegment as that of a
// client, if it leads somewhere else.
func (w *Worker) xrayAdd(s *segment, trace spans.ID) {
	d := &w.d
	d.Trace, d.Span, d.Parent = trace, s.id, s.parent
	d.Start, d.End = int64(s.start*1e9), int64(s.end*1e9)
	d.Name = w.xrayName(s)
	d.Keep(spans.DbStatement, s.query)
	d.Keep(spans.DbOperation, s.command)
	d.Keep(spans.DbCollection, s.table)
	switch {
	case !s.sub:
		d.Flags = spans.Server
		d.Party = w.Party(s.name, nil, nil, nil, nil)
	case string(s.namespace) == "remote" || string(s.namespace) == "aws":
		d.Flags = spans.Client
		d.Remote = s.name
		if s.database != nil {
			d.Keep(spans.DbSystem, w.lower(s.database))
		}
		if _, host, ok := bytes.Cut(s.name, []byte("@")); ok {
			d.Keep(spans.ServerAddress, host)
		}
		if s.retried {
			d.Keep(spans.ResendCount, []byte("1"))
		}
	default:
		d.Flags = spans.Internal
	}
	if s.failed {
		d.Flags |= spans.Failed
	}
	w.Add(d)
}

// xrayName is what a segment is about: its name is only that of whom it asks, unless
// it does local work.
func (w *Worker) xrayName(s *segment) []byte {
	switch {
	case s.address != nil:
		from := len(w.c.unescape)
		w.c.unescape = append(append(append(w.c.unescape, s.method...), ' '), spans.PathOfURL(s.address)...)
		return w.c.unescape[from:len(w.c.unescape):len(w.c.unescape)]
	case s.sub && len(s.namespace) == 0:
		return s.name
	}
	return nil
}
