package rules

import (
	"fmt"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/internal/didyoumean"
	"github.com/weirgraph/weir/policy"
)

// A Rule looks at a graph and reports what is wrong with it. It does not print,
// exit, read files or ask for flags.
type Rule struct {
	ID       string // kebab-case, never reused
	Title    string // a few words, lower case
	Doc      string // the page: why it hurts, an example, a near miss, the fix; Markdown
	Severity analyze.Severity
	OnDemand bool // run only where a configuration gives it a severity
	Check    func(p *Pass)

	// Purposes are what its findings ask for, where products have settings for it. The
	// remediations of a product for them belong to the page.
	Purposes []policy.Purpose

	// NoFix is why findings have no fix that do not say it themselves.
	NoFix analyze.NoFix
	// ByPeople is why no change of the inputs fixes what it finds; empty if one does.
	ByPeople string

	// Supersedes are the rules, by ID, that this one says more than: what it finds
	// takes the place of what they find about the same subject, or about a part of
	// it where the subject is a path. A rule that is replaced may replace others.
	Supersedes []string
}

// Usual is the word for what r does unless a configuration says otherwise: its
// severity, or "off".
func (r *Rule) Usual() string {
	if r.OnDemand {
		return "off"
	}
	return r.Severity.String()
}

func findRule(rules []*Rule, id string) (*Rule, error) {
	var ids []string
	for _, r := range rules {
		if r.ID == CurrentID(id) {
			return r, nil
		}
		ids = append(ids, r.ID)
	}
	return nil, &ruleError{ID: id, Similar: didyoumean.Suggest(id, ids)}
}

// A ruleError says that there is no rule of some ID.
type ruleError struct {
	ID      string
	Similar []string // IDs that are like it, may be empty
}

func (e *ruleError) Error() string { return fmt.Sprintf("no rule %q", e.ID) }

// Hint returns what to do about it.
func (e *ruleError) Hint() string {
	if len(e.Similar) == 0 {
		return `"weir rules" lists them all`
	}
	return fmt.Sprintf("did you mean %q?", e.Similar[0])
}
