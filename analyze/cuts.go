package analyze

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
)

// A Cut is a call that is given up, or made by an event, to end loops.
type Cut struct {
	From, To graph.Node
	Reason   CutReason
	Why      string // what makes it cheap, in words that go after "because"
}

// A CutReason is what makes a call cheap to cut.
type CutReason uint8

// The reasons, the cheapest first.
const (
	CutDoubtful  CutReason = iota // it may not be made at all
	CutAsyncAble                  // an event could do what it does
	CutSoft                       // the caller can do without
	cutPlain                      // nothing; to end its loops elsewhere costs no less
)

// cutReasons are the words for CutReason, in the order of its constants.
var cutReasons = []string{"weak-evidence", "async-able", "soft", "least-cost"}

func (r CutReason) String() string { return cutReasons[r] }

// cutCosts are what it costs to cut a call for each reason. A doubtful call may
// only need a look, and ten looks are as much as one call that has to be rebuilt.
var cutCosts = [...]int64{CutDoubtful: 1, CutAsyncAble: 4, CutSoft: 6, cutPlain: 10}

// Of calls that are as cheap, those with less traffic are cut first: each costs up
// to fullTraffic more by its share in that of the busiest call of its component. And
// of those that are still alike the first: each costs its place more. Neither
// outweighs a reason, except where hundreds of calls are cut.
const (
	reasonUnit  = trafficUnit << 12
	trafficUnit = 1 << tieBits
	fullTraffic = 1 << 8
	lastPlace   = 1 << 12
)

// A cutting finds the calls of one component to cut.
type cutting struct {
	g     *graph.Graph
	calls []graph.Edge // of the component, without calls of services to themselves
	most  float64      // what was seen of the busiest of them
}

// cheapestCuts returns the calls of g within services, which are a component, without
// which they are on no loop, and whether no cheaper ones exist: synchronous calls only
// if sync says so, for loops of those. Calls to themselves are left aside, unless there
// is only one service.
func cheapestCuts(g *graph.Graph, sync bool, of []int32, services []graph.Node) (cuts []Cut, exact bool) {
	c := &cutting{g: g}
	number := make(map[graph.Node]int32, len(services))
	for i, v := range services {
		number[v] = int32(i)
		for e, end := g.Out(v); e < end; e++ {
			w := g.To(e)
			if of[w] == of[v] && (w != v || len(services) == 1) && (!sync || g.Mode(e) == graph.Sync) {
				c.calls = append(c.calls, e)
				c.most = max(c.most, seenCalls(g.Observed(e)))
			}
		}
	}
	arcs := make([]arc, len(c.calls))
	units := c.units()
	for i, e := range c.calls {
		cost := cutCosts[c.reason(e)]*reasonUnit + c.share(e)*trafficUnit + min(int64(i), lastPlace)
		if unit := units[e]; unit != nil {
			cost /= int64(len(unit))
		}
		arcs[i] = arc{from: number[g.From(e)], to: number[g.To(e)], cost: cost}
	}
	chosen, exact := feedback(len(services), arcs)
	var all []graph.Edge
	for _, i := range chosen {
		all = append(all, c.calls[i])
		all = append(all, units[c.calls[i]]...)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	for _, e := range all {
		cuts = append(cuts, Cut{From: g.From(e), To: g.To(e), Reason: c.reason(e), Why: c.why(e)})
	}
	return cuts, exact && len(all) == len(chosen)
}

// units returns for each call to a member of a pool or failover the calls to its members:
// they are one need, so they cost as much as one call and are cut together. The ways of a
// split are cut one by one.
func (c *cutting) units() map[graph.Edge][]graph.Edge {
	members := map[graph.GroupID][]graph.Edge{}
	for _, e := range c.calls {
		if c.g.Grouped(e) {
			id := c.g.GroupsWith(e)[0]
			members[id] = append(members[id], e)
		}
	}
	units := map[graph.Edge][]graph.Edge{}
	for id, calls := range members {
		if c.g.Groups()[id].Kind == graph.Split {
			continue
		}
		for _, e := range calls {
			units[e] = calls
		}
	}
	return units
}

// seenCalls is how many calls were made, as far as was observed.
func seenCalls(o *graph.Observed) float64 {
	if o == nil {
		return 0
	}
	return o.Amount()
}

// share is the traffic of e, from 0 to fullTraffic. A call of whose caller nothing
// was seen may be made as often as any.
func (c *cutting) share(e graph.Edge) int64 {
	if c.most == 0 {
		return 0
	}
	if !c.watched(e) {
		return fullTraffic
	}
	return int64(seenCalls(c.g.Observed(e)) / c.most * fullTraffic)
}

// watched reports whether calls of the caller of e were seen, so that e would have
// been seen as well.
func (c *cutting) watched(e graph.Edge) bool {
	made, _ := ObservedCalls(c.g, c.g.From(e))
	return made > 0
}

func (c *cutting) reason(e graph.Edge) CutReason {
	switch {
	case c.g.Strength(e) < graph.Strong:
		return CutDoubtful
	case asyncAble(c.g, e) != "":
		return CutAsyncAble
	case c.g.Need(e) == graph.Soft, c.g.Fallback(e):
		return CutSoft
	}
	return cutPlain
}

// why explains what makes e cheap, and how often it was observed, if it was.
func (c *cutting) why(e graph.Edge) string {
	var why string
	switch c.reason(e) {
	case CutDoubtful:
		why = "it has only weak evidence"
	case CutAsyncAble:
		why = asyncAble(c.g, e)
	case CutSoft:
		why = "its caller does not need the response"
		if c.g.Fallback(e) {
			why = "it is a fallback of another call"
		}
	default:
		why = "no other cut of its cycles is cheaper"
	}
	switch o := c.g.Observed(e); {
	case o != nil && o.Calls > 0:
		why += fmt.Sprintf("; it was observed %s", english.Times(o.Calls))
	case c.most > 0 && c.watched(e):
		why += "; it was never observed"
	}
	return why
}

// asyncAble explains why an event could replace the call e; "" if
// nothing says so.
func asyncAble(g *graph.Graph, e graph.Edge) string {
	if g.Mode(e) == graph.Async {
		return "no caller waits for it"
	}
	if p := g.Protocol(e); carriesMessages[strings.ToLower(p)] {
		return "it uses " + p + ", a messaging protocol"
	}
	evidence := g.Call(e).Evidence
	if i := slices.IndexFunc(evidence, func(ev graph.Evidence) bool { return ev.Mode == graph.Async }); i >= 0 {
		return "in part it is asynchronous already"
	}
	if sends := sendsOnly(evidence); sends != "" {
		return "it only sends (" + sends + ")"
	}
	if via := bus(g, g.From(e), g.To(e)); via != None {
		return "both use " + g.ID(via) + ", which could carry it"
	}
	return ""
}

// carriesMessages are the protocols of brokers and queues.
var carriesMessages = map[string]bool{
	"amqp": true, "amqps": true, "rabbitmq": true, "kafka": true, "nats": true, "mqtt": true, "stomp": true, "jms": true, "pulsar": true,
	"sqs": true, "sns": true, "kinesis": true, "pubsub": true, "servicebus": true, "eventhubs": true, "eventbridge": true, "event": true, "events": true,
}

// sendsOnly lists the methods of a call if all of them are known and each is for
// its effect and not for an answer; else it is "".
func sendsOnly(evidence []graph.Evidence) string {
	var methods []string
	for i := range evidence {
		for _, m := range evidence[i].Methods {
			if !sends(m) {
				return ""
			}
			methods = append(methods, m)
		}
	}
	slices.Sort(methods)
	return english.List(slices.Compact(methods))
}

// sends reports whether a method, of HTTP or by its name, is called for its effect.
// What creates or charges may answer with a number that is needed, so of HTTP only
// those methods count that declare the result: and POST, which is how
// notifications are sent.
func sends(method string) bool {
	switch method {
	case "POST", "PUT", "PATCH", "DELETE":
		return true
	}
	name := strings.ToLower(method[strings.LastIndexAny(method, "/.")+1:])
	return slices.ContainsFunc(sendingWords, func(word string) bool { return strings.HasPrefix(name, word) })
}

// sendingWords begin the names of operations whose result no caller needs.
var sendingWords = []string{"notify", "publish", "emit", "send", "enqueue", "broadcast", "track", "record", "report", "audit", "log_", "logevent"}

// bus returns a broker or topic that both services have to do with, the first one;
// none if there is none.
func bus(g *graph.Graph, a, b graph.Node) graph.Node {
	carries := func(v graph.Node) bool {
		if k := g.Service(v).Kind; k != graph.KindBroker && k != graph.KindTopic {
			return false
		}
		_, sends := g.Edge(b, v)
		_, gets := g.Edge(v, b)
		return gets || sends
	}
	for _, v := range g.Callees(a) {
		if carries(v) {
			return v
		}
	}
	for _, e := range g.In(a) {
		if v := g.From(e); carries(v) {
			return v
		}
	}
	return None
}
