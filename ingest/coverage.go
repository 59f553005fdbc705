package ingest

import (
	"path"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/link"
	"github.com/weirgraph/weir/ingest/trace"
)

// A coverage adds the outcome of batches to a builder, in their order.
type coverage struct {
	b             *link.Builder
	here          *here
	releases      func(file, []graph.Unread) // is called with what is not read of a file; may be nil
	rendered      func(*graph.Unread) bool   // whether it is a chart that is rendered; may be nil
	read, skipped map[string]*graph.Count
	passed        map[string]*graph.Count // files

	unwanted []unwanted          // documents that are skipped unless another document reads them
	places   map[unwantedKey]int // in unwanted
	taken    map[string]string   // by file: the reader of a document that has it for configuration
	spending spending
	remarks  trace.Remarks // about the file that is added
}

// An unwanted is the documents of one kind in a file that no reader wants for their own sake.
type unwanted struct {
	kind  string
	count int
	first graph.Origin
}

type unwantedKey struct{ file, kind string }

// maxKinds bounds the kinds by which documents without a reader are counted; those of further
// kinds are counted together.
const (
	maxKinds   = 2_000
	otherKinds = "other kind"
)

func (a *coverage) addUnwanted(kind string, at graph.Origin, n int) {
	key := unwantedKey{at.File(), kind}
	i, known := a.places[key]
	if !known && len(a.places) >= maxKinds {
		key.kind = otherKinds
		i, known = a.places[key]
	}
	if known {
		a.unwanted[i].count += n
		return
	}
	if a.places == nil {
		a.places = map[unwantedKey]int{}
	}
	a.places[key] = len(a.unwanted)
	a.unwanted = append(a.unwanted, unwanted{key.kind, n, at})
}

// newCoverage goes on with the coverage that b has.
func newCoverage(b *link.Builder) *coverage {
	return &coverage{b: b, read: countsByName(b.Coverage.Read), skipped: countsByName(b.Coverage.Skipped), passed: countsByName(b.Coverage.Passed), taken: map[string]string{}}
}

func countsByName(counts []graph.Count) map[string]*graph.Count {
	m := make(map[string]*graph.Count, len(counts))
	for _, c := range counts {
		m[c.Name] = &c
	}
	return m
}

// settle writes the counts back, sorted by name.
func (a *coverage) settle() {
	for _, u := range a.unwanted {
		if reader := a.taken[path.Clean(u.first.File())]; reader != "" {
			count(a.read, reader, u.first, u.count)
		} else {
			a.skip(u.kind, u.first, u.count)
		}
	}
	a.unwanted, a.places = nil, nil
	a.b.Coverage.Read, a.b.Coverage.Skipped, a.b.Coverage.Passed = sortedCounts(a.read), sortedCounts(a.skipped), sortedCounts(a.passed)
}

func sortedCounts(m map[string]*graph.Count) []graph.Count {
	counts := make([]graph.Count, 0, len(m))
	for _, c := range m {
		counts = append(counts, *c)
	}
	slices.SortFunc(counts, func(a, b graph.Count) int { return strings.Compare(a.Name, b.Name) })
	return counts
}

func (a *coverage) problems(p []graph.Problem) {
	if len(p) > 0 {
		a.b.Add(&graph.Facts{Problems: p})
	}
}

// skip counts n documents that no reader wants.
func (a *coverage) skip(kind string, first graph.Origin, n int) { count(a.skipped, kind, first, n) }

// pass counts n files or directories that were passed over.
func (a *coverage) pass(why string, n int) { count(a.passed, why, graph.Origin{}, n) }

func count(m map[string]*graph.Count, name string, first graph.Origin, n int) {
	if n == 0 {
		return
	}
	c, ok := m[name]
	if !ok {
		c = &graph.Count{Name: name, First: first}
		m[name] = c
	}
	c.Count += n
}

// add takes over the outcome of a batch. The error is a *link.BudgetError when the inputs have more
// than a run keeps.
func (a *coverage) add(t *batch) error {
	if err := a.spending.spend(t); err != nil {
		return err
	}
	a.remarks.Add(&t.remarks)
	if t.file.again { // its document is counted
		t.outcomes = nil
	}
	for _, o := range t.outcomes {
		a.b.Coverage.Documents += 1 + o.more
		origin := graph.Source{Reader: o.reader, File: t.file.name}.At(o.line, 0)
		switch {
		case o.reader != "":
			count(a.read, o.reader, origin, 1+o.more)
		case o.kind != "":
			a.addUnwanted(o.kind, origin, 1+o.more)
		default:
			a.b.Coverage.Unreadable += 1 + o.more
		}
	}
	take := func(configs []graph.Config) {
		for i := range configs {
			if c := &configs[i]; c.Realm == "file" && c.Name != path.Clean(t.file.name) {
				a.taken[c.Name] = c.Origin.Reader()
			}
		}
	}
	take(t.facts.Configs)
	for i := range t.facts.Projects {
		t.facts.Projects[i].Named = t.file.named
		t.facts.Projects[i].Test = !t.file.named && (t.file.test || isTestFile(t.file.base()))
		take(t.facts.Projects[i].Facts.Configs)
	}
	if a.releases != nil {
		a.releases(t.file, t.facts.Unread)
	}
	t.facts.Unread = slices.DeleteFunc(t.facts.Unread, func(u graph.Unread) bool {
		return a.rendered != nil && a.rendered(&u) || len(u.Paths) > 0 && !slices.ContainsFunc(u.Paths, func(p string) bool { return !a.here.has(t.file, p) })
	})
	a.b.Add(&t.facts)
	return nil
}
