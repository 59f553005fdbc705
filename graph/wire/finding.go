package wire

// Check says what the findings are the result of.
type Check struct {
	Rules    int       `json:"rules"`              // that were run
	Ignored  int       `json:"ignored"`            // findings left out because an exception names them
	Known    int       `json:"known,omitempty"`    // findings left out because a baseline or the base has them
	FailOn   string    `json:"failOn,omitempty"`   // the least severity that fails the run; missing if none does
	Failing  int       `json:"failing"`            // findings that fail the run
	NotShown int       `json:"notShown,omitempty"` // findings left out because flags select others; they count in the exit code
	ByRule   []RuleSum `json:"byRule,omitempty"`   // those that are not shown included
	Excused  []Excused `json:"excused,omitempty"`  // findings left out: those that are ignored, and those that are known
	Unjudged []Finding `json:"unjudged,omitempty"` // what rules could not judge because no input can show it: no findings
}

// An Excused is a finding that is not reported.
type Excused struct {
	Rule        string   `json:"rule"`
	Severity    string   `json:"severity"`
	Subject     string   `json:"subject"`
	Message     string   `json:"message"`
	Origins     []Origin `json:"origins"`
	Fingerprint string   `json:"fingerprint"`
	Variants    []string `json:"variants,omitempty"` // of several, those that excuse it
	By          string   `json:"by"`                 // ignore, annotation, baseline, base
	Reason      string   `json:"reason,omitempty"`   // or the name of the baseline or base
	Origin      *Origin  `json:"origin,omitempty"`   // of the entry of ignore
}

// A RuleSum is how much one rule has found.
type RuleSum struct {
	Rule     string `json:"rule"`
	Errors   int    `json:"errors,omitempty"`
	Warnings int    `json:"warnings,omitempty"`
	Infos    int    `json:"infos,omitempty"`
	Subjects int    `json:"subjects"` // findings about several count each
}

// A Finding is a problem that a rule reports.
type Finding struct {
	Rule       string `json:"rule"`       // ID of the rule, never renamed or used again
	Severity   string `json:"severity"`   // error, warning, info
	Confidence string `json:"confidence"` // certain, default, assumed
	// Subject is a service as its ID, a call as from->to, a path as a>b>c, a cycle as a,b,c
	// from its smallest ID, an object as Kind/namespace/name.
	Subject string            `json:"subject"`
	Message string            `json:"message"`
	Hint    string            `json:"hint,omitempty"`
	Fix     *Fix              `json:"fix,omitempty"`    // the hint as data; absent of findings that only people can fix
	Values  map[string]string `json:"values,omitempty"` // those that the rule decided by
	Origins []Origin          `json:"origins"`          // the deciding place first
	// Fingerprint identifies rule and subject. It does not depend on places or order.
	Fingerprint string `json:"fingerprint"`
	// Variants are the names of those that have the finding, if several were judged. Places and
	// values are then those of the first.
	Variants []string `json:"variants,omitempty"`
	// Each are the findings that this one reports together, because one change fixes them. They
	// have the rule, severity and confidence of this one.
	Each []OneOf `json:"each,omitempty"`
}

// A OneOf is one of the findings that are reported together.
type OneOf struct {
	Subject     string            `json:"subject"`
	Message     string            `json:"message"`
	Hint        string            `json:"hint,omitempty"` // if it differs from that of all
	Fix         *Fix              `json:"fix,omitempty"`
	Values      map[string]string `json:"values,omitempty"`
	Origins     []Origin          `json:"origins"`
	Fingerprint string            `json:"fingerprint"`
}

// A Fix is a change of the inputs that removes the cause of a finding. Its edits are made together
// or not at all.
type Fix struct {
	Edits []FixEdit `json:"edits,omitempty"`
	Why   string    `json:"why,omitempty"`  // what its values rest on
	None  string    `json:"none,omitempty"` // why there are no edits
}

// A FixEdit changes one field of an object, or adds or removes an object.
type FixEdit struct {
	Op     string  `json:"op"`               // set, add, remove, rename, move, replace, copy
	Kind   string  `json:"kind,omitempty"`   // of the object
	Object string  `json:"object,omitempty"` // its name, with its namespace; empty if its place identifies it
	New    bool    `json:"new,omitempty"`    // no input has the object
	Path   string  `json:"path,omitempty"`   // of the field; empty if its place identifies it, or for the whole object
	Was    string  `json:"was,omitempty"`    // the value that is replaced
	Value  string  `json:"value,omitempty"`
	At     *Origin `json:"at,omitempty"` // of the value if it is written already, else of the object or what it is added beside
}
