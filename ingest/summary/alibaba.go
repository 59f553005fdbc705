package summary

import (
	"math"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

// Alibaba reads the call graphs of Alibaba's microservice traces, of 2021 and of
// 2022. Their "upstream microservice", um, is the caller, and dm the callee.
var Alibaba = &document.Reader{
	Name:  "alibaba",
	Doc:   "call graphs of Alibaba's cluster traces, 2021 and 2022",
	Reads: []string{"CSV with traceid, rpcid, um and dm"},
	Whole: func(text []byte) bool {
		t, err := openAlibaba(firstLine(text))
		return err == nil && t.has("trace", "rpc", "caller", "callee")
	},
	Read: func(d *document.Document, f *graph.Facts) {
		t, err := openAlibaba(d.Text)
		if err != nil {
			problem(d, 1, graph.Failed, "", "is no table: %v", err)
			return
		}
		a := alibaba{calls: map[string]*alibabaCall{}, kinds: map[string]graph.Kind{}}
		broken := 0
		for t.next(&broken) {
			a.add(t)
		}
		reportRows(d, broken, 0)
		a.addTo(d, f)
	},
}

// alibabaColumns are the headers of the roles that matter here.
var alibabaColumns = map[string]string{
	"trace": "traceid", "rpc": "rpcid", "caller": "um", "callee": "dm", "type": "rpctype", "time": "rt",
}

func openAlibaba(text []byte) (*table, error) {
	t, err := openTable(text)
	for role, header := range alibabaColumns {
		if i := t.find(header); i >= 0 {
			t.columns[role] = i
		}
	}
	return t, err
}

// An alibabaCall is a call as its caller and its callee recorded it, each in a row.
type alibabaCall struct {
	caller, callee string
	protocol       string
	line           int
	time           float64 // milliseconds, of the caller if it is known; negative is unknown
	byCaller       bool
}

type alibaba struct {
	calls map[string]*alibabaCall // by trace and number
	order []*alibabaCall
	kinds map[string]graph.Kind // of callees that all calls show to be a store
}

func (a *alibaba) add(t *table) {
	trace, rpc := t.get("trace"), t.get("rpc")
	key := trace + "\x00" + rpc
	c := a.calls[key]
	if c == nil || trace == "" || rpc == "" {
		c = &alibabaCall{line: t.line(), time: -1, protocol: strings.ToLower(t.get("type"))}
		a.calls[key] = c
		a.order = append(a.order, c)
	}
	if c.caller == "" {
		c.caller = alibabaName(t.get("caller"))
	}
	if c.callee == "" {
		c.callee = alibabaName(t.get("callee"))
	}
	if rt, err := strconv.ParseFloat(t.get("time"), 64); err == nil && !math.IsNaN(rt) && !c.byCaller {
		c.time, c.byCaller = math.Abs(rt), rt >= 0
	}
}

// alibabaName is a name without the many ways to say that there is none.
func alibabaName(name string) string {
	switch strings.ToUpper(name) {
	case "(?)", "", "NAN", "UNKNOWN", "UNAVAILABLE":
		return ""
	}
	return document.Clean(strings.Clone(name))
}

func (a *alibaba) addTo(d *document.Document, f *graph.Facts) {
	for _, c := range a.order {
		kind := map[string]graph.Kind{"db": graph.KindDatabase, "mc": graph.KindCache}[c.protocol]
		if known, ok := a.kinds[c.callee]; ok && known != kind {
			kind = graph.KindUnknown
		}
		a.kinds[c.callee] = kind
	}
	var t edgeStats
	nameless := 0
	for _, c := range a.order {
		if c.caller == "" || c.callee == "" {
			nameless++
			continue
		}
		from := graph.TracePeer{Name: c.caller, Kind: a.kinds[c.caller]}
		if c.caller == "USER" {
			from.Kind = graph.KindExternal
		}
		l := edgeKey{from: t.number(from), to: t.number(graph.TracePeer{Name: c.callee, Kind: a.kinds[c.callee]}), mode: graph.Sync, protocol: c.protocol}
		if c.protocol == "mq" {
			l.mode = graph.Async
		}
		o := t.call(l, d.Line(c.line, 1), "call-row")
		o.Calls++
		if c.time >= 0 {
			o.Trace().Latency.Add(c.time * 1e6)
		}
	}
	t.addTo(f)
	if nameless > 0 {
		problem(d, 1, graph.Skipped, "", "%d of %d calls name only one service or none", nameless, len(a.order))
	}
}
