package pipeline

import (
	"cmp"
	"slices"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/weirgraph/weir/ingest/trace"
)

func init() {
	beam.RegisterDoFn(&settleFn{})
	register.Iter1[count]()
	register.Iter1[problem]()
	register.Emitter1[count]()
	register.Emitter1[problem]()
}

// settleFn adds up the counts of the parts of a file, and completes the places of problems, which
// parts know only within themselves.
type settleFn struct{}

func (fn *settleFn) ProcessElement(path string, counts func(*count) bool, problems func(*problem) bool, yield func(count), report func(problem)) {
	var parts []count
	for c := (count{}); counts(&c); c = (count{}) {
		parts = append(parts, c)
	}
	slices.SortFunc(parts, func(a, b count) int { return cmp.Compare(a.From, b.From) })
	lines := map[int64]int{} // before each part
	var sum count
	var all trace.Remarks
	for i := range parts {
		c := &parts[i]
		lines[c.From] = sum.Lines
		sum.Lines += c.Lines
		sum.Files += c.Files
		sum.Bytes += c.Bytes
		for j, name := range c.Names {
			sum.add(name, c.Values[j])
		}
		reader := ""
		if len(c.Names) > 0 {
			reader = c.Names[0]
		}
		all.Add(c.Remarks.of(reader, path, lines[c.From]))
	}
	if len(parts) > 0 {
		yield(sum)
	}
	for _, p := range all.Problems() {
		report(newProblem(p))
	}
	for p := (problem{}); problems(&p); p = (problem{}) {
		if p.Line > 0 {
			p.Line += int32(lines[p.From])
		}
		p.From = 0
		report(p)
	}
}

// add counts values that a reader has read.
func (c *count) add(name string, values int) {
	i := slices.Index(c.Names, name)
	if i < 0 {
		i = len(c.Names)
		c.Names, c.Values = append(c.Names, name), append(c.Values, 0)
	}
	c.Values[i] += values
}
