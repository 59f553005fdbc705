package graph

// Kind is what a node is.
type Kind uint8

const (
	KindUnknown   Kind = iota // in facts only; a node of a Graph has a kind
	KindService               // a program that answers or makes calls
	KindJob                   // a program that runs and ends: Job, CronJob
	KindDatabase              // stores data
	KindCache                 // stores copies
	KindBroker                // delivers messages
	KindTopic                 // one queue or topic of a broker
	KindGateway               // lets calls in from outside
	KindExternal              // addressed in the inputs, not declared
	KindTelemetry             // collects logs, metrics and traces
)

// Kinds are the words for Kind, in the order of its constants.
var Kinds = []string{"unknown", "service", "job", "database", "cache", "broker", "topic", "gateway", "external", "telemetry"}

func (k Kind) String() string { return Kinds[k] }

// ParseKind returns the kind that word names, and false if none is.
func ParseKind(word string) (Kind, bool) {
	for i, k := range Kinds {
		if k == word && i > 0 {
			return Kind(i), true
		}
	}
	return KindUnknown, false
}

// Class is what a call is for. Analyses use the core classes, call and ingress, unless
// they state otherwise.
type Class uint8

const (
	ClassCall      Class = iota // the caller needs the callee's answer or effect
	ClassIngress                // a gateway forwards a request
	ClassRoute                  // a name forwards requests to another: split, redirect, failover
	ClassControl                // configuration, registry, authorisation of the platform
	ClassTelemetry              // logs, metrics, traces
	ClassHealth                 // health checks
	ClassPeer                   // members of one cluster that name each other: no request waits for such a call
)

// Classes are the words for Class, in the order of its constants.
var Classes = []string{"call", "ingress", "route", "control", "telemetry", "health", "peer"}

func (c Class) String() string { return Classes[c] }

// Core reports whether calls of this class propagate failure.
func (c Class) Core() bool { return c == ClassCall || c == ClassIngress }

// Strength is how much the evidence for a call proves. Greater is stronger.
type Strength uint8

const (
	Allowed Strength = iota // permitted, not proven
	Weak                    // a hint: start order, a bare word in a command
	Strong                  // the platform acts on it, or an address that resolves
)

// Strengths are the words for Strength, in the order of its constants.
var Strengths = []string{"allowed", "weak", "strong"}

func (s Strength) String() string { return Strengths[s] }

// Mode is whether the caller waits for the answer.
type Mode uint8

const (
	ModeUnknown Mode = iota
	Sync
	Async
)

// Modes are the words for Mode, in the order of its constants.
var Modes = []string{"unknown", "sync", "async"}

func (m Mode) String() string { return Modes[m] }

// Need is whether the caller fails without the callee.
type Need uint8

const (
	NeedUnknown Need = iota
	Hard             // the caller fails without the callee
	Soft             // the caller is degraded without the callee
)

// Needs are the words for Need, in the order of its constants.
var Needs = []string{"unknown", "hard", "soft"}

func (n Need) String() string { return Needs[n] }

// Role is the place of a service in the graph, by calls of the core classes.
type Role uint8

const (
	Isolated   Role = iota // no calls, no callers
	Upstream               // callers, no calls
	Downstream             // calls, no callers
	Both
)

// roles are the words for Role, in the order of its constants.
var roles = []string{"isolated", "upstream", "downstream", "both"}

func (r Role) String() string { return roles[r] }
