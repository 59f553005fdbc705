package link

import (
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
	"github.com/weirgraph/weir/internal/index"
)

// A linker has the state of one call of Build.
type linker struct {
	f        *graph.Facts
	coverage *graph.Coverage
	budget   budget
	over     *BudgetError // why the build ends early

	entities []entity
	entityIndex
	hosts     hosts
	allScopes []*scope           // see scopes
	settings  map[int][]*scope   // by root: the settings of its program
	profiles  map[int]*profiles  // by root: see activeProfiles
	guessed   map[graph.Ref]bool // owners of files that only a directory names

	edges             map[[2]int][]graph.Evidence
	many              map[[2]int]*evidencePlaces // of calls with much evidence
	addressed         []addressed                // the evidence from addresses in settings, in order
	besides           map[string]bool            // files with settings that useFilesBeside gave to programs
	thingNames        map[int][][]string         // what namesOfThings has returned, by entity
	routes            []routeFact
	protocols         map[declaredAt]*graph.Policy // that objects declare to products
	behind            map[[2]int][]int             // Services whose workload the callee of a call is, by the roots of the call
	pendingUnresolved []unresolvedAddress

	spanTotals
}

// newLinker returns a linker of nothing yet.
func newLinker(f *graph.Facts, coverage *graph.Coverage) *linker {
	l := &linker{f: f, coverage: coverage, budget: budgetOf(f, coverage.Bytes)}
	l.refs = index.New(func(c int32) graph.Ref { return l.entities[c].ref })
	l.hosts.nameIndex = newNameIndex()
	return l
}

// An entityIndex finds entities by what they are addressed or selected by.
type entityIndex struct {
	refs      *index.Index[graph.Ref]
	kinds     []graph.Kind       // by root, as its entities are declared
	apps      map[string]int     // entities by dapr app-id
	withAppID map[string][]int   // all entities by the same
	accounts  map[podLabel][]int // entities by the service account they run as

	listeners map[listening]int // what answers there; nil until it is asked for
	machines  map[machinePort]int
	contained map[int]bool        // the roots that are declared as containers; nil until asked for
	byPort    map[int][]int       // roots by the port of the machine that programs are started on; nil until asked for
	elsewhere map[graph.Node]bool // services that run on another platform than Kubernetes only

	selectable      map[string][]int        // entities that selectors can match, by namespace
	pods            map[podLabel][]int      // the same by each label of their pods
	spaces          map[podLabel][]string   // by a label without a namespace, the namespaces with such pods
	selections      map[string]*selection   // by namespace and selector
	chosen          int                     // workloads in all selections
	namespaces      []string                // those of selectable, sorted
	namespaceLabels map[string]graph.Labels // of these namespaces
}

// spanTotals are what the spans of services add up to.
type spanTotals struct {
	ends            observedEnds
	observed        []observedCall              // in the order of the observations until they are sorted
	sortedByRoot    bool                        // observed is
	tracedWorkloads map[int][]string            // by entity, the workloads that sources of traces name for it
	served          map[int]*graph.ServerStats  // by root
	pairs           map[[3]int]*graph.PairStats // by the roots of a caller and two of its callees
}

// An unresolvedAddress is an address that leads to no service, with the entity that has
// it.
type unresolvedAddress struct {
	graph.Unresolved
	from int // -1 if unknown
}

// An entity is something that a document declares or addresses. Entities that are the same
// service are joined, as in union-find: one of them is the root, which find returns.
type entity struct {
	ref      graph.Ref
	parent   int // the entity itself for a root
	things   []*graph.Entity
	names    []*graph.Name
	hosts    []string     // full host names it answers to
	sure     graph.Kind   // the kind that a document declares
	hint     graph.Kind   // the kind that is inferred from a document
	origin   graph.Origin // first mention
	external bool         // it is only addressed, under the host that is its name

	selectable bool // selectors can match its pods
	tracedOnly bool // only traces have it
	withSpans  bool // of a root: spans of it were seen
}

// A podLabel is a label of pods in a namespace, or, without value, a service account of
// the namespace.
type podLabel struct{ namespace, key, value string }

// A scope has the settings of one container, or of one entity without containers. Settings
// of one scope can refer to each other.
type scope struct {
	of     graph.Ref
	name   string
	values []setting         // in the order of reading
	env    map[string]string // by name; nil until asked for
	texts  map[string]string // of the settings of files of the program, see fileSetting; nil until asked for
	off    map[string]bool   // features that a setting switches off; nil if none
	parts  *parts            // settings that act in the place of others; nil if none
	open   map[string]bool   // variables whose values no input has, by their relaxed names
	bundle bool              // it takes a bundle of variables that is not among the inputs
	growth *growth           // of the settings of all scopes; nil if there is no limit

	program  []*scope // all scopes of the program, this one included; nil if it is none of the inputs
	found    []found  // see addresses
	searched bool
}

// A setting is a Value with the config that it is from, nil if the entity itself has it. No other
// setting has the same Value.
type setting struct {
	*graph.Value
	config *graph.Config
	whole  bool // the entity takes the config, or a file of it, whole and does not name the setting
}

// copy returns a setting with a Value of its own.
func (s setting) copy() setting {
	v := *s.Value
	s.Value = &v
	return s
}

// A found is a candidate with the setting it was found in.
type found struct {
	address.Candidate
	value *setting
	list  reason // see context
	own   bool   // outside, the program itself is found there
	// add adds the evidence for what is addressed, from a root to another one; nil if the linker does.
	add func(from, to int, e graph.Evidence)
}

// An addressed call is evidence that is from an address in a setting.
type addressed struct {
	*found
	scope    *scope
	from, to int // roots
	at       int // its place in the evidence of the call
	list     string
}

// A routeFact is a fact of class route.
type routeFact struct {
	fact     *graph.CallFact
	evidence graph.Evidence // as it is in the graph
	to       int            // root; -1 if it is the name that the route is about
}

// A nameInFile is a name of a compose project that a file gives to a service.
type nameInFile struct {
	name graph.Ref
	file string
}

// A hostCallee is a root to which a gateway sends the requests for a host, or anyCallee if there is one.
type hostCallee struct {
	host   string
	callee int
}

const anyCallee = -1

// hosts is the index by which addresses are resolved.
type hosts struct {
	*nameIndex
	indexed        bool                // the names of all that documents declare are entered
	again          map[nameInFile]int  // roots whose name in a compose project one of another file has, counted from 1
	full           map[string]int      // full host names, canonical
	wildcards      []wildcard          // "*.example.com", longest first
	ingress        map[string][]int    // hosts that gateways answer to from outside, roots
	behind         map[hostCallee]bool // what gateways send the requests for such a host to, where it is declared
	homeNamespaces map[string]bool     // namespaces that objects without one may be in
	namespaces     map[string]bool     // namespaces that some object is in
	joined         map[[2]string]bool  // networks and the realms in them
	members        map[string][]string // realms, by the network that they are in
	networks       map[string][]string // by the realm that is in them
	realms         map[string][]string // of those in networks, by a name that they have
}

type wildcard struct {
	suffix string
	entity int
}

func (l *linker) note(o graph.Origin, message, hint string) {
	l.coverage.Problems = append(l.coverage.Problems, graph.Problem{Origin: o, Message: message, Hint: hint, Level: graph.Note})
}

func (l *linker) unresolved(from int, address, key string, o graph.Origin, why string) {
	l.pendingUnresolved = append(l.pendingUnresolved, unresolvedAddress{graph.Unresolved{Address: address, Key: key, Why: why, Origin: o}, from})
}

// isProgram reports whether a root is declared as an ordinary service, so that a
// word like "logging" in the name of a setting means one of the estate's own.
func (l *linker) isProgram(root int) bool {
	return root < len(l.kinds) && l.kinds[root] == graph.KindService
}

// A listening is a port of the machine that a program runs on.
type listening struct{ program, port int }

// A machinePort is a port of the machine that runs the containers of a realm.
type machinePort struct {
	realm string
	port  int
}

// An observedCall is an observation with the roots of its ends, in the end with their nodes.
type observedCall struct {
	from, to, observation int32
	class                 graph.Class
}

// observedEnds are the ends of all observed calls, equal ones of all sources under one number, its place in peers;
// and the observations of all sources in one table.
type observedEnds struct {
	peers     []*graph.TracePeer // sorted; nil when the roots of all are known
	ports     []int              // by peer, that of its host
	rows      []graph.ObservedRow
	sightings []*graph.Sighting
	traced    []*graph.Traced
	services  []int32    // by observed service
	pairs     [][3]int32 // by pair, the caller and its two callees
}

// A declaredAt is a service, by its root, as a product knows it; anyService is all of them.
type declaredAt struct {
	product string
	root    int
}

const anyService = -1
