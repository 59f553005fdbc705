package source

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/weirgraph/weir/graph"
)

// maxBound is the most requests, policies and places of one file that are compared with each other. A file that a
// person wrote has a few dozen; of one with more, no policy is read.
const maxBound = 2_000

// bindPolicies gives the places of the file the policies that act on them.
func (f *file) bindPolicies() {
	g := f.policies
	if g == nil {
		return
	}
	if len(g.requests)+len(g.sends)+len(g.guards)+len(g.loops)+len(f.spots) > maxBound {
		f.leaveUnbound(g.first(), fmt.Sprintf("has more than %d requests and policies", maxBound))
		return
	}
	f.useGiven()
	f.useClients()
	f.sendLater()
	f.findLoops()
	slices.SortStableFunc(g.requests, func(a, b *request) int { return cmp.Compare(a.at, b.at) })
	f.placeRequests()
	f.exportWrappers()
	for k := range f.out.Places {
		if p := &f.out.Places[k]; p.Kind != graph.CodeServer && p.Kind != graph.CodeListed && p.Kind != graph.CodeConstant && p.Kind != graph.CodeWrapper && p.Kind != graph.CodeProcess {
			f.guardPlace(p, f.spots[k])
		}
	}
	f.addSteps()
	f.findLoose()
	for _, d := range g.drafts {
		says := !d.p.Says.Empty() || len(d.p.Amounts) > 0
		if !d.bound && says {
			f.out.Unbound = append(f.out.Unbound, d.p.Origin)
		}
		if !d.placed && (says || d.unread >= 0) && f.out.Loose == nil {
			f.out.Loose = f.loose(max(d.at, d.unread))
		}
	}
	if len(g.wrappers) > maxWrappers {
		f.leaveUnbound(g.wrappers[0].fn.at, fmt.Sprintf("has more than %d functions that try again", maxWrappers))
	}
}

// first returns a token of what was found, 0 if nothing was.
func (g *policies) first() int {
	switch {
	case len(g.requests) > 0:
		return g.requests[0].at
	case len(g.guards) > 0:
		return g.guards[0].at
	case len(g.loops) > 0:
		return g.loops[0].head
	}
	return 0
}

// leaveUnbound says that not all policies of the file are read, such as that at a token: of none of its calls is
// known which act on it.
func (f *file) leaveUnbound(at int, why string) {
	if len(f.out.Places) == 0 {
		return
	}
	f.doc.Problem(graph.Skipped, f.doc.Root, "declare in weir.yaml what acts on its calls", "policies in it are not read: it %s", why)
	loose := f.loose(at)
	for k := range f.out.Places {
		f.out.Places[k].Loose = loose
	}
}

// useGiven adds the clients that other files of the program make, under the names that no client of the file has.
func (f *file) useGiven() {
	for name, c := range f.policies.given {
		if len(f.policies.clients[name]) == 0 {
			f.addNamed(name, c)
		}
	}
}

// sendLater gives requests to the clients that send them.
func (f *file) sendLater() {
	g := f.policies
	for _, s := range g.sends {
		switch c := f.clientAt(s.client, s.request.at); {
		case c != nil:
			s.request.client = c
			if s.request.unread == s.request.from { // the client was all that was not known
				s.request.unread = -1
			}
		case s.client == "DefaultClient":
			s.request.client = &client{family: netHTTPFamily, base: -1, at: s.request.at, unread: -1, process: true}
		}
		g.requests = append(g.requests, s.request)
	}
}
