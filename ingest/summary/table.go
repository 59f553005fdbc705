package summary

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
	"github.com/weirgraph/weir/ingest/document"
)

// Table reads tables of spans and of calls by their usual headers.
var Table = TableOf(nil)

// TableOf reads tables whose headers are configured. Those of other columns are guessed.
func TableOf(columns Columns) *document.Reader {
	return &document.Reader{
		Name:  "table",
		Doc:   "CSV of spans (trace, span, parent and service or pod) or of calls (from, to, calls)",
		Reads: []string{"CSV with such headers, or with those of --csv-columns"},
		Whole: func(text []byte) bool {
			line := firstLine(text)
			if !bytes.ContainsAny(line, separators) {
				return false
			}
			t, err := openTable(line)
			t.assign(columns)
			return err == nil && (t.isSpans() || t.isCalls())
		},
		Read: func(d *document.Document, f *graph.Facts) {
			t, err := openTable(d.Text)
			if err != nil {
				problem(d, 1, graph.Failed, "", "is no table: %v", err)
				return
			}
			t.assign(columns)
			if t.isSpans() {
				readSpanTable(d, t, f)
			} else {
				readCallTable(d, t, f)
			}
		},
	}
}

func firstLine(text []byte) []byte {
	text = head(text)
	for i, c := range text {
		if c == '\n' {
			return text[:i]
		}
	}
	return text
}

func (t *table) isSpans() bool {
	return t.has("trace", "span", "parent") && (t.has("service") || t.has("pod"))
}

// isCalls reports whether a table is one of calls. Many tables have two columns with such names, of a graph of
// anything: without a column of counts, those of calls have no column for something else, unless theirs are configured.
func (t *table) isCalls() bool {
	return t.has("from", "to") && t.columns["from"] != t.columns["to"] && (t.has("calls") || t.chosen || !t.hasOthers())
}

// readCallTable reads a row a call. Without a column of counts a row is one.
func readCallTable(d *document.Document, t *table, f *graph.Facts) {
	var calls edgeStats
	names := map[string]int32{} // of peers; -1 for one without a name
	peer := func(written string) int32 {
		n, known := names[written]
		if !known {
			written = strings.Clone(written) // the row is reused
			if n = -1; document.Clean(written) != "" {
				n = calls.number(graph.TracePeer{Name: document.Clean(written)})
			}
			names[written] = n
		}
		return n
	}
	caller, callerName := int32(-1), "" // of the row before: tables often have the calls of a service together
	from, to, count, errors := t.column("from"), t.column("to"), t.column("calls"), t.column("errors")
	broken, nameless := 0, 0
	for t.next(&broken) {
		if name := t.at(from); name != callerName || caller < 0 {
			caller, callerName = peer(name), name
		}
		l := edgeKey{from: caller, to: peer(t.at(to)), mode: graph.Sync}
		if l.from < 0 || l.to < 0 {
			nameless++
			continue
		}
		o := calls.call(l, d.Line(t.line(), 1), "table-row")
		if count >= 0 {
			o.Calls += number(t.at(count))
		} else {
			o.Calls++
		}
		o.Errors += number(t.at(errors))
	}
	calls.addTo(f)
	reportRows(d, broken, nameless)
}

func reportRows(d *document.Document, broken, nameless int) {
	if broken > 0 {
		problem(d, 1, graph.Failed, "fix them; the other rows are read", "%d rows of the table cannot be parsed", broken)
	}
	if nameless > 0 {
		problem(d, 1, graph.Skipped, "", "%d rows of the table name only one service or none", nameless)
	}
}

// A tableSpan is a row that is a span.
type tableSpan struct {
	parent   int32 // -1 for none
	service  int32 // 0 for none
	line     int32
	duration float64 // nanoseconds, negative if unknown
	failed   bool
	asks     bool            // a client or a producer
	async    bool            // a producer or a consumer
	answered bool            // a span of another service is below it
	peer     graph.TracePeer // of a client or a producer, where the row names it
	protocol string
}

// A spanTable is all spans of a table. Parents are connected to their children when all
// rows are read: they come in any order.
type spanTable struct {
	spans    []tableSpan
	parents  []string         // by span, the key of its parent, "" for none
	byKey    map[string]int32 // spans by trace and span
	services []string         // services[0] means none
	numbers  map[string]int32
	twice    int
}

func readSpanTable(d *document.Document, t *table, f *graph.Facts) {
	s := spanTable{byKey: map[string]int32{}, services: []string{""}, numbers: map[string]int32{"": 0}}
	broken := 0
	for t.next(&broken) {
		s.add(t)
	}
	orphans := s.tie()
	var calls edgeStats
	for i := range s.spans {
		s.count(int32(i), d, &calls)
	}
	calls.addTo(f)
	reportRows(d, broken, 0)
	if s.twice > 0 {
		problem(d, 1, graph.Note, "", "%d spans are in the table twice and are counted once", s.twice)
	}
	if orphans > 0 {
		problem(d, 1, graph.Note, "put all spans of a trace into one table", "%d spans of the table have a parent that is not in the table", orphans)
	}
}

// add keeps a row. Rows without ids are spans of their own.
func (s *spanTable) add(t *table) {
	trace := t.get("trace")
	key := func(id string) string {
		if trace == "" || id == "" || strings.EqualFold(id, "root") || strings.EqualFold(id, "null") || id == "-1" || strings.Trim(id, "0") == "" {
			return ""
		}
		return trace + "\x00" + id
	}
	self, parent := key(t.get("span")), key(t.get("parent"))
	if _, ok := s.byKey[self]; ok {
		s.twice++
		return
	}
	if self != "" {
		s.byKey[self] = int32(len(s.spans))
	}
	if parent == self {
		parent = ""
	}
	kind := strings.ToLower(t.get("kind"))
	s.parents = append(s.parents, parent)
	span := tableSpan{
		service: s.service(t), line: int32(t.line()), duration: t.duration(), failed: t.failed(),
		asks:  strings.HasSuffix(kind, "client") || strings.HasSuffix(kind, "producer") || kind == "exit",
		async: strings.HasSuffix(kind, "producer") || strings.HasSuffix(kind, "consumer"),
	}
	if span.asks {
		span.peer, span.protocol = t.peer()
	}
	s.spans = append(s.spans, span)
}

// peer returns the other side of a call as its row names it, and the protocol that its
// component speaks: "mongodb-driver" is a client of MongoDB.
func (t *table) peer() (graph.TracePeer, string) {
	host, port, ok := address.SplitHostPort(t.get("peer"))
	if !ok {
		host = t.get("peer")
	}
	first, _, _ := strings.Cut(host, ",") // the servers of a cluster
	if first = document.Clean(first); first == "" || address.IsLocal(first) {
		return graph.TracePeer{}, ""
	}
	p := graph.TracePeer{Name: first, Inferred: true, Host: graph.Address{Host: strings.ToLower(first), Port: port}}
	protocol := address.ProtocolOn("", port)
	for _, word := range address.Words(t.get("component")) {
		if client, ok := componentWords[word]; ok {
			word = client
		}
		if known := address.ProtocolOf(word); known.Name != "" {
			protocol = known
		}
	}
	p.Kind = protocol.Kind
	return p, protocol.Name
}

// componentWords are clients by another name than that of their protocol.
var componentWords = map[string]string{"jedis": "redis", "lettuce": "redis", "redisson": "redis", "rabbitmq": "amqp", "postgresql": "postgres", "mongo": "mongodb"}

func (s *spanTable) service(t *table) int32 {
	name := t.get("service")
	if name == "" {
		name = address.PodOwner(t.get("pod"))
	}
	number, ok := s.numbers[name]
	if !ok {
		number = int32(len(s.services))
		s.services = append(s.services, document.Clean(name))
		s.numbers[strings.Clone(name)] = number
	}
	return number
}

// tie finds the parents, and counts those that are not there.
func (s *spanTable) tie() (orphans int) {
	for i, key := range s.parents {
		parent, ok := s.byKey[key]
		if s.spans[i].parent = -1; ok {
			s.spans[i].parent = parent
		} else if key != "" {
			orphans++
		}
	}
	for i := range s.spans {
		if up := s.spans[i].parent; up >= 0 && s.spans[i].service != s.spans[up].service {
			s.spans[up].answered = true
		}
	}
	return orphans
}

// count finds the call that a span answers: from the nearest ancestor of a known
// service, if that is another one.
func (s *spanTable) count(i int32, d *document.Document, calls *edgeStats) {
	const furthest = 1000 // of spans without a service in between; parents may form a loop
	span := &s.spans[i]
	if span.asks && !span.answered && span.peer.Name != "" && span.service > 0 && span.peer.Name != s.services[span.service] {
		l := edgeKey{from: calls.number(graph.TracePeer{Name: s.services[span.service]}), to: calls.number(span.peer), mode: graph.Sync, protocol: span.protocol}
		if span.async {
			l.mode = graph.Async
		}
		o := calls.call(l, d.Line(int(span.line), 1), "table-row")
		o.Calls++
		if span.failed {
			o.Errors++
		}
		o.Trace().Latency.Add(span.duration)
	}
	up := span.parent
	for n := 0; up >= 0 && s.spans[up].service == 0 && n < furthest; n++ {
		up = s.spans[up].parent
	}
	if span.service == 0 || up < 0 || s.spans[up].service == 0 || s.spans[up].service == span.service {
		return
	}
	caller := &s.spans[up]
	l := edgeKey{from: calls.number(graph.TracePeer{Name: s.services[caller.service]}), to: calls.number(graph.TracePeer{Name: s.services[span.service]}), mode: graph.Sync}
	if span.async || caller.asks && caller.async {
		l.mode = graph.Async
	}
	o := calls.call(l, d.Line(int(span.line), 1), "table-row")
	o.Calls++
	if span.failed && !span.asks || caller.asks && caller.failed {
		o.Errors++
	}
	duration := span.duration
	if caller.asks && caller.duration >= 0 {
		duration = caller.duration
	}
	o.Trace().Latency.Add(duration)
}

// duration is how long a span took, in nanoseconds, negative if nothing says so.
// Durations without their ends are microseconds, as tracing has it. The number of digits of
// a time shows its unit.
func (t *table) duration() float64 {
	start, err := strconv.ParseInt(t.get("start"), 10, 64)
	end, err2 := strconv.ParseInt(t.get("end"), 10, 64)
	timed, unit := err == nil && err2 == nil && end >= start, 1.0
	switch len(t.get("start")) {
	case 10:
		unit = 1e9
	case 13:
		unit = 1e6
	case 16:
		unit = 1e3
	}
	if v, err := strconv.ParseFloat(t.get("duration"), 64); err == nil && (!timed || unit > 1e3) {
		return v * 1e3
	}
	if timed {
		return float64(end-start) * unit
	}
	return -1
}

// failed reports whether a span says that it failed.
func (t *table) failed() bool {
	switch strings.ToLower(t.get("error")) {
	case "true", "1", "yes", "error":
		return true
	}
	status := t.get("status")
	if strings.HasSuffix(strings.ToUpper(status), "ERROR") {
		return true
	}
	code, err := strconv.Atoi(status)
	return err == nil && code >= 500 && code < 600
}
