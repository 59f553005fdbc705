package wire

// Fan is the shape of the graph: what every service calls and is called by, how deep
// calls go, and which services others depend on.
type Fan struct {
	Services []FanRow     `json:"services"`
	Deepest  []string     `json:"deepest"` // a longest chain of calls, first caller first
	Depth    int          `json:"depth"`
	Layers   int          `json:"layers"`
	Gates    []Chokepoint `json:"gates"` // the ten with the most services behind them
}

// A FanRow is the shape of the graph around one service.
type FanRow struct {
	ID     string `json:"id"`
	FanOut int    `json:"fanOut"` // services that it calls
	Needs  int    `json:"needs"`  // of those, the members of a group count as one
	FanIn  int    `json:"fanIn"`  // services that call it
	Depth  int    `json:"depth"`
	Layer  int    `json:"layer"`
	Role   string `json:"role"`   // as in Service
	Reach  int    `json:"reach"`  // services that it calls directly or indirectly
	Impact int    `json:"impact"` // services that call it directly or indirectly
	Behind int    `json:"behind"` // services that entry points reach only through it

	Amp     *float64 `json:"amp"`               // requests that it can get for one, by all retries; null if unlimited
	AmpPath []string `json:"ampPath,omitempty"` // the worst path to it, first call first

	Availability *Availability `json:"availability,omitempty"` // there if an objective of it or of a dependency is known
}

// Availability is the best that a service can reach, in percent: Promised if the
// objectives of others include their dependencies, Expected if they do not.
type Availability struct {
	Objective *float64      `json:"objective,omitempty"`
	Expected  float64       `json:"expected"`
	Promised  float64       `json:"promised"`
	Exact     bool          `json:"exact"`            // false if both may be more
	Worst     []Contributor `json:"worst"`            // the three lowest objectives that Promised includes
	Counted   int           `json:"counted"`          // how many it includes
	Unknown   int           `json:"unknown"`          // dependencies without an objective, taken for always available
	Silent    []string      `json:"silent,omitempty"` // those; for one service only
}

// A Contributor is a dependency with its objective.
type Contributor struct {
	ID        string  `json:"id"`
	Objective float64 `json:"objective"`
}

// A Chokepoint is a service through which every path to others leads.
type Chokepoint struct {
	ID     string   `json:"id"`
	Or     []string `json:"or,omitempty"` // the other members of a pool or failover, all of which together it is
	Behind []string `json:"behind"`       // those others, sorted
	Lacks  []string `json:"lacks"`        // in words, why it may not survive the loss of a replica
}

// A Path is how two services are connected.
type Path struct {
	From    string     `json:"from"`
	To      string     `json:"to"`
	Forward [][]string `json:"forward"` // the shortest chains of calls, sorted
	Back    [][]string `json:"back"`    // those from To to From
	More    bool       `json:"more"`    // there are more than are listed
}

// Focus is one service with all that is known about it.
type Focus struct {
	Service  Service   `json:"service"`
	Calls    []Call    `json:"calls"`
	CalledBy []Call    `json:"calledBy"`
	Impact   Impact    `json:"impact"` // of its failure
	Needs    []string  `json:"needs"`  // services whose failure fails it
	Fan      FanRow    `json:"fan"`
	Cycle    *Cycle    `json:"cycle,omitempty"` // that it is on
	Findings []Finding `json:"findings"`        // about it or its calls
	// Policies are those of the calls that it makes and answers, with --why.
	Policies []PolicyRow `json:"policies,omitempty"`
}
