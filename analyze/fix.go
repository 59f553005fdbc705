package analyze

import (
	"slices"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// A Fix is a change of the inputs that removes the cause of a finding: its hint as data, with
// values that fit this call. Its changes are made together or not at all. The zero Fix is that
// of a finding that only people can fix.
type Fix struct {
	Changes []ObjectEdit
	Why     string // what its values rest on, "the slowest call of shop/cart takes 2s"; empty if they need no reason
	None    NoFix  // why there are no changes; empty if there are, or if the rule is one for people
}

// NoFix is why no change of the inputs that a program can make fixes a finding.
type NoFix string

// The reasons.
const (
	NoValue    NoFix = "the value is not in the inputs"                   // a number, a name or a condition that only its author knows
	NoInput    NoFix = "the inputs may lack what it is about"             // more sources, rather than other ones
	InCode     NoFix = "it is fixed in the code of a program"             // which weir does not edit
	InPlatform NoFix = "it is fixed in the settings of a platform"        // which are not in the inputs
	InShape    NoFix = "the calls of a program have to change"            // or the tier of one
	NoWay      NoFix = "the product cannot express it"                    // so that another one has to
	InText     NoFix = "the text is not written as its reader expects it" // a program cannot know what is meant
	Meant      NoFix = "it may be meant as it is"                         // such as a default that every call overrides
	NoEdit     NoFix = "the way it is written is one that is not edited"  // such as settings that several calls share
)

// An ObjectEdit sets, adds or removes fields of one object.
type ObjectEdit struct {
	Kind   string         // "VirtualService", "call in weir.yaml"
	Object string         // its name, "shop/pricing"; empty if its place identifies it
	Places []graph.Origin // the first that is in an object of the kind and name is in the part that acts; never empty
	Base   policy.Base    // where its paths begin
	New    []policy.Edit  // how an object of the kind begins, if the inputs have none; nil if none can be added
	Edits  []FieldEdit
	Copy   bool // the edits are those of a copy of the object, which is added
}

// A FieldEdit is the edit of a field, with its value.
type FieldEdit struct {
	policy.Edit

	// Of a value that is written already: where, what it means and is to mean, and the products
	// whose way to write it may be. Value is how the usual one of them writes it.
	Written  graph.Origin
	Was, Now any
	By       []*policy.Product

	Names bool // the value is a name that leads to what another edit sets

	// Beside is where another field of the same block has its value, if that leads to the block:
	// the path then begins there.
	Beside graph.Origin

	// From is the path, in the document and part with the place Written, of the value that a field
	// gets with policy.OpCopy.
	From string
}

// Applicable reports whether a program can make the fix.
func (f *Fix) Applicable() bool { return len(f.Changes) > 0 }

// OnlyRemoves reports whether all its edits take something away.
func (f *Fix) OnlyRemoves() bool {
	for i := range f.Changes {
		if slices.ContainsFunc(f.Changes[i].Edits, func(e FieldEdit) bool { return e.Op != policy.OpRemove }) {
			return false
		}
	}
	return f.Applicable()
}

// And returns the changes of both, for the first's reason.
func (f Fix) And(other Fix) Fix {
	f.Changes = append(slices.Clip(f.Changes), other.Changes...)
	if f.None == "" {
		f.None = other.None
	}
	if len(f.Changes) > 0 {
		f.None = ""
	}
	return f
}
