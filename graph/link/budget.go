package link

import (
	"fmt"
	"math"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
)

// A BudgetError says that the inputs declare more than a run keeps, or more than texts of their
// size can mean.
type BudgetError struct {
	Most  int    // that a run keeps
	Kind  string // of facts, in the plural
	Bytes int64  // of the inputs that Most depends on; 0 if it is always the same
	At    graph.Origin
}

func (e *BudgetError) Error() string {
	of := ""
	if e.Bytes > 0 {
		of = " of " + english.Bytes(e.Bytes)
	}
	return fmt.Sprintf("%s: the inputs%s have more than %d %s", e.At, of, e.Most, e.Kind)
}

// Hint is how to read them nevertheless.
func (e *BudgetError) Hint() string {
	if e.Bytes > 0 {
		return "what one part of an input has is multiplied by others, as by aliases or shared settings: leave it out with exclude in weir.yaml"
	}
	return "leave out what is not needed with exclude in weir.yaml, or check parts of the inputs by themselves"
}

// What short texts may become: a ConfigMap is the settings of every workload that takes it, a policy
// with a wildcard is that of many calls. A few hundred of each are usual. A hundred kilobytes
// could otherwise become millions of calls.
const (
	leastSettings = 200_000
	leastCalls    = 50_000
	leastBound    = 250_000
	leastGrown    = 16 << 20
)

// A budget is what the linker makes of the facts at most.
type budget struct {
	settings, calls, bound int // bound are calls with policies that are for them
	grown                  int // bytes that variables add to settings
	bytes                  int64
}

// budgetOf returns the budget for facts that were read from so many bytes. There is none for
// facts that were not read.
func budgetOf(f *graph.Facts, bytes int64) budget {
	if bytes == 0 {
		return budget{math.MaxInt, math.MaxInt, math.MaxInt, math.MaxInt, 0}
	}
	n := int(bytes)
	return budget{
		settings: leastSettings + n + len(f.Values),
		calls:    leastCalls + n/16 + len(f.Calls) + graph.CountObservations(f.Observations) + len(f.Pairs),
		bound:    leastBound + n + 10*len(f.Policies),
		grown:    leastGrown + 8*n,
		bytes:    bytes,
	}
}

// exceed ends the build with an error, unless it has ended.
func (l *linker) exceed(most int, kind string, at graph.Origin) {
	if l.over == nil {
		l.over = &BudgetError{Most: most, Kind: kind, Bytes: l.budget.bytes, At: graph.Source{File: at.File()}.At(at.Line, at.Column)}
	}
}

// A growth is by how much settings are longer than they are written, because of variables in them: a variable may
// have a long value, and be in many settings.
type growth struct {
	bytes, most int
	exceeded    func(at graph.Origin)
}

// allows reports whether variables may add so many bytes to a setting.
func (g *growth) allows(bytes int) bool {
	if g == nil {
		return true
	}
	g.bytes += max(bytes, 0)
	return g.bytes <= g.most
}
