package wire

// An Impact is what the failure of some services does to all others.
type Impact struct {
	Failed   []string   `json:"failed"`             // IDs, sorted
	Mode     string     `json:"mode"`               // stop, hang, slow=2s
	Others   int        `json:"others"`             // services besides the failed ones
	Naive    int        `json:"naive"`              // of those, how many call a failed one directly or indirectly and wait for the answer
	Radius   int        `json:"radius"`             // how many are affected
	Entries  []string   `json:"entrypoints"`        // of the affected ones
	Critical []string   `json:"tier1"`              // of the affected ones
	Observed *Traffic   `json:"observed,omitempty"` // there if calls were observed
	Services []Affected `json:"services"`           // the worst first
	Starved  []Starved  `json:"starved"`            // consumers that get no new events and are otherwise well
	Loads    []Load     `json:"loads"`              // additional requests by retries
	Shifts   []Shift    `json:"shifts,omitempty"`   // pools that go on with fewer members
	Change   *Change    `json:"change,omitempty"`   // the one call whose protection would help most
}

// Traffic is how many of the observed calls are to a service that has failed or is
// affected, of those that wait for an answer. A sampled call counts for as many as it
// represents, if that is known.
type Traffic struct {
	Calls      float64  `json:"calls"`
	Affected   float64  `json:"affected"`
	Share      float64  `json:"share"`      // Affected of Calls, from 0 to 1
	EntryCalls float64  `json:"entryCalls"` // of Calls, those that requests begin with
	EntryHit   float64  `json:"entryAffected"`
	EntryShare float64  `json:"entryShare"`
	Entries    []string `json:"entryFrom"` // callers of EntryCalls: entry points, else services without an observed caller
}

// Starved is a consumer that gets no new events.
type Starved struct {
	ID  string `json:"id"`
	Of  string `json:"of"`  // what fails: a service that sends events, or the broker
	Via string `json:"via"` // the broker between the two, or the same
}

// Shift is more load on the members of a pool that are left.
type Shift struct {
	Caller   string   `json:"caller"`
	Services []string `json:"services"`
	Factor   float64  `json:"factor"`   // of their load before
	Overload bool     `json:"overload"` // likely more than they are built for
}

// Affected is a service that suffers from the failure.
type Affected struct {
	ID         string     `json:"id"`
	Onset      string     `json:"onset"`      // at first: how good and how fast answers are, "failed/slow"
	Steady     string     `json:"steady"`     // the same, later: when breakers have opened
	Label      string     `json:"label"`      // FAILED, DEGRADED, SLOW, PROTECTED
	Distance   int        `json:"distance"`   // calls on Path
	Path       []string   `json:"path"`       // from the service to the failed one that decides
	Decided    []Decision `json:"decided"`    // what acts on the way, the failed end last
	Confidence string     `json:"confidence"` // certain, assumed
}

// A Decision is what a policy, or a missing one, does to a failure at one call.
type Decision struct {
	From    string  `json:"from"`
	To      string  `json:"to"`
	Phase   string  `json:"phase"`             // onset; steady for what acts since a breaker opened
	Part    string  `json:"part,omitempty"`    // the part of the call, as in weir policies
	Policy  string  `json:"policy"`            // "timeout"
	Does    string  `json:"does"`              // in words
	Assumed bool    `json:"assumed,omitempty"` // no input declares it
	Default string  `json:"default,omitempty"` // the product that has the policy by default
	Origin  *Origin `json:"origin,omitempty"`
}

// A Load is how many requests a service gets because callers retry.
type Load struct {
	ID       string   `json:"id"`
	Factor   *float64 `json:"amp"` // requests for one; null if unlimited
	Path     []string `json:"path"`
	Overload bool     `json:"overloadRisk"`
	Also     []string `json:"also"` // services with the same load by the same retries
}

// A Change is a call and the policies of which any one would help.
type Change struct {
	From     string   `json:"from"`
	To       string   `json:"to"`
	Also     []string `json:"also,omitempty"` // callees that may be called instead: calls to them need the same
	Remedies []string `json:"remedies"`       // timeout, fallback, optional, timeout-and-fallback
	Failed   int      `json:"failed"`         // services fewer that fail
	Degraded int      `json:"degraded"`       // services fewer that are degraded
}

// A Rank is how much harm the failure of a service does.
type Rank struct {
	ID      string `json:"id"`
	Failed  int    `json:"failed"`  // services that fail with it
	Reached int    `json:"reached"` // that are affected
	Direct  int    `json:"direct"`  // that call it
}

// A SharedFate is what services have in common, and which fail together without it.
// The pairs that fail together are those of Fail and Also.
type SharedFate struct {
	Kind      string         `json:"kind"`      // database, cache, broker, topic, external, node, zone, namespace
	Shared    string         `json:"shared"`    // ID of the service, or name of the place
	Redundant bool           `json:"redundant"` // it is declared to run several replicas
	Fail      []string       `json:"fail"`      // cannot do without it, or run in the place
	Suffer    []string       `json:"suffer"`    // use it optionally, or send it events
	Also      []string       `json:"also"`      // fail with those of Fail
	Entries   []string       `json:"entrypoints"`
	Critical  []string       `json:"tier1"`
	Lost      []LostFallback `json:"lostFallbacks"`
}

// A LostFallback is a call whose callee fails together with its fallbacks, or a member of
// a pool or failover that fails together with others.
type LostFallback struct {
	From    string   `json:"from"`
	To      string   `json:"to"`
	Instead []string `json:"instead"`        // the fallbacks, or other members, that fail, too
	Left    bool     `json:"left"`           // another fallback, or enough members, are left
	Pool    bool     `json:"pool,omitempty"` // they are members of a pool
}
