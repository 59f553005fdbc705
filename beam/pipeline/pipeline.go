// Package pipeline is weir's reading and linking of spans as a pipeline of Apache Beam.
//
//	match    patterns become files, each once                                    (match.go)
//	read     files, or parts of them, become portions of traces                  (read.go)
//	link     all portions of a trace together become calls, which are counted    (link.go)
//	sum      counts of one call add up, on every worker and then of all of them  (sum.go)
//	finish   what is counted becomes a graph, and its JSON is written            (finish.go)
//
// Everything that decides about a span is in package ingest/trace of weir: the pipeline only
// brings the spans of a trace together. So it finds what weir finds over the same files.
//
// A step may run several times and only the last one counts, as engines have it: no step
// keeps anything beyond its bundle, or writes what is not written again as a whole.
package pipeline

import (
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/transforms/filter"
)

// Options are what the pipeline reads and writes.
type Options struct {
	Inputs []string // patterns of files
	Output string   // the file of the graph
	// Bad is the file of the records that could not be read, one a line, which is written even if
	// there are none.
	Bad string
	// MaxTrace is how many spans a trace may have to be linked. It decides how much memory a worker
	// needs: about 150 bytes for each.
	MaxTrace int
}

// Build adds the steps to a scope.
func Build(s beam.Scope, o Options) {
	var groups [][]beam.PCollection // what is reported of files
	paths, failed := beam.ParDo2(s, &matchFn{}, beam.CreateList(s, o.Inputs))
	paths = beam.Reshuffle(s, filter.Distinct(s, paths))
	files, documents, counted, failed2 := beam.ParDo4(s, &inspectFn{}, paths)
	portions, sums, words, counted2, failed3 := beam.ParDo5(s, &readFn{}, beam.Reshuffle(s, files))
	words = beam.Combine(s, &wordsFn{}, words)

	side := beam.SideInput{Input: words}
	sums2, rest, failed4 := beam.ParDo3(s, &linkFn{Linking: linking{Most: o.MaxTrace}}, beam.GroupByKey(s, portions), side)
	sums3, failed5 := beam.ParDo2(s, &lastFn{Linking: linking{Most: o.MaxTrace}}, beam.GroupByKey(s, rest), side)
	sums = beam.CombinePerKey(s, &sumFn{}, beam.Flatten(s, sums, sums2, sums3))

	groups = append(groups, []beam.PCollection{counted, counted2}, []beam.PCollection{failed, failed2, failed3, failed4, failed5})
	accounts, problems := beam.ParDo2(s, &settleFn{}, beam.CoGroupByKey(s, beam.Flatten(s, groups[0]...), beam.Flatten(s, groups[1]...)))

	beam.ParDo0(s, &badFn{Path: o.Bad}, beam.CoGroupByKey(s, beam.ParDo(s, once, beam.Impulse(s)), beam.AddFixedKey(s, problems)))
	beam.ParDo0(s, &finishFn{Path: o.Output, Bad: o.Bad}, beam.CoGroupByKey(s,
		beam.ParDo(s, once, beam.Impulse(s)),
		beam.AddFixedKey(s, beam.ParDo(s, keyed, sums)),
		beam.AddFixedKey(s, words), beam.AddFixedKey(s, accounts), beam.AddFixedKey(s, problems), beam.AddFixedKey(s, documents)))
}
