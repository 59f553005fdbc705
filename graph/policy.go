package graph

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/policy"
)

// A Policy is what one object declares about calls that other documents show. A policy in
// the document of its own call is in Evidence.Says.
//
// It applies to the calls that meet all its conditions. Group, Lookup, Rank and Merge are
// how its product chooses one of several: of the policies of one product and group that
// apply to a call, the one found first by Lookup and then with the greatest Rank acts and
// hides the others, or, with Merge, is laid over them field by field. The comment of package link lists what a product may choose.
type Policy struct {
	Origin    Origin
	Product   *policy.Product
	Object    string // "VirtualService/shop/pricing", the subject of findings about it
	Document  Origin // where the object begins, if another one of its name replaces it and does not add to it
	Namespace string // the object's own
	Realm     string // the realm of its short names, as in Ref.Realm

	From            []EndpointRef   // the callers; empty is every caller
	FromNamespaces  []string        // only callers in one of these; empty is any namespace
	To              []EndpointRef   // the callees; empty is every callee; a Host may begin with "*."
	ToIs            CalleeName      // which name of the callee To is, if routes send calls on
	CalleeAlias     string          // the callee by its name in code, matched loosely: "orderClient" is orders, or what ORDER_URL leads to
	Of              Ref             // only calls that go Via this object
	Rule            Ref             // the route that it is a rule of: of the calls that the route sends on only those with its Match
	Port            int             // only calls to this port; 0 is any
	Targets         *TargetSelector // what it is for is selected by these labels; nil if it is named
	Match           string          // the part of each call that it acts on: "GET /v2"; empty is all of it
	Mesh            string          // with NeedsMesh: only proxies of the mesh of this name, where its product has several; empty is any
	NeedsMesh       bool            // it acts in the caller's proxy, or of layer server-proxy in the callee's: not outside the mesh
	L7Only          bool            // it acts on HTTP requests: not on ports that are declared for another protocol
	NeedsRequests   bool            // it acts where a protocol with requests is declared to its product: see Protocol
	Protocol        string          // it declares the protocol of its callees to its product, which then goes by it whatever ports say
	NotGateways     bool            // not calls of gateways
	Protocols       []string        // only calls of these protocols or of an unknown one, and not to databases, caches and brokers; empty is any
	NotProtocols    []string        // not calls of these protocols
	RequireProtocol bool            // not calls of an unknown protocol

	// Subset is the subset of the callee's replicas that it applies to: it acts on calls
	// that another policy, with the name among its Subsets, routes there. Selects are the
	// labels of their pods, nil if unknown.
	Subset  string
	Subsets []string
	Selects Labels

	// Profile is what a Value has: the configuration of a program says it for these profiles only.
	Profile string

	Group  string
	Lookup Lookup
	Rank   int
	Merge  bool
	// Nearest is set if, with Merge, it is laid over the one Base alone that is found next.
	Nearest  bool
	Base     bool
	InOrder  bool   // with Merge, of equal ones that whose Of the call goes through first is on top
	MergeKey string // objects of one group with the same MergeKey add to each other part by part; empty is none

	Created string // when the object was created, RFC 3339; empty if unknown

	// Default is set if it is a fallback for calls without another policy.
	Default bool

	// BypassHosts are callees that the object names, but that programs call without passing
	// it, since it applies to gateways only.
	BypassHosts []EndpointRef

	// Idempotent is set if whoever declares it says that its calls may be repeated.
	Idempotent bool

	Says policy.Set
	// Instance is the name by which the configuration of a program has its settings elsewhere; empty if
	// they are where it is, or the name is not known.
	Instance string
	// Paths are where settings of Says are written that have a path of their own in this object, by
	// field: a field that goes before the usual one. It is nil if none has.
	Paths   map[string]string
	Flaws   []Flaw
	Excuses string // the value of its IgnoreAnnotation
}

// The keys of Policy.Paths for where the object names its mesh, or the protocol of its callees.
const (
	MeshPath     = "mesh"
	ProtocolPath = "protocol"
)

// RouteRule returns the conditions of p as those of a route.
func (p *Policy) RouteRule() *RouteRule {
	return &RouteRule{
		Product: p.Product, Object: p.Object, Document: p.Document, Namespace: p.Namespace, Created: p.Created, From: p.From,
		FromNamespaces: p.FromNamespaces, Mesh: p.Mesh, Port: p.Port, L7Only: p.L7Only, NeedsRequests: p.NeedsRequests, Group: p.Group, Lookup: p.Lookup, Rank: p.Rank, MergeKey: p.MergeKey,
	}
}

// For returns p as a policy of the program that has it in its configuration. The program
// is the caller, in a cluster together with the groups among p's callers. Short names
// belong to the realm and namespace of the program, and its name becomes part of that of
// the object, so that the policies of two programs remain distinct.
func (p Policy) For(program Ref) Policy {
	from := []EndpointRef{{Ref: program}}
	for _, party := range p.From {
		if !party.Group.IsZero() && program.Realm == "kubernetes" {
			from = append(from, party)
		}
	}
	p.From = from
	p.Realm, p.Namespace = program.Realm, program.Namespace
	p.To = slices.Clone(p.To)
	for i := range p.To {
		p.To[i].Realm, p.To[i].Namespace = program.Realm, program.Namespace
	}
	if kind, name, ok := strings.Cut(p.Object, "/"); ok {
		p.Object = kind + "/" + program.Name + "/" + name
	}
	return p
}

// IgnoreAnnotation is the annotation by which an object suppresses findings about itself:
// "<rule>: reason", one a line.
const IgnoreAnnotation = "weir.dev/ignore"

// ClassGroup is the Group of policies that say which product runs gateways.
const ClassGroup = "class"

// Lookup is the order in which a product looks for the policy of a call. The zero
// Lookup finds an object in any namespace.
type Lookup uint8

const (
	CallerFirst Lookup = iota + 1 // in the caller's namespace, else the callee's, else the mesh's root; nowhere else
	NearCaller                    // an object in the caller's namespace before one in the callee's; nowhere else
	CallersOwn                    // in the caller's namespace only
)

// lookups are the words for Lookup, in the order of its constants.
var lookups = []string{"everywhere", "caller-first", "near-caller", "callers-own"}

func (l Lookup) String() string { return lookups[l] }

// CalleeName is which of its names a product looks the callee of a call up by. It matters
// for calls that the routes of a mesh send on: see Evidence.Through.
type CalleeName uint8

const (
	EitherName  CalleeName = iota // the callee, or the name that the caller writes
	NamedHost                     // the name that the caller writes, a host in full before a pattern: timeouts and retries of routes
	Destination                   // the callee that the routes lead to: connections, outlier detection
)

// calleeNames are the words for CalleeName, in the order of its constants.
var calleeNames = []string{"either", "named-host", "destination"}

func (n CalleeName) String() string { return calleeNames[n] }

// A Flaw is a field of a policy that its product rejects or ignores.
type Flaw struct {
	Kind   FlawKind
	Object string // that has the field, if it is another one than that of the policy
	Field  string // path of the field, "retries.perTryTimeout"
	Text   string // as written
	Why    string // "retries without attempts are off"
	Hint   string
	// Instead is a value that means what is probably meant; empty if that is unknown.
	Instead string
	// Name is the name of the field that is probably meant; empty if that is unknown.
	Name string
	// To is the path of the field where it belongs, from the root of the object, and Holds what
	// it holds, as JSON; empty if that is unknown.
	To, Holds string
	// Refers are the objects that its value may be meant to name, which nothing names then.
	Refers []Ref
	// Into is the object, "Service/shop/cart", that has to have the field; empty if that is unknown.
	Into string
	// Beside are fields that are missing in the block of the field, or, if it is a block, in it.
	Beside []policy.Edit

	Unknown bool // its product has no such field: what it holds does not matter
	Goes    bool // it can go: without it the object means what it means now, or what it should
	Partly  bool // it cannot go: a part of it has an effect
	Info    bool // reported as info, not as a warning
	Reads   bool // the product accepts it with another meaning than it seems to have
	Assumed bool // another release of the product may take it
	Form    bool // it is one of the form of the object, not reported where another flaw is about the same field
	Origin  Origin
}

// FlawKind is why a field does not act as written.
type FlawKind uint8

const (
	Inert    FlawKind = iota // the product ignores it in this combination
	Invalid                  // the product rejects it, or reads it differently
	Shadowed                 // another field or object replaces it
	Unbound                  // it is in a place where its product does not look for it
)

// flawKinds are the words for FlawKind, in the order of its constants.
var flawKinds = []string{"inert", "invalid", "shadowed", "unbound"}

func (k FlawKind) String() string { return flawKinds[k] }
