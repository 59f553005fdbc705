package trace

import (
	"bytes"

	"github.com/weirgraph/weir/ingest/trace/spans"
)

// otlpJSON reads spans in the JSON form of OpenTelemetry's protocol, in every
// spelling that its writers use, and in the envelopes that Tempo and Jaeger put
// around it.
var otlpJSON = &Reader{
	Name:  "otlp-json",
	Doc:   "spans of OpenTelemetry as JSON: files and lines of the collector, SDKs and Tempo's and Jaeger's APIs",
	Reads: []string{"resourceSpans", "batches", "trace", "result"},
	match: func(h *head) bool {
		return h.hasOne("resourceSpans", "resource_spans", "trace.resourceSpans", "trace.batches", "result.resourceSpans", "[].resourceSpans") ||
			h.hasOne("batches[].resource", "batches[].scopeSpans", "batches[].instrumentationLibrarySpans")
	},
	value: (*Worker).otlpDocument,
	unit:  (*Worker).otlpResource,
}

// tempoSearch is what a search of Tempo finds.
var tempoSearch = &Reader{
	Name: "tempo-search",
	match: func(h *head) bool {
		return h.hasOne("traces[].rootServiceName", "traces[].rootTraceName", "traces[].spanSet", "traces[].spanSets")
	},
	refuse: "is a search result of Tempo, whose spans have no parents; calls cannot be derived",
	hint:   "download each trace from Tempo with /api/traces/ID",
}

// otlpDocument reads a TracesData, or an answer that has one inside.
func (w *Worker) otlpDocument() {
	c := &w.c
	if !c.deeper() {
		return
	}
	defer c.higher()
	if c.space() == '[' {
		c.array()
		for first := true; c.item(&first); {
			w.otlpDocument()
		}
		return
	}
	if !c.object() {
		return
	}
	for first := true; c.field(&first); {
		switch string(c.key) {
		case "resourceSpans", "resource_spans", "batches":
			w.otlpResources()
		case "trace", "result":
			w.otlpDocument()
		default:
			c.skip()
		}
	}
}

func (w *Worker) otlpResources() {
	c := &w.c
	if !c.deeper() {
		return
	}
	defer c.higher()
	if !c.array() {
		return
	}
	for first := true; c.item(&first); {
		w.otlpResource()
	}
}

// otlpResource reads the spans of one resource, which may be before or after them.
func (w *Worker) otlpResource() {
	c := &w.c
	if !c.object() {
		return
	}
	party, from := uint32(0), w.Records.Length
	for first := true; c.field(&first); {
		switch string(c.key) {
		case "resource":
			party = w.otlpService()
		case "scopeSpans", "scope_spans", "instrumentationLibrarySpans", "instrumentation_library_spans":
			w.otlpScopes(party)
		case "resourceSpans", "resource_spans": // a list of documents, cut between them
			w.otlpResources()
		default:
			c.skip()
		}
	}
	for i := from; party != 0 && i < w.Records.Length; i++ {
		w.Records.At(i).Party = party
	}
}

// otlpService returns the party that a resource is.
func (w *Worker) otlpService() uint32 {
	c := &w.c
	var r spans.Resource
	if !c.object() {
		return 0
	}
	for first := true; c.field(&first); {
		if string(c.key) != "attributes" {
			c.skip()
			continue
		}
		if !c.array() {
			continue
		}
		for first := true; c.item(&first); {
			key, value := w.otlpAttribute(spans.IsResource)
			r.Put(key, value)
		}
	}
	return w.Resource(&r)
}

func (w *Worker) otlpScopes(party uint32) {
	c := &w.c
	if !c.array() {
		return
	}
	for first := true; c.item(&first); {
		if !c.object() {
			continue
		}
		for first := true; c.field(&first); {
			if string(c.key) != "spans" {
				c.skip()
				continue
			}
			if !c.array() {
				continue
			}
			for first := true; c.item(&first); {
				w.otlpSpan(party)
			}
		}
	}
}

func (w *Worker) otlpSpan(party uint32) {
	c, d := &w.c, &w.d
	c.unescape = c.unescape[:0]
	if !c.object() {
		return
	}
	for first := true; c.field(&first); {
		switch string(c.key) {
		case "traceId", "trace_id":
			d.Trace = spans.ParseID(c.string())
		case "spanId", "span_id":
			d.Span = spans.ParseID(c.string())
		case "parentSpanId", "parent_span_id":
			d.Parent = spans.ParseID(c.string())
		case "traceState", "trace_state":
			d.State = c.string()
		case "name":
			d.Name = c.string()
		case "kind":
			d.Flags |= otlpKind(c.string())
		case "startTimeUnixNano", "start_time_unix_nano":
			d.Start = c.number()
		case "endTimeUnixNano", "end_time_unix_nano":
			d.End = c.number()
		case "attributes":
			if c.array() {
				for first := true; c.item(&first); {
					d.Put(w.otlpAttribute(spans.IsAttribute))
				}
			}
		case "events":
			w.otlpEvents()
		case "links":
			w.otlpLinks()
		case "status":
			w.otlpStatus()
		default:
			c.skip()
		}
	}
	if c.err != nil {
		d.Reset()
		return
	}
	d.Party = party
	w.Add(d)
}

// otlpEvents looks for signs of a retry.
func (w *Worker) otlpEvents() {
	c := &w.c
	if !c.array() {
		return
	}
	for first := true; c.item(&first); {
		if !c.object() {
			continue
		}
		for first := true; c.field(&first); {
			if string(c.key) != "name" {
				c.skip()
			} else if spans.IsRetry(c.string()) {
				w.d.Flags |= spans.Retried
			}
		}
	}
}

func (w *Worker) otlpLinks() {
	c, d := &w.c, &w.d
	if !c.array() {
		return
	}
	for first := true; c.item(&first); {
		var l spans.Link
		if !c.object() {
			continue
		}
		for first := true; c.field(&first); {
			switch string(c.key) {
			case "traceId", "trace_id":
				l.Trace = spans.ParseID(c.string())
			case "spanId", "span_id":
				l.Span = spans.ParseID(c.string())
			default:
				c.skip()
			}
		}
		if d.Link == (spans.Link{}) {
			d.Link = l
		}
	}
}

func (w *Worker) otlpStatus() {
	c := &w.c
	if !c.object() {
		return
	}
	for first := true; c.field(&first); {
		if string(c.key) != "code" {
			c.skip()
			continue
		}
		switch code := c.string(); string(code) {
		case "2", "STATUS_CODE_ERROR", "ERROR", "Error":
			w.d.Flags |= spans.Failed
		}
	}
}

// otlpKind reads a span kind: a number, as it must be, or one of its names.
func otlpKind(s []byte) spans.Flags {
	if len(s) == 1 && '0' <= s[0] && s[0] <= '5' {
		return spans.Flags(s[0] - '0')
	}
	return kindNamed(bytes.TrimPrefix(s, []byte("SPAN_KIND_")))
}

// kindNamed reads the name of a kind, in small or capital letters.
func kindNamed(s []byte) spans.Flags {
	var word [8]byte
	switch string(spans.Lower(word[:0], s)) {
	case "internal":
		return spans.Internal
	case "server":
		return spans.Server
	case "client":
		return spans.Client
	case "producer":
		return spans.Producer
	case "consumer":
		return spans.Consumer
	}
	return spans.Unspecified
}

// otlpAttribute reads one attribute.
func (w *Worker) otlpAttribute(wanted func(key []byte) bool) (key, value []byte) {
	return w.pair(wanted, (*Worker).otlpValue)
}

// pair reads an object of a key and a value. The value is only looked at if the key
// is wanted.
func (w *Worker) pair(wanted func(key []byte) bool, read func(*Worker) []byte) (key, value []byte) {
	c := &w.c
	if !c.object() {
		return nil, nil
	}
	unwanted := false
	for first := true; c.field(&first); {
		switch {
		case string(c.key) == "key":
			key = c.string()
			unwanted = !wanted(key)
		case string(c.key) == "value" && !unwanted:
			value = read(w)
		default:
			c.skip()
		}
	}
	return key, value
}

// otlpValue reads a string, number or boolean. Lists and the like give nil.
func (w *Worker) otlpValue() (value []byte) {
	c := &w.c
	if b := c.space(); b != '{' {
		return c.value() // hand-made files leave the wrapping out
	}
	c.object()
	for first := true; c.field(&first); {
		switch string(c.key) {
		case "stringValue", "string_value", "intValue", "int_value", "boolValue", "bool_value", "doubleValue", "double_value":
			value = c.string()
		default:
			c.skip()
		}
	}
	return value
}
