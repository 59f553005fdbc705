package policy

import (
	"slices"
	"strings"
	"time"
)

// A Bound is what a chain of settings explains.
type Bound uint8

const (
	TimeoutBound Bound = iota // the longest that the caller waits
	AttemptBound              // the longest that one attempt takes
	RetriesBound              // how many attempts there are
	BackoffBound              // the waits between them
	BreakerBound              // what stops calls to a callee that fails
	LimitsBound               // how many calls there may be at once, or in a time
	NumBounds
)

// Bounds are the words for Bound, in the order of its constants.
var Bounds = []string{"timeout", "per-try", "retries", "backoff", "breaker", "limits"}

func (b Bound) String() string { return Bounds[b] }

// Purpose is what gives a call the bound.
func (b Bound) Purpose() Purpose {
	return [...]Purpose{TotalTimeout, AttemptTimeout, Retries, RetryBackoff, CircuitBreaker, ConcurrencyLimit}[b]
}

// boundFields are the settings that a bound comes from; those that end in a dot are all below one.
var boundFields = [NumBounds][]string{
	TimeoutBound: {"timeout.total", "timeout.readGap", "retry.maxDuration"},
	AttemptBound: {"timeout.perTry"},
	RetriesBound: {"retry.retries", "retry.on", "retry.methods", "retry.budget"},
	BackoffBound: {"retry.backoff."},
	BreakerBound: {"breaker."},
	LimitsBound:  {"bulkhead.", "rateLimit."},
}

// Has reports whether a field is one that the bound comes from.
func (b Bound) Has(field string) bool {
	return slices.ContainsFunc(boundFields[b], func(f string) bool {
		return f == field || strings.HasSuffix(f, ".") && strings.HasPrefix(field, f)
	})
}

// A Role is what a setting does on a call.
type Role uint8

const (
	RoleActs   Role = iota // it decides, alone or with others
	RoleBeaten             // another one always ends the call before it
	RoleCut                // a timeout ends some of the retries
	RoleIdle               // there is nothing for it to act on: retries that no failure starts
	RoleOff                // it switches off what it is about
	RoleNone               // its product sets no such bound
)

// Roles are the words for Role, in the order of its constants.
var Roles = []string{"acts", "beaten", "cut", "idle", "off", "none"}

func (r Role) String() string { return Roles[r] }

// A Chain is how a bound of a call comes to be: the settings of all layers, outermost first.
type Chain struct {
	Of    Bound
	Limit Limit // of a bound in time
	Tries Tries // of RetriesBound: the attempts of all layers
	Hosts bool  // of RetriesBound: they are more, one at each host, see Set.RetriesEachHost
	Links []Link
}

// A Link is one setting of a chain.
type Link struct {
	Decision
	In      int // the layer of the Effective that it belongs to
	Role    Role
	By      Decision // what keeps it from acting, or cuts it; the zero Decision if nothing does
	Ends    Limit    // when that ends the call or the attempt; undeclared if nothing does
	Fit     int      // of RoleCut: the attempts that can finish
	Default Decision // what the product has if nothing is written; of provenance Unknown if that is not known, or is the setting itself
}

// Chains returns a chain for each bound, in the order of the bounds. A chain without links is that of
// a bound that no layer is known to set.
func (e Effective) Chains() []Chain {
	chains := make([]Chain, NumBounds)
	for b := range NumBounds {
		c := &chains[b]
		c.Of, c.Tries = b, 1
		switch b {
		case TimeoutBound:
			c.Limit = e.Budget
		case AttemptBound:
			c.Limit = e.Attempt
		case RetriesBound:
			c.Tries, c.Hosts = e.Attempts, e.EachHost()
		}
		for i := range e.Layers {
			var own []Link
			for _, d := range e.Layers[i].Set.Decisions() {
				if b.Has(d.Field) {
					own = append(own, e.link(b, i, d))
				}
			}
			if b != TimeoutBound && slices.ContainsFunc(own, isSet) { // what is missing beside it does not matter
				own = slices.DeleteFunc(own, func(l Link) bool { return !isSet(l) })
			}
			c.Links = append(c.Links, own...)
		}
	}
	return chains
}

// IsDefault reports whether l is a default that acts, with no place in the inputs.
func (l *Link) IsDefault() bool {
	return l.Provenance == PlatformDefault && (l.Role == RoleActs || l.Role == RoleCut || l.Role == RoleOff)
}

// Written reports whether the inputs declare a setting of the i-th layer in c.
func (c *Chain) Written(i int) bool {
	return slices.ContainsFunc(c.Links, func(l Link) bool {
		return l.In == i && (l.Provenance == Explicit || l.Provenance == MeshDefault || l.Provenance == Disabled)
	})
}

// isSet reports whether a layer has a bound of its own, or none on purpose.
func isSet(l Link) bool { return l.Role != RoleNone }

// link finds what a setting of the i-th layer does.
func (e Effective) link(b Bound, i int, d Decision) Link {
	own := &e.Layers[i].Set
	l := Link{Decision: d, In: i, Default: own.defaultOf(d)}
	switch {
	case d.Provenance == Absent:
		l.Role = RoleNone
	case d.Provenance == Disabled, isOff(d):
		l.Role = RoleOff
	case b == TimeoutBound || b == AttemptBound:
		e.outcome(&l)
	case b == RetriesBound:
		e.retried(&l)
	case b == BackoffBound && e.Layers[i].Attempts == 1:
		l.Role = RoleIdle
		if by := e.Layers[i].By; len(by) > 0 {
			l.By = by[0]
		}
	}
	return l
}

// isOff reports whether a value says that there is none.
func isOff(d Decision) bool {
	switch d.Field {
	case "retry.retries":
		return d.Value == 0
	case "breaker.kind", "retry.backoff.kind":
		return d.Value == "none"
	}
	return d.Value == time.Duration(0) && strings.HasPrefix(d.Field, "timeout.")
}

// outcome finds what ends a call before a timeout of its layer.
func (e Effective) outcome(l *Link) {
	if _, limit, ok := e.EndsBefore(l.In, l.Decision, func(*Effect, Limit) bool { return true }); ok {
		l.Role, l.By, l.Ends = RoleBeaten, limit.By[0], limit
		return
	}
	own := &e.Layers[l.In]
	limit := own.Attempt // of a timeout for one attempt
	if l.Field == "timeout.total" || l.Field == "retry.maxDuration" {
		n := own.Attempts // attempts that fail late are repeated, even where those that take too long are not
		if !own.Repeats {
			n = 1
		}
		limit = allTries(n, own.By, own.Set.hedged(own.Try), own.Set.waits(n))
	}
	d, _ := l.Value.(time.Duration)
	if limit.State == Finite && limit.Time < d && len(limit.By) > 0 && !limit.By[0].same(&l.Decision) {
		l.Role, l.By, l.Ends = RoleBeaten, limit.By[0], limit
	}
}

// same reports whether d is the setting other.
func (d *Decision) same(other *Decision) bool {
	return d.Field == other.Field && d.Layer == other.Layer && d.Product.Is(other.Product) && d.Origin == other.Origin
}

// retried finds what keeps retries of a layer from being made.
func (e Effective) retried(l *Link) {
	own := &e.Layers[l.In]
	switch {
	case own.Set.RetriesEachHost():
	case own.Attempts == 1:
		if l.Role = RoleIdle; len(own.By) > 0 && own.By[0].Field != l.Field {
			l.By = own.By[0]
		} else if len(own.By) > 0 { // it is what keeps the others from acting
			l.Role = RoleOff
		}
	case l.Field != "retry.retries":
	case len(own.By) > 0 && own.By[0].Field == HostsField:
		l.Role, l.By, l.Fit = RoleCut, own.By[0], int(own.Attempts)
	case !own.Repeats:
		l.Role, l.By = RoleIdle, decide(&own.Set, "retry.on", own.Set.Retry.On)
	case own.SlowAgain && own.End.State == Finite && own.Full < int(own.Attempts) && len(own.End.By) > 0:
		l.Role, l.By, l.Ends, l.Fit = RoleCut, own.End.By[0], own.End, own.Full
	}
}

// defaultOf is what the product of s has for a field if nothing is written.
func (s *Set) defaultOf(d Decision) Decision {
	p := s.Product.OrNative()
	if d.Provenance == PlatformDefault || d.Provenance == Absent || s.Layer == ServerProxy && p.Layer != ServerProxy {
		return Decision{}
	}
	for _, defaults := range []*Set{&p.Defaults, &p.Within} {
		for _, own := range defaults.DecisionsOn(d.Field) {
			own.Layer, own.Product = s.Layer, s.Product
			return own
		}
	}
	return Decision{}
}

// EndsBefore returns what always ends a call, or an attempt, before a timeout of the i-th layer: the
// number of another layer and its limit, the outermost that a condition holds for.
func (e Effective) EndsBefore(i int, d Decision, among func(*Effect, Limit) bool) (layer int, limit Limit, ok bool) {
	after, _ := d.Value.(time.Duration)
	for j := range e.Layers {
		other := &e.Layers[j]
		if j == i || j > i+1 { // what the next one waits for is in its own limit
			continue
		}
		limit := other.Attempt // of what is around, for one attempt
		if j > i {
			own := &e.Layers[i]
			if limit = other.Held; d.Field == "timeout.total" && (own.Attempts != 1 || limit.before(own.Set.hedged(limit))) {
				continue // of several attempts
			}
		}
		if limit.State == Finite && limit.Time < after && len(limit.By) > 0 && among(other, limit) {
			return j, limit, true
		}
	}
	return 0, Limit{}, false
}
