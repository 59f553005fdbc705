package graph

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/policy"
)

// A Policy is what one object declares about calls that other documents reveal.
// A policy in the document of its own call goes into Evidence.Says.
//
// It is for the calls that meet all its conditions. Group, Lookup, Rank and Merge say
// how its product finds the one that acts: of the policies of
// one product and group that a call meets, the one found first by Lookup and then
// with the greatest Rank acts, and hides the others, or, with Merge, is laid over
// them field by field. The comment of package link lists what a product may choose.
type Policy struct {
	Origin    Origin
	Product   *policy.Product
	Object    string // "VirtualService/shop/pricing", the subject of findings about it
	Document  Origin // where the object begins, if others of its name do not add to it but take its place
	Namespace string // the object's own
	Realm     string // the world of its short names, as in Ref.Realm

	From            []EndpointRef // the callers; empty is every caller
	FromNamespaces  []string      // only callers in one of these; empty is any namespace
	To              []EndpointRef // the callees; empty is every callee; a Host may begin with "*."
	CalleeAlias     string        // the callee under the name that a program gives it, matched loosely: "orderClient" is orders
	Of              Ref           // only calls that go Via this object
	Port            int           // only calls to this port; 0 is any
	Match           string        // it acts on a part of each call only: "GET /v2"
	NeedsMesh       bool          // it acts in the caller's proxy, which a caller outside the mesh has not
	L7Only          bool          // it acts on HTTP requests, which its product does not look for on ports that are declared to be of another protocol
	NotGateways     bool          // it leaves the calls that gateways make alone
	Protocols       []string      // only calls of these protocols, or of no known one, and not to databases, caches and brokers; empty is any
	NotProtocols    []string      // not calls of these protocols
	RequireProtocol bool          // not calls of no known protocol

	// Subset is the part of the callee's replicas that it is for: it acts on calls
	// that another policy, with the name among its Subsets, sends there. Selects are
	// the labels of their pods, nil if they are not known.
	Subset  string
	Subsets []string
	Selects Labels

	Group    string
	Lookup   Lookup
	Rank     int
	Merge    bool
	MergeKey string // objects of one group that have it in common add to each other part by part; none if empty

	Created string // when the object was, RFC 3339; empty if it does not say

	// Default is set if it is meant for whatever nothing else is said of.
	Default bool

	// BypassHosts are callees that the object is named for and that programs call past
	// it, since it is for gateways only.
	BypassHosts []EndpointRef

	Says    policy.Set
	Flaws   []Flaw
	Excuses string // what the object has as IgnoreAnnotation
}

// For returns p as a policy of the program that has it: the program is the
// caller, and in a cluster the objects of p's groups with it, which it carries out.
// Short names are its own, and its name becomes part of the object's, so that the
// policies of two programs stay apart.
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

// IgnoreAnnotation is the key under which an object excuses findings about itself:
// "<rule>: reason", one a line.
const IgnoreAnnotation = "weir.dev/ignore"

// Lookup is the order in which a product looks for the policy of a call. The zero
// Lookup finds an object in any namespace.
type Lookup uint8

const (
	CallerFirst Lookup = iota + 1 // in the caller's namespace, else the callee's, else the mesh's root; nowhere else
	NearCaller                    // an object in the caller's namespace before one in the callee's; nowhere else
)

// lookups are the words for Lookup, in the order of its constants.
var lookups = []string{"everywhere", "caller-first", "near-caller"}

func (l Lookup) String() string { return lookups[l] }

// A Flaw is something written in a policy that its product refuses or ignores.
type Flaw struct {
	Kind   FlawKind
	Field  string // path of the field, "retries.perTryTimeout"
	Text   string // as written
	Why    string // "retries without attempts are off"
	Hint   string
	Info   bool // worth knowing, not worth a warning
	Reads  bool // the product takes it, for something else than it looks like
	Origin Origin
}

// FlawKind is why what is written does not act.
type FlawKind uint8

const (
	Inert    FlawKind = iota // the product ignores it in this combination
	Invalid                  // the product rejects it, or reads it differently
	Shadowed                 // something else in the same object or beside it takes its place
	Unbound                  // it is where its product looks for none
)

// flawKinds are the words for FlawKind, in the order of its constants.
var flawKinds = []string{"inert", "invalid", "shadowed", "unbound"}

func (k FlawKind) String() string { return flawKinds[k] }
