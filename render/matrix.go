package render

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/render/pen"
)

// A cell is one kind of policy on one part of a call, in words.
type cell struct {
	value      string // "2s", "3 retries", "off", "none"
	provenance policy.Provenance
	origins    []graph.Origin
}

// A protection is a column of the matrix.
type protection struct {
	name string // of the kind, as users write it
	head string
	cell func(part *analyze.Part) cell
}

// protections are the columns of a matrix.
var protections = []protection{
	{"timeout", "TIMEOUT", timeoutCell},
	{"retry", "RETRIES", retryCell},
	{"breaker", "BREAKER", breakerCell},
	{"bulkhead", "BULKHEAD", bulkheadCell},
	{"rate-limit", "RATE LIMIT", rateLimitCell},
	{"fallback", "FALLBACK", fallbackCell},
	{"cache", "CACHE", cacheCell},
	{"balance", "BALANCE", balanceCell},
}

// provenanceMarks mark the values that are not explicit. The legend below the matrix
// explains them.
var provenanceMarks = map[policy.Provenance]string{policy.MeshDefault: "+", policy.PlatformDefault: "*"}

// said reports whether there is such a policy.
func (c cell) said() bool { return c.value != none.value && c.value != undeclared.value }

func (c cell) marked() string {
	if c.value == "" {
		return ""
	}
	return c.value + provenanceMarks[c.provenance]
}

// The cells of a kind of policy that no layer has.
var (
	none       = cell{value: "–", provenance: policy.Absent} // a layer is known that has none
	undeclared = cell{value: "?"}                            // not declared
)

// noneOrUndeclared is none if the kind is absent in a layer, else undeclared.
func noneOrUndeclared(part *analyze.Part, lacks func(s *policy.Set) bool) cell {
	if slices.ContainsFunc(part.Layers, func(l policy.Effect) bool { return lacks(&l.Set) }) {
		return none
	}
	return undeclared
}

func isAbsent[T any](s policy.Setting[T]) bool { return s.Provenance == policy.Absent }

// timeoutCell is how long the caller can be blocked, and how long one attempt can take
// if that is less.
func timeoutCell(part *analyze.Part) cell {
	switch part.Budget.State {
	case policy.Finite:
		c := bounded(part.Budget)
		if part.Budget.OfSilence() && len(part.Budget.By) == 1 {
			c.value += " without a byte"
		}
		if t := part.Attempt; t.State == policy.Finite && t.Time < part.Budget.Time {
			c.value += " (" + english.Duration(t.Time) + " per attempt)"
			c.origins = append(c.origins, t.Origin())
		}
		return c
	case policy.Endless:
		for _, d := range part.Budget.By {
			if d.Provenance == policy.Disabled {
				return cell{"off", policy.Disabled, []graph.Origin{d.Origin}}
			}
		}
		return none
	}
	return undeclared
}

func bounded(b policy.Limit) cell {
	c := cell{value: english.Duration(b.Time), provenance: policy.Explicit}
	for _, d := range b.By {
		if d.Provenance > c.provenance && d.Provenance <= policy.PlatformDefault {
			c.provenance = d.Provenance
		}
		if d.Origin != (graph.Origin{}) {
			c.origins = append(c.origins, d.Origin)
		}
	}
	return c
}

// eachLayer calls f for the part's layers from the outside in, until it returns true.
func eachLayer(part *analyze.Part, f func(l *policy.Effect) bool) {
	for i := range part.Layers {
		if f(&part.Layers[i]) {
			return
		}
	}
}

func retryCell(part *analyze.Part) cell {
	found := cell{}
	eachLayer(part, func(l *policy.Effect) bool {
		r := l.Set.Retry
		text := ""
		switch {
		case l.Set.RetriesEachHost():
			found = cell{retryWords("each other host", r), r.On.Provenance, []graph.Origin{r.On.Origin}}
			return false
		case r == nil || r.Retries.Provenance == policy.Unknown || r.Retries.Provenance == policy.Absent:
			return false
		case r.Retries.Provenance == policy.Disabled || r.Retries.Value == 0:
			if found.value == "" {
				found = cell{"off", r.Retries.Provenance, []graph.Origin{r.Retries.Origin}}
			}
			return false
		case l.Attempts == 1: // for want of a condition, or of a budget
			if by := l.By[0]; found.value == "" {
				found = cell{"off", by.Provenance, []graph.Origin{by.Origin}}
			}
			return false
		case r.Retries.Value >= 0:
			text = strconv.Itoa(min(r.Retries.Value, int(l.Attempts)-1))
		case r.Budget.Set():
			text = fmt.Sprintf("%s of calls", analyze.Percent(r.Budget.Value*100))
		default:
			text = "unlimited"
		}
		text = retryWords(text, r)
		if found.value != "" && found.value != "off" {
			text = found.value + " x " + text
		}
		found = cell{text, r.Retries.Provenance, append(found.origins, r.Retries.Origin)}
		return false
	})
	if found.value == "" {
		return noneOrUndeclared(part, func(s *policy.Set) bool { return s.Retry != nil && isAbsent(s.Retry.Retries) })
	}
	return found
}

// retryWords is how often something is retried, and on what: "2 on connect,reset".
func retryWords(times string, r *policy.Retry) string {
	if r.On.Set() && len(r.On.Value) > 0 {
		return times + " on " + strings.Join(pen.CleanAll(r.On.Value), ",")
	}
	return times
}

func breakerCell(part *analyze.Part) cell {
	lacks := func(s *policy.Set) bool { return s.Breaker != nil && isAbsent(s.Breaker.Kind) }
	return outermostCell(part, lacks, func(s *policy.Set) (cell, bool) {
		b := s.Breaker
		if b == nil {
			return cell{}, false
		}
		if b.Kind.Provenance == policy.Disabled {
			return cell{"off", policy.Disabled, []graph.Origin{b.Kind.Origin}}, true
		}
		if !b.Kind.Set() || b.Kind.Value == "none" {
			return cell{}, false
		}
		c := cell{pen.Clean(b.Kind.Value), b.Kind.Provenance, []graph.Origin{b.Kind.Origin}}
		switch {
		case b.Failures.Set() && b.Failures.Value > 0:
			c.value += " at " + english.Count(b.Failures.Value, "failure")
		case b.ErrorRate.Set():
			c.value += " at " + share(b.ErrorRate.Value)
			if needs := b.Quorum(); needs.Calls > 0 {
				c.value += " of " + needs.String()
			}
		}
		return c, true
	})
}

func share(f float64) string { return strconv.FormatFloat(f*100, 'g', 4, 64) + " %" }

func bulkheadCell(part *analyze.Part) cell {
	lacks := func(s *policy.Set) bool { return s.Bulkhead != nil && isAbsent(s.Bulkhead.MaxConcurrent) }
	return outermostCell(part, lacks, func(s *policy.Set) (cell, bool) {
		b := s.Bulkhead
		if b == nil {
			return cell{}, false
		}
		var words []string
		c := cell{}
		for _, n := range []struct {
			word string
			s    policy.Setting[int]
		}{{"requests", b.MaxConcurrent}, {"pending", b.MaxPending}, {"connections", b.MaxConnections}, {"pool", b.PoolSize}} {
			if n.s.Set() {
				words = append(words, strconv.Itoa(n.s.Value)+" "+n.word)
				if c.provenance == policy.Unknown || n.s.Provenance < c.provenance {
					c.provenance, c.origins = n.s.Provenance, []graph.Origin{n.s.Origin}
				}
			}
		}
		c.value = strings.Join(words, ", ")
		return c, len(words) > 0
	})
}

func rateLimitCell(part *analyze.Part) cell {
	return outermostCell(part, neverAbsent, func(s *policy.Set) (cell, bool) {
		r := s.RateLimit
		if r == nil || !r.Requests.Set() {
			return cell{}, false
		}
		text := strconv.Itoa(r.Requests.Value)
		if r.Per.Set() {
			text += " per " + english.Duration(r.Per.Value)
		}
		return cell{text, r.Requests.Provenance, []graph.Origin{r.Requests.Origin}}, true
	})
}

func fallbackCell(part *analyze.Part) cell {
	return outermostCell(part, neverAbsent, func(s *policy.Set) (cell, bool) {
		if s.Fallback == nil || len(s.Fallback.Steps) == 0 {
			return cell{}, false
		}
		var words []string
		c := cell{provenance: policy.Explicit}
		for _, step := range s.Fallback.Steps {
			words = append(words, strings.TrimSpace(pen.Clean(step.Kind.Value)+" "+pen.CleanOr(step.To)))
			c.origins = append(c.origins, step.Kind.Origin)
		}
		c.value = strings.Join(words, ", then ")
		return c, true
	})
}

func cacheCell(part *analyze.Part) cell {
	return outermostCell(part, neverAbsent, func(s *policy.Set) (cell, bool) {
		if s.Cache == nil {
			return cell{}, false
		}
		return cell{english.Duration(s.Cache.TTL.Value), s.Cache.TTL.Provenance, []graph.Origin{s.Cache.TTL.Origin}}, s.Cache.TTL.Set()
	})
}

func balanceCell(part *analyze.Part) cell {
	return outermostCell(part, neverAbsent, func(s *policy.Set) (cell, bool) {
		if s.Balance == nil || !s.Balance.Strategy.Set() {
			return cell{}, false
		}
		b := s.Balance.Strategy
		return cell{pen.Clean(b.Value), b.Provenance, []graph.Origin{b.Origin}}, true
	})
}

// neverAbsent is for kinds that code can have without a declaration.
func neverAbsent(*policy.Set) bool { return false }

// outermostCell is the cell of the outermost layer that has the kind of policy.
func outermostCell(part *analyze.Part, lacks func(*policy.Set) bool, of func(*policy.Set) (cell, bool)) cell {
	found := noneOrUndeclared(part, lacks)
	eachLayer(part, func(l *policy.Effect) bool {
		c, ok := of(&l.Set)
		if ok {
			found = c
		}
		return ok
	})
	return found
}

// matrixTable is a matrix as heads and rows of plain text. Columns without a value are
// left out, but for the first three kinds.
func matrixTable(g *graph.Graph, m *analyze.Matrix, written func(cell) string) (heads []string, rows [][]string) {
	heads = []string{"CALLER", "CALLS", "ROUTE"}
	rows = make([][]string, len(m.Rows))
	parts := slices.ContainsFunc(m.Rows, func(r analyze.MatrixRow) bool { return r.Match != "" || len(r.Methods) > 0 })
	if !parts {
		heads = heads[:2]
	}
	for i := range m.Rows {
		r := &m.Rows[i]
		rows[i] = []string{g.ID(g.From(r.Edge)), g.ID(g.To(r.Edge))}
		if parts {
			rows[i] = append(rows[i], partWords(&r.Part))
		}
	}
	groups := make([]string, len(m.Rows))
	for i := range m.Rows {
		groups[i] = groupsOfCall(g, m.Rows[i].Edge)
	}
	if slices.ContainsFunc(groups, func(words string) bool { return words != "" }) {
		heads = append(heads, "GROUP")
		for i := range rows {
			rows[i] = append(rows[i], groups[i])
		}
	}
	const always = 3 // timeouts, retries, breakers: also if there are none
	for k, p := range protections {
		cells := make([]cell, len(m.Rows))
		said := k < always
		for i := range m.Rows {
			cells[i] = p.cell(&m.Rows[i].Part)
			said = said || cells[i].said()
		}
		if !said {
			continue
		}
		heads = append(heads, p.head)
		for i := range cells {
			rows[i] = append(rows[i], written(cells[i]))
		}
	}
	return heads, rows
}

// manyRoutes is from how many routes of a call with the same policies on a row has their number.
const manyRoutes = 4

// foldRoutes makes one row of many that differ in their route alone, in the place of the first.
func foldRoutes(rows [][]string) [][]string {
	alike := func(row []string) string {
		if row[2] == "" { // all other requests
			return ""
		}
		return strings.Join(slices.Concat(row[:2], row[3:]), "\x00")
	}
	count := map[string]int{}
	for _, row := range rows {
		count[alike(row)]++
	}
	var folded [][]string
	for _, row := range rows {
		key := alike(row)
		switch n := count[key]; {
		case key == "" || n > 0 && n < manyRoutes:
			folded = append(folded, row)
		case n > 0:
			row[2] = english.Count(n, "route")
			folded = append(folded, row)
			count[key] = 0
		}
	}
	return folded
}

// partWords names the part of a call: its match, and its methods unless the match has
// them.
func partWords(part *analyze.Part) string {
	methods := strings.Join(part.Methods, ",")
	switch {
	case methods == "" || strings.Contains(part.Match, methods):
		return part.Match
	case part.Match == "":
		return methods
	}
	return methods + " " + part.Match
}

// boundText writes a limit: "2s", "inf", "unknown".
func boundText(b policy.Limit) string {
	if b.State == policy.Finite {
		return english.Duration(b.Time)
	}
	return b.State.String()
}

// triesText writes a number of attempts: "4", "unlimited", "unknown" if there is one at each host
// and the number of hosts is not known.
func triesText(n policy.Tries, eachHost bool) string {
	switch {
	case n == policy.Unlimited:
		return "unlimited"
	case eachHost:
		return "unknown"
	}
	return fmt.Sprint(int(n))
}

// valueText writes the value of a setting for people.
func valueText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case time.Duration:
		return english.Duration(v)
	case []string:
		return strings.Join(pen.CleanAll(v), ",")
	case string:
		return pen.Clean(v)
	case policy.Jitter:
		return jitterText(v)
	}
	return fmt.Sprint(v)
}

func jitterText(j policy.Jitter) string {
	switch {
	case j.UpTo > 0:
		return "up to " + english.Duration(j.UpTo)
	case j.Fraction > 0:
		return share(j.Fraction)
	}
	return pen.Clean(j.Kind)
}
