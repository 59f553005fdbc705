package cmd

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest"
)

// read reads the sources, or where the configuration says to look, or the
// current folder, and says on standard error what could not be read. Without a
// single service there is nothing to answer from.
func (r *run) read(sources []string) (*graph.Graph, error) {
	g, err := r.load(sources)
	if err != nil {
		return nil, err
	}
	r.account(g)
	if g.Len() == 0 {
		message, hint := nothingRead(g.Coverage())
		return nil, unread(hint, "%s", message)
	}
	return g, nil
}

// account says what of the inputs could not be used, and keeps in mind for the
// exit code whether anything was lost.
func (r *run) account(g *graph.Graph) {
	coverage := g.Coverage()
	r.tellProblems(coverage.Problems, r.quiet, r.verbose)
	r.failed = coverage.Failed() > 0 || g.Len() == 0
}

// nothingRead says that there is no service in the inputs, which is never a good
// answer to anything.
func nothingRead(c *graph.Coverage) (message, hint string) {
	hint = "weir --verbose says what was passed over"
	if c.Files == 0 {
		hint = "name the files or folders with your manifests, or pipe them in, as in helm template shop | weir check -"
	}
	return "no service in " + plural(c.Files, "file"), hint
}

// load is read without a word.
func (r *run) load(sources []string) (*graph.Graph, error) {
	if len(sources) == 0 {
		sources = r.config.Sources
	}
	if len(sources) == 0 {
		sources = []string{"."}
	}
	if slices.Contains(sources, "-") && terminal(r.in) != nil {
		return nil, &failure{
			err: errors.New("standard input is a terminal"), hint: "pipe something in, as in helm template shop | weir check -",
			code: exitMisuse, help: true,
		}
	}
	if r.config.Overlay {
		sources = append(slices.Clone(sources), r.config.File)
	}
	b := &graph.Builder{Namespace: r.namespace}
	err := ingest.Read(context.Background(), sources, ingest.Options{Stdin: r.in}, b)
	var missing *ingest.SourceError
	if errors.As(err, &missing) {
		return nil, unread(missing.Hint, "%w", err)
	}
	if err != nil {
		return nil, err
	}
	return b.Build(), nil
}

// plural writes "1 file", "2 files".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
