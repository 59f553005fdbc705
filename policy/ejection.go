package policy

import "math"

// An Ejection is whether a breaker that ejects single hosts can eject any.
type Ejection struct {
	Known bool // the breaker is of that kind, and hosts and share are known
	Hosts int
	Most  int  // hosts that may be ejected at once
	Works bool // one host can be ejected while another remains
	All   bool // every host can be, and then no host gets calls; also if Hosts is unknown
}

// Ejection is that of the breaker of s, floor(share x hosts), as Envoy's outlier detection counts it: a host
// is ejected only if the share of the ejected is still within the limit then.
func (s *Set) Ejection(hosts Setting[int]) Ejection {
	b := s.Breaker
	if b == nil || b.Kind.Value != "endpoint" || !b.Kind.Set() || !b.MaxEject.Set() {
		return Ejection{}
	}
	noPanic := !s.panics()
	if !hosts.Set() || hosts.Value < 0 {
		return Ejection{All: noPanic && b.MaxEject.Value >= 1}
	}
	e := Ejection{Known: true, Hosts: hosts.Value}
	// A share is a binary fraction: 0.29 of 100 is a little less than 29.
	e.Most = min(int(math.Floor(b.MaxEject.Value*float64(e.Hosts)+1e-9)), e.Hosts)
	if b.EjectOne.Set() && b.EjectOne.Value {
		e.Most = max(e.Most, min(1, e.Hosts))
	}
	e.Works = e.Most >= 1 && e.Hosts >= 2
	e.All = noPanic && e.Hosts > 0 && e.Most == e.Hosts
	return e
}

// panics reports whether ejected hosts get calls again when few others are left.
// Envoy does so below one half. It is assumed for products that do not document it.
func (s *Set) panics() bool {
	if p := s.Breaker.Panic; p.Provenance != Unknown {
		return p.Set() && p.Value > 0
	}
	return !s.Product.OrNative().NoPanic
}
