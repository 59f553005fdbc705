package rules

import (
	"fmt"
	"net/netip"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
)

var undeclaredEdge = &Rule{
	ID:       "undeclared-edge",
	Title:    "a call that is made and that nobody declared",
	Doc:      undeclaredEdgeDoc,
	Severity: analyze.Warning,
	Check:    checkUndeclaredEdge,
}

const undeclaredEdgeDoc = `
A call that no manifest knows of has no owner in anybody's head: it is in no review,
no policy was written for it, and the next outage runs along it. Drawings of the
system show it nowhere.

Fires for a call that was seen five times or more, from a service that the manifests
declare, where no manifest has a word about it. It is info where the manifests know
of no call at all that the caller makes: its calls stand in its code, and nobody can
have meant to declare them one by one. More than three such callers are told at once.

    services: [{name: cart, calls: [pricing]}]     # and traces show cart -> promo, 40 times

Stays silent without manifests or without traces; about telemetry, health checks and
fewer than five calls; about localhost and bare addresses, which may be of anybody;
about topics of a broker that the service is declared to call; and about calls that a
policy allows.

**The way out.** Declare the call, or stop making it. Where the callee is a declared
service under another name, weir takes them for two: tie the names together.

- weir.yaml: "calls" of the caller; "aliases" for another name.
- Kubernetes: the address in the environment of the Deployment, from which weir and
  people can tell the call.
- Backstage: "dependsOn" of the component.

Counts are those of the traces that were read. Sampled traces show fewer calls than
there were, and rates are taken as they stand.
`

func checkUndeclaredEdge(p *Pass) {
	g := p.Core
	var silent []graph.Edge // of callers whose calls stand in no manifest
	callers := 0
	for e := range graph.Edge(g.Calls()) {
		c, seen := g.Call(e), g.Observed(e)
		caller, callee := g.Service(c.From), g.Service(c.To)
		if seen == nil || c.Declared || seen.Calls < rareCalls || c.From == c.To || !caller.Defined || isAddress(callee.Name) || g.ViaDeclaredBroker(e) {
			continue
		}
		if declares(p.Graph, c.From) {
			reportNewcomer(p, e, analyze.Certain, analyze.Warning)
			continue
		}
		if len(silent) == 0 || g.From(silent[len(silent)-1]) != c.From {
			callers++
		}
		silent = append(silent, e)
	}
	if callers > fewCallers {
		reportUnspoken(p, silent, callers)
		return
	}
	for _, e := range silent {
		reportNewcomer(p, e, analyze.Assumed, analyze.Info)
	}
}

func reportNewcomer(p *Pass, e graph.Edge, sure analyze.Confidence, severity analyze.Severity) {
	c, seen := p.Core.Call(e), p.Core.Observed(e)
	caller, callee := p.Core.Service(c.From), p.Core.Service(c.To)
	f := aboutCall(p, e, sure, seenAt(c))
	f.Message = fmt.Sprintf("%s %s, as traces show, and no input declares it", callText(p, e), english.Times(seen.Calls))
	if callee.Defined {
		f.Hint = fmt.Sprintf("add %q to the calls of %s in weir.yaml, or stop calling it", callee.Name, caller.Name)
	} else {
		f.Confidence = analyze.Assumed // it may be another name of a declared service
		f.Hint = fmt.Sprintf("declare it, or write in aliases of weir.yaml whose other name %q is", callee.Name)
	}
	f.Values = []analyze.KeyValue{keyValue("calls", english.Number(seen.Calls)), keyValue("errors", english.Number(seen.Errors))}
	p.At(severity, f)
}

// reportUnspoken tells of many services at once, none of whose calls is declared.
func reportUnspoken(p *Pass, calls []graph.Edge, callers int) {
	first := calls[0]
	p.At(analyze.Info, analyze.Finding{
		Confidence: analyze.Assumed,
		Subject:    "inputs",
		Message: fmt.Sprintf("traces show %s of %s, from %s on, of whose calls no input declares any: they stand in code",
			english.Count(len(calls), "call"), english.Count(callers, "service"), callID(p.Core, first)),
		Hint:    "nothing has to be done; declared in weir.yaml, a new call would be told from the old ones",
		Values:  []analyze.KeyValue{number("calls", len(calls)), number("callers", callers)},
		Origins: []graph.Origin{seenAt(p.Core.Call(first))},
	})
}

func isAddress(name string) bool {
	if name == "localhost" {
		return true
	}
	if _, err := netip.ParseAddr(name); err == nil {
		return true
	}
	_, err := netip.ParseAddrPort(name)
	return err == nil
}
