// Package analyze computes what a graph gives away: who suffers when a service
// fails, loops, hubs, and what the rules find. Everything here is a pure function
// of a graph.Graph; nothing prints, reads files or knows where a fact came from.
package analyze

import "github.com/weirgraph/weir/graph"

// A Report is what a command has computed. The parts it did not compute are nil
// and are left out of every output. Nodes and edges are those of Graph.
type Report struct {
	Graph *graph.Graph // the whole graph, before anything is cut for display; nil if Check is of variants

	Drawn     bool        // weir graph: the services and calls themselves are asked for
	Check     *Check      // weir check
	Impacts   []Incident  // weir blast S
	Ranking   []Rank      // weir rank
	Fates     *Fates      // weir fate
	Contracts []Contracts // weir contracts S
	Cycles    *Cycles     // weir cycles
	Fan       *Fan        // weir fanout
	Path      *Path       // weir path
	Focus     *Focus      // weir show
	Matrix    *Matrix     // weir policies
}

// A Check is the outcome of the rules.
type Check struct {
	Findings []Finding      // that are shown: the most severe first, then the most costly, then in the order of Rules, then by subject
	NotShown int            // findings that a Selection leaves out
	Found    [Error + 1]int // all findings by severity, also those that are not shown
	ByRule   []RuleSum      // all findings by rule, the rule with the most severe ones first
	Ignored  int            // findings that the configuration or an annotation excuses, each of several counted
	Expired  []Ignore       // entries of the configuration that have run out and excuse nothing
	Unused   []Ignore       // entries of the configuration that match no finding
	Rules    []RuleInfo     // that were run, in the order of their list
	FailOn   Severity       // findings at or above it fail the run; above Error if none does
	Variants []Variant      // that were judged, if they are several; then Ignored counts in each
}

// Fails reports whether findings of a severity fail the run.
func (c *Check) Fails(s Severity) bool { return s >= c.FailOn }

// Failing is the number of findings that fail the run, shown or not.
func (c *Check) Failing() int {
	n := 0
	for s := Info; s <= Error; s++ {
		if c.Fails(s) {
			n += c.Found[s]
		}
	}
	return n
}

// A RuleInfo describes a rule that was run, to formats that list them.
type RuleInfo struct {
	ID       string
	Title    string
	Doc      string   // its page, in Markdown
	Severity Severity // of its findings, unless they have reason for another one
}

// A Variant is one of several states of an estate, which is judged by itself.
type Variant struct {
	Name    string
	Graph   *graph.Graph
	Ignored int
}

// A RuleSum is how much one rule has found.
type RuleSum struct {
	Rule     string
	Findings [Error + 1]int // by severity
	Subjects int            // of all findings: those about several count each
}

// A Rank is the size of one service's blast radius.
type Rank struct {
	Node    graph.Node
	Failed  int // services that fail with it
	Reached int // services that call it, directly or not
	Direct  int // services that call it themselves
}

// Cycles are the loops of a graph.
type Cycles struct {
	Components []Cycle // sorted by their smallest service
}

// A Cycle is a strongly connected component with a loop in it: each of its
// services calls every other, directly or not, or its only service calls itself.
//
// If it is Sync, Cuts leave it without loops of synchronous calls: those that an
// asynchronous call closes are no danger, and stay. Calls of services to themselves
// are not among the cuts, unless there is only one service.
type Cycle struct {
	Services  []graph.Node  // the component, sorted
	Loop      []graph.Node  // one shortest loop, from its smallest service, without repeating it at the end
	Sync      bool          // Loop has synchronous calls only; if any loop of the component does, Loop is such a one
	Calls     int           // calls within the component
	SelfCalls []graph.Node  // services of the component that call themselves, sorted
	Cuts      []Cut         // a cheapest set of calls without which no loop is left, by reason, then caller; see there
	Exact     bool          // no other set is cheaper; else none was found that is
	Cut       [2]graph.Node // the one of Cuts on Loop, caller and callee, without which the fewest services stay on loops
	Left      int           // how many those are
	Factor    float64       // how many calls one error is after a round on Storm, else on Loop: 1 without retries, 0 if not Sync
	Storm     []graph.Node  // where nothing on Loop is retried, a shortest loop on which something is, from its smallest service
}

// Fan is the shape of a graph, service by service.
type Fan struct {
	Services    []FanRow     // by fan-out plus fan-in, greatest first, then by ID
	Deepest     []graph.Node // a longest chain of synchronous calls, caller first
	Depth       int          // calls on it, without those within one cycle
	Layers      int          // how many there are; 0 in an empty graph
	Chokepoints []Chokepoint // with at least two services behind them, the most first, then by ID; ten at most
	Skipped     int          // services whose availability would have taken too long to find
}

// A Chokepoint is a service between the entry points and others: by hard
// synchronous calls without a fallback they reach the others only through it. Where that
// is a pool or a failover, none of its members is one, but all of them together are.
type Chokepoint struct {
	Node   graph.Node
	Or     []graph.Node // the other members of the group, sorted; nil if it is a single service
	Behind []graph.Node // services and gateways, sorted
	Lacks  []string     // what keeps it from surviving the loss of a replica, in words; nil if nothing is known to
}

// A FanRow is one service's place in the shape. Calls to itself do not count.
type FanRow struct {
	Node   graph.Node
	Out    int        // distinct services it calls
	Needs  int        // its needs: of those services, the members of a group count as one
	In     int        // distinct services that call it
	Depth  int        // synchronous calls on the longest chain below it; services of one cycle count as one
	Layer  int        // 0 has no callees; else one above the highest layer it calls; one cycle is one layer
	Role   graph.Role // also Service.Role
	Reach  int        // other services it calls, directly or not
	Impact int        // other services that call it, directly or not
	Behind int        // services and gateways that entry points reach only through it, see Gate

	// Amp is how many requests it can get for one to the estate, by all the retries on
	// the worst path to it: 1 without any, +Inf behind a loop of retries. AmpPath is that
	// path, first call first; nil if Amp is 1.
	Amp     float64
	AmpPath []graph.Node

	Available *Availability // nil if neither it nor anything that it needs declares an objective
}

// A Path is how one service is connected to another.
type Path struct {
	From, To graph.Node
	Forward  [][]graph.Node // shortest chains of calls From > ... > To, at most maxPaths
	Back     [][]graph.Node // and those To > ... > From
	More     bool           // there are further chains as short as these
}

// A Focus is one service in perspective.
type Focus struct {
	Node     graph.Node
	Calls    []graph.Edge // what it calls, all classes
	Called   []graph.Edge // who calls it, all classes
	Impact   Incident     // what its own failure reaches
	Needs    []graph.Node // every service it calls by hard synchronous calls, directly or not, sorted
	Row      FanRow
	Cycle    *Cycle    // the loop it is on, if any
	Findings []Finding // that concern it
	Matrix   *Matrix   // what protects its calls, those it makes and those it answers
}

// Severity of a finding.
type Severity uint8

const (
	Info Severity = iota
	Warning
	Error
)

// Never is above all severities: no finding fails the run.
const Never = Error + 1

// Severities are the words for Severity, in the order of its constants.
var Severities = []string{"info", "warning", "error"}

func (s Severity) String() string { return Severities[s] }

// Confidence is how much of a finding was read and not presumed.
type Confidence uint8

const (
	Assumed Confidence = iota // uses an assumption; never an error
	Default                   // uses a platform's default
	Certain                   // everything it uses is in the inputs
)

// confidences are the words for Confidence, in the order of its constants.
var confidences = []string{"assumed", "default", "certain"}

func (c Confidence) String() string { return confidences[c] }

// A Finding is one thing that is wrong, or may be.
type Finding struct {
	Rule        string // the ID of the rule that found it
	Severity    Severity
	Confidence  Confidence
	Subject     string // a service's id, "from->to", a path "a>b>c", a cycle "a,b,c", "Kind/namespace/name"
	Message     string // one sentence, first and last hop in it
	Hint        string // the fix, in the words of the format it came from
	Values      []KeyValue
	Origins     []graph.Origin // the deciding place first
	Services    []graph.Node   // whom it concerns, the subject first
	Variants    []string       // the names of those that have it, nil if there are no variants
	Fingerprint string         // of what is found and about whom alone, 16 hex digits

	AlsoAbout []string     // further subjects, about which it replaces findings as about its own
	Covers    []string     // the subjects of the findings that this one replaces, where it reports several at once
	Detail    string       // what of the subject is meant, where a rule finds several things in one
	Owners    []graph.Node // whose annotations may excuse it, if not all of Services

	Alike Alike     // what it has in common with others of its rule
	Each  []Finding // those that it reports together, at least two, by subject; nil if it is one by itself
}

// Alike is what findings have in common that one change would fix. Findings of one rule,
// severity and confidence with the same cause are reported together.
type Alike struct {
	Cause string // what is missing or wrong, and where it is set; empty if the finding is reported by itself
	Says  string // said of several subjects: "declare no readinessProbe", and "without a breaker" of calls
	Hint  string // for several, whose own hints may name different objects
	Calls bool   // whether the subjects are calls, of Services[0] to the others
	One   bool   // one object has the cause: they are reported together however few they are
	Goes  bool   // Says goes on about what the caller does: "and retries it after response-5xx"
}

// A KeyValue is one value that a finding was computed from.
type KeyValue struct{ Key, Value string }

// An Ignore excuses findings.
type Ignore struct {
	Rule    string // its ID; "*" is every rule
	Subject string // as in a Finding; "*" in it matches anything, "?" one character
	Reason  string
	Until   string // the last day on which it counts, 2006-01-02; empty is forever
	Origin  graph.Origin
}
