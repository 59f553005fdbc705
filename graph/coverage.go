package graph

// Coverage is the account of a run: what was read, what was left out, and what
// nobody could make sense of. Green never means that nothing was read.
type Coverage struct {
	Files     int
	Documents int
	Bytes     int64

	Read       []Count      // documents by reader, sorted by name
	Skipped    []Count      // documents that no reader wants, by kind, sorted by name
	Unresolved []Unresolved // addresses that name nothing in the inputs, sorted by origin
	Problems   []Problem    // sorted by origin
	Silent     []Node       // services that show no outgoing call, sorted
	Spans      Spans
}

// Spans is the account of the spans that were read.
type Spans struct {
	Spans      int // all of them, as often as they were met
	Traces     int
	Duplicates int  // met again
	Orphans    int  // of a parent that is in none of the inputs: they are linked to nothing
	Broken     int  // their own ancestors
	Unresolved int  // calls whose other side nothing names
	Nameless   int  // of no service
	Spilled    bool // they were more than the memory for them, and lay in a temporary file; all are linked
}

// Add adds another account.
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

// A Count is how many there are of something.
type Count struct {
	Name  string
	Count int
	First Origin // the first of them
}

// Unresolved is an address that could not be tied to a service.
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
