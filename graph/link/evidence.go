package link

import (
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
)

// A reason is why an address in a setting proves as much of a call as it does.
type reason uint8

const (
	resolves       reason = iota // the service is configured with the address
	bareArgument                 // a bare word on a command line may be anything
	browserSetting               // the address is compiled into pages: a browser may call it, and not the service
	ownEntrance                  // the estate's own address from outside: its own page, or a way through the gateway
	guessedUser                  // it is a guess that the service has the setting
	featureOff                   // another setting switches off what the setting is for
	sharedList                   // several services are given the same list, which lists them, too
	commonList                   // the same list is given to many of those that it lists
)

// strengths are what is proven for each reason.
var strengths = [...]graph.Strength{
	resolves:       graph.Strong,
	bareArgument:   graph.Weak,
	browserSetting: graph.Weak,
	ownEntrance:    graph.Weak,
	guessedUser:    graph.Weak,
	featureOff:     graph.Weak,
	sharedList:     graph.Weak,
	commonList:     graph.Allowed,
}

func (r reason) strength() graph.Strength { return strengths[r] }

// A context is what is known of an address besides its text.
type context struct {
	entrance bool   // only a gateway answers there, to callers from outside
	guess    bool   // it is a guess that the service has the setting
	off      bool   // the setting belongs to a feature that is switched off
	list     reason // sharedList or commonList for an entry of such a list, else resolves
}

// prove decides what a candidate proves where it resolves, and why: of several reasons
// the one that leaves the least, of equal ones the first of their list.
func prove(c *address.Candidate, in context) reason {
	if in.entrance {
		return ownEntrance
	}
	least := resolves
	for _, r := range [...]struct {
		applies bool
		reason  reason
	}{
		{c.Doubt == address.BareArgument, bareArgument},
		{c.Doubt == address.BrowserSetting, browserSetting},
		{in.guess, guessedUser},
		{in.off, featureOff},
		{in.list != resolves, in.list},
	} {
		if r.applies && r.reason.strength() < least.strength() {
			least = r.reason
		}
	}
	return least
}

// connectValue makes evidence of one address in a setting.
func (l *linker) connectValue(s *scope, from int, m *found) {
	to, entrance, ok := l.answerer(s, from, m)
	if !ok {
		return
	}
	v, p := m.value, address.ProtocolOn(m.Scheme, m.Port)
	proof := prove(&m.Candidate, context{entrance: entrance, guess: v.Guess, off: s.switchedOff(m.Key), list: m.list})
	e := graph.Evidence{
		Origin: v.Origin, Way: m.Way, Strength: proof.strength(), Class: l.classOfValue(m, to, p.Kind), Key: v.Key,
		Protocol: p.Name, Port: m.Port, Database: m.Database,
	}
	if p.Async {
		e.Mode = graph.Async
	}
	l.addEvidence(from, to, e)
}

// answerer returns the root that answers at an address, and whether it does so as the
// entrance of the estate. What no input declares becomes an entity of its own, unless
// it may be no address at all.
func (l *linker) answerer(s *scope, from int, m *found) (root int, entrance, ok bool) {
	v := m.value
	if address.IsLocal(m.Host) {
		return 0, false, false
	}
	if address.HasPlaceholder(m.Host) {
		l.unresolved(from, m.Address.String(), v.Key, v.Origin, "it holds a variable that no input gives a value")
		return 0, false, false
	}
	if root, ok := l.resolve(m.Host, s.of.Realm, s.of.Namespace); ok {
		return root, false, true
	}
	if front := l.hosts.front[canonical(m.Host)]; len(front) > 0 {
		root := l.find(front[0])
		return root, true, len(front) == 1 && len(l.edges[[2]int{root, from}]) == 0
	}
	if m.Known {
		if m.Word && v.Source != graph.FromArg {
			l.unresolved(from, m.Host, v.Key, v.Origin, "nothing in the inputs goes by this name")
		}
		return 0, false, false
	}
	namespace := ""
	if s.of.Realm == kubernetes {
		namespace = s.of.Namespace
	}
	return l.extern(m.Host, namespace, v.Origin), false, true
}

// classOfValue is what a call to an address in a setting is for.
func (l *linker) classOfValue(m *found, to int, spoken graph.Kind) graph.Class {
	v := m.value
	switch {
	case m.Key.Health || v.Source == graph.FromEnv && isHealthPath(m.Path):
		return graph.ClassHealth
	case spoken == graph.KindTelemetry || m.Key.Telemetry && !l.isProgram(to):
		return graph.ClassTelemetry
	case m.Key.Control || isPlatform(m.Host):
		return graph.ClassControl
	case isGatewayRoute(v.Key):
		return graph.ClassIngress
	}
	return graph.ClassCall
}

// isHealthPath reports whether a path only shows whether its server is alive.
func isHealthPath(path string) bool {
	switch path[strings.LastIndexByte(path, '/')+1:] {
	case "health", "healthz", "hc", "livez", "readyz", "liveness", "readiness":
		return true
	}
	return false
}
