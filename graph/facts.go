package graph

import (
	"maps"
	"slices"
	"strings"

	"github.com/weirgraph/weir/policy"
)

// Facts is what one document declares, in its own words. Readers fill it; a Builder links
// the facts of all documents into a Graph.
//
// The fields are plain slices that a reader appends to. Their order does not
// matter: the builder sorts by Origin. Facts are not safe for concurrent use.
type Facts struct {
	Entities   []Entity
	Names      []Name
	Members    []Member
	Labeled    []LabeledObject
	Calls      []CallFact
	Values     []Value
	Configs    []Config
	Uses       []Use
	Scalers    []Scaler
	Budgets    []Budget
	Policies   []Policy
	Overrides  []Override
	Listeners  []Listener
	Namespaces []Namespace
	Subsets    []Subset
	Networks   []Network
	Problems   []Problem
	Unread     []Unread
	Excuses    []CommentExcuse
	Ignores    []Ignore
	Mistakes   []Mistake
	Estate     []EstatePart
	Below      []string // as in Coverage
	Targets    []DeploymentTarget
	Added      []Labels // what a tool adds to the labels of pods and to selectors when it builds manifests

	Code            []CodeFile
	CodeDirectories []CodeDirectory
	CodeLibraries   []CodeLibrary

	Projects []Project
	Deferred []Deferred

	ObservedServices []ObservedService
	Observations     []ObservedTable // one a source
	Pairs            []PairObservation
}

// A Project is what a file declares together with the files that it names, such as a project
// of Docker Compose. Its facts count unless its file is only a part of another project.
type Project struct {
	File     string // cleaned
	Origin   Origin
	Main     bool // its product starts from this file without being given its name
	Fragment bool // by its name, the file is made to be used by others
	Test     bool // it was found in a directory for tests, or has the name of a file for them
	Named    bool // the file is itself a source of the run
	Parts    []ProjectPart
	Facts    *Facts
}

// A DeploymentTarget is what one kustomization puts together, and the namespace that it deploys
// that to, if it gives one.
type DeploymentTarget struct {
	Origin      Origin
	Namespace   string
	Directory   string   // its own, as in origins
	Files       []string // of objects and of patches, as in origins
	Directories []string // of other kustomizations, as in origins
	Path        string   // of Flux: the directory relative to the root of the repository; nothing else is given
}

// A Network is one to which the services of a realm are connected under a name that other realms
// may use as well. Names of services hold within a network.
type Network struct {
	Realm, Name string
}

// A ProjectPart is a file, or one service of it, that is read as a part of a project.
type ProjectPart struct {
	File    string // cleaned
	Service string // of an extended one; "" if all of the file is included
}

// A Deferred is an object whose facts depend on what other objects declare, such as a route that
// leaves requests to others. The builder asks for them as soon as all objects are known.
type Deferred struct {
	Ref
	Origin Origin
	Uses   []Ref // the others; an object that another one uses is not asked for facts of its own
	Object any   // what the reader has read of it
	// Complete returns the facts. find returns the Objects of all Deferred with a Ref, those of the
	// nearest file last.
	Complete func(find func(Ref) []any) *Facts
}

// An Entity is a node as one document declares it: a workload, a gateway, a database, an
// entity of a catalog. Documents that declare the same Ref add to each other. If two of
// them give a value, one that people maintain (native manifest, catalog) has precedence
// over that of a platform, then the last one in the order of files.
type Entity struct {
	Ref
	Origin Origin

	Kind     Kind // as declared by the document or inferred from it; else KindUnknown
	KindSure bool // the document declares Kind; it is not inferred from an image or a name
	Patch    bool // a partial object that adds to an entity and does not declare one

	PodLabels Labels // that selectors match; nil if nothing can select it
	Account   string // the service account it runs as
	AppID     string // its dapr app-id
	Ports     []Port
	Image     string
	Proxy     bool     // by its image, it passes requests on to one of the programs behind it each, in whatever protocol
	Stateful  bool     // its replicas are not copies of each other: a StatefulSet
	Headless  bool     // callers see its replicas, even if a name of it has an address of its own
	Aliases   []string // further names it goes by: container names, hostnames
	Versions  []string // the workloads behind it, where the document names several

	Labels      Labels // the object's own labels and those of its pods
	Annotations Labels // the object's own annotations and those of its pods
	Probes      Probes
	Replicas    policy.Setting[int] // platform-default where the product starts one by default
	Meshes      []Membership        // that the document declares; those shown by labels are found by the builder

	Tier       policy.Setting[int]     // 1 (most critical) to 4
	SLO        policy.Setting[float64] // percent, 99.9
	Entrypoint policy.Setting[bool]
	Team       string
	Owner      string
	System     string
	Lifecycle  string
	Version    string
}

// A Port is a port that an entity or a name answers on.
type Port struct {
	Name     string
	Number   int
	Target   string // a Service's targetPort: a number or a name
	Protocol string // http, grpc, tcp, ... if declared (appProtocol, or the prefix of the port's name)
}

// Probes are the health checks that an entity declares. They decide which replicas get
// traffic and which are restarted; they are not a resilience policy.
type Probes struct {
	Known     bool // the document could have declared them
	Readiness bool // readinessProbe, compose healthcheck, a load balancer's active check
	Liveness  bool
	Startup   bool
	Origin    Origin // of the readiness check if there is one, else of the first one

	Restarts policy.Setting[string] // the path of the check that decides on a restart
}

// A Name is an address under which something answers: a Kubernetes Service, the
// host of a ServiceEntry, a compose service name or network alias, an alias from
// weir.yaml.
type Name struct {
	Ref
	Origin   Origin
	Hosts    []string // full host names it answers to besides its own (lower case)
	Selects  Selector // the workloads behind it, when it selects by labels
	SelectAt Origin   // where it does; zero if it is not known
	Of       Ref      // the one entity behind it, if the document names it
	Target   string   // the host that it is an alias of: ExternalName, a DNS alias
	Twin     string   // the host of the same service in another cluster, which it is if the inputs declare it
	Ports    []Port
	Headless bool
	Replicas policy.Setting[int] // how many answer, if the name lists all of them and no entity behind it declares it
	Unsaid   bool                // with Outside: this is not declared, the name is only addressed
	Outside  bool                // it is the name of a service outside the estate (MESH_EXTERNAL, ExternalName)
	Kind     Kind                // of its service, if no entity behind it declares it

	Labels      Labels
	Annotations Labels
}

// A Member belongs to a group: a route that others delegate to, a set of identities, a
// weighted set of backends. Documents fill groups that other documents name. A CallFact
// between groups is a CallFact between all their members, members of members included; a
// group without known members is reported as unresolved and makes no node.
type Member struct {
	Of       Ref
	Party    EndpointRef
	Origin   Origin
	Mirror   bool   // gets copies only
	Fallback bool   // called only instead of another member
	Idle     bool   // gets no calls until a weight is changed
	In       *Place // its place in a group of callees; nil if it is in none
	// Through is set if Of is not a group but an object that calls go through, as in
	// Evidence.Via: then they go through Party.Group as well.
	Through bool
	// Joins is set if the member itself declares that it belongs to the group. Otherwise
	// the document of the group lists its members, and several documents of one name are
	// alternatives: the one nearest to the fact counts.
	Joins bool
	// Targets is set if the member is not named but selected by its labels: there is one for
	// each object that has them. With Through these are in the place of Of.
	Targets *TargetSelector
}

// A Listener is a port of a program's own machine at which another service answers, through the
// program's proxy or because both have the network of the machine: "localhost:9191" is the service.
type Listener struct {
	Of     Ref // the program; of a Machine, what has the realm of its programs
	Port   int
	To     EndpointRef
	Origin Origin
	// Machine is set for a port of the machine that runs the containers of a realm, to which they
	// have a name of its own: "host.docker.internal:9191" is the service for all of them.
	Machine bool
}

// A Subset is a part of the replicas of a host that routes may send requests to by its name.
type Subset struct {
	Of     Ref    // the object that declares it or, if Routed, sends requests to it
	Host   string // as the object writes it
	Name   string // empty: the object speaks of the host, and declares none
	Routed bool
	Origin Origin
}

// A LabeledObject is one that other objects may select by its labels: a route, a gateway.
type LabeledObject struct {
	Ref
	Origin   Origin
	Labels   Labels
	Sections []string    // the names of its listeners
	Admits   []Admission // whose objects each listener is for; nil of an object without listeners
}

// An Admission says of a listener from which namespaces it takes routes. Its own is always among
// them, unless it takes none.
type Admission struct {
	Section string // the name of the listener
	None    bool
	From    *Selector // Labels and Exprs are those of namespaces; nil is the object's own namespace only
}

// Own reports whether the listeners of an object are for objects of its own namespace only.
func (o *LabeledObject) Own() bool {
	return len(o.Admits) > 0 && !slices.ContainsFunc(o.Admits, func(a Admission) bool { return a.From != nil })
}

// A TargetSelector selects the objects of one kind by their labels, without a condition all
// of them.
type TargetSelector struct {
	Kind string
	Selector
}

// String writes what is selected: `HTTPRoute with part-of=reports`.
func (s *TargetSelector) String() string {
	var conditions []string
	for _, key := range slices.Sorted(maps.Keys(s.Labels)) {
		conditions = append(conditions, key+"="+s.Labels[key])
	}
	for _, e := range s.Exprs {
		conditions = append(conditions, strings.TrimSpace(e.Key+" "+e.Op+" "+strings.Join(e.Values, ",")))
	}
	if len(conditions) == 0 {
		return s.Kind
	}
	return s.Kind + " with " + strings.Join(conditions, " and ")
}

// GatewaysOf names the group of the gateways whose requests go through an object: a route, a
// middleware.
func GatewaysOf(object Ref) Ref {
	object.Kind = gatewayOf + object.Kind
	return object
}

const gatewayOf = "gateway of "

// GatewayObject returns the object whose gateways a group is, and false for any other group.
func GatewayObject(group Ref) (Ref, bool) {
	kind, ok := strings.CutPrefix(group.Kind, gatewayOf)
	group.Kind = kind
	return group, ok
}

// A CallFact is a call from From to To as one document declares it.
//
// One of class route declares that To gets requests that callers address to From. If To is
// From as well, a part of them stays there. If no route of a name leads back to it, callers
// do not reach it.
type CallFact struct {
	From, To EndpointRef
	Rule     *RouteRule // of a route: which callers follow it; nil is every caller
	// Hosts are the names, lower case, at which From takes the requests of this call from outside.
	// They are addresses of From, and not outside the inputs.
	Hosts []string
	Evidence
}

// A RouteRule is a rule of an object by which the proxies of callers send the requests for
// a name to other services. Its fields mean what they do for a Policy: of several objects
// with rules for one name the first acts, and those with its MergeKey.
type RouteRule struct {
	Product        *policy.Product
	Object         string
	Document       Origin
	Namespace      string
	Created        string
	From           []EndpointRef
	FromNamespaces []string
	Mesh           string
	Port           int
	L7Only         bool
	NeedsRequests  bool
	Group          string // for products with policy.Product.RouteSteps the step that it is in
	Lookup         Lookup
	Rank           int
	MergeKey       string
}

// Evidence is what one document shows of one call.
type Evidence struct {
	Origin            Origin
	Way               string   // how the document shows the call, kebab-case: "env-url", "virtual-service-route"
	Strength          Strength // how much this proves
	Class             Class
	Observed          bool     // traces or metrics show it; otherwise it is declared
	InCode            bool     // source code shows it, and no input declares it
	Mode              Mode     // ModeUnknown if the document does not declare it
	Need              Need     // NeedUnknown if the document does not declare it
	Protocol          string   // http, https, grpc, tcp, sql, amqp, kafka, redis, mongodb, ...; empty if unknown
	Methods           []string // HTTP methods or operations, upper case, sorted; nil if unknown
	Database          string   // the database on a server that holds several
	Port              int      // 0 if unknown
	Mirror            bool     // a copy of traffic, whose failure does not affect the caller
	Fallback          bool     // made only instead of another call
	Tolerant          bool     // a degraded answer does not degrade the caller's own
	FreshnessCritical bool     // of events: a consumer that gets no new ones is degraded
	Asked             bool     // the callee decides whether requests may pass: policies of routes and backends are not for it

	// Idempotent is set if a repeated call has no further effect, whatever its methods.
	Idempotent bool
	Key        string // the setting that shows it ("REDIS_ADDR"), if one does
	Match      string // the part of the calls that this is about ("GET /v2"), empty for all of them
	Via        []Ref  // objects that the call goes through and that policies may name: a route, its middlewares, sections
	In         *Place // its place in a group of interchangeable callees; nil if the callee is needed by itself
	// Through is the ID of the service that the caller names, if the routes of a mesh send the
	// requests for it to this callee instead. The builder sets it.
	Through string
	// ThroughPort is the port that the caller writes for Through; 0 if unknown. Port is that of
	// this callee.
	ThroughPort int
	Says        *policy.Set
	Loose       *Loose // of a request in code; nil if its file has no such policy
}

// InitContainer is the Way of an address that only a container has which ends before the
// program starts.
const InitContainer = "init-container"

// StartWait is the Way of an address that a command before the program waits for.
const StartWait = "start-wait"

// IsStartOrder reports whether the document shows which program starts after which, and no
// address that the running program has.
func (e *Evidence) IsStartOrder() bool {
	return e.Way == InitContainer || e.Way == StartWait || e.Way == "compose-depends-on" || e.Way == "compose-links" || e.Way == "compose-external-links"
}

// A Value is a setting that may hold addresses: an environment variable, an
// argument, an entry of a configuration file. The builder finds the addresses in
// it, when all names are known.
type Value struct {
	Of     Ref    // the entity that has the setting
	Scope  string // its container, within which $(NAME) refers to other values
	Key    string // "REDIS_ADDR", "spring.redis.host"; "" for an argument
	Text   string
	Source SettingSource
	Init   bool // of an init container: runs before the service, not with it
	Guess  bool // it is a guess that Of has it: evidence from it is weak
	// Common is set if it is from a file that Of takes whole and in which several other programs
	// choose their settings one by one.
	Common bool
	// Open is set for a variable whose value comes from whoever starts the program, not from an
	// input: it has no Text, and what it chooses is unknown.
	Open bool
	// Profile is the expression of Spring's profiles, or the environment of .NET in lower case,
	// for which the setting acts; "" if it always does.
	Profile string
	// Full is the Key with the names in it that say nothing about the value, by which a variable
	// takes the place of the setting; "" if the Key is that.
	Full string
	In   *Place // the place of its addresses in a group; nil if they are in none
	// Part is set for a setting that acts where others of the program refer to it by this name,
	// in whatever file: a server of an upstream, an endpoint of a cluster. With Loose it acts
	// by itself if none does.
	Part  string
	Loose bool
	// Refers is the Part of the settings that act in the place of this one. If the program has
	// none, its own Text counts, which may be empty.
	Refers string
	Origin Origin
}

// Machine is the host by which containers address the machine that runs them, also where a
// platform gives them its address in a variable.
const Machine = "host.docker.internal"

// SettingSource is the kind of place a Value is in. It decides how much a bare word
// in it proves.
type SettingSource uint8

const (
	FromEnv  SettingSource = iota // environment variable
	FromArg                       // command line of a container
	FromFile                      // entry of a configuration file that the service reads
	FromCode                      // its source code
)

// settingSources are the words for Way.
var settingSources = []string{"env", "arg", "file", "source"}

func (w SettingSource) String() string { return settingSources[w] }

// A Config is a bundle of settings that entities refer to by name: a ConfigMap, a Secret,
// a file, a dapr Configuration.
//
// A file has the realm "file", the kind "file" and its cleaned path as name. Two
// readers may read the same file, one by its format and one where it is mounted: Configs
// of one file are merged.
type Config struct {
	Ref
	Origin  Origin
	Entries []Entry
	// Owner is declared as the program that has the settings if no Use of the file is
	// found. If it is nil, no program has them then.
	Owner *Entity
	// Clients is set if all programs that ask a configuration server have the settings.
	Clients bool
	// OwnerSaid is set if the file itself names its owner, as a Spring application does.
	// Then the one entity that uses the file is the owner. Otherwise the owner is a guess.
	OwnerSaid bool
}

// An Entry is one setting of a Config.
type Entry struct {
	Key    string
	Text   string // nothing for a file whose Values were extracted
	Values []Value
	// Values are the settings in the entry, if it is a configuration file in a known
	// format: Key, Text, Source and Origin are set, Of and Scope are those of the Use.
	Origin Origin
	// Policies are declared by the entry for the calls of the programs that use it:
	// Policy.For sets these callers. If no program uses the entry, those with a From
	// apply to the callers in From.
	Policies []Policy
}

// A Use is the reference of an entity to a Config.
type Use struct {
	Of     Ref
	Scope  string // container
	Config Ref
	Key    string // one entry; "" is all of them
	As     string // the environment variable it becomes, or the prefix if Key is ""
	File   bool   // mounted as files, not read as environment
	Init   bool
	Built  bool // Of is built from the directory that has it
	Guess  bool // it is a guess that Of uses it
	Origin Origin
}

// A Scaler changes the number of replicas of an entity: a HorizontalPodAutoscaler.
type Scaler struct {
	Of       Ref
	Min, Max int // Min is 1 if unset, as in Kubernetes
	Origin   Origin
}

// A Budget limits voluntary disruption: a PodDisruptionBudget.
type Budget struct {
	Ref
	Selects        Selector
	Of             Ref    // the entity it is for, if the document names it and selects nothing
	MinAvailable   string // as written, "1" or "50%"; empty if unset
	MaxUnavailable string
	Origin         Origin
}

// A Namespace is what an input declares about a namespace.
type Namespace struct {
	Name        string
	Labels      Labels
	Annotations Labels
	Origin      Origin
}

// An Override is what a manifest declares of a service, or of one of its calls, in place of what all
// inputs declare of it. It declares neither a service nor a call.
type Override struct {
	Origin Origin
	Of     string // the service by its ID, or by a name that no other has; of a call the caller
	To     string // the callee, likewise; "" if it is about the service

	Replicas policy.Setting[int] // of the service
	Removed  bool                // the call is not made
	Need     Need                // of the call; NeedUnknown leaves it as it is
	Says     *policy.Set         // laid over the policies of the call, see policy.Override; may be nil
}

// NamespaceNameLabel is the label that Kubernetes gives to every namespace.
const NamespaceNameLabel = "kubernetes.io/metadata.name"

// A Problem is something in the inputs that a reader could not use.
type Problem struct {
	Origin  Origin
	Message string       // lower case, what was found in quotes, no full stop
	Hint    string       // how to fix it; may be empty
	Level   ProblemLevel // how much of the input is lost
}

// ProblemLevel of a Problem.
type ProblemLevel uint8

const (
	// Note: nothing is lost (a duplicate, an alias).
	Note ProblemLevel = iota
	// Skipped: an input was recognized and left out (a template).
	Skipped
	// Failed: an input could not be read; the run ends with exit code 3.
	Failed
)

// A Mistake is what an object says, apart from policies, that has no effect or another one than
// it seems to have. The object is read, and the graph has what it most probably means.
type Mistake struct {
	Kind    MistakeKind
	Object  string // "Service/shop/basket"; if empty, the builder sets that of Of
	Field   string // "spec.selector", "env[].PG_URL"
	Why     string // completes the object and the field: "selects no pod of Deployment shop/basket: ..."
	Hint    string
	Of      Ref    // what the object is about
	Service string // the ID of the service that Of is; "" if it is none. The builder sets it
	Origin  Origin
}

// MistakeKind says which rule a Mistake belongs to.
type MistakeKind uint8

const (
	MissedSelector MistakeKind = iota // a name selects no pod of the workload that it is for
	EarlyVariable                     // a variable refers to one that is set after it, and keeps the reference as text
	NotAdmitted                       // no listener takes a route
	MissingSubset                     // a route leads to a subset that no object for its host declares
	UnseenSubset                      // likewise, and no object of the inputs is for the host
	UnseenPods                        // a name selects no pod of the inputs, and there is none that it may be for
)

// An Ignore is an entry of a configuration that excuses findings: those that all its conditions
// match. A condition that is empty matches all.
type Ignore struct {
	Rule         string   // its ID; "*" is every rule
	Subject      string   // as in a finding; "*" in it matches anything, "?" one character
	Fingerprints []string // of which a finding has one
	Services     []string // patterns as Subject: of all services that a finding is about
	Paths        []string // patterns of which one matches the deciding place, as seen from the working directory
	Reason       string
	Until        string // the last day on which it counts, 2006-01-02; empty is forever
	Shared       bool   // of a configuration that others extend: it may match nothing here
	Within       string // the directory whose objects it is for, of a configuration below that of the run; "" is all
	Origin       Origin
}

// A CommentExcuse is a comment that excuses findings, "weir:ignore rule: reason": those of which
// a place is on a line.
type CommentExcuse struct {
	Origin Origin // of the comment
	Line   int32  // of Origin.File
	Rule   string // its ID, or "*"
	Reason string // may be empty
}
