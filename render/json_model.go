package render

// The structs of this file are the contract of -o json: what a key is called,
// what it holds, and when it is left out. Nothing in them refers to memory, so a
// schema can be made from them.

type jsonOrigin struct {
	Reader string `json:"reader,omitempty"`
	File   string `json:"file"`
	Line   int32  `json:"line,omitempty"`
	Column int32  `json:"column,omitempty"`
}

type jsonService struct {
	ID         string            `json:"id"`
	Name       string            `json:"name"`
	Namespace  string            `json:"namespace,omitempty"`
	Kind       string            `json:"kind"`
	Role       string            `json:"role"`
	Defined    bool              `json:"defined"`
	Members    int               `json:"members,omitempty"` // services in the box, if several are drawn as one
	Tier       *int              `json:"tier,omitempty"`
	SLO        *float64          `json:"slo,omitempty"`
	Entrypoint *bool             `json:"entrypoint,omitempty"`
	Team       string            `json:"team,omitempty"`
	Owner      string            `json:"owner,omitempty"`
	System     string            `json:"system,omitempty"`
	Lifecycle  string            `json:"lifecycle,omitempty"`
	Replicas   *int              `json:"replicas,omitempty"`
	Scaling    *jsonScaling      `json:"scaling,omitempty"`
	Disruption *jsonDisruption   `json:"disruption,omitempty"`
	Probes     *jsonProbes       `json:"probes,omitempty"`
	Ports      []jsonPort        `json:"ports,omitempty"`
	Labels     map[string]string `json:"labels,omitempty"`

	Annotations map[string]string   `json:"annotations,omitempty"` // weir's own
	Meshes      []jsonMesh          `json:"meshes,omitempty"`      // what is known, one a product
	Provenance  map[string]jsonSaid `json:"provenance,omitempty"`  // of tier, slo, entrypoint and replicas, by key

	Aliases  []string     `json:"aliases,omitempty"`
	Versions []string     `json:"versions,omitempty"`
	Images   []string     `json:"images,omitempty"`
	Stateful bool         `json:"stateful,omitempty"` // its replicas are no copies of each other
	Headless bool         `json:"headless,omitempty"` // callers see its replicas
	Outside  bool         `json:"outside,omitempty"`  // an input says that it is outside the estate
	Served   *jsonServed  `json:"served,omitempty"`
	Origins  []jsonOrigin `json:"origins,omitempty"`
}

// jsonMesh says whether the calls of a service go through the proxy of a mesh.
type jsonMesh struct {
	Product  string     `json:"product"`
	In       bool       `json:"in"`
	Ambient  bool       `json:"ambient,omitempty"`
	Waypoint bool       `json:"waypoint,omitempty"`
	Origin   jsonOrigin `json:"origin"`
}

// jsonSaid says how a value of a service came about, and where it stands.
type jsonSaid struct {
	Provenance string      `json:"provenance"`
	Origin     *jsonOrigin `json:"origin,omitempty"`
}

type jsonScaling struct {
	Min    int    `json:"min"`
	Max    int    `json:"max"`
	Origin string `json:"origin"`
}

type jsonDisruption struct {
	MinAvailable   string `json:"minAvailable,omitempty"`
	MaxUnavailable string `json:"maxUnavailable,omitempty"`
	Origin         string `json:"origin"`
}

type jsonProbes struct {
	Readiness bool `json:"readiness"`
	Liveness  bool `json:"liveness"`
	Startup   bool `json:"startup"`

	Restarts *jsonProbed `json:"restarts,omitempty"` // what is asked to decide on a restart

	Origin *jsonOrigin `json:"origin,omitempty"` // of the readiness check, else of the first one
}

type jsonProbed struct {
	Path   string     `json:"path"`
	Origin jsonOrigin `json:"origin"`
}

type jsonPort struct {
	Name     string `json:"name,omitempty"`
	Number   int    `json:"number,omitempty"`
	Target   string `json:"target,omitempty"` // the port behind it, a number or a name
	Protocol string `json:"protocol,omitempty"`
}

type jsonCall struct {
	From     string         `json:"from"`
	To       string         `json:"to"`
	Class    string         `json:"class"`
	Strength string         `json:"strength"`
	Mode     string         `json:"mode"`
	Need     string         `json:"need"`
	Protocol string         `json:"protocol,omitempty"`
	Declared bool           `json:"declared"`
	Observed *jsonObserved  `json:"observed,omitempty"` // present if traces show the call
	Fallback bool           `json:"fallback,omitempty"`
	Mirror   bool           `json:"mirror,omitempty"`
	Tolerant bool           `json:"toleratesDegraded,omitempty"`
	Fresh    bool           `json:"freshnessCritical,omitempty"` // of events: the consumer answers with less when no new ones come
	Calls    int            `json:"calls,omitempty"`             // calls that this one stands for, if several are drawn as one
	Policy   jsonPolicy     `json:"policy,omitempty"`            // all layers laid over each other, if the call has no parts
	Parts    []jsonPart     `json:"parts,omitempty"`             // what acts where, if there is more to say than Policy does
	Evidence []jsonEvidence `json:"evidence,omitempty"`
	Origins  []jsonOrigin   `json:"origins,omitempty"`
}

// jsonPart is a part of a call and what its layers say, outermost first. Match is
// empty for all of the call, or for all the rest of it.
type jsonPart struct {
	Match      string          `json:"match,omitempty"`
	Methods    []string        `json:"methods,omitempty"`
	Idempotent bool            `json:"idempotent,omitempty"`
	Layers     []jsonPartLayer `json:"layers"`
}

type jsonPartLayer struct {
	Layer   string     `json:"layer"`
	Product string     `json:"product,omitempty"`
	Policy  jsonPolicy `json:"policy"`
}

// jsonObserved is what traces show of a call, or others that counted. The numbers
// of several files add up, and so do the sketches.
type jsonObserved struct {
	Calls    float64      `json:"calls"`
	Errors   float64      `json:"errors,omitempty"`
	Retries  float64      `json:"retries,omitempty"`
	Weighted float64      `json:"weighted,omitempty"` // how many calls the sampled ones stand for, if something says so
	Latency  *jsonLatency `json:"latency,omitempty"`

	Requests *jsonRequests `json:"requests,omitempty"`
	Repeats  []jsonRepeat  `json:"repeats,omitempty"`
	Beside   []jsonBeside  `json:"beside,omitempty"`
}

type jsonLatency struct {
	P50    string `json:"p50"`
	P95    string `json:"p95"`
	P99    string `json:"p99"`
	Sketch []byte `json:"sketch"` // a DDSketch in its own encoding, of nanoseconds
}

type jsonEvidence struct {
	Way        string     `json:"way"`
	Strength   string     `json:"strength"`
	Class      string     `json:"class"`
	Observed   bool       `json:"observed,omitempty"`
	Mode       string     `json:"mode,omitempty"` // as this evidence has it, if it says
	Need       string     `json:"need,omitempty"`
	Fallback   bool       `json:"fallback,omitempty"`
	Mirror     bool       `json:"mirror,omitempty"`
	Tolerant   bool       `json:"toleratesDegraded,omitempty"`
	Fresh      bool       `json:"freshnessCritical,omitempty"`
	Key        string     `json:"key,omitempty"`
	Match      string     `json:"match,omitempty"` // the part of the calls that it is about
	Protocol   string     `json:"protocol,omitempty"`
	Methods    []string   `json:"methods,omitempty"`
	Idempotent bool       `json:"idempotent,omitempty"`
	Database   string     `json:"database,omitempty"`
	Port       int        `json:"port,omitempty"`
	Layer      string     `json:"layer,omitempty"`   // where Policy acts
	Product    string     `json:"product,omitempty"` // whose Policy is
	Policy     jsonPolicy `json:"policy,omitempty"`
	Origin     jsonOrigin `json:"origin"`
}

// jsonPolicy has the parts timeout, retry, breaker, bulkhead, rateLimit,
// fallback, cache and balance, each an object of settings.
type jsonPolicy map[string]any

// jsonSetting is one setting. Value is left out where there is none.
type jsonSetting struct {
	Value      any    `json:"value,omitempty"`
	Provenance string `json:"provenance"`
	Origin     string `json:"origin,omitempty"`
}

type jsonCheck struct {
	Rules   int `json:"rules"`
	Ignored int `json:"ignored"`
}

type jsonFinding struct {
	Rule        string            `json:"rule"`
	Severity    string            `json:"severity"`
	Confidence  string            `json:"confidence"`
	Subject     string            `json:"subject"`
	Message     string            `json:"message"`
	Hint        string            `json:"hint,omitempty"`
	Values      map[string]string `json:"values,omitempty"`
	Origins     []jsonOrigin      `json:"origins"`
	Fingerprint string            `json:"fingerprint"`
}

type jsonRank struct {
	ID      string `json:"id"`
	Failed  int    `json:"failed"`
	Reached int    `json:"reached"`
	Direct  int    `json:"direct"`
}

type jsonCycle struct {
	Services  []string  `json:"services"`
	Loop      []string  `json:"loop"`
	Sync      bool      `json:"sync"`
	Calls     int       `json:"calls"`
	SelfCalls []string  `json:"selfCalls"`
	Cuts      []jsonCut `json:"cuts"`            // the cheapest calls without which no loop is left; no synchronous one, if it is sync
	Exact     bool      `json:"exact"`           // no other set of calls is cheaper
	Cut       []string  `json:"cut"`             // caller and callee of the one of cuts on the loop whose end leaves the fewest services on loops
	Left      int       `json:"left"`            // how many those are
	Factor    *float64  `json:"factor"`          // by how much retries multiply an error on its way around: null without end, 0 if it is not sync
	Storm     []string  `json:"storm,omitempty"` // on this loop, if it is not the other
}

type jsonCut struct {
	From   string `json:"from"`
	To     string `json:"to"`
	Reason string `json:"reason"` // weak-evidence, async-able, soft, least-cost
	Why    string `json:"why"`
}

type jsonFan struct {
	Services []jsonFanRow `json:"services"`
	Deepest  []string     `json:"deepest"`
	Depth    int          `json:"depth"`
	Layers   int          `json:"layers"`
	Gates    []jsonGate   `json:"gates"` // the ten with the most services behind them
}

type jsonFanRow struct {
	ID     string `json:"id"`
	FanOut int    `json:"fanOut"`
	FanIn  int    `json:"fanIn"`
	Depth  int    `json:"depth"`
	Layer  int    `json:"layer"`
	Role   string `json:"role"`
	Reach  int    `json:"reach"`  // services that it calls at any distance
	Impact int    `json:"impact"` // services that call it at any distance
	Behind int    `json:"behind"` // services that entry points reach only through it

	Amp     *float64 `json:"amp"`               // requests that it can get for one, by all retries: null without end
	AmpPath []string `json:"ampPath,omitempty"` // the worst path to it, first call first

	Available *jsonAvailable `json:"availability,omitempty"` // left out if no objective is known of it or what it needs
}

// jsonAvailable is what a service can hope for at best, in percent: promised if the
// objectives of others count what is behind them, expected if they do not.
type jsonAvailable struct {
	Objective *float64          `json:"objective,omitempty"`
	Expected  float64           `json:"expected"`
	Promised  float64           `json:"promised"`
	Exact     bool              `json:"exact"`            // false if both may be more
	Worst     []jsonContributor `json:"worst"`            // the three with the lowest objectives of those that promised counts
	Counted   int               `json:"counted"`          // how many it counts
	Unknown   int               `json:"unknown"`          // needed, without an objective, taken to be always there
	Silent    []string          `json:"silent,omitempty"` // those; of one service only
}

type jsonContributor struct {
	ID        string  `json:"id"`
	Objective float64 `json:"objective"`
}

type jsonGate struct {
	ID     string   `json:"id"`
	Behind []string `json:"behind"`
	Lacks  []string `json:"lacks"` // what keeps it from surviving the loss of a replica, in words
}

type jsonPath struct {
	From    string     `json:"from"`
	To      string     `json:"to"`
	Forward [][]string `json:"forward"`
	Back    [][]string `json:"back"`
	More    bool       `json:"more"`
}

type jsonFocus struct {
	Service  jsonService   `json:"service"`
	Calls    []jsonCall    `json:"calls"`
	CalledBy []jsonCall    `json:"calledBy"`
	Impact   jsonIncident  `json:"impact"`
	Needs    []string      `json:"needs"`
	Fan      jsonFanRow    `json:"fan"`
	Cycle    *jsonCycle    `json:"cycle,omitempty"`
	Findings []jsonFinding `json:"findings"`
}

type jsonCoverage struct {
	Files      int              `json:"files"`
	Documents  int              `json:"documents"`
	Bytes      int64            `json:"bytes"`
	Read       map[string]int   `json:"read"` // documents by reader
	Spans      *jsonSpans       `json:"spans,omitempty"`
	Skipped    []jsonSkipped    `json:"skipped"`
	Unresolved []jsonUnresolved `json:"unresolved"`
	Errors     []jsonProblem    `json:"errors"`
	Silent     []string         `json:"silent"` // services with no outgoing call seen
}

// jsonSpans says what became of the spans of traces.
type jsonSpans struct {
	Count      int  `json:"count"` // as often as they were met
	Traces     int  `json:"traces"`
	Duplicates int  `json:"duplicates"`
	Orphans    int  `json:"orphans"`           // of a parent that is in none of the inputs
	Broken     int  `json:"broken"`            // their own ancestors
	Unresolved int  `json:"unresolved"`        // calls whose other side nothing names
	Nameless   int  `json:"nameless"`          // of no service
	Spilled    bool `json:"spilled,omitempty"` // linked through a temporary file
}

type jsonSkipped struct {
	Kind  string      `json:"kind"`
	Count int         `json:"count"`
	First *jsonOrigin `json:"first,omitempty"`
}

type jsonUnresolved struct {
	Address string     `json:"address"`
	From    string     `json:"from,omitempty"`
	Key     string     `json:"key,omitempty"`
	Why     string     `json:"why"`
	Origin  jsonOrigin `json:"origin"`
}

type jsonProblem struct {
	Level   string     `json:"level"` // note, skipped, failed
	Message string     `json:"message"`
	Hint    string     `json:"hint,omitempty"`
	Origin  jsonOrigin `json:"origin"`
}
