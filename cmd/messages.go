package cmd

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/analyze/rules"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/internal/sanitize"
	"github.com/weirgraph/weir/render/pen"
)

// A console has the streams of a run. Results go to out. Messages go to err, in one
// form: "weir: what is wrong", lower case without a full stop, and then, if there is a
// hint, "weir: hint: how to fix it". Both may contain names of the inputs, and are cleaned as
// those in results are.
type console struct {
	in       io.Reader
	out, err io.Writer
}

// printMessage writes a message and its hint, if it has one.
func (c *console) printMessage(message, hint string) {
	fmt.Fprintf(c.err, "weir: %s\n", pen.Clean(sanitize.Secrets(message)))
	if hint != "" {
		fmt.Fprintf(c.err, "weir: hint: %s\n", pen.Clean(sanitize.Secrets(hint)))
	}
}

// maxProblems is how many problems are listed before the rest is only counted: a
// directory of forty templates has the same problem forty times.
const maxProblems = 10

// printProblems writes the problems of the inputs, unreadable input before skipped
// input. A hint that several problems share is written once, after the last of them.
// Notes are written with verbose only, and with quiet only unreadable input.
func (c *console) printProblems(problems []graph.Problem, quiet, verbose bool) {
	least := graph.Skipped
	switch {
	case verbose:
		least = graph.Note
	case quiet:
		least = graph.Failed
	}
	var shown []graph.Problem
	for level := graph.Failed; ; level-- {
		for _, p := range problems {
			if p.Level == level {
				shown = append(shown, p)
			}
		}
		if level == least {
			break
		}
	}
	more := map[string]int{} // those that are left out after the first with the same words, by its text
	if !verbose {
		shown, more = once(shown)
	}
	rest := 0
	if !verbose && len(shown) > maxProblems {
		rest = len(shown) - maxProblems
		shown = shown[:maxProblems]
	}
	for i, p := range shown {
		if i+1 < len(shown) && shown[i+1].Hint == p.Hint {
			p.Hint = ""
		}
		text := problemText(p)
		if n := more[text]; n > 0 {
			text += fmt.Sprintf(" (and in %s; --verbose lists all)", english.Count(n, "other place"))
		}
		c.printMessage(text, p.Hint)
	}
	if rest > 0 {
		c.printMessage(fmt.Sprintf("and %d more; --verbose shows all", rest), "")
	}
}

// once leaves of skipped inputs with the same words only the first, and returns how many it left out
// after each, by its text.
func once(problems []graph.Problem) ([]graph.Problem, map[string]int) {
	type words struct{ message, hint string }
	first, more := map[words]string{}, map[string]int{}
	problems = slices.DeleteFunc(slices.Clone(problems), func(p graph.Problem) bool {
		if p.Level != graph.Skipped {
			return false
		}
		w := words{p.Message, p.Hint}
		text, again := first[w]
		if again {
			more[text]++
		} else {
			first[w] = problemText(p)
		}
		return again
	})
	return problems, more
}

// printUnread writes one message for each kind of inputs that are recognized and not read; with
// quiet only those for which the run fails.
func (c *console) printUnread(groups []graph.UnreadGroup, quiet bool) {
	for _, g := range groups {
		if quiet && !g.Kind.Lost {
			continue
		}
		message := g.Message()
		switch first := g.Inputs[0]; {
		case len(g.Inputs) > 1:
			message = fmt.Sprintf("%s (first: %s)", message, first.Origin)
		case first.Origin.File() != first.Name:
			message = first.Origin.String() + ": " + message
		}
		c.printMessage(message, g.Hint())
	}
}

// printExpired lists the entries of ignore that have expired, which explains why
// findings that were ignored are reported again.
func (c *console) printExpired(entries []analyze.Ignore) {
	for i, e := range entries {
		hint := ""
		if i == len(entries)-1 {
			hint = "fix what it ignored and remove it, or set a later date"
		}
		c.printMessage(fmt.Sprintf("%s: this entry of ignore expired on %s: %s", e.Origin, e.Until, e.Reason), hint)
	}
}

// printUnused lists the entries of ignore, the lines of annotations and the comments that match no
// finding. own are the rules that the configuration declares.
func (c *console) printUnused(entries []analyze.Ignore, own []*rules.Rule) {
	for i, e := range entries {
		var message, hint string
		switch e.By {
		case analyze.ByAnnotation:
			message = fmt.Sprintf("the annotation %s of %s matches no finding: rule %s", graph.IgnoreAnnotation, e.Subject, e.Rule)
			hint = "remove the line, or correct its rule"
		case analyze.ByComment:
			message = fmt.Sprintf("this comment excuses no finding at its line: rule %s", e.Rule)
			hint = "remove it, correct its rule, or move it to the line of the finding or the one above"
		default:
			message = "this entry of ignore matches no finding: " + conditions(&e.Ignore)
			hint = "remove it, or correct its conditions; --output json has the subject, places and fingerprint of every finding"
		}
		if _, err := rules.FindRule(e.Rule, own); err != nil && e.By == analyze.ByComment && e.Rule != "*" {
			hint = hintOf(err)
		} else if i < len(entries)-1 && entries[i+1].By == e.By {
			hint = ""
		}
		c.printMessage(fmt.Sprintf("%s: %s", e.Origin, message), hint)
	}
}

// conditions lists those of an entry of ignore.
func conditions(i *graph.Ignore) string {
	list := []string{"rule " + i.Rule}
	if i.Subject != "*" || i.Fingerprints == nil && i.Services == nil && i.Paths == nil && i.Within == "" {
		list = append(list, "subject "+i.Subject)
	}
	for _, c := range []struct {
		name   string
		values []string
	}{{"fingerprint ", i.Fingerprints}, {"services ", i.Services}, {"paths ", i.Paths}} {
		if c.values != nil {
			list = append(list, c.name+strings.Join(c.values, " or "))
		}
	}
	if i.Within != "" {
		list = append(list, "declared below "+i.Within)
	}
	return strings.Join(list, ", ")
}

// problemText puts the place before what is wrong there.
func problemText(p graph.Problem) string {
	if at := p.Origin.String(); at != "" {
		return at + ": " + p.Message
	}
	return p.Message
}
