// Package page is the page that the format html writes: one file with its data, its
// program and its layout, which needs no network and no server.
//
// The program is page.js and picture.js, without a framework; dagre places what they draw (tools/page
// packs it). What the inputs say is in blocks of JSON, and the program writes it into the page as
// text only. The page's Content-Security-Policy names the programs and
// the style by their hashes, and allows nothing else.
package page

// Data is what a page shows. Services and calls are named by their positions in the lists.
type Data struct {
	Title    string    `json:"title"`
	Version  string    `json:"version"`
	Services []Service `json:"services"`
	Calls    []Call    `json:"calls"`
	Groups   []Group   `json:"groups,omitempty"`
	Findings []Finding `json:"findings,omitempty"`
	Excused  []string  `json:"excused,omitempty"` // findings that are not reported, and why
	Checked  bool      `json:"checked,omitempty"` // Findings are known, if there are any
	Cycles   [][]int   `json:"cycles,omitempty"`
	Clusters []int     `json:"clusters,omitempty"` // by service; missing if unknown
	Change   *Change   `json:"change,omitempty"`   // of a page of a change: Findings are new ones, and those that are gone

	Modes     []string   `json:"modes,omitempty"`
	Sets      []Set      `json:"sets,omitempty"`
	Incidents []Incident `json:"-"`                  // of every service, then of every set, in each of Modes; missing if there are too many
	Before    []Incident `json:"-"`                  // as Incidents, before the change; nil victims where there was no such service
	Answered  bool       `json:"answered,omitempty"` // the page has Incidents: beside the data, so that a browser reads only what is asked for
	Texts     []string   `json:"texts,omitempty"`    // of the policies in both

	Failed []int   `json:"failed,omitempty"` // the services that fail when the page is opened
	Mode   string  `json:"mode,omitempty"`   // and how
	Asked  *Answer `json:"asked,omitempty"`  // who suffers then

	Engine *Engine `json:"engine,omitempty"` // if weir answers behind the page: then there are no Incidents
}

// An Engine is weir behind a page.
type Engine struct {
	Turn    int    `json:"turn"`              // grows with all that it has to say
	Number  int    `json:"number"`            // of the estate that the page shows
	Problem string `json:"problem,omitempty"` // what of the inputs could not be read
	Tried   *Tried `json:"tried,omitempty"`   // what is assumed; nil if nothing is
}

// Tried is what a page assumes in place of what the inputs declare, and what that does.
type Tried struct {
	Manifest string   `json:"manifest"`           // the assumptions, as weir.yaml declares them
	File     string   `json:"file"`               // the file of their places
	Effects  []Effect `json:"effects,omitempty"`  // on the estate, then what differs
	Found    []string `json:"found,omitempty"`    // findings that are new
	Gone     []string `json:"gone,omitempty"`     // findings that are not there any more
	Idle     []string `json:"idle,omitempty"`     // assumptions without effect, and why
	Fragment string   `json:"fragment,omitempty"` // how the files would declare the same: a diff
	Left     []string `json:"left,omitempty"`     // what the files cannot declare, and why
}

// An Effect is a difference: "!" is worse, "-" better or gone, "+" new, "~" changed.
type Effect struct {
	Mark  string `json:"mark"`
	Words string `json:"words"`
}

// A Change is what differs between two states of an estate. The services and calls of the page are
// those of both.
type Change struct {
	Old      string    `json:"old,omitempty"` // as the user names the states
	New      string    `json:"new,omitempty"`
	Effects  []Effect  `json:"effects,omitempty"`
	Services []Changed `json:"services"`
	Calls    []Changed `json:"calls"`
	Policies []Changed `json:"policies"` // of calls that both states have
}

// Changed is one service or call that differs, with the mark "+", "-" or "~".
type Changed struct {
	Mark  string `json:"mark"`
	Of    int    `json:"of"` // the number of the service or call
	Words string `json:"words"`
	Place string `json:"place,omitempty"`
}

// A Service is a box.
type Service struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	Namespace string   `json:"namespace,omitempty"`
	Kind      string   `json:"kind"`
	Role      string   `json:"role"`
	Defined   bool     `json:"defined"`
	Entry     bool     `json:"entry,omitempty"`
	Tier      int      `json:"tier,omitempty"`
	Team      string   `json:"team,omitempty"`
	Owner     string   `json:"owner,omitempty"`
	System    string   `json:"system,omitempty"`
	Zone      string   `json:"zone,omitempty"`
	Available string   `json:"available,omitempty"` // what the objectives of its dependencies allow, in words
	Runs      []string `json:"runs,omitempty"`      // its replicas, scaling and probes in words
	Places    []string `json:"places,omitempty"`
}

// A Call is an arrow from a caller to a callee.
type Call struct {
	From     int        `json:"from"`
	To       int        `json:"to"`
	Class    string     `json:"class"`
	Strength string     `json:"strength"`
	Mode     string     `json:"mode"`
	Need     string     `json:"need"`
	Protocol string     `json:"protocol,omitempty"`
	Declared bool       `json:"declared,omitempty"`
	Observed bool       `json:"observed,omitempty"`
	Fallback bool       `json:"fallback,omitempty"`
	Mirror   bool       `json:"mirror,omitempty"`
	Seen     string     `json:"seen,omitempty"` // what traces show, in words
	Groups   []int      `json:"groups,omitempty"`
	Evidence []Evidence `json:"evidence,omitempty"`
	Parts    []Part     `json:"parts,omitempty"`
}

// Evidence is a place that shows a call.
type Evidence struct {
	Way      string `json:"way"`
	Strength string `json:"strength"`
	Place    string `json:"place"`
}

// A Part is a part of a call with the policies on it.
type Part struct {
	Match   string   `json:"match,omitempty"`
	Summary []string `json:"summary,omitempty"` // "timeout 2s"
	Layers  []Layer  `json:"layers,omitempty"`  // outermost first
	Hidden  []string `json:"hidden,omitempty"`  // objects without effect, and why
}

// A Layer is what one product does to a part of a call.
type Layer struct {
	Name     string    `json:"name"`
	Summary  string    `json:"summary"`
	Settings []Setting `json:"settings,omitempty"`
}

// A Setting is one field that an input declares.
type Setting struct {
	Text  string `json:"text"`
	Place string `json:"place"`
}

// A Group is a set of calls of which some do: a split, a pool, a failover.
type Group struct {
	Caller int    `json:"caller"`
	Kind   string `json:"kind"`
	Name   string `json:"name,omitempty"`
}

// A Finding is about services.
type Finding struct {
	Rule     string   `json:"rule"`
	Severity string   `json:"severity"`
	Message  string   `json:"message"`
	Hint     string   `json:"hint,omitempty"`
	Page     string   `json:"page"` // the address of the page of its rule
	Services []int    `json:"services,omitempty"`
	Gone     bool     `json:"gone,omitempty"` // only the state before the change has it
	Places   []string `json:"places,omitempty"`
	Each     []One    `json:"each,omitempty"`
}

// One is one of the subjects of a finding about several.
type One struct {
	Message  string   `json:"message"`
	Services []int    `json:"services,omitempty"`
	Places   []string `json:"places,omitempty"`
}

// A Set is the services that have a property in common.
type Set struct {
	Property string `json:"property"`
	Value    string `json:"value"`
	Services []int  `json:"services"`
}

// An Incident is who suffers in one scenario. A victim is a list of numbers: the service, its
// label at first, later and in all (0 unaffected, 1 protected, 2 slow, 3 degraded, 4 failed), the
// call that the failure came by, and the texts of what acted on it; after -1, of what acts later.
type Incident struct {
	Victims [][]int `json:"victims"`
	Starved []int   `json:"starved,omitempty"`
	Helps   string  `json:"helps,omitempty"`
}

// An Answer is one Incident with the texts of its own.
type Answer struct {
	Incident
	Texts  []string `json:"texts,omitempty"`
	Before *Answer  `json:"before,omitempty"` // without what is assumed; nil if nothing is
}
