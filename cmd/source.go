package cmd

import (
	"errors"
	"runtime/debug"
	"slices"
	"time"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/analyze/rules"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/link"
	"github.com/weirgraph/weir/ingest"
	"github.com/weirgraph/weir/ingest/native"
	"github.com/weirgraph/weir/ingest/rendering"
	"github.com/weirgraph/weir/ingest/trace/spans"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/render"
)

// read reads the sources, by default those of the configuration or the current
// directory, and reports on standard error what could not be read. It is an error if
// the inputs have no service.
func (r *run) read(sources []string) (*graph.Graph, error) {
	variant, err := r.one(sources)
	if err != nil {
		return nil, err
	}
	g, err := r.load(sources, variant)
	if err != nil {
		return nil, err
	}
	r.reportProblems(g, nil)
	if g.Len() == 0 {
		message, hint := nothingRead(g.Coverage())
		return nil, unread(hint, "%s", message)
	}
	return g, nil
}

// reportProblems records for the exit code whether an input could not be read, and
// prints the problems of the inputs, except those that standard output has: as findings
// of check, which may be nil, or in the coverage that --verbose writes.
func (r *run) reportProblems(g *graph.Graph, check *analyze.Check) {
	coverage := g.Coverage()
	unrendered := rules.Unrendered(g, r.ruleOptions())
	r.failed = r.failed || coverage.Failed() > 0 || g.Len() == 0 || len(unrendered) > 0
	problems := coverage.Problems
	groups := graph.UnreadGroups(append(unrendered, slices.DeleteFunc(slices.Clone(coverage.Unread), func(u graph.Unread) bool { return u.Kind.Lost })...))
	switch onOut := r.onStandardOutput(); {
	case onOut == nil && check != nil && g.Len() == 0:
		r.printMessage(nothingRead(coverage))
	case onOut == nil:
	case r.verbose && onOut == render.Formats[0]:
		return
	case check != nil:
		found := map[graph.Origin]bool{}
		for _, f := range check.Findings {
			for _, o := range f.Origins {
				found[o] = true
			}
		}
		problems = slices.DeleteFunc(slices.Clone(problems), func(p graph.Problem) bool { return found[p.Origin] })
		groups = slices.DeleteFunc(groups, func(g graph.UnreadGroup) bool {
			return !slices.ContainsFunc(g.Inputs, func(u graph.Unread) bool { return !found[u.Origin] })
		})
	}
	problems, groups = r.unreported(problems, groups)
	r.reportOverrides(coverage.Overrides)
	r.reportEstate(g)
	r.printProblems(problems, r.quiet, r.verbose)
	r.printUnread(groups, r.quiet)
}

// unreported leaves out what was reported about another variant.
func (r *run) unreported(problems []graph.Problem, groups []graph.UnreadGroup) ([]graph.Problem, []graph.UnreadGroup) {
	if r.reported == nil {
		r.reported = map[string]bool{}
	}
	again := func(text string) bool {
		known := r.reported[text]
		r.reported[text] = true
		return known
	}
	problems = slices.DeleteFunc(slices.Clone(problems), func(p graph.Problem) bool { return again(problemText(p)) })
	groups = slices.DeleteFunc(groups, func(g graph.UnreadGroup) bool { return again(g.Message() + g.Inputs[0].Origin.Place()) })
	return problems, groups
}

// reportOverrides reports that the results are not those of what the inputs declare.
func (r *run) reportOverrides(list []graph.Origin) {
	if len(list) == 0 || r.quiet {
		return
	}
	var files []string
	for _, o := range list {
		if !slices.Contains(files, o.File()) {
			files = append(files, o.File())
		}
	}
	message := english.Count(len(list), "override") + " in " + english.List(files) + ": the results are those of what would be"
	if !r.reported[message] {
		r.reported[message] = true
		r.printMessage(message, "")
	}
}

// nothingRead is the message, and its hint, for inputs without a service.
func nothingRead(c *graph.Coverage) (message, hint string) {
	hint = "weir check --verbose lists what was skipped"
	switch {
	case c.Files == 0 && c.Failed() > 0:
		hint = "" // the unreadable input has its own hint
	case c.Files == 0:
		hint = "name the files or directories with your manifests, or pipe them in, as in helm template shop | weir check -"
	}
	return "no service in " + english.Count(c.Files, "file"), hint
}

// largeInput is from how many bytes of inputs on the heap may grow by half only, and not to twice its
// size, before garbage is collected: an eighth to a sixth less memory at the peak, for no more processor
// time than can be measured. Smaller inputs gain too little.
const largeInput = 16 << 20

// load is read without messages, of a variant if it is not nil: its sources are added, and
// those of the others are left out.
func (r *run) load(sources []string, variant *native.Variant) (*graph.Graph, error) {
	before := heapObjects()
	named := len(sources) > 0
	var listed []native.Source
	if !named {
		listed = r.config.Sources
	}
	if !named && len(listed) == 0 {
		sources = []string{"."}
	}
	r.named = slices.Clone(sources)
	for _, s := range listed {
		r.named = append(r.named, s.Path)
	}
	isStdin := func(s native.Source) bool { return s.Path == ingest.Stdin }
	if (slices.Contains(sources, ingest.Stdin) || slices.ContainsFunc(listed, isStdin)) && terminal(r.in) != nil {
		return nil, &exitError{
			err: errors.New("standard input is a terminal"), hint: "pipe input into weir, as in helm template shop | weir check -",
			code: exitMisuse, help: true,
		}
	}
	sources = slices.Concat(sources, r.config.Manifests)
	exclude, render := r.config.Exclude, ingest.Render{Charts: r.config.Charts, Overlays: r.config.Overlays}
	if variant != nil {
		if !named || len(r.variants) > 0 {
			listed = slices.Concat(listed, variant.Sources)
		}
		render.Charts = slices.Concat(render.Charts, variant.Charts)
		render.Overlays = slices.Concat(render.Overlays, variant.Overlays)
		exclude = slices.Concat(exclude, r.pathsOfOthers(variant))
	}
	if named {
		elsewhere := func(entry graph.Rendering) bool { return !below(entry.Dir, sources) }
		render.Charts = slices.DeleteFunc(slices.Clone(render.Charts), elsewhere)
		render.Overlays = slices.DeleteFunc(slices.Clone(render.Overlays), elsewhere)
	}
	b := &link.Builder{Namespace: r.namespace}
	options := ingest.Options{Stdin: r.in, Listed: listed, FollowOutside: r.followOutside, Exclude: exclude, Columns: r.columns, MaxMemory: r.maxMemory}
	options.Edited = r.edited
	options.Texts, options.Code = r.config.Texts, r.source && !r.noSource
	options.Config = &ingest.Configuration{File: r.config.File, Parts: r.config.Parts, Dir: r.config.Dir, Rules: words(&r.config.Config), Leave: r.leaveBelow}
	if r.render {
		options.Render = &render
	}
	if r.found != nil {
		options.Found = func(dirs, files []string) { r.found.Dirs, r.found.Files = dirs, files }
	}
	if terminal(r.err) != nil && !r.quiet {
		p := &progress{w: r.err, start: time.Now()}
		defer p.end()
		options.Progress = p.show
	}
	if r.maxMemory > 0 {
		// The garbage collector lets a heap grow to twice its size; this keeps it below the limit.
		defer debug.SetMemoryLimit(debug.SetMemoryLimit(r.maxMemory))
	} else {
		memory.Begin()
	}
	if err := r.addEstate(b); err != nil {
		return nil, err
	}
	err := ingest.Read(r.ctx, sources, options, b)
	var missing *ingest.SourceError
	var over *link.BudgetError
	var spill *spans.SpillError
	var program *rendering.MissingError
	switch {
	case errors.As(err, &missing):
		return nil, unread(missing.Hint, "%w", err)
	case errors.As(err, &over):
		return nil, unread(over.Hint(), "%w", err)
	case errors.As(err, &program):
		return nil, misuse(program.Hint(), "%w", err)
	case errors.As(err, &spill):
		return nil, unread(spill.Hint(), "%w", err)
	}
	if err != nil {
		return nil, err
	}
	if r.maxMemory == 0 {
		memory.Raise(3 * b.Coverage.Bytes)
	}
	if b.Coverage.Bytes > largeInput {
		limitHeapGrowth(growthWhenLarge)
	}
	g := b.Build()
	if b.Over != nil {
		return nil, unread(b.Over.Hint(), "%w", b.Over)
	}
	collectLinker(before)
	if err := r.config.checkBoundaries(g); err != nil {
		return nil, err
	}
	return g, r.checkObserved(g)
}
