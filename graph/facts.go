package graph

import (
	"github.com/weirgraph/weir/policy"
)

// Origin is the place a fact was read from.
type Origin = policy.Origin

// Facts is what one document says, before it is compared with what the
// other documents say. Readers fill it; a Builder links the facts of all
// documents into a Graph.
//
// The fields are plain slices that a reader appends to. Their order does not
// matter: the builder sorts by Origin. Facts are not safe for concurrent use.
type Facts struct {
	Entities   []Entity
	Names      []Name
	Members    []Member
	Calls      []CallFact
	Values     []Value
	Configs    []Config
	Uses       []Use
	Scalers    []Scaler
	Budgets    []Budget
	Policies   []Policy
	Namespaces []Namespace
	Problems   []Problem

	ObservedServices []ObservedService
	Observations     []Observation
	Pairs            []PairObservation
}

// A Ref names a thing in the words of its own document. Two refs mean the same
// thing when all four parts agree; the builder decides which different refs mean
// the same service.
type Ref struct {
	// Realm keeps the names of one world apart from another's: "kubernetes",
	// "backstage", "compose:shop" (one compose project), "native". The empty
	// realm means whatever goes by this name, wherever it was declared. In the
	// realm "dapr" names are app-ids, which workloads of other realms may carry.
	Realm     string
	Kind      string // the source's own word: "Deployment", "Gateway", "Component"; may be empty
	Namespace string // empty when the document gives none
	Name      string
}

// IsZero reports whether r names nothing.
func (r Ref) IsZero() bool { return r.Name == "" }

// A Entity is a node as one document declares it: a workload, a gateway, a
// database, an entity of a catalog. Documents that declare the same Ref add to
// each other; for a value that two of them give, a declaration by people (native
// manifest, catalog) wins over a platform's, then the last one in file order.
type Entity struct {
	Ref
	Origin Origin

	Kind     Kind // what it is, if the document says or shows it; KindUnknown otherwise
	KindSure bool // the document says the kind outright, it is not inferred from an image or a name
	Patch    bool // a partial object that adds to a thing and does not declare one

	PodLabels Labels // what selectors see; nil when nothing can select it
	Account   string // the service account it runs as
	AppID     string // its dapr app-id
	Ports     []Port
	Image     string
	Stateful  bool     // its replicas are no copies of each other: a StatefulSet
	Headless  bool     // callers see its replicas, whatever its names say
	Aliases   []string // further names it goes by: container names, hostnames
	Versions  []string // the workloads behind it, where the document names several

	Labels      Labels // the object's own labels and those of its pods
	Annotations Labels // the object's own annotations and those of its pods
	Probes      Probes
	Replicas    policy.Setting[int] // platform-default where the product starts one unasked
	Meshes      []Membership        // where the document declares them outright; signs among its labels are found by the builder

	Tier       policy.Setting[int]     // 1 (most critical) to 4
	SLO        policy.Setting[float64] // percent, 99.9
	Entrypoint policy.Setting[bool]
	Team       string
	Owner      string
	System     string
	Lifecycle  string
	Version    string
}

// Labels are key=value pairs. A nil map is fine to read.
type Labels map[string]string

// A Port is a port that a thing or a name answers on.
type Port struct {
	Name     string
	Number   int
	Target   string // a Service's targetPort: a number or a name
	Protocol string // http, grpc, tcp, ... where said (appProtocol, or the prefix of the port's name)
}

// Probes are the health checks a thing declares. They decide who gets traffic
// and who is restarted; they are never a resilience policy.
type Probes struct {
	Known     bool // the document could have declared them
	Readiness bool // readinessProbe, compose healthcheck, a load balancer's active check
	Liveness  bool
	Startup   bool
	Origin    Origin // of the readiness check if there is one, else of the first one

	Restarts policy.Setting[string] // the path that is asked to decide on a restart
}

// A Name is an address under which something answers: a Kubernetes Service, the
// host of a ServiceEntry, a compose service name or network alias, an alias from
// weir.yaml.
type Name struct {
	Ref
	Origin   Origin
	Hosts    []string // full host names it answers to besides its own (lower case)
	Selects  Selector // the workloads behind it, when it selects by labels
	Of       Ref      // the one thing behind it, when it names it
	Target   string   // another host that it stands for: ExternalName, a DNS alias
	Backends []string // addresses behind it: a ServiceEntry's endpoints, an Endpoints object's hosts
	Ports    []Port
	Headless bool
	Replicas policy.Setting[int] // how many answer, where the name lists all of them and nothing behind it says
	Unsaid   bool                // with Outside: nobody says so, it is only addressed
	Outside  bool                // it stands for something outside the estate (MESH_EXTERNAL, ExternalName)
	Kind     Kind                // of the node it stands for, when nothing behind it says

	Labels      Labels
	Annotations Labels
}

// A Member is one of the parties of a group: a route that others delegate to, a
// set of identities, a weighted set of backends. Documents fill groups that other
// documents name. A CallFact between groups is a CallFact between all their members,
// members of members included; a group without known members is told as
// unresolved and makes no node.
type Member struct {
	Of       Ref
	Party    EndpointRef
	Origin   Origin
	Mirror   bool // gets copies only
	Fallback bool // asked only instead of another member
	// Through is set when Of is no group but an object that calls go through, as in
	// Evidence.Via: then they go through the party's Group as well.
	Through bool
	// Joins is set when the member says itself that it belongs to the group.
	// Otherwise the group's own document lists its members, and several documents
	// of one name are alternatives: the one nearest to the fact counts.
	Joins bool
}

// A Selector picks workloads by the labels of their pods. The zero Selector
// selects nothing.
type Selector struct {
	Labels Labels      // all must match
	Exprs  []LabelExpr // all must match
	// Namespaces to look in. Empty: the namespace of the object that selects.
	Namespaces []string
	// NamespaceLabels, when set, look in every namespace that carries them.
	NamespaceLabels Labels
	// AnyNamespace looks everywhere.
	AnyNamespace bool
}

// IsZero reports whether the selector has no condition on labels. Such a
// selector picks everything or nothing, depending on the product, and proves no
// single call; readers leave it out.
func (s Selector) IsZero() bool { return len(s.Labels) == 0 && len(s.Exprs) == 0 }

// A LabelExpr is one matchExpressions entry.
type LabelExpr struct {
	Key    string
	Op     string // In, NotIn, Exists, DoesNotExist
	Values []string
}

// A CallFact is one document's word that From calls To.
type CallFact struct {
	From, To EndpointRef
	Evidence
}

// Evidence is what one document says about one call.
type Evidence struct {
	Origin            Origin
	Way               string   // how the call showed itself, kebab-case: "env-url", "virtual-service-route"
	Strength          Strength // how much that proves
	Class             Class
	Observed          bool     // it was seen to happen; otherwise it is declared
	Mode              Mode     // ModeUnknown where the document does not say
	Need              Need     // NeedUnknown where the document does not say
	Protocol          string   // http, https, grpc, tcp, sql, amqp, kafka, redis, mongodb, ...; empty if unknown
	Methods           []string // HTTP methods or operations, upper case, when it says; sorted
	Database          string   // the database on a server that holds several
	Port              int      // 0 if unknown
	Mirror            bool     // a copy of traffic, whose failure the caller never sees
	Fallback          bool     // taken only instead of another call
	Tolerant          bool     // a lesser answer does not make the caller's own any lesser
	FreshnessCritical bool     // of events: a consumer that gets no new ones answers with less

	// Idempotent says that doing the call twice is doing it once, whatever its
	// methods suggest.
	Idempotent bool
	Key        string // the setting that revealed it ("REDIS_ADDR"), if one did
	Match      string // the part of the calls that this is about ("GET /v2"), empty for all of them
	Via        []Ref  // objects that the call goes through and that policies may name: a route, its middlewares
	Says       *policy.Set
}

// A Value is a setting that may hold addresses: an environment variable, an
// argument, an entry of a configuration file. The builder finds the addresses in
// it, when all names are known.
type Value struct {
	Of     Ref    // the thing that has the setting
	Scope  string // its container, within which $(NAME) refers to other values
	Key    string // "REDIS_ADDR", "spring.redis.host"; "" for an argument
	Text   string
	Source SettingSource
	Init   bool // of an init container: runs before the service, not with it
	Guess  bool // that Of has it is a guess: what it shows is weak
	Origin Origin
}

// SettingSource is the kind of place a Value is in. It decides how much a bare word
// in it proves.
type SettingSource uint8

const (
	FromEnv  SettingSource = iota // environment variable
	FromArg                       // command line of a container
	FromFile                      // entry of a configuration file that the service reads
)

// settingSources are the words for Way.
var settingSources = []string{"env", "arg", "file"}

func (w SettingSource) String() string { return settingSources[w] }

// A Config is a bundle of settings that things refer to by name: a ConfigMap, a
// Secret, a file, a dapr Configuration.
//
// A file has the realm "file", the kind "file" and its cleaned path as name. Two
// readers may come upon the same file, the one that knows its format and the one
// that sees it mounted: Configs of one file say the same, and one of them is enough.
type Config struct {
	Ref
	Origin  Origin
	Entries []Entry
	// Owner has the settings if no Use of a file is found, and is declared then.
	// It may be nil: then no program has them.
	Owner *Entity
	// OwnerSaid says that the file itself names its owner, as a Spring
	// application does. Then the one thing that uses the file is the owner.
	// Otherwise the owner is a guess.
	OwnerSaid bool
}

// An Entry is one setting of a Config.
type Entry struct {
	Key    string
	Text   string // nothing for a file whose Values were extracted
	Values []Value
	// Values are the settings found inside, when the entry is a configuration
	// file in a known format: Key, Text, Way and Origin are filled, Of and Scope
	// come from whoever uses the entry.
	Origin Origin
	// Policies are those that the entry declares for the calls of the programs
	// that use it: Policy.For fills in whose they are. Those with a From are for
	// these callers as long as no program uses the entry.
	Policies []Policy
}

// A Use is a thing's reference to a Config.
type Use struct {
	Of     Ref
	Scope  string // container
	Config Ref
	Key    string // one entry; "" is all of them
	As     string // the environment variable it becomes, or the prefix if Key is ""
	File   bool   // mounted as files, not read as environment
	Init   bool
	Guess  bool // that Of uses it is a guess
	Origin Origin
}

// A Scaler changes how many replicas a thing has: a HorizontalPodAutoscaler.
type Scaler struct {
	Of       Ref
	Min, Max int // Min 1 when unset, as Kubernetes does
	Origin   Origin
}

// A Budget limits voluntary disruption: a PodDisruptionBudget.
type Budget struct {
	Ref
	Selects        Selector
	Of             Ref    // the thing it is for, where the document names it and selects nothing
	MinAvailable   string // as written, "1" or "50%"; empty if unset
	MaxUnavailable string
	Origin         Origin
}

// A Namespace is what an input says about a namespace.
type Namespace struct {
	Name        string
	Labels      Labels
	Annotations Labels
	Origin      Origin
}

// NamespaceNameLabel is the label that Kubernetes gives to every namespace.
const NamespaceNameLabel = "kubernetes.io/metadata.name"

// A Problem is something a reader met and could not use.
type Problem struct {
	Origin  Origin
	Message string       // lower case, what was found in quotes, no full stop
	Hint    string       // the way out, may be empty
	Level   ProblemLevel // how much of the input is lost by it
}

// ProblemLevel of a Problem.
type ProblemLevel uint8

const (
	// Note: something worth knowing, nothing is lost (a duplicate, an alias).
	Note ProblemLevel = iota
	// Skipped: an input was recognised and deliberately left out (a template).
	Skipped
	// Failed: an input could not be read; the run ends with exit code 3.
	Failed
)
