package spans

// A shipment is what a Collector keeps besides if its records leave for other processes.
type shipment struct {
	ids   map[uint64]ID // by trace, as it is shown to people
	links []farLink
}

// A farLink is the link of a consumer to the span of a producer, in whatever trace.
type farLink struct {
	trace, key uint64 // of the span
	answer     Reply  // to whom it matters which service has that span
}

// A Reply names the consumer that a link is of.
type Reply struct {
	Trace, Key uint64
}

// name keeps the id of a trace. Of two forms of one it keeps the longer one.
func (s *shipment) name(trace uint64, id ID) {
	if old, ok := s.ids[trace]; !ok || old.Hi == 0 && id.Hi != 0 {
		s.ids[trace] = id
	}
}
