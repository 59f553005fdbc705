package analyze

import (
	"iter"

	"github.com/weirgraph/weir/graph"
)

// A Check is the outcome of the rules.
type Check struct {
	Findings []Finding      // that are shown: the most severe first, then the most costly, then in the order of Rules, then by subject
	NotShown int            // findings that a Selection leaves out
	Found    [Error + 1]int // all findings by severity, also those that are not shown
	ByRule   []RuleSum      // all findings by rule, the rule with the most severe ones first
	Excused  []Excused      // findings that are not reported, one by one, in the order of their rules, then by subject
	Expired  []Ignore       // entries of the configuration that have run out and excuse nothing
	Unused   []Ignore       // entries of the configuration, lines of annotations and comments that match no finding
	Unjudged []Finding      // what rules could not judge because no input can show it: no findings, they do not count
	Rules    []RuleInfo     // that were run, in the order of their list
	FailOn   Severity       // findings at or above it fail the run; above Error if none does
	Variants []Variant      // that were judged, if they are several; then Ignored counts in each
}

// An Excused finding is there and is not reported.
type Excused struct {
	Finding
	By     Excuse
	Reason string       // of the one who excuses it, or the baseline or state that has it; may be empty
	Origin graph.Origin // of the entry of the configuration or the comment; zero for others
	Below  bool         // the entry is in a configuration below that of the run
}

// An Excuse is why a finding is not reported.
type Excuse uint8

const (
	ByConfiguration Excuse = iota // an entry of ignore
	ByAnnotation                  // an annotation of the object that it is about
	ByComment                     // a comment at one of its places
	ByBaseline                    // the file of known findings has it
	ByBase                        // the state that this one is compared with has it
)

// excuses are the words for Excuse, in the order of its constants.
var excuses = []string{"ignore", "annotation", "comment", "baseline", "base"}

func (e Excuse) String() string { return excuses[e] }

// Known reports whether a finding is excused because it was there before.
func (e Excuse) Known() bool { return e >= ByBaseline }

// Ignored is the number of findings that the configuration or an annotation excuses.
func (c *Check) Ignored() int {
	n := 0
	for i := range c.Excused {
		if !c.Excused[i].By.Known() {
			n++
		}
	}
	return n
}

// Known is the number of findings that were there before.
func (c *Check) Known() int { return len(c.Excused) - c.Ignored() }

// Fails reports whether findings of a severity fail the run.
func (c *Check) Fails(s Severity) bool { return s >= c.FailOn }

// Failing is the number of findings that fail the run, shown or not.
func (c *Check) Failing() int {
	n := 0
	for s := Info; s <= Error; s++ {
		if c.Fails(s) {
			n += c.Found[s]
		}
	}
	return n
}

// Singles yields the findings one by one, see Singles.
func (c *Check) Singles() iter.Seq[*Finding] { return Singles(c.Findings) }

// Singles yields findings one by one: those that are reported together each by itself, with the
// variants of all.
func Singles(found []Finding) iter.Seq[*Finding] {
	return func(yield func(*Finding) bool) {
		for i := range found {
			f := &found[i]
			if f.Each == nil {
				if !yield(f) {
					return
				}
				continue
			}
			for _, one := range f.Each {
				one.Variants = f.Variants
				if !yield(&one) {
					return
				}
			}
		}
	}
}

// A RuleInfo describes a rule that was run, to formats that list them.
type RuleInfo struct {
	ID       string
	Title    string
	Doc      string   // its page, in Markdown
	Severity Severity // of its findings, unless they have reason for another one
}

// A Variant is one of several states of an estate, which is judged by itself.
type Variant struct {
	Name    string
	Graph   *graph.Graph
	Ignored int
}

// A RuleSum is how much one rule has found.
type RuleSum struct {
	Rule     string
	Findings [Error + 1]int // by severity
	Subjects int            // of all findings: those about several count each
}

// Severity of a finding.
type Severity uint8

const (
	Info Severity = iota
	Warning
	Error
)

// Never is above all severities: no finding fails the run.
const Never = Error + 1

// Severities are the words for Severity, in the order of its constants.
var Severities = []string{"info", "warning", "error"}

func (s Severity) String() string { return Severities[s] }

// Confidence is how much of a finding was read and not presumed.
type Confidence uint8

const (
	Assumed Confidence = iota // uses an assumption; never an error
	Default                   // uses a platform's default
	Certain                   // everything it uses is in the inputs
)

// confidences are the words for Confidence, in the order of its constants.
var confidences = []string{"assumed", "default", "certain"}

func (c Confidence) String() string { return confidences[c] }

// A Finding is one thing that is wrong, or may be.
type Finding struct {
	Rule        string // the ID of the rule that found it
	Severity    Severity
	Confidence  Confidence
	Subject     string // a service's id, "from->to", a path "a>b>c", a cycle "a,b,c", "Kind/namespace/name"
	Message     string // one sentence, first and last hop in it
	Hint        string // the fix, in the words of the format it came from
	Fix         Fix    // the hint as data, of a finding about one call, service or object; only if fixes are asked for
	Values      []KeyValue
	Routes      []string       // the parts of the call that are meant, nil if they are all
	Origins     []graph.Origin // the deciding place first
	Services    []graph.Node   // whom it concerns, the subject first
	Variants    []string       // the names of those that have it, nil if there are no variants
	Fingerprint string         // of what is found and about whom alone, 16 hex digits

	AlsoAbout []string     // further subjects, about which it replaces findings as about its own
	Replaces  []string     // the rules, by ID, whose findings about AlsoAbout it replaces, besides those of its own rule
	Covers    []string     // the subjects of the findings that this one replaces, where it reports several at once
	Detail    string       // what of the subject is meant, where a rule finds several things in one
	Owners    []graph.Node // whose annotations may excuse it, if not all of Services

	Alike Alike     // what it has in common with others of its rule
	Each  []Finding // those that it reports together, at least two, by subject; nil if it is one by itself
}

// Alike is what findings have in common that one change would fix. Findings of one rule,
// severity and confidence with the same cause are reported together.
type Alike struct {
	Cause string // what is missing or wrong, and where it is set; empty if the finding is reported by itself
	Says  string // said of several subjects: "declare no readinessProbe", and "without a breaker" of calls
	Hint  string // for several, whose own hints may name different objects
	Calls bool   // whether the subjects are calls, of Services[0] to the others
	// Objects is set if the subjects are objects, and Services those that they are about.
	Objects bool
	One     bool // one object has the cause: they are reported together however few they are
	Goes    bool // Says goes on about what the caller does: "and retries it after response-5xx"
}

// A KeyValue is one value that a finding was computed from.
type KeyValue struct{ Key, Value string }

// An Ignore excuses findings.
type Ignore struct {
	graph.Ignore
	By Excuse // ByConfiguration; ByAnnotation for a line of an annotation of its Subject; ByComment for a comment, which has no Subject
}
