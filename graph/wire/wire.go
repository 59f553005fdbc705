// Package wire is the JSON that weir writes with -o json and reads back as a source:
// the contract that other programs build on.
//
// A Document is one object. Each of its members is there if the command that wrote it
// computed that part; a list that was computed and has no entries is [], a part that
// was not computed is missing. Within a part, a key that has nothing to say is left
// out, unless its type says that it is always written.
//
// What holds everywhere:
//
//   - Keys are lowerCamelCase. Keys may be added under one Schema; no key is removed
//     or given another meaning, so that a consumer ignores keys it does not know.
//   - Durations are text as Go writes it, "250ms", "1.5s", "1m"; see Duration.
//   - Shares are numbers from 0 to 1, objectives and availabilities are percent.
//   - Services are named by their ID. The order of every list is stated at its field;
//     the same inputs give the same bytes.
//   - A place is an Origin, or for settings of policies its text: "file:line:column", and for
//     rendered text that names its source "source (file:line:column)".
//
// The same types write and read the contract: the From functions turn a graph into
// them, Import turns services and calls back into facts. Parts that package
// analyze computes have only their types here, as this package does not know it.
//
// Values made by the From functions share memory with the graph and are not to be
// changed.
package wire

// Schema is the version of the contract, the value of a document's key "schema".
const Schema = "weir/v1"

// Made is the age of a document: as a part of an estate it has to show how old it is.
type Made struct {
	Revision string `json:"revision,omitempty"` // the full name of the commit of the sources
	Time     string `json:"time"`               // of the commit, or as given: 2026-11-28T10:00:00Z
}

// A Document is everything that one run of weir can write. Its fields are in the
// order in which they are passed to a Writer.
type Document struct {
	// Schema is always written; see the constant.
	Schema string `json:"schema"`
	// Made is when the sources were as they are here, if weir was asked to write that.
	Made *Made `json:"made,omitempty"`

	// Left says in words what a drawing leaves out or puts together, the most important
	// first. It is missing if services and calls are complete.
	Left []string `json:"left,omitempty"`
	// Services are sorted by ID, Calls by caller, then callee, with at most one call from
	// one service to another.
	Services []Service `json:"services,omitzero"`
	Calls    []Call    `json:"calls,omitzero"`
	// Groups are the sets of interchangeable callees, by caller. A group is before those in it.
	Groups []Group `json:"groups,omitzero"`

	// Check and Findings are written together. Findings are in the order of a report: the
	// most severe first.
	Check    *Check    `json:"check,omitempty"`
	Findings []Finding `json:"findings,omitzero"`

	Impacts     []Impact     `json:"impacts,omitzero"`     // one for every failure that was asked about
	Ranking     []Rank       `json:"ranking,omitzero"`     // the service whose failure does most harm first
	SharedFates []SharedFate `json:"sharedFates,omitzero"` // those that take most services down first
	Contracts   []Contracts  `json:"contracts,omitzero"`   // one for every service that was asked about
	Cycles      []Cycle      `json:"cycles,omitzero"`      // synchronous ones first
	Fan         *Fan         `json:"fan,omitempty"`
	Path        *Path        `json:"path,omitempty"`
	Focus       *Focus       `json:"focus,omitempty"`
	Policies    []PolicyRow  `json:"policies,omitzero"` // by caller, callee, then part of the call

	Diff *Diff `json:"diff,omitempty"` // of two states; the rest of the document is about the new one

	// Variants are those that were judged, if they are several. They have their own Coverage.
	Variants []Variant `json:"variants,omitzero"`

	// Coverage is always written, unless there are Variants.
	Coverage Coverage `json:"coverage,omitzero"`
}
