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
	Title:    "observed call without declaration",
	Doc:      undeclaredEdgeDoc,
	Severity: analyze.Warning,
	NoFix:    analyze.InCode,
	Check:    checkUndeclaredEdge,
}

const undeclaredEdgeDoc = `
A call that no manifest declares is missing from reviews, policies and diagrams, and
outages travel along it.

Reported for a call that was observed five times or more, from a declared service,
if no manifest mentions it. Info if the manifests declare no call of the caller at
all: its calls exist only in its code. More than three such callers are one finding.

    services: [{name: cart, calls: [pricing]}]     # and traces show cart -> promo, 40 times

Not reported: calls that source code shows; inputs without manifests or without traces; telemetry, health checks
and fewer than five calls; localhost and bare IP addresses; topics of a broker that
the service is declared to call; names from which the routes of a mesh lead declared
calls on; and calls that a policy allows.

**Fix.** Declare the call, or remove it. If the callee is a declared service under
another name, declare the alias.

- weir.yaml: "calls" of the caller; "aliases" for another name.
- Kubernetes: put the address into the environment of the Deployment.
- Backstage: "dependsOn" of the component.

Counts are those of the traces that were read. Sampled traces show fewer calls than
there were.
`

func checkUndeclaredEdge(p *Pass) {
	g := p.Core
	var silent group // calls of callers of which no input declares any
	for e := range graph.Edge(g.Calls()) {
		c, seen := g.Attributes(e), g.Observed(e)
		caller, callee := g.Service(c.From), g.Service(c.To)
		if seen == nil || c.Declared || c.InCode || seen.Calls < rareCalls || c.From == c.To || !caller.Defined || isAddress(callee.Name) || g.ViaDeclaredBroker(e) || g.ViaDeclaredName(e) {
			continue
		}
		if declares(p.Graph, c.From) {
			reportNewcomer(p, e, analyze.Certain, analyze.Warning)
			continue
		}
		if !p.ofOthers(e) {
			silent = append(silent, e)
		}
	}
	if len(silent.callers(g)) > fewCallers {
		reportUnspoken(p, silent)
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
	f.Message = fmt.Sprintf("%s %s in the traces, but no input declares the call", callText(p, e), english.Times(seen.Calls))
	if callee.Defined {
		f.Hint = fmt.Sprintf("add %q to the calls of %s in weir.yaml, or remove the call", callee.Name, caller.Name)
	} else {
		f.Confidence = analyze.Assumed // it may be another name of a declared service
		f.Hint = fmt.Sprintf("declare the call, or declare in aliases of weir.yaml which service %q is", callee.Name)
	}
	f.Values = []analyze.KeyValue{keyValue("calls", english.Number(seen.Calls)), keyValue("errors", english.Number(seen.Errors))}
	p.At(severity, f)
}

// reportUnspoken reports many services at once, none of whose calls is declared.
func reportUnspoken(p *Pass, calls group) {
	first := calls[0]
	f := calls.aboutInputs(p)
	f.Message = fmt.Sprintf("traces show %s of %s (first: %s) that declare no calls at all: their calls exist only in code",
		english.Count(len(calls), "call"), english.Count(len(calls.callers(p.Core)), "service"), callID(p.Core, first))
	f.Hint = "no action needed; if they are declared in weir.yaml, new calls become visible"
	f.Origins = []graph.Origin{seenAt(p.Core.Call(first))}
	p.At(analyze.Info, f)
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
