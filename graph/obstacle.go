package graph

import "slices"

// An Obstacle is why a policy is for no call at all.
type Obstacle uint8

const (
	NoObstacle  Obstacle = iota
	NoCallee             // nobody goes by the names of its callees
	NoCaller             // nor by those of its callers
	NoRoute              // no call goes through the object that it belongs to
	NoCall               // its services are there, and no call between them
	NotExported          // the callers are in namespaces that it is not for
	NotLookedUp          // it stands in a namespace where its product does not look for a policy of these calls
	NoPort               // no call goes to its port
	NoReplica            // nobody of its callee has the labels of its subset
	NoSubset             // no route sends calls to its subset
)

// Obstacles are the words for Obstacle, in the order of its constants.
var Obstacles = []string{
	"none", "no callee of this name", "no caller of this name", "no call through its object", "no call between its services",
	"not for the callers' namespaces", "in a namespace where nobody looks", "no call to its port",
	"no replica with the labels of its subset", "no route to its subset",
}

func (o Obstacle) String() string { return Obstacles[o] }

// obstacle finds out why p, which means froms and tos, is for no call: what keeps
// out the last of those that meet most of its conditions.
func (b *binder) obstacle(p *Policy, froms, tos []Node, anyFrom, anyTo bool) Obstacle {
	switch {
	case !anyTo && len(tos) == 0 && !p.To[0].Group.IsZero():
		return NoRoute // nobody named the object
	case !anyTo && len(tos) == 0:
		return NoCallee
	case !anyFrom && len(froms) == 0:
		return NoCaller
	case !p.Of.IsZero() && len(b.via[p.Of]) == 0:
		return NoRoute
	}
	why := NoCall
	if p.ToName != "" {
		why = NoCallee // unless one of the calls is to it
	}
	for _, e := range b.about(p, froms, tos, anyFrom, anyTo) {
		from, to := b.g.From(e), b.g.To(e)
		_, found := b.lookup(p, from, to)
		switch {
		case !b.g.Class(e).Core(), !anyFrom && !slices.Contains(froms, from), !anyTo && !slices.Contains(tos, to),
			p.NotGateways && b.g.Service(from).Kind == KindGateway, p.ToName != "" && !loosely(b.g.Service(to), p.ToName):
		case !b.exported(p, from):
			why = max(why, NotExported)
		case !found:
			why = max(why, NotLookedUp)
		case p.Port != 0 && !b.onPort(e, p.Port):
			why = max(why, NoPort)
		}
	}
	return why
}

// exported reports whether p is for callers in the namespace of this one.
func (b *binder) exported(p *Policy, from Node) bool {
	return len(p.FromNamespaces) == 0 || slices.Contains(p.FromNamespaces, b.g.Service(from).Namespace)
}
