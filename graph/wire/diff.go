package wire

// A Diff is what a change does to an estate.
type Diff struct {
	Services []ServiceChange `json:"services"` // by ID
	Calls    []CallChange    `json:"calls"`    // by caller, then callee
	Policies []PolicyChange  `json:"policies"` // by caller, then callee
	Found    []Finding       `json:"found"`    // findings that only the new state has
	Gone     []Finding       `json:"gone"`     // findings that only the old one has
	Effects  Effects         `json:"effects"`
}

// A ServiceChange is a service that is added, removed or changed.
type ServiceChange struct {
	ID      string        `json:"id"`
	Change  string        `json:"change"` // added, removed, changed
	Fields  []FieldChange `json:"fields,omitempty"`
	Origins []Origin      `json:"origins,omitempty"` // in the new state, of a removed one in the old
}

// A CallChange is a call that is added, removed or changed.
type CallChange struct {
	From    string        `json:"from"`
	To      string        `json:"to"`
	Change  string        `json:"change"`
	Fields  []FieldChange `json:"fields,omitempty"`
	Origins []Origin      `json:"origins,omitempty"`
}

// A FieldChange is a property in words, empty where a state does not have it.
type FieldChange struct {
	Field string `json:"field"`
	Old   string `json:"old,omitempty"`
	New   string `json:"new,omitempty"`
}

// A PolicyChange is a setting of one layer that acts on a call.
type PolicyChange struct {
	From    string  `json:"from"`
	To      string  `json:"to"`
	Match   string  `json:"match,omitempty"` // the requests that it is for; all if empty
	Layer   string  `json:"layer"`
	Product string  `json:"product,omitempty"`
	Field   string  `json:"field"` // as in the policies of a call: timeout.perTry
	Change  string  `json:"change"`
	Old     string  `json:"old,omitempty"`
	New     string  `json:"new,omitempty"`
	Origin  *Origin `json:"origin,omitempty"` // in the new state, of a removed one in the old
}

// Effects are what a change does to the estate as a whole.
type Effects struct {
	Radii        []RadiusChange     `json:"radii"`
	Bottlenecks  []BottleneckChange `json:"bottlenecks"` // services without redundancy that others can be reached only through, now
	Loops        [][]string         `json:"loops"`       // services that wait for each other in a circle of synchronous calls, and did not
	Amplified    []NumberChange     `json:"amplified"`   // requests for one
	Availability []NumberChange     `json:"availability"`
}

// A RadiusChange is a service with other services that fail when it stops.
type RadiusChange struct {
	ID       string   `json:"id"`
	Added    bool     `json:"added,omitempty"` // the service is new
	More     []string `json:"more"`            // that fail with it now and were there before; not those of a new loop with it
	Fewer    []string `json:"fewer"`           // that no longer do
	Entries  []string `json:"entries"`         // of more, the entry points and services of tier 1
	Failing  int      `json:"failing"`
	Previous int      `json:"previous"`
}

// A BottleneckChange is a service without redundancy that others can be reached only through.
type BottleneckChange struct {
	ID     string `json:"id"`
	Behind int    `json:"behind"`
}

// A NumberChange is a number of a service that is worse than before: requests for one, or
// percent.
type NumberChange struct {
	ID   string   `json:"id"`
	Old  *float64 `json:"old"` // null if there is no limit
	New  *float64 `json:"new"`
	Path []string `json:"path,omitempty"`
}
