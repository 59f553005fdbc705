package trace

import "bytes"

// Zipkin reads the JSON of Zipkin, both its versions: lists of spans, lists of
// traces, and spans one a line.
var Zipkin = &Reader{
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
			d.trace = parseID(c.string())
			d.trace.hi = 0 // old clients leave the high half out
		case "id":
			d.span = parseID(c.string())
		case "parentId":
			d.parent = parseID(c.string())
		case "name":
			d.name = c.string()
		case "kind":
			d.flags |= kindNamed(c.string())
		case "timestamp":
			d.start = 1000 * c.number()
		case "duration":
			d.duration = 1000 * c.number()
		case "localEndpoint":
			local = w.zipkinEndpoint()
		case "remoteEndpoint":
			remote = w.zipkinEndpoint()
		case "shared":
			if string(c.string()) == "true" {
				d.flags |= shared
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
		d.reset()
		return
	}
	if d.parent == d.span {
		d.parent = id{}
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
	d.remote, d.remoteIP = remote.name, remote.ip
	if d.flags.kind() == unspecified && len(remote.name) > 0 && len(local.name) > 0 {
		d.flags |= implied
	}
	var address []byte
	if d.flags&shared != 0 && d.flags.kind() == server && len(local.ip) > 0 {
		from := len(w.c.unescape)
		w.c.unescape = append(append(append(w.c.unescape, local.ip...), ' '), local.port...)
		address = w.c.unescape[from:]
	}
	d.party = w.party(local.name, nil, nil, nil, address)
	w.add(d)
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
		a := attributeOf(c.key)
		if a == errorTag {
			d.flags |= failed
		}
		if a == noAttribute {
			c.skip()
			continue
		}
		d.keep(a, c.string())
	}
}
