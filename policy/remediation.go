package policy

import (
	"slices"
	"strings"
)

// A Purpose is what a remediation gives a call.
type Purpose uint8

const (
	TotalTimeout     Purpose = iota // a limit on the whole call
	AttemptTimeout                  // a limit on one attempt
	Retries                         // how often, and on what
	RetryBackoff                    // waits that grow and are spread
	RetryBudget                     // a cap on retries in proportion to calls
	CircuitBreaker                  // something that stops calling what fails
	EjectionShare                   // the share of hosts that may be taken out at once
	BreakerWindow                   // how far back a breaker counts
	BreakerOpenTime                 // how long a breaker stays open
	ConcurrencyLimit                // a cap on calls at once
	FallbackAnswer                  // an answer in place of the callee's
	LoadBalancing                   // calls spread over replicas
	NumPurposes
)

// purposes are the words for Purpose.
var purposes = []string{
	"a timeout for the whole call", "a timeout for one attempt", "the retries", "the backoff between retries", "a retry budget", "a circuit breaker",
	"the share of hosts that may be ejected", "the window of the circuit breaker", "the open time of the circuit breaker",
	"a limit on concurrent calls", "a fallback", "the load balancing",
}

func (p Purpose) String() string { return purposes[p] }

// An Op is what an Edit does.
type Op uint8

const (
	OpSet     Op = iota // give a field a value
	OpAdd               // add a block, or an entry of a list
	OpRemove            // remove a field
	OpRename            // give a field, with its value, another name
	OpMove              // take a field away and give its value to another one of the object
	OpReplace           // give a field that has a value another one, and leave it if it has none
	OpCopy              // give a field the value that the same field has in another object or part
)

// ops are the words for Op.
var ops = []string{"set", "add", "remove", "rename", "move", "replace", "copy"}

func (o Op) String() string { return ops[o] }

// Values that depend on the finding. Any other value of an Edit is written as it is.
const (
	DurationValue   = "<duration>"
	CountValue      = "<count>"
	TriesValue      = "<tries>" // a count of attempts, the first one included
	PercentValue    = "<percent>"
	ConditionsValue = "<conditions>" // of retries
	NameValue       = "<name>"
	BlockValue      = "<block>" // fields of its own, for each of which the product has a default
)

// Names in the paths and values of edits, which a fix fills in.
const (
	CalleeName      = "<callee>"
	CalleeNamespace = "<namespace>"
	AnyName         = "{}" // in Product.Names: the names of the fields of a mapping
)

// An Edit changes one field of an object.
type Edit struct {
	Op     Op
	Syntax *Syntax // of a DurationValue; nil is the usual one of the product
	Fill   string  // the value that is written where the finding has none of its own: of a block, a name
	Off    string  // what the block with the field becomes where the field is to be 0; empty if 0 does no harm beside others
	// Path leads from the root of the object to the field: names with dots in between,
	// [] for every entry of a list, [key] for a key with dots of its own. It is empty
	// where the whole object is added.
	Path  string
	Value string // a literal, or one of the values above
}

// A Base is where the paths of a remediation begin.
type Base uint8

const (
	BaseObject Base = iota // at the root of an object of its kind
	BaseFile               // at the root of a file with the settings of a program
	BasePlace              // at the value where the policy is written
	BaseCode               // not where a program edits: in code, or in a text within a value, as MeshConfig
)

// A Remediation is a way to give a call what it lacks, in one kind of object.
type Remediation struct {
	Kind  string // of the object: "VirtualService"; of what is in code, its name: "retry strategy"
	Base  Base
	Edits []Edit // to be made together; never empty
	Block string // how the names of objects with such blocks begin, of BasePlace where the product has several kinds

	// Others adds the entry of the object for the requests that none of its entries is for; nil if these
	// cannot have one. A DurationValue in it is the value.
	Others *Edit

	// IfWritten lets it be made only beside another field of its block.
	IfWritten bool

	// Refers is in the object that has to name a new object of the kind; nil if none has.
	Refers *Remediation
}

// Remediations are the ways of one product, by purpose. The first one of a purpose is
// for users that have none of the objects. A purpose without any is one that the
// product cannot express.
type Remediations [NumPurposes][]Remediation

// Remediation returns the way of p for a purpose, the one in an object of one of the
// kinds if there is any, and false if p cannot express it.
func (p *Product) Remediation(purpose Purpose, kinds ...string) (Remediation, bool) {
	return p.OrNative().of(p.OrNative().Remediations.Get(), purpose, kinds)
}

// RemediationIn is Remediation for what a product says in one layer.
func (p *Product) RemediationIn(layer Layer, purpose Purpose, kinds ...string) (Remediation, bool) {
	if p = p.OrNative(); layer == ServerProxy && p.Layer != ServerProxy {
		return p.of(p.AtCallee.Get(), purpose, kinds)
	}
	return p.of(p.Remediations.Get(), purpose, kinds)
}

// of returns the way for a purpose among some, the one in an object of one of the kinds if
// there is any, else one of objects in a cluster beside those, and one of files beside files. It is
// none in objects that do not act beside those, or beside which those do not act, or that are written
// for those.
func (p *Product) of(r *Remediations, purpose Purpose, kinds []string) (Remediation, bool) {
	acts := func(way *Remediation) bool {
		for _, kind := range kinds {
			if slices.Contains(p.Writes[kind], way.Kind) || slices.Contains(p.Replaces[kind], way.Kind) || way.Kind != kind && slices.Contains(p.Replaces[way.Kind], kind) {
				return false
			}
		}
		return true
	}
	list, first := r[purpose], -1
	for i := range list {
		alike := len(kinds) > 0 && IsResource(list[i].Kind) == IsResource(kinds[0])
		if acts(&list[i]) && (first < 0 || alike && IsResource(list[first].Kind) != IsResource(kinds[0])) {
			first = i
		}
	}
	for _, kind := range kinds {
		for i := range list {
			if list[i].Kind == kind && acts(&list[i]) {
				return list[i], true
			}
		}
	}
	if first < 0 {
		return Remediation{}, false
	}
	return list[first], true
}

// RemediationIn returns the way of what is not known in detail, such as the code of a
// caller: it names the purpose and the place.
func RemediationIn(place string, purpose Purpose) Remediation {
	return Remediation{Kind: place, Base: BaseCode, Edits: []Edit{{Path: purpose.String()}}}
}

// Sentence writes r as an imperative: verb, fields and object. The verb is what the
// finding asks for, "set", "raise" or "lower"; where the object or the block is still to
// be added, that is said instead of "set". The object is the name of the user's own,
// "shop/pricing", or empty.
func (r Remediation) Sentence(verb, object string) string {
	first := r.Edits[0]
	switch {
	case first.Op == OpRemove:
		verb = "remove"
	case first.Op == OpAdd && verb == "set":
		verb = "add"
	}
	if first.Path == "" {
		if verb == "add" {
			return "add " + article(r.Kind) + " " + r.Kind
		}
		return verb + " " + r.named(object)
	}
	preposition := " of "
	switch {
	case strings.Contains(first.Path, " "): // RemediationIn
		preposition = " in "
	case verb == "add":
		preposition = " to "
	case verb == "remove":
		preposition = " from "
	}
	return verb + " " + r.Fields() + preposition + r.named(object)
}

// Fields writes the fields of r, with the values that are the same in every finding.
func (r Remediation) Fields() string {
	var fields []string
	what := ""
	for _, e := range r.Edits {
		if e.Op == OpRemove && r.Edits[0].Op != OpRemove {
			continue
		}
		field := e.Path
		if key, ok := strings.CutPrefix(field, "metadata.annotations["); ok {
			field, what = strings.TrimSuffix(key, "]"), "annotation "
			if len(r.Edits) > 1 {
				what = "annotations "
			}
		}
		if e.Value != "" && !strings.HasPrefix(e.Value, "<") {
			field += ": " + e.Value
		}
		fields = append(fields, field)
	}
	if last := len(fields) - 1; last > 0 {
		return what + strings.Join(fields[:last], ", ") + " and " + fields[last]
	}
	return what + fields[0]
}

// named is the object of r: its own name, or that of its kind.
func (r Remediation) named(object string) string {
	switch {
	case object != "":
		return r.Kind + " " + object
	case r.Kind == "Service":
		return "the callee's Service"
	case strings.HasPrefix(r.Kind, "the "):
		return r.Kind
	case IsResource(r.Kind):
		return article(r.Kind) + " " + r.Kind
	}
	return "the " + r.Kind
}

// IsResource reports whether a kind is that of an object in a cluster, of which users
// may have none.
func IsResource(kind string) bool {
	return kind != "" && 'A' <= kind[0] && kind[0] <= 'Z' && !strings.Contains(kind, " ")
}

func article(noun string) string {
	if strings.HasPrefix(noun, "HTTP") || strings.HasPrefix(noun, "X") || strings.ContainsRune("aeiouAEIO", rune(noun[0])) {
		return "an"
	}
	return "a"
}
