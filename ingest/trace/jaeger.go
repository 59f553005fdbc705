package trace

import (
	"bytes"
	"slices"

	"github.com/weirgraph/weir/ingest/trace/spans"
)

// jaeger reads the JSON of Jaeger's API and UI: a list of traces in its envelope,
// bare traces, and lists of spans that carry their process.
var jaeger = &Reader{
	Name:  "jaeger",
	Doc:   "traces of Jaeger as returned by its API and UI, and lists of its spans",
	Reads: []string{"data", "spans", "processes", "traceID"},
	match: func(h *head) bool {
		return h.hasOne("data[].spans", "data.spans", "[].spans", "data[].processes", "data.processes", "[].processes") && !h.hasOne("data[].name", "[].name") ||
			h.has("spans", "processes") || h.has("spans", "traceID") || h.hasOne("spans[].spanID") ||
			h.has("traceID", "spanID") || h.has("[].traceID", "[].spanID") || h.has("data[].traceID", "data[].spanID") ||
			h.has("data", "total", "limit", "offset") && !h.has("data[].parent") // those are dependency links
	},
	value: (*Worker).jaegerValue,
	unit:  (*Worker).jaegerValue,
}

// jaegerStorage is what Jaeger's own tests keep spans in.
var jaegerStorage = &Reader{
	Name: "jaeger-storage",
	match: func(h *head) bool {
		return h.has("traceId", "operationName") || h.has("spans[].traceId", "spans[].operationName") || h.has("[].traceId", "[].operationName") ||
			h.has("[].spans[].traceId", "[].spans[].operationName")
	},
	refuse: "is Jaeger's storage format, whose times and ids are encoded differently",
	hint:   "download the traces from Jaeger's UI, or from /api/traces",
}

// A reference is what a span of Jaeger says of another one.
type reference struct {
	trace, span spans.ID
	follows     bool
}

// A holder is a span whose process is declared elsewhere in its trace.
type holder struct {
	at      int
	process []byte
}

// A process is a service in the words of one trace.
type process struct {
	id    []byte
	party uint32
}

// jaegerValue reads an envelope, a trace, a span, or a list of any of them.
func (w *Worker) jaegerValue() {
	c := &w.c
	if !c.deeper() {
		return
	}
	defer c.higher()
	c.unescape = c.unescape[:0]
	if c.space() == '[' {
		c.array()
		for first := true; c.item(&first); {
			w.jaegerValue()
		}
		return
	}
	if !c.object() {
		return
	}
	var d spans.Builder
	var s jaegerSpan
	isSpan := false
	w.holders = w.holders[:0]
	w.processes = w.processes[:0]
	for first := true; c.field(&first); {
		switch string(c.key) {
		case "data":
			w.jaegerValue()
		case "spans":
			if !c.array() {
				continue
			}
			for first := true; c.item(&first); {
				w.jaegerSpan()
			}
		case "processes":
			w.jaegerProcesses()
		default:
			isSpan = isSpan || string(c.key) == "spanID"
			w.jaegerField(&d, &s)
		}
	}
	if isSpan && c.err == nil {
		w.jaegerAdd(&d, &s)
	}
	slices.SortStableFunc(w.processes, func(a, b process) int { return bytes.Compare(a.id, b.id) })
	for _, h := range w.holders {
		i, ok := slices.BinarySearchFunc(w.processes, h.process, func(p process, id []byte) int { return bytes.Compare(p.id, id) })
		if ok {
			w.Records.At(h.at).Party = w.processes[i].party
		}
	}
	w.holders = w.holders[:0]
}

// jaegerSpan is what a span says beside what a draft holds.
type jaegerSpan struct {
	process    []byte
	references []reference
	parent     spans.ID
}

func (w *Worker) jaegerSpan() {
	c := &w.c
	if !c.object() {
		return
	}
	s := jaegerSpan{references: w.references[:0]}
	for first := true; c.field(&first); {
		w.jaegerField(&w.d, &s)
	}
	if w.references = s.references; c.err != nil {
		w.d.Reset()
		return
	}
	w.jaegerAdd(&w.d, &s)
}

func (w *Worker) jaegerField(d *spans.Builder, s *jaegerSpan) {
	c := &w.c
	switch string(c.key) {
	case "traceID":
		d.Trace = spans.ParseID(c.string())
	case "spanID":
		d.Span = spans.ParseID(c.string())
	case "parentSpanID":
		s.parent = spans.ParseID(c.string())
	case "operationName":
		d.Name = c.string()
	case "references":
		w.jaegerReferences(s)
	case "startTime":
		d.Start = 1000 * c.number()
	case "duration":
		d.Duration = 1000 * c.number()
	case "tags":
		w.jaegerTags(d, nil)
	case "tag":
		w.jaegerTagMap(d, nil)
	case "logs":
		w.jaegerLogs(d)
	case "processID":
		s.process = c.string()
	case "process":
		if party := w.jaegerProcess(); party != 0 {
			d.Party = party
		}
	default:
		c.skip()
	}
}

// jaegerAdd completes a span and keeps it.
func (w *Worker) jaegerAdd(d *spans.Builder, s *jaegerSpan) {
	d.Parent = s.parent
	rank := 0
	for _, r := range s.references {
		switch {
		case !r.trace.IsZero() && r.trace != d.Trace:
			if d.Link == (spans.Link{}) {
				d.Link = spans.Link{Trace: r.trace, Span: r.span}
			}
		case !r.follows && rank < 2:
			d.Parent, rank = r.span, 2
			d.Flags &^= spans.Follows
		case r.follows && rank < 1:
			d.Parent, rank = r.span, 1
			d.Flags |= spans.Follows
		}
	}
	var word [8]byte
	d.Flags |= kindNamed(d.Get(spans.SpanKind))
	if string(spans.Lower(word[:0], d.Get(spans.ErrorTag))) == "true" || bytes.EqualFold(d.Get(spans.StatusCode), []byte("error")) {
		d.Flags |= spans.Failed
	}
	at := w.Add(d)
	if w.Records.At(at).Party == 0 && s.process != nil {
		w.holders = append(w.holders, holder{at, s.process})
	}
}

func (w *Worker) jaegerReferences(s *jaegerSpan) {
	c := &w.c
	if !c.array() {
		return
	}
	for first := true; c.item(&first); {
		var r reference
		if !c.object() {
			continue
		}
		for first := true; c.field(&first); {
			switch string(c.key) {
			case "refType":
				r.follows = bytes.EqualFold(c.string(), []byte("FOLLOWS_FROM"))
			case "traceID":
				r.trace = spans.ParseID(c.string())
			case "spanID":
				r.span = spans.ParseID(c.string())
			default:
				c.skip()
			}
		}
		if !r.span.IsZero() {
			s.references = append(s.references, r)
		}
	}
}

// jaegerTags reads a list of tags into a span or, if it is given, a resource.
func (w *Worker) jaegerTags(d *spans.Builder, r *spans.Resource) {
	c := &w.c
	if c.space() == '{' {
		w.jaegerTagMap(d, r)
		return
	}
	if !c.array() {
		return
	}
	wanted := spans.IsAttribute
	if r != nil {
		wanted = spans.IsResource
	}
	for first := true; c.item(&first); {
		key, value := w.jaegerTag(wanted)
		keepTag(d, r, key, value)
	}
}

// jaegerTag reads one tag.
func (w *Worker) jaegerTag(wanted func(key []byte) bool) (key, value []byte) {
	return w.pair(wanted, func(w *Worker) []byte { return w.c.value() })
}

// jaegerLogs looks for signs of a retry: a log with the field event=retry.
func (w *Worker) jaegerLogs(d *spans.Builder) {
	c := &w.c
	if !c.array() {
		return
	}
	for first := true; c.item(&first); {
		if !c.object() {
			continue
		}
		for first := true; c.field(&first); {
			if string(c.key) != "fields" {
				c.skip()
				continue
			}
			if !c.array() {
				continue
			}
			for first := true; c.item(&first); {
				if key, value := w.jaegerTag(isEvent); isEvent(key) && spans.IsRetry(value) {
					d.Flags |= spans.Retried
				}
			}
		}
	}
}

func isEvent(key []byte) bool { return string(key) == "event" }

func keepTag(d *spans.Builder, r *spans.Resource, key, value []byte) {
	if r != nil {
		r.Put(key, value)
	} else {
		d.Put(key, value)
	}
}

// jaegerTagMap reads tags that Elasticsearch keeps as fields, with another sign for
// the dots in their names.
func (w *Worker) jaegerTagMap(d *spans.Builder, r *spans.Resource) {
	c := &w.c
	if !c.object() {
		return
	}
	for first := true; c.field(&first); {
		from := len(c.unescape)
		for _, b := range c.key {
			if b == '@' {
				b = '.'
			}
			c.unescape = append(c.unescape, b)
		}
		keepTag(d, r, c.unescape[from:len(c.unescape):len(c.unescape)], c.value())
	}
}

func (w *Worker) jaegerProcesses() {
	c := &w.c
	if !c.object() {
		return
	}
	for first := true; c.field(&first); {
		id := c.keepKey()
		w.processes = append(w.processes, process{id, w.jaegerProcess()})
	}
}

func (w *Worker) jaegerProcess() uint32 {
	c := &w.c
	var r spans.Resource
	if !c.object() {
		return 0
	}
	for first := true; c.field(&first); {
		switch string(c.key) {
		case "serviceName":
			r.Name = c.string()
		case "tags":
			w.jaegerTags(nil, &r)
		case "tag":
			w.jaegerTagMap(nil, &r)
		default:
			c.skip()
		}
	}
	return w.Resource(&r)
}
