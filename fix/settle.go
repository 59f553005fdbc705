package fix

import (
	"fmt"
	"maps"
	"slices"

	"github.com/weirgraph/weir/analyze"
)

// A Check reads the inputs with files as they would be, and returns all findings, one by one.
type Check func(files []File) ([]analyze.Finding, error)

// maxChecks bounds how often Settle has the inputs checked.
const maxChecks = 12

// Settle is Make, and proves what it makes. The fix of a finding that would still be there is not
// made. What the changes bring is fixed as well, if it is as severe as the least of what they fix:
// two fixes may be right alone and not together, as a limit on attempts and one on the whole call.
// Of what no fix helps against, from warnings on, the fix that brings it is left out if it is found,
// else it is in New. known are all findings of the inputs as they are, also those that are not
// reported because another one says more.
//
// Each check reads all inputs again; one is enough if the fixes are right.
func Settle(findings, known []analyze.Finding, read func(name string) ([]byte, error), check Check) (*Patch, error) {
	s := &settler{read: read, check: check, known: map[string]bool{}}
	for i := range known {
		s.known[known[i].Fingerprint] = true
	}
	var without []Outcome
	for {
		p, err := s.settled(findings)
		if err != nil {
			return nil, err
		}
		i := s.culprit(p)
		if i < 0 {
			p.Left = append(p.Left, without...)
			return p, nil
		}
		f := p.Made[i].Finding
		without = append(without, Outcome{Finding: f, Reason: fmt.Sprintf("it would bring another: %s [%s]", p.New[0].Message, p.New[0].Rule)})
		findings = leave(findings, []Outcome{{Finding: f}})
	}
}

// settled is Settle without leaving out what brings others.
func (s *settler) settled(findings []analyze.Finding) (*Patch, error) {
	p, there, err := s.effective(findings)
	if err != nil || len(p.Files) == 0 {
		return p, err
	}
	least := analyze.Error
	for _, o := range p.Made {
		least = min(least, o.Finding.Severity)
	}
	brought := s.brought(p, there, least)
	for len(brought) > 0 && s.more() {
		next := p.and(Make(brought, p.read(s.read)))
		there, err = s.run(next.Files)
		if err != nil {
			return nil, err
		}
		left := s.brought(next, there, least)
		if slices.ContainsFunc(left, isIn(brought)) {
			break // it leads nowhere
		}
		p, brought = next, left
	}
	left := make(map[string]bool, len(brought))
	for _, f := range brought {
		left[f.Fingerprint] = true
		if f.Severity >= analyze.Warning && !s.known[f.Fingerprint] {
			p.New = append(p.New, f)
		}
	}
	made := p.Made
	p.Made = nil
	for _, o := range made {
		if left[o.Finding.Fingerprint] {
			p.Left = append(p.Left, Outcome{Finding: o.Finding, Files: o.Files, Reason: "the change fixes a part of it"})
		} else {
			p.Made = append(p.Made, o)
		}
	}
	return p, nil
}

// culprit is the number of the fix that brings the first of what a patch brings: the last that changes
// what that is about, -1 if there is none, or no check is left.
func (s *settler) culprit(p *Patch) int {
	if len(p.New) == 0 || !s.more() {
		return -1
	}
	f := &p.New[0]
	for i := len(p.Made) - 1; i >= 0; i-- {
		if p.Made[i].Finding.Subject == f.Subject {
			return i
		}
	}
	for i := len(p.Made) - 1; i >= 0; i-- {
		if slices.ContainsFunc(p.Made[i].Finding.Fix.Changes, func(c analyze.ObjectEdit) bool { return c.Kind+"/"+c.Object == f.Subject }) {
			return i
		}
	}
	return -1
}

// A settler counts its checks.
type settler struct {
	read   func(name string) ([]byte, error)
	check  Check
	checks int
	known  map[string]bool // the fingerprints of findings of the inputs
}

func (s *settler) more() bool { return s.checks < maxChecks }

func (s *settler) run(files []File) ([]analyze.Finding, error) {
	s.checks++
	return s.check(files)
}

// effective makes the fixes without those whose findings would still be there, and returns what is
// found then.
func (s *settler) effective(findings []analyze.Finding) (*Patch, []analyze.Finding, error) {
	var without []Outcome
	for {
		p := Make(findings, s.read)
		p.Left = append(p.Left, without...)
		if len(p.Files) == 0 {
			return p, nil, nil
		}
		there, err := s.run(p.Files)
		if err != nil {
			return nil, nil, err
		}
		still := stillThere(p.Made, there)
		if len(still) == 0 || !s.more() {
			return p, there, nil
		}
		without, findings = append(without, still...), leave(findings, still)
	}
}

// brought returns the findings, from a severity on, that the inputs do not have as they are, and
// those that a patch has fixed in part: a limit for one method of a call that has several.
func (s *settler) brought(p *Patch, there []analyze.Finding, least analyze.Severity) []analyze.Finding {
	made := make(map[string]bool, len(p.Made))
	for _, o := range p.Made {
		made[o.Finding.Fingerprint] = true
	}
	return slices.DeleteFunc(slices.Clone(there), func(f analyze.Finding) bool {
		return f.Severity < least || s.known[f.Fingerprint] && !made[f.Fingerprint]
	})
}

// isIn returns which findings are among others, with the same words.
func isIn(findings []analyze.Finding) func(analyze.Finding) bool {
	has := map[[2]string]bool{}
	for i := range findings {
		has[[2]string{findings[i].Fingerprint, findings[i].Message}] = true
	}
	return func(f analyze.Finding) bool { return has[[2]string{f.Fingerprint, f.Message}] }
}

// leave returns findings without those of some outcomes.
func leave(findings []analyze.Finding, out []Outcome) []analyze.Finding {
	gone := map[string]bool{}
	for _, o := range out {
		gone[o.Finding.Fingerprint] = true
	}
	return slices.DeleteFunc(slices.Clone(findings), func(f analyze.Finding) bool { return gone[f.Fingerprint] })
}

// stillThere returns the outcomes whose findings are among others as they were, as fixes that are not made.
func stillThere(made []Outcome, there []analyze.Finding) []Outcome {
	found := make(map[string]string, len(there))
	for i := range there {
		found[there[i].Fingerprint] = there[i].Message
	}
	var still []Outcome
	for _, o := range made {
		if message, ok := found[o.Finding.Fingerprint]; ok && message == o.Finding.Message {
			still = append(still, Outcome{Finding: o.Finding, Reason: "it would still be there after the change"})
		}
	}
	return still
}

// and is p with the changes of a patch that was made of what p leaves. It keeps what p says it made.
func (p *Patch) and(more *Patch) *Patch {
	files := map[string]File{}
	for _, f := range p.Files {
		files[f.Name] = f
	}
	for _, f := range more.Files {
		if was, ok := files[f.Name]; ok {
			f.Before = was.Before
		}
		files[f.Name] = f
	}
	both := &Patch{Made: p.Made, Left: p.Left}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if f := files[name]; string(f.Before) != string(f.After) {
			both.Files = append(both.Files, f)
		}
	}
	return both
}

// read returns the texts as the patch leaves them.
func (p *Patch) read(inputs func(name string) ([]byte, error)) func(name string) ([]byte, error) {
	after := make(map[string][]byte, len(p.Files))
	for _, f := range p.Files {
		after[f.Name] = f.After
	}
	return func(name string) ([]byte, error) {
		text, ok := after[name]
		switch {
		case !ok:
			return inputs(name)
		case text == nil:
			return nil, ErrNotExist
		}
		return text, nil
	}
}
