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
	Key     string // the setting it stands in
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
