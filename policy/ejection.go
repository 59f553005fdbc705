package policy

import "math"

// An Ejection tells whether a breaker that ejects single hosts can eject any.
type Ejection struct {
	Known bool // the breaker is of that kind, and hosts and share are known
	Hosts int
	Most  int  // hosts that may be ejected at once
	Works bool // one can be, and another is left
}

// ejection is floor(share x hosts), as Envoy's outlier detection counts it: a host
// is ejected only if the share of the ejected is still within the limit then.
func ejection(b *Breaker, hosts Setting[int]) Ejection {
	if b == nil || b.Kind.Value != "endpoint" || !b.Kind.Set() || !b.MaxEject.Set() || !hosts.Set() || hosts.Value < 0 {
		return Ejection{}
	}
	e := Ejection{Known: true, Hosts: hosts.Value}
	// A share is a binary fraction: 0.29 of 100 is a little less than 29.
	e.Most = min(int(math.Floor(b.MaxEject.Value*float64(e.Hosts)+1e-9)), e.Hosts)
	if b.EjectOne.Set() && b.EjectOne.Value {
		e.Most = max(e.Most, min(1, e.Hosts))
	}
	e.Works = e.Most >= 1 && e.Hosts >= 2
	return e
}
