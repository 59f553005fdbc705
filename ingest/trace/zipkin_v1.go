package trace

import "github.com/weirgraph/weir/ingest/trace/spans"

// halves are what the annotations of a Zipkin span of version 1 say. One span may
// hold the caller's half and the callee's.
type halves struct {
	ask, answer  half
	messages     bool // they go through a broker
	local        endpoint
	caller       endpoint // ca
	callee       endpoint // sa
	broker       endpoint // ma
	isVersionOne bool
}

// A half is one side of a call, with its times in microseconds.
type half struct {
	seen       bool
	at         endpoint
	start, end int64
}

func (h *halves) any() bool { return h.isVersionOne }

func (h *half) see(at endpoint, start, end int64) {
	h.seen = true
	if h.at.name == nil {
		h.at = at
	}
	h.start, h.end = max(h.start, start), max(h.end, end)
}

// zipkinAnnotations reads annotations, which show sides of a call in version 1, and
// retries.
func (w *Worker) zipkinAnnotations(h *halves) {
	c := &w.c
	if !c.array() {
		return
	}
	for first := true; c.item(&first); {
		var value []byte
		var at endpoint
		var when int64
		old := false
		if !c.object() {
			continue
		}
		for first := true; c.field(&first); {
			switch string(c.key) {
			case "timestamp":
				when = c.number()
			case "value":
				value = c.value()
			case "endpoint":
				at, old = w.zipkinEndpoint(), true
			default:
				c.skip()
			}
		}
		if spans.IsRetry(value) {
			w.d.Flags |= spans.Retried
		}
		if old {
			h.annotate(string(value), at, when)
		}
	}
}

func (h *halves) annotate(value string, at endpoint, when int64) {
	h.isVersionOne = true
	switch value {
	case "cs":
		h.ask.see(at, when, 0)
	case "cr":
		h.ask.see(at, 0, when)
	case "sr":
		h.answer.see(at, when, 0)
	case "ss":
		h.answer.see(at, 0, when)
	case "ms":
		h.messages = true
		h.ask.see(at, when, 0)
	case "mr":
		h.messages = true
		h.answer.see(at, when, 0)
	}
	if h.local.name == nil {
		h.local = at
	}
}

// zipkinBinary reads the tags of version 1, some of which name the other side.
func (w *Worker) zipkinBinary(h *halves) {
	c, d := &w.c, &w.d
	h.isVersionOne = true
	if !c.array() {
		return
	}
	for first := true; c.item(&first); {
		var key, value []byte
		var at endpoint
		if !c.object() {
			continue
		}
		for first := true; c.field(&first); {
			switch string(c.key) {
			case "key":
				key = c.string()
			case "value":
				value = c.value()
			case "endpoint":
				at = w.zipkinEndpoint()
			default:
				c.skip()
			}
		}
		switch string(key) {
		case "sa":
			h.callee = at
		case "ca":
			h.caller = at
		case "ma":
			h.broker = at
		case "error":
			d.Flags |= spans.Failed
		default:
			d.Put(key, value)
			if h.local.name == nil {
				h.local = at
			}
		}
	}
}

// zipkinHalves keeps a span of version 1 as the one or two spans that it is.
func (w *Worker) zipkinHalves(h *halves) {
	both := w.d
	used := false
	for _, side := range [...]struct {
		half          *half
		kind, message spans.Flags
		remote        endpoint
	}{{&h.ask, spans.Client, spans.Producer, h.callee}, {&h.answer, spans.Server, spans.Consumer, h.caller}} {
		if !side.half.seen {
			continue
		}
		w.d = both
		d, kind, remote := &w.d, side.kind, side.remote
		switch {
		case h.messages:
			kind, remote = side.message, h.broker
		case kind == spans.Server && string(remote.name) == string(side.half.at.name):
			remote = endpoint{} // Finagle's servers take the other end of their socket for themselves
		}
		d.Flags = d.Flags&^spans.KindMask | kind
		if side.kind == spans.Server && h.ask.seen {
			d.Flags |= spans.Shared
		}
		if side.half.start > 0 {
			d.Start, d.Duration = 1000*side.half.start, 1000*max(0, side.half.end-side.half.start)
			if side.half.end == 0 {
				d.Duration = both.Duration
			}
		}
		w.zipkinAdd(side.half.at, remote)
		used = true
	}
	if !used {
		w.zipkinAddresses(h)
	}
	both.Reset()
	w.d = both
}

// zipkinAddresses keeps a span that only the addresses of its sides are known of.
func (w *Worker) zipkinAddresses(h *halves) {
	local, remote := h.local, h.callee
	switch {
	case len(h.caller.name) == 0:
	case len(remote.name) == 0: // whoever knows its caller is the server
		w.d.Flags |= spans.Server
		remote = h.caller
	case len(local.name) == 0:
		local = h.caller
	}
	w.zipkinAdd(local, remote)
}
