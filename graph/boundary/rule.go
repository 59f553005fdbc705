// Package boundary has the architecture rules that users write: which services must not, must
// and may call which others.
package boundary

import (
	"strings"

	"github.com/weirgraph/weir/graph"
)

// Kind is what a rule demands.
type Kind uint8

const (
	Forbid  Kind = iota // no service of From calls one of To
	Require             // each service of From calls one of To
	Allow               // a service of From may call those of To; calls that no rule of the kind allows are wrong
)

// Kinds are the words for Kind, in the order of its constants.
var Kinds = []string{"forbid", "require", "allow"}

func (k Kind) String() string { return Kinds[k] }

// A Rule is one architecture rule.
type Rule struct {
	Kind     Kind
	Name     string // unique among those of its kind; "" of Allow
	From, To Selector
	Reach    bool     // chains of calls count, not only direct calls
	Via      Selector // services on a chain that make it right; only with Reach of Forbid
	Mode     graph.Mode
	Protocol []string // patterns of the protocols that count; nil is all, also unknown ones
	Severity string   // "" for the usual one
	Comment  string   // why; may be empty
	Origin   graph.Origin
}

// AllowID is the id of all rules of kind Allow together: what is wrong is wrong by all of them.
const AllowID = "allow"

// ID is what people type: "forbid/web-to-ledger".
func (r *Rule) ID() string {
	if r.Kind == Allow {
		return AllowID
	}
	return r.Kind.String() + "/" + r.Name
}

// IsID reports whether an id has the form of those of architecture rules. No rule of weir has it.
func IsID(id string) bool {
	kind, name, _ := strings.Cut(id, "/")
	return id == AllowID || name != "" && (kind == Forbid.String() || kind == Require.String())
}
