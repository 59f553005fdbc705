package policy

import (
	"time"

	"github.com/weirgraph/weir/internal/lazy"
)

// A Product is something that policies are written for, and all that is specific
// to it apart from reading its documents. This package knows no product by name:
// the values are in policy/product. A nil *Product is for policies that are declared by
// hand, independent of a product.
type Product struct {
	Name   string // unique, as in files and outputs: "istio"
	Title  string // for people: "Istio"
	Source string // URL of the documentation that Defaults and Within are taken from
	Layer  Layer  // where its policies act, unless they say otherwise
	Order  int    // among the products of one layer, from the outside in

	ByHand     bool     // describes code; no program reads it
	Mesh       bool     // acts in the proxy of the caller, which only members of its mesh have
	InClusters bool     // its proxies run in clusters of Kubernetes only
	Transport  bool     // also acts on protocols without requests: tcp, sql
	Operations bool     // acts on operations of stores and brokers if declared; its defaults are for requests
	Contract   bool     // is an API that another product of the same layer implements
	RouteAPI   RouteAPI // how it carries out the timeouts and retries of an API that it implements
	OldestActs bool     // of several objects for the same target, the oldest one acts
	CountsAll  bool     // its retries around each other count all tries of a call in one number
	NextServer bool     // its retries ask another server, even if a hash chose the first one
	EachHost   bool     // it tries each host of the callee once at most; without a number of tries, all of them
	EjectsLast bool     // it takes out the only server, too: its calls fail at once then

	Durations  []*Syntax     // how it writes durations, the usual one first
	RetryWords []*RetryWords // its words for retry conditions

	Backoff        BackoffModel // how its waits grow, if not as the fields of Backoff
	OnlyDeclared   bool         // it retries only where retries are declared, and has no way to write none
	MaxAttempts    int          // its limit for the number of attempts; 0 is no limit
	Around         *Product     // the product behind it, on top of whose defaults its policies come
	EjectionName   string       // what it calls the ejection of single hosts; empty is "outlier detection"
	KeepsHeadless  bool         // sends calls to a headless Service to the address that the caller chose, so it can eject none; see Set.KeepsHeadless
	SkipsHeadless  bool         // takes no policies for the calls to a headless Service
	TriesOfRetries bool         // its timeout for one attempt belongs to its retries: there is none where they are switched off
	Ignores        []string     // the fields of an API, by path, that it does not take from the routes that it carries
	NoPanic        bool         // never sends calls to ejected hosts, however few others are left

	// How a service joins its mesh, and how its policies are found.

	Signs          []MeshSign // labels and annotations of pods and namespaces
	MeshKey        string     // label or annotation of pods and namespaces with the name of their mesh, if it can have several
	MeshDefault    string     // the name of the mesh without it
	Join           []Edit     // what the metadata of a pod needs to be in its mesh
	AmbientLabel   string     // label with the mode of a pod or namespace: "ambient" is in the mesh without a proxy of its own, any other value is outside
	Waypoint       *Waypoint  // how the proxy for requests of ambient callees is named
	MemberRealm    string     // what has a name of this realm is in its mesh, unless it says otherwise
	OwnGateways    bool       // gateways that its reader declares are in its mesh, unless they say otherwise
	CarriesRoutes  bool       // carries out routes of the Gateway API that are bound to Services (GAMMA)
	OnlyAddressed  bool       // acts on calls that are addressed to its proxy alone, which membership does not show
	BetweenMembers bool       // acts on calls that are addressed to its proxy, and on those between members of its mesh
	AddressedWays  []string   // the ways of evidence that show a call to be addressed so
	RouteSteps     []string   // if it looks up routes again for what a route leads to: the groups of them, in the order that a call passes
	GatewayRoutes  bool       // gateways that are members of its mesh follow the routes between services, too
	RootNamespace  string     // where the policies for the whole mesh are, unless its configuration names another
	IngressClasses []string   // classes of Ingresses, as its controller is named by default
	IngressPrefix  string     // of the annotations of its Ingresses, if others have the same class

	// Defaults act if no policy is declared.
	Defaults Set
	// Within has the defaults for fields that are missing in a declared part: a retry
	// policy without a number of retries.
	Within Set

	// Remediations are where its users write what a call lacks.
	Remediations *lazy.Value[Remediations]
	// NamedIn has, by kind, the object and the field in which another one names an object of the kind.
	NamedIn map[string]Remediation
	// Protocols are where the protocol of a callee is declared to it, in files and in a cluster; nil if it goes by ports.
	Protocols []Remediation
	// Objects has, by kind, the fields with which a new object begins that Remediations are in.
	Objects map[string][]Edit
	// AtCallee are those in its proxies in front of callees, if it acts in those of callers.
	AtCallee *lazy.Value[Remediations]
	// Replaces has the kinds of objects beside which no object of some other kinds acts.
	Replaces map[string][]string
	// Writes has the kinds of objects for which a controller writes objects of some other kinds, so that
	// what people add to those does not act, or does not last.
	Writes map[string][]string
	// Apart has, by the way of a call's evidence, the kinds of objects that are for other calls.
	Apart map[string][]string
	// Merges has, by kind, the field and value with which an object for some of the calls adds to
	// one for more of them. Without it the object replaces the other as a whole.
	Merges map[string]Edit
	// PortSettings are, by kind, the block of an object's settings and that of those for a port, which
	// replace the others as a whole: two beginnings of paths.
	PortSettings map[string][2]string
	// OnlyPolicies are the kinds of objects that hold policies and nothing else: one of which
	// nothing acts can go.
	OnlyPolicies []string
	// ByTarget is set if its objects define policies under names of their own, and a target, where a
	// policy begins, refers to them.
	ByTarget bool
	// Names are, by kind, the fields in which an object names services.
	Names map[string][]string
	// NamedBy has, by kind, the annotation of a Service that names an object which acts on the calls to it.
	NamedBy map[string]string
	// Inexpressible are the purposes that it has no way for.
	Inexpressible []Purpose
}

// A RouteAPI is what a product makes of a route of an API where the API leaves that to it.
type RouteAPI struct {
	RetryOn []string // conditions beside those of a retry that is declared
	// AttemptNeedsRetry is set if a timeout per attempt is one of all attempts unless a retry is
	// declared beside it, and none if that retry is switched off.
	AttemptNeedsRetry bool
	// ReplacesRetry is set if a retry of a route is in the place of the product's own, whatever
	// that sets beside it.
	ReplacesRetry bool
}

// A Waypoint has the labels by which a Service, or else its namespace, names the proxy for its
// requests. A Service that names none, or one that does not exist, has none.
type Waypoint struct {
	Label     string // the name; NoName opts out
	NoName    string
	Namespace string   // label with the namespace of the proxy, if it is another one
	Kind      string   // of the object that is the proxy
	For       string   // label of that object: for what it is
	ForOthers []string // the values that do not include Services
}

// A MeshSign is a label or annotation that puts a pod, or all pods of a namespace, into
// a mesh or keeps them out. A sign of a pod overrides that of its namespace.
type MeshSign struct {
	Key     string
	In, Out []string // values in lower case; "*" is any other value that is not empty
}

// byHand replaces a nil Product: it has no defaults.
var byHand = &Product{Title: "native manifest", Layer: App, ByHand: true, Transport: true}

// OrNative returns p, or byHand for nil.
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
	literal            BackoffModel = iota // as Backoff says
	EnvoyFullJitter                        // retry i waits up to (2^i - 1) times the base
	DaprExponential                        // the random part is multiplied on, so growth can be 1.5 times 1.5
	TraefikExponential                     // at most 3 times the initial interval: 2 x 1.5
)

// WithDefaults returns s with its product's defaults: Defaults for parts that s does not
// have, and Within for missing fields of parts that s has. A set in the proxy of the
// callee is returned as it is, because defaults of a product are for callers.
func (s Set) WithDefaults() Set {
	p := s.Product.OrNative()
	if s.Partial || s.Layer == ServerProxy && p.Layer != ServerProxy {
		return s
	}
	s = Overlay(Set{
		Timeout:     under(s.Timeout != nil, p.Within.Timeout, p.Defaults.Timeout),
		Retry:       under(s.Retry.IsWritten(), p.Within.Retry, p.Defaults.Retry),
		Hedge:       under(s.Hedge != nil, p.Within.Hedge, p.Defaults.Hedge),
		Breaker:     under(s.Breaker.isDeclared(), p.Within.Breaker, p.Defaults.Breaker),
		Bulkhead:    under(s.Bulkhead != nil, p.Within.Bulkhead, p.Defaults.Bulkhead),
		Balance:     under(s.Balance != nil, p.Within.Balance, p.Defaults.Balance),
		HealthCheck: under(s.HealthCheck != nil, p.Within.HealthCheck, p.Defaults.HealthCheck),
	}, s)
	if p.TriesOfRetries && s.Timeout != nil && s.Retry != nil && s.Retry.Retries.Provenance == Disabled {
		without := *s.Timeout
		without.PerTry = Setting[time.Duration]{Provenance: Absent, Origin: s.Retry.Retries.Origin}
		s.Timeout = &without
	}
	return s
}

// KeepsHeadless reports whether what s is for sends the calls to a headless Service to the address
// that the caller chose: the proxies of a mesh beside their callers do, its gateways do not.
func (s *Set) KeepsHeadless() bool {
	return s.Layer == ClientProxy && s.Product.OrNative().KeepsHeadless
}

// under returns the defaults of a part of a policy. If a product has no defaults for
// written parts, those for parts that are not written hold for both.
func under[T any](written bool, within, defaults *T) *T {
	if written && within != nil {
		return within
	}
	return defaults
}

// def is a setting that a product has by default.
func def[T any](v T) Setting[T] { return Setting[T]{Value: v, Provenance: PlatformDefault} }
