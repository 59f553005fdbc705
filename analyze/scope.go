package analyze

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
)

// Scope is the graph that analyses look at: the calls of g that failure travels
// along and whose evidence is at least as strong as least. A call that is only
// allowed proves nothing, so least is graph.Weak unless a user asks otherwise.
//
// The functions of this package that take a graph follow all its calls; they are
// meant to be given a Scope.
func Scope(g *graph.Graph, least graph.Strength) *graph.Graph {
	return proven(g.Core(), least)
}

// proven is g without the calls whose evidence is weaker than least.
func proven(g *graph.Graph, least graph.Strength) *graph.Graph {
	return g.Where(func(e graph.Edge) bool { return g.Strength(e) >= least })
}

// Synchronous is g without the calls whose caller does not wait.
func Synchronous(g *graph.Graph) *graph.Graph {
	return g.Where(func(e graph.Edge) bool { return g.Mode(e) == graph.Sync })
}

// IsAddressed reports whether more than a start order shows the call e.
func IsAddressed(g *graph.Graph, e graph.Edge) bool {
	var one [1]graph.Evidence
	evidence := g.EvidenceIn(e, &one)
	return len(evidence) == 0 || slices.ContainsFunc(evidence, func(shown graph.Evidence) bool { return !shown.IsStartOrder() })
}

// Addressed returns the synchronous calls that more than a start order shows, and more than a link. Programs start
// after others for many reasons, so a start order alone is no measure of a service's calls.
func (r *Analysis) Addressed() *graph.Graph {
	return addressed.Of(r, Once{}, func() *graph.Graph {
		return r.Sync.Where(func(e graph.Edge) bool { return IsAddressed(r.Sync, e) && !IsLink(r.Sync, e) })
	})
}

// IsLink reports whether all that shows the call e is the address of a gateway of the estate in a setting of a program
// behind it, which proves no call: programs know the addresses under which people find them and each other, for the
// links in their pages and mails.
func IsLink(g *graph.Graph, e graph.Edge) bool {
	return g.Service(g.To(e)).Kind == graph.KindGateway && g.Service(g.From(e)).Kind != graph.KindGateway && g.Strength(e) < graph.Strong && g.Observed(e) == nil
}

var addressed = NewMemo[Once, *graph.Graph]("the synchronous calls that more than a start order shows")

// Unrouted is g without the calls that a gateway makes as one of its routes only: which of them a
// request takes is the request's choice, so a request that comes from behind one of them need
// not go there again.
func (r *Analysis) Unrouted(g *graph.Graph) *graph.Graph {
	return unrouted.Of(r, g, func() *graph.Graph {
		return g.Where(func(e graph.Edge) bool { return !IsRoute(g, e) && !IsLink(g, e) })
	})
}

var unrouted = NewMemo[*graph.Graph, *graph.Graph]("a part of the graph without routes of gateways")

// IsRoute reports whether a gateway makes the call e for those of its requests only that ask
// for the callee.
func IsRoute(g *graph.Graph, e graph.Edge) bool {
	if !g.Grouped(e) {
		return false
	}
	return !slices.ContainsFunc(g.GroupsWith(e), func(id graph.GroupID) bool {
		around := g.Groups()[g.Outermost(id)]
		return around.Kind != graph.Split || !around.Multiplexes || around.Name != graph.AllRoutes
	})
}

// Awaited is g without the calls that hand over a mail: the server takes it and sends it on later.
func Awaited(g *graph.Graph) *graph.Graph {
	return g.Where(func(e graph.Edge) bool { return !isMail(g, e) })
}

// isMail reports whether all that shows the call e is the address of a mail server.
func isMail(g *graph.Graph, e graph.Edge) bool {
	mail := false
	var one [1]graph.Evidence
	for _, shown := range g.EvidenceIn(e, &one) {
		if !shown.Class.Core() || shown.IsStartOrder() {
			continue
		}
		if mail = shown.Protocol == "smtp"; !mail {
			return false
		}
	}
	return mail
}

// breaking is the calls of g by which a failure of the callee fails the caller, or would
// if the other members of its group failed, too.
func breaking(g *graph.Graph) *graph.Graph {
	return g.Where(func(e graph.Edge) bool { return MayBreak(g, e) })
}

// MayBreak reports whether a failure of the callee of e fails the caller, unless e is a
// member of a group with enough others. A fallback is only missed when its primary has
// failed already.
func MayBreak(g *graph.Graph, e graph.Edge) bool {
	return g.HardSync(e) && (g.Grouped(e) || !g.Fallback(e))
}

// Breaks reports whether a failure of the callee of e alone fails the caller. What is
// asked instead is only missed when the first one has failed already, and of a group only
// a member that it cannot spare.
func Breaks(g *graph.Graph, e graph.Edge) bool {
	return MayBreak(g, e) && (!g.Grouped(e) || failsWith(g, e, func(other graph.Edge) bool { return other == e }))
}

// IsStream reports whether a protocol keeps a connection open for many answers. A
// timeout for requests would cut it off.
func IsStream(protocol string) bool {
	switch strings.ToLower(protocol) {
	case "websocket", "ws", "wss", "sse", "event-stream", "grpc-stream", "stream", "long-polling", "mqtt":
		return true
	}
	return false
}

// None is no service where a node is expected.
const None graph.Node = -1
