package policy

// A Product is something that policies are written for, and all that is specific
// to it apart from reading its documents. This package knows no product by name:
// the values are in policy/product. A nil *Product stands for policies that people
// declare by hand, whatever carries them out.
type Product struct {
	Name   string // unique, as in files and outputs: "istio"
	Title  string // for people: "Istio"
	Source string // URL of the documentation that Defaults and Within are taken from
	Layer  Layer  // where its policies act, unless they say otherwise
	Order  int    // among the products of one layer, from the outside in

	ByHand     bool // people declare what their code does; no program reads it
	Mesh       bool // acts in a proxy beside the caller, which only members of its mesh have
	Transport  bool // acts on calls that are no requests too: tcp, sql
	Operations bool // knows operations of stores and brokers: what is written acts on them, its defaults are for requests
	Contract   bool // is an API that another product of the same layer carries out
	OldestActs bool // of objects for one and the same, the oldest one acts

	Durations  []*Syntax     // how it writes durations, the usual one first
	RetryWords []*RetryWords // its words for retry conditions

	Backoff       BackoffModel // how its waits grow, where the fields of a Backoff do not say so by themselves
	MaxAttempts   int          // what it cuts the number of tries to; 0 is no limit
	EjectionName  string       // what it calls the ejection of single hosts; empty is "outlier detection"
	KeepsHeadless bool         // sends calls to a headless Service to the address that the caller chose, so it can eject none
	NoPanic       bool         // never sends calls to ejected hosts, however few others are left

	// How a service joins its mesh, and how its policies are found.

	Signs          []MeshSign // labels and annotations of pods and namespaces
	AmbientLabel   string     // label with the mode of a pod or namespace: "ambient" is in the mesh without a proxy of its own, any other value is outside
	WaypointLabel  string     // label that names the proxy for requests of ambient callees
	MemberRealm    string     // what has a name of this realm is in its mesh, unless it says otherwise
	OwnGateways    bool       // gateways that its reader declares are in its mesh, unless they say otherwise
	CarriesRoutes  bool       // carries out routes of the Gateway API that are bound to Services (GAMMA)
	OnlyAddressed  bool       // acts on calls that are addressed to its proxy alone, which membership does not show
	AddressedWay   string     // the way of evidence that shows a call to be addressed so; empty if none does
	RootNamespace  string     // where the policies for the whole mesh are, unless its configuration names another
	IngressClasses []string   // classes of Ingresses, as its controller is named by default

	// Defaults act if nothing is written.
	Defaults Set
	// Within is what acts in a part that is written, for its fields that are not:
	// a retry policy without a number of retries.
	Within Set
}

// A MeshSign is a label or annotation that puts a pod, or all pods of a namespace, into
// a mesh or keeps them out. What a pod has goes before its namespace.
type MeshSign struct {
	Key     string
	In, Out []string // values in lower case; "*" is any other value that is not empty
}

// byHand is what a nil Product stands for: nothing is so by itself.
var byHand = &Product{Title: "native manifest", Layer: App, ByHand: true, Transport: true}

// OrNative returns p, or for nil what stands for policies that are declared by hand.
func (p *Product) OrNative() *Product {
	if p == nil {
		return byHand
	}
	return p
}

// String returns the product's name, "" for nil.
func (p *Product) String() string {
	if p == nil {
		return ""
	}
	return p.Name
}

// DisplayName returns the product's name for people.
func (p *Product) DisplayName() string { return p.OrNative().Title }

// Ejector returns what the product calls the ejection of single hosts.
func (p *Product) Ejector() string {
	if name := p.OrNative().EjectionName; name != "" {
		return name
	}
	return "outlier detection"
}

// Is reports whether p and other are the same product. Products that are known only
// by a name in a file are the same if the names are.
func (p *Product) Is(other *Product) bool { return p == other || p.String() == other.String() }

// BackoffModel is the way a product's waits grow from retry to retry.
type BackoffModel uint8

const (
	Literal            BackoffModel = iota // as Backoff says
	EnvoyFullJitter                        // retry i waits up to (2^i - 1) times the base
	DaprExponential                        // the random part is multiplied on, so growth can be 1.5 times 1.5
	TraefikExponential                     // at most twice the initial interval, and half as much again
)

// WithDefaults returns s with its product's defaults: Defaults for parts that s is
// silent about, and Within for the silent fields of parts that s has. A set in front
// of the callee comes back as it is: a product's defaults are for callers.
func (s Set) WithDefaults() Set {
	p := s.Product.OrNative()
	if s.Layer == ServerProxy && p.Layer != ServerProxy {
		return s
	}
	return Overlay(Set{
		Timeout:     under(s.Timeout != nil, p.Within.Timeout, p.Defaults.Timeout),
		Retry:       under(s.Retry.IsWritten(), p.Within.Retry, p.Defaults.Retry),
		Hedge:       under(s.Hedge != nil, p.Within.Hedge, p.Defaults.Hedge),
		Breaker:     under(s.Breaker.isDeclared(), p.Within.Breaker, p.Defaults.Breaker),
		Bulkhead:    under(s.Bulkhead != nil, p.Within.Bulkhead, p.Defaults.Bulkhead),
		Balance:     under(s.Balance != nil, p.Within.Balance, p.Defaults.Balance),
		HealthCheck: under(s.HealthCheck != nil, p.Within.HealthCheck, p.Defaults.HealthCheck),
	}, s)
}

// under chooses what lies beneath a part of a policy. A part for which a product
// makes no difference between written and unwritten has its defaults either way.
func under[T any](written bool, within, defaults *T) *T {
	if written && within != nil {
		return within
	}
	return defaults
}

// def is a setting that a product has by default.
func def[T any](v T) Setting[T] { return Setting[T]{Value: v, Provenance: PlatformDefault} }
