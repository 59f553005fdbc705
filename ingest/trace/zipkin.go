package trace

import (
	"bytes"

	"github.com/weirgraph/weir/ingest/trace/spans"
)

// zipkin reads the JSON of Zipkin, both its versions: lists of spans, lists of
// traces, and spans one a line.
var zipkin = &Reader{
	Name:  "zipkin",
	Doc:   "spans of Zipkin as JSON, version 2 and version 1",
	Reads: []string{"traceId", "localEndpoint", "binaryAnnotations"},
	match: func(h *head) bool {
		return h.has("[].traceId", "[].id") || h.has("[][].traceId", "[][].id") || h.has("traceId", "id")
	},
	value: (*Worker).zipkinValue,
	unit:  (*Worker).zipkinValue,
}

// An endpoint is a side of a call, as Zipkin writes it.
type endpoint struct {
	name     []byte // lower case
	ip, port []byte
}

// zipkinValue reads a span, or lists of them.
func (w *Worker) zipkinValue() {
	c := &w.c
	c.unescape = c.unescape[:0]
	if c.space() == '[' {
		if !c.deeper() {
			return
		}
		defer c.higher()
		c.array()
		for first := true; c.item(&first); {
			w.zipkinValue()
		}
		return
	}
	w.zipkinSpan()
}

func (w *Worker) zipkinSpan() {
	c, d := &w.c, &w.d
	if !c.object() {
		return
	}
	var local, remote endpoint
	old := &w.halves
	if old.any() {
		*old = halves{}
	}
	for first := true; c.field(&first); {
		switch string(c.key) {
		case "traceId":
			d.Trace = spans.ParseID(c.string())
			d.WholeTrace = d.Trace
			d.Trace.Hi = 0 // old clients leave the high half out
		case "id":
			d.Span = spans.ParseID(c.string())
		case "parentId":
			d.Parent = spans.ParseID(c.string())
		case "name":
			d.Name = c.string()
		case "kind":
			d.Flags |= kindNamed(c.string())
		case "timestamp":
			d.Start = 1000 * c.number()
		case "duration":
			d.Duration = 1000 * c.number()
		case "localEndpoint":
			local = w.zipkinEndpoint()
		case "remoteEndpoint":
			remote = w.zipkinEndpoint()
		case "shared":
			if string(c.string()) == "true" {
				d.Flags |= spans.Shared
			}
		case "tags":
			w.zipkinTags()
		case "annotations":
			w.zipkinAnnotations(old)
		case "binaryAnnotations":
			w.zipkinBinary(old)
		default:
			c.skip()
		}
	}
	if c.err != nil {
		d.Reset()
		return
	}
	if d.Parent == d.Span {
		d.Parent = spans.ID{}
	}
	if old.any() {
		w.zipkinHalves(old)
		return
	}
	w.zipkinAdd(local, remote)
}

// zipkinAdd keeps the draft as a span between two endpoints.
func (w *Worker) zipkinAdd(local, remote endpoint) {
	d := &w.d
	d.Remote, d.RemoteIP = remote.name, remote.ip
	if d.Flags.Kind() == spans.Unspecified && len(remote.name) > 0 && len(local.name) > 0 {
		d.Flags |= spans.Implied
	}
	var address []byte
	if d.Flags&spans.Shared != 0 && d.Flags.Kind() == spans.Server && len(local.ip) > 0 {
		from := len(w.c.unescape)
		w.c.unescape = append(append(append(w.c.unescape, local.ip...), ' '), local.port...)
		address = w.c.unescape[from:]
	}
	d.Party = w.Party(local.name, nil, nil, nil, address)
	w.Add(d)
}

func (w *Worker) zipkinEndpoint() (e endpoint) {
	c := &w.c
	if !c.object() {
		return e
	}
	for first := true; c.field(&first); {
		switch string(c.key) {
		case "serviceName":
			e.name = w.lower(c.string())
		case "ipv4", "ipv6":
			if ip := c.string(); len(ip) > 0 {
				e.ip = ip
			}
		case "port":
			e.port = c.string()
		default:
			c.skip()
		}
	}
	return e
}

// lower returns s in lower case, and s itself if it is so.
func (w *Worker) lower(s []byte) []byte {
	for _, b := range s {
		if b-'A' < 26 || b >= 0x80 {
			return bytes.ToLower(s)
		}
	}
	return s
}

// zipkinTags reads tags. A tag "error" says that the span failed, whatever its
// value.
func (w *Worker) zipkinTags() {
	c, d := &w.c, &w.d
	if !c.object() {
		return
	}
	for first := true; c.field(&first); {
		a := spans.AttributeOf(c.key)
		if a == spans.ErrorTag {
			d.Flags |= spans.Failed
		}
		if a == spans.NoAttribute {
			c.skip()
			continue
		}
		d.Keep(a, c.value())
	}
}
