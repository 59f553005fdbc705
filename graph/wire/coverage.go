package wire

import "github.com/weirgraph/weir/graph"

// Coverage is the account of what was read. All keys but spans and unread are always written.
type Coverage struct {
	Files      int            `json:"files"`
	Documents  int            `json:"documents"`
	Bytes      int64          `json:"bytes"`
	Read       map[string]int `json:"read"` // documents by reader
	Spans      *Spans         `json:"spans,omitempty"`
	Skipped    []Skipped      `json:"skipped"`          // documents that no reader takes, by kind
	Unreadable int            `json:"unreadable"`       // documents that could not be read: with those above, all documents
	Passed     []Skipped      `json:"passed"`           // files, or directories, that were passed over, by why
	Unresolved []Unresolved   `json:"unresolved"`       // addresses that name no service of the inputs, by origin
	Errors     []Problem      `json:"errors"`           // by origin
	Unread     []Unread       `json:"unread,omitempty"` // inputs that are recognized and not read, by kind
	Estate     []EstatePart   `json:"estate,omitempty"` // graphs of other repositories that were context, by file
	Silent     []string       `json:"silent"`           // services without an outgoing call in the inputs, sorted
}

// An EstatePart is a graph of another repository. Places in it begin with its name and a colon.
type EstatePart struct {
	File     string `json:"file"`
	Services int    `json:"services"`           // that it declares
	Revision string `json:"revision,omitempty"` // as in Made
	Time     string `json:"time,omitempty"`
}

// Spans counts the spans of traces by what became of them.
type Spans struct {
	Count      int  `json:"count"` // as often as they were read
	Traces     int  `json:"traces"`
	Duplicates int  `json:"duplicates"`
	Orphans    int  `json:"orphans"`           // whose parent is in none of the inputs
	Broken     int  `json:"broken"`            // that are their own ancestors
	Unresolved int  `json:"unresolved"`        // calls whose other end nothing names
	Nameless   int  `json:"nameless"`          // without a service
	Spilled    bool `json:"spilled,omitempty"` // linked by way of a temporary file
}

// Skipped counts documents, or files, of one kind.
type Skipped struct {
	Kind  string  `json:"kind"`
	Count int     `json:"count"`
	First *Origin `json:"first,omitempty"`
}

// Unread is the inputs of one kind that are recognized and not read.
type Unread struct {
	Kind    string        `json:"kind"` // chart, release, encrypted-sops, template-jinja, ...
	Lost    bool          `json:"lost"` // whether they deploy services that are not known
	Message string        `json:"message"`
	Hint    string        `json:"hint,omitempty"`
	Inputs  []UnreadInput `json:"inputs"` // by origin
}

// UnreadInput is one of them.
type UnreadInput struct {
	Name   string `json:"name"` // of a directory or a file, or Kind/namespace/name
	Origin Origin `json:"origin"`
}

// Unresolved is an address that names no service of the inputs.
type Unresolved struct {
	Address string `json:"address"`        // without credentials
	From    string `json:"from,omitempty"` // ID of the service that has it
	Key     string `json:"key,omitempty"`  // the setting that holds it
	Why     string `json:"why"`
	Origin  Origin `json:"origin"`
}

// A Problem is something in the inputs that could not be used.
type Problem struct {
	Level   string `json:"level"` // note, skipped, failed
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
	Origin  Origin `json:"origin"`
}

// FromCoverage returns the account of g.
func FromCoverage(g *graph.Graph) Coverage {
	c := g.Coverage()
	w := Coverage{
		Files: c.Files, Documents: c.Documents, Bytes: c.Bytes, Read: make(map[string]int, len(c.Read)), Spans: fromSpans(&c.Spans),
		Skipped: convert(c.Skipped, fromCount), Unreadable: c.Unreadable, Passed: convert(c.Passed, fromCount), Unresolved: convert(c.Unresolved, fromUnresolved), Errors: convert(c.Problems, FromProblem),
		Estate: convert(c.Estate, func(p graph.EstatePart) EstatePart { return EstatePart(p) }),
		Unread: convert(graph.UnreadGroups(c.Unread), fromUnread), Silent: convert(c.Silent, g.ID),
	}
	for _, n := range c.Read {
		w.Read[n.Name] = n.Count
	}
	return w
}

func fromSpans(s *graph.Spans) *Spans {
	if s.Spans == 0 {
		return nil
	}
	return &Spans{
		Count: s.Spans, Traces: s.Traces, Duplicates: s.Duplicates, Orphans: s.Orphans, Broken: s.Broken,
		Unresolved: s.Unresolved, Nameless: s.Nameless, Spilled: s.Spilled,
	}
}

func fromCount(n graph.Count) Skipped {
	s := Skipped{Kind: n.Name, Count: n.Count}
	if n.First.File() != "" {
		s.First = KnownOrigin(n.First)
	}
	return s
}

func fromUnread(g graph.UnreadGroup) Unread {
	return Unread{
		Kind: g.Kind.ID, Lost: g.Kind.Lost, Message: g.Message(), Hint: g.Hint(),
		Inputs: convert(g.Inputs, func(u graph.Unread) UnreadInput { return UnreadInput{Name: u.Name, Origin: FromOrigin(u.Origin)} }),
	}
}

func fromUnresolved(u graph.Unresolved) Unresolved {
	return Unresolved{Address: u.Address, From: u.From, Key: u.Key, Why: u.Why, Origin: FromOrigin(u.Origin)}
}

// FromProblem returns a problem as it is written.
func FromProblem(p graph.Problem) Problem {
	level := [...]string{graph.Note: "note", graph.Skipped: "skipped", graph.Failed: "failed"}[p.Level]
	return Problem{Level: level, Message: p.Message, Hint: p.Hint, Origin: FromOrigin(p.Origin)}
}

// A Variant is one of several states of an estate that were read and judged by themselves.
type Variant struct {
	Name     string   `json:"name"`
	Services int      `json:"services"`
	Calls    int      `json:"calls"`
	Ignored  int      `json:"ignored"` // findings left out because an exception names them
	Coverage Coverage `json:"coverage"`
}
