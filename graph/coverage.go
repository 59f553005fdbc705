package graph

// Coverage counts what was read, what was left out and what could not be used.
type Coverage struct {
	Files     int
	Documents int
	Bytes     int64

	// Documents is the sum of those that were read, those that no reader takes, and Unreadable.
	Read       []Count         // documents by reader, sorted by name
	Skipped    []Count         // documents that no reader takes, by kind, sorted by name
	Unreadable int             // documents that could not be read
	Passed     []Count         // files, or directories, that were passed over, by why, sorted by name
	Unresolved []Unresolved    // addresses that name no service of the inputs, sorted by origin
	Problems   []Problem       // sorted by origin
	Unread     []Unread        // inputs that are recognized and not read, by kind, then by origin
	Mistakes   []Mistake       // sorted by origin
	Excuses    []CommentExcuse // sorted by origin
	Ignores    []Ignore        // of configurations below that of the run, sorted by origin
	Below      []string        // native manifests in directories below the configuration that declare services or overrides, sorted
	Overrides  []Origin        // where the overrides are that act, sorted
	Estate     []EstatePart    // graphs of other repositories, sorted by file
	Silent     []Node          // services of the inputs without an outgoing call in the inputs, sorted
	Spans      Spans
}

// Spans counts the spans that were read.
type Spans struct {
	Spans      int // as often as they were read
	Traces     int
	Duplicates int  // spans that had been read before
	Orphans    int  // whose parent is in none of the inputs: they are not linked
	Broken     int  // that are their own ancestors
	Unresolved int  // calls whose other end nothing names
	Nameless   int  // without a service
	Spilled    bool // they exceeded the memory limit and were linked by way of a temporary file
}

// Add adds the counts of o.
func (s *Spans) Add(o *Spans) {
	s.Spans += o.Spans
	s.Traces += o.Traces
	s.Duplicates += o.Duplicates
	s.Orphans += o.Orphans
	s.Broken += o.Broken
	s.Unresolved += o.Unresolved
	s.Nameless += o.Nameless
	s.Spilled = s.Spilled || o.Spilled
}

// UnrenderedTemplate is the kind of skipped documents that templates make.
const UnrenderedTemplate = "un-rendered template"

// A Count is the number of things of one name.
type Count struct {
	Name  string
	Count int
	First Origin // the first of them
}

// Unresolved is an address that does not lead to a service.
type Unresolved struct {
	Address string // without credentials
	From    string // ID of the service that has it, if known
	Key     string // the setting it is in
	Why     string
	Origin  Origin
}

// Failed counts the inputs that could not be read.
func (c *Coverage) Failed() int {
	n := 0
	for _, p := range c.Problems {
		if p.Level == Failed {
			n++
		}
	}
	return n
}

// An EstatePart is a graph of another repository, which is context: the inputs are judged with it,
// and it is not judged itself.
type EstatePart struct {
	File     string // as the user names it; places in it begin with it and a colon
	Services int    // that it declares
	Revision string // of its sources, full; "" if unknown
	Time     string // of this revision or of its making, 2026-11-28T10:00:00Z; "" if unknown
}
