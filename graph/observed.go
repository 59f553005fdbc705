package graph

import (
	"cmp"
	"slices"
	"strings"
)

// An Observation is what traces, or somebody who counted for us, saw of the calls
// between two services. Observations of one call add up.
type Observation struct {
	From, To Seen
	Origin   Origin
	Way      string // how it was seen, kebab-case: "span", "service-graph"
	Mode     Mode
	Protocol string // in the words of its source: "postgresql", "http"
	Observed
}

// A Sighting is a service that was seen at work, whether or not it was seen to call
// or to be called.
type Sighting struct {
	Seen
	Origin Origin
	Served Served
}

// A Seen is a service, or another end of an observed call, as its source
// names it. It may turn out to be a service that manifests declare.
type Seen struct {
	Ref       Ref // the declared service that it is, if the source knows
	Name      string
	Namespace string // the Kubernetes namespace, if known
	Group     string // another namespace of the name: service.namespace
	Workload  string // the Kubernetes workload, if known
	Host      Address
	Kind      Kind
	Virtual   bool // only its callers, or those it calls, were seen: the name is theirs
	Nameless  bool // the name is a word for what its source does not know: it is nobody's that has the same
}

// Observed is what was seen of the calls from one service to another.
type Observed struct {
	Calls    float64 // as seen; of sampled traces these are the sampled ones
	Errors   float64 // those of Calls that failed
	Retries  float64 // those of Calls that were not the first try
	Weighted float64 // how many calls the sampled ones stand for; 0 if nothing says so
	Latency  Latency // as the caller sees it, where it is known
	Spread           // over the requests of the caller, where they are known
}

// Add adds up what two sources saw, and leaves p as it is.
func (o *Observed) Add(p *Observed) {
	if o.Weighted > 0 || p.Weighted > 0 {
		o.Weighted = cmp.Or(o.Weighted, o.Calls) + cmp.Or(p.Weighted, p.Calls)
	}
	o.Calls += p.Calls
	o.Errors += p.Errors
	o.Retries += p.Retries
	o.Latency.Merge(&p.Latency)
	o.Spread.Add(&p.Spread)
}

// Observed returns what was seen of e, or nil if nothing was.
func (g *Graph) Observed(e Edge) *Observed { return g.observed[g.Whole(e)] }

// alike reports whether two calls were seen in the same way.
func alike(e, o *Evidence) bool {
	return e.Way == o.Way && e.Mode == o.Mode && e.Protocol == o.Protocol && e.Port == o.Port && e.Class == o.Class
}

// Watch adds to what is known of e what was seen of it, and leaves o as it is. It is
// for whoever makes a graph with New, before others use it.
func (g *Graph) Watch(e Edge, o *Observed) {
	if g.observed == nil {
		g.observed = map[Edge]*Observed{}
	}
	sum := g.observed[g.Whole(e)]
	if sum == nil {
		sum = &Observed{}
		g.observed[g.Whole(e)] = sum
	}
	sum.Add(o)
}

// compareObservations orders observations by all they say but their counts.
func compareObservations(o, p *Observation) int {
	return cmp.Or(compareSeen(&o.From, &p.From), compareSeen(&o.To, &p.To), o.Origin.Compare(p.Origin), strings.Compare(o.Way, p.Way),
		cmp.Compare(o.Mode, p.Mode), strings.Compare(o.Protocol, p.Protocol), cmp.Compare(o.Calls, p.Calls),
		cmp.Compare(o.Errors, p.Errors), cmp.Compare(o.Weighted, p.Weighted))
}

func compareSeen(s, o *Seen) int {
	return cmp.Or(order(s.Virtual, o.Virtual), order(s.Nameless, o.Nameless), compareRefs(s.Ref, o.Ref), strings.Compare(s.Name, o.Name), strings.Compare(s.Namespace, o.Namespace), strings.Compare(s.Group, o.Group),
		strings.Compare(s.Workload, o.Workload), strings.Compare(s.Host.Host, o.Host.Host), cmp.Compare(s.Host.Port, o.Host.Port), strings.Compare(s.Host.Database, o.Host.Database),
		cmp.Compare(s.Kind, o.Kind))
}

// order puts false before true.
func order(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// observe ties the ends of what was seen to services, and adds up what was seen
// of each call.
func (l *linker) observe() {
	if len(l.f.Sightings)+len(l.f.Observations) == 0 {
		return
	}
	w := newWitness(l)
	l.observed = map[[2]int]*Observed{}
	w.meet()
	for i := range l.f.Observations {
		o := &l.f.Observations[i]
		from, to := w.party(&o.From, o), w.party(&o.To, o)
		key := [2]int{from, to}
		sum := l.observed[key]
		if sum == nil {
			sum = &Observed{}
			l.observed[key] = sum
		}
		sum.Add(&o.Observed)
		protocol := protocolOf(strings.ToLower(o.Protocol)).name
		e := Evidence{
			Origin: o.Origin, Way: o.Way, Strength: Strong, Mode: o.Mode, Observed: true,
			Protocol: cmp.Or(protocol, strings.ToLower(o.Protocol)), Port: o.To.Host.Port, Class: w.classOf(&o.To, to),
		}
		// The same may be seen in many places, of which the first is enough.
		i := slices.IndexFunc(l.edges[key], func(known Evidence) bool { return known.Observed && alike(&known, &e) })
		if i < 0 {
			l.edges[key] = append(l.edges[key], e)
		} else if known := &l.edges[key][i]; e.Origin.Compare(known.Origin) < 0 {
			known.Origin = e.Origin
		}
	}
	w.serve()
	w.accompany()
}

func compareRefs(r, o Ref) int {
	return cmp.Or(strings.Compare(r.Realm, o.Realm), strings.Compare(r.Kind, o.Kind), strings.Compare(r.Namespace, o.Namespace), strings.Compare(r.Name, o.Name))
}
