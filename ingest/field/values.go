package field

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// Values turns values into settings and collects their flaws. A value that its product
// rejects is a flaw, and its setting is unknown. The zero Values is ready for use.
type Values struct {
	Flaws []graph.Flaw

	trusting bool            // durations that are probably not what their author meant are no flaws
	distinct bool            // duplicates of flaws are left out
	noted    map[FlawAt]bool // the flaws so far, if they are distinct; made with the first one
}

// FlawAt is a flaw's identity: fields that several policies share are read for each of
// them, and their flaws noted once.
type FlawAt struct {
	Text, Why string
	At        graph.Origin
}

// Note adds a flaw.
func (c *Values) Note(flaw graph.Flaw) {
	if c.distinct {
		at := FlawAt{flaw.Text, flaw.Why, flaw.Origin}
		if c.noted[at] {
			return
		}
		if c.noted == nil {
			c.noted = map[FlawAt]bool{}
		}
		c.noted[at] = true
	}
	c.Flaws = append(c.Flaws, flaw)
}

// Known reports whether a value is a scalar whose text is known, and notes a value that
// is written and is not. want completes "is not": "a duration".
func (c *Values) Known(v Value, want string) bool {
	switch {
	case v.Readable():
		return true
	case v.Form == Scalar:
		c.Note(v.FilledInLater())
	case v.Form == compound:
		c.Note(v.Flaw(graph.Invalid, "is not "+want, ""))
	}
	return false
}

// Read reads a value with a parser, whose error may be a *policy.ValueError. want
// completes "is not": "a number".
func Read[T any](c *Values, v Value, want string, parse func(text string) (T, error)) (s policy.Setting[T]) {
	if !c.Known(v, want) {
		return s
	}
	read, err := parse(v.Text)
	if err != nil {
		c.Note(v.Refused(err))
		return s
	}
	return policy.Setting[T]{Value: read, Provenance: v.How, Origin: v.Origin}
}

// Duration reads a limit on time, which may be off.
func (c *Values) Duration(syntax *policy.Syntax, v Value) policy.Setting[time.Duration] {
	return limit(c.duration(syntax, v))
}

// Wait reads a length of time, of which 0 is one.
func (c *Values) Wait(syntax *policy.Syntax, v Value) policy.Setting[time.Duration] {
	return wait(c.duration(syntax, v))
}

func (c *Values) duration(syntax *policy.Syntax, v Value) policy.Setting[policy.Duration] {
	d := Read(c, v, "a duration", func(text string) (policy.Duration, error) { return policy.ParseDuration(syntax, text) })
	if d.Value.Doubt != "" && !c.trusting {
		flaw := v.Flaw(graph.Invalid, d.Value.Doubt, d.Value.Hint)
		flaw.Instead = d.Value.Instead
		flaw.Reads = true
		c.Note(flaw)
	}
	return d
}

// limit is a duration that was read, as a limit on time.
func limit(d policy.Setting[policy.Duration]) policy.Setting[time.Duration] {
	if d.Value.Means == policy.Off {
		d.Provenance = policy.Disabled
	}
	return wait(d)
}

// wait is a duration that was read, as a length of time.
func wait(d policy.Setting[policy.Duration]) policy.Setting[time.Duration] {
	if d.Value.Means != policy.Acts && d.Value.Means != policy.Off {
		return policy.Setting[time.Duration]{}
	}
	return policy.Setting[time.Duration]{Value: d.Value.Value, Provenance: d.Provenance, Origin: d.Origin}
}

// Count reads a whole number of at least least.
func (c *Values) Count(least int, v Value) policy.Setting[int] {
	return Read(c, v, "a number", func(text string) (int, error) { return policy.ParseCount(text, least) })
}

// Percent reads a number from 0 to 100 as a share.
func (c *Values) Percent(v Value) policy.Setting[float64] {
	return Read(c, v, "a number", policy.ParsePercent)
}

// Ratio reads a number from 0 to 1.
func (c *Values) Ratio(v Value) policy.Setting[float64] {
	return Read(c, v, "a number", policy.ParseRatio)
}

// Factor reads a number above 0.
func (c *Values) Factor(v Value) policy.Setting[float64] {
	return Read(c, v, "a number", func(text string) (float64, error) {
		factor, err := strconv.ParseFloat(text, 64)
		if err != nil || !(factor > 0) {
			return 0, &policy.ValueError{Text: text, Why: "is not a number above 0", Hint: "write a number such as 1.5"}
		}
		return factor, nil
	})
}

// Bool reads true or false.
func (c *Values) Bool(v Value) policy.Setting[bool] {
	return Read(c, v, "a truth value", func(text string) (bool, error) {
		switch strings.ToLower(text) {
		case "true", "yes", "on", "1":
			return true, nil
		case "false", "no", "off", "0":
			return false, nil
		}
		return false, &policy.ValueError{Text: text, Why: "is not a truth value", Hint: "write true or false"}
	})
}

// Word reads one of words, which map what is written to weir's own word.
func (c *Values) Word(words map[string]string, v Value) policy.Setting[string] {
	return Read(c, v, "a word", func(text string) (string, error) {
		word, err := policy.ParseWord(slices.Sorted(maps.Keys(words)), text)
		return words[word], err
	})
}

// RetryOn reads the conditions of a retry, the texts of v. origins are their places, nil
// if they are all at v. It notes the texts that the product does not know; the setting is
// unknown if these are all that there is.
func (c *Values) RetryOn(words *policy.RetryWords, v Value, texts []string, origins []graph.Origin) policy.Setting[[]string] {
	on, unknown := policy.ParseRetryOn(words, texts...)
	for _, bad := range unknown {
		at := v
		for i, origin := range origins {
			if texts[i] == bad.Text {
				at.Origin = origin
			}
		}
		at.Text = bad.Text
		c.Note(at.Refused(bad))
	}
	if len(on) == 0 && len(unknown) > 0 {
		return policy.Setting[[]string]{}
	}
	return policy.Setting[[]string]{Value: on, Provenance: v.How, Origin: v.Origin}
}
