package wire

// Check says what the findings are the result of.
type Check struct {
	Rules   int `json:"rules"`   // that were run
	Ignored int `json:"ignored"` // findings left out because an exception names them
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
	Values  map[string]string `json:"values,omitempty"` // those that the rule decided by
	Origins []Origin          `json:"origins"`          // the deciding place first
	// Fingerprint identifies rule and subject. It does not depend on places or order.
	Fingerprint string `json:"fingerprint"`
}
