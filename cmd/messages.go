package cmd

import (
	"fmt"
	"io"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
)

// A console is where a run talks. Results go to out. Everything else goes to err
// in one voice: "weir: what is wrong", lower case without a full stop, and then
// perhaps "weir: hint: the way out".
type console struct {
	in       io.Reader
	out, err io.Writer
}

// printMessage says what is wrong and the way out, if there is one.
func (c *console) printMessage(message, hint string) {
	fmt.Fprintf(c.err, "weir: %s\n", message)
	if hint != "" {
		fmt.Fprintf(c.err, "weir: hint: %s\n", hint)
	}
}

// maxProblems is how many problems are told before the rest is only counted. A
// folder of forty templates has one thing to say, and a screen holds so much.
const maxProblems = 10

// printProblems says what is wrong with the inputs, the unreadable before the
// left out: a hint that several problems share is given once, after the last of
// them. Notes are told only when everything is asked for, and quiet leaves
// nothing but what could not be read.
func (c *console) printProblems(problems []graph.Problem, quiet, verbose bool) {
	least := graph.Skipped
	switch {
	case verbose:
		least = graph.Note
	case quiet:
		least = graph.Failed
	}
	var told []graph.Problem
	for level := graph.Failed; ; level-- {
		for _, p := range problems {
			if p.Level == level {
				told = append(told, p)
			}
		}
		if level == least {
			break
		}
	}
	rest := 0
	if !verbose && len(told) > maxProblems {
		rest = len(told) - maxProblems
		told = told[:maxProblems]
	}
	for i, p := range told {
		if i+1 < len(told) && told[i+1].Hint == p.Hint {
			p.Hint = ""
		}
		c.printMessage(problemText(p), p.Hint)
	}
	if rest > 0 {
		c.printMessage(fmt.Sprintf("and %d more; --verbose shows all", rest), "")
	}
}

// printExpired says which entries of ignore excuse nothing any more, so that
// nobody wonders why what was accepted is a finding again.
func (c *console) printExpired(entries []analyze.Ignore) {
	for i, e := range entries {
		hint := ""
		if i == len(entries)-1 {
			hint = "mend what it excused and remove it, or give it a later date"
		}
		c.printMessage(fmt.Sprintf("%s: this entry of ignore ran out on %s: %s", e.Origin, e.Until, e.Reason), hint)
	}
}

// problemText puts the place before what is wrong there.
func problemText(p graph.Problem) string {
	if at := p.Origin.String(); at != "" {
		return at + ": " + p.Message
	}
	return p.Message
}
