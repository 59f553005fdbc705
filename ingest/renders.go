package ingest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/delivery"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/rendering"
	"github.com/weirgraph/weir/ingest/unread"
	"github.com/weirgraph/weir/internal/didyoumean"
)

// Render says how charts and overlays among the sources are rendered. What it does not name
// is rendered as it is: a chart with its own values, an overlay that no other one includes.
type Render struct {
	Charts   []graph.Rendering // Dir and Files are paths as sources are
	Overlays []graph.Rendering // only Dir and Origin are used
}

// renders has the charts and overlays among the sources rendered. Overlays come first, with
// the charts that Render names. What is read of them and of all other files has the releases
// of further charts, which may have releases again. At last come the charts of no release.
type renders struct {
	find     *finder
	o        *Render
	programs rendering.Programs
	workers  int

	charts   map[string]*delivery.Chart // that are rendered, by directory with links resolved
	shown    []string                   // all charts, those that are refused included, as messages name them
	chosen   map[string]bool            // charts that Render or a release names
	overlays *overlays
	first    []file // rendered before anything is read

	waiting    []job             // releases that are not rendered yet
	known      map[string]bool   // names of rendered texts
	namespaces map[string]string // of rendered texts, by name
	problems   []graph.Problem
	unread     []graph.Unread // charts that are not rendered for lack of values
}

// A job is one rendering of a chart.
type job struct {
	chart *delivery.Chart
	real  string // its directory, with links resolved
	graph.Rendering
}

func newRenders(f *finder, o *Render) *renders {
	r := &renders{
		find: f, o: o, programs: rendering.Installed(),
		charts: map[string]*delivery.Chart{}, overlays: newOverlays(f),
		chosen: map[string]bool{}, known: map[string]bool{}, namespaces: map[string]string{},
	}
	for _, x := range f.files {
		if x.path != "" && filepath.Base(x.path) == delivery.ChartFile {
			r.addChart(filepath.Dir(x.path), filepath.Dir(x.real), graph.Source{File: x.name}.Whole())
		}
	}
	return r
}

// addChart adds the chart in a directory, unless it is a part of another one.
func (r *renders) addChart(dir, real string, at graph.Origin) {
	if r.find.roots.outside(filepath.Join(dir, delivery.ChartFile)) {
		r.problems = append(r.problems, refusal(at, r.find.name(dir)))
		return
	}
	c := delivery.ReadChart(dir, r.find.name)
	if c == nil || c.Library {
		return
	}
	if above := filepath.Dir(dir); filepath.Base(above) == "charts" && delivery.ReadChart(filepath.Dir(above), r.find.name) != nil {
		return
	}
	r.shown = append(r.shown, c.Shown)
	if r.leaves(c) {
		return
	}
	if len(c.Refused) > 0 {
		r.problems = append(r.problems, c.Refused...)
		return
	}
	r.charts[real] = c
	r.leaveParts(c)
}

// leaves reports a chart of which a part is outside the roots: a dependency, or what a link leads to.
func (r *renders) leaves(c *delivery.Chart) bool {
	if r.find.roots.outside(filepath.Join(c.Dir, delivery.ChartFile)) {
		at := c.Named
		if at == (graph.Origin{}) {
			at = graph.Source{File: c.Shown}.Whole()
		}
		r.problems = append(r.problems, refusal(at, c.Shown))
		return true
	}
	if out := r.find.roots.leak(r.find.roots.absolute(c.Dir)); out != "" {
		r.problems = append(r.problems, graph.Problem{
			Origin: graph.Source{File: r.find.name(out)}.Whole(), Level: graph.Failed, Hint: document.OutsideHint,
			Message: fmt.Sprintf("chart %s is not rendered because of this link: %v", c.Shown, document.ErrOutside),
		})
		return true
	}
	for _, name := range slices.Sorted(maps.Keys(c.Beside)) {
		if r.leaves(c.Beside[name]) {
			return true
		}
	}
	return false
}

// leaveParts notes the charts that are rendered as dependencies of c: they are not rendered by
// themselves, unless a release says so.
func (r *renders) leaveParts(c *delivery.Chart) {
	for _, part := range c.Beside {
		if real, err := filepath.EvalSymlinks(r.find.roots.absolute(part.Dir)); err == nil {
			r.chosen[real] = true
		}
		r.leaveParts(part)
	}
}

// start renders what does not depend on other inputs.
func (r *renders) start(ctx context.Context, workers int) error {
	r.workers = workers
	var jobs []job
	for _, entry := range r.o.Charts {
		real, c, err := r.named(entry)
		if err != nil {
			return err
		}
		if c == nil {
			continue
		}
		r.chosen[real] = true
		jobs = append(jobs, job{c, real, entry})
	}
	if err := r.render(ctx, jobs, &r.first); err != nil {
		return err
	}
	roots, err := r.overlays.roots(r.o.Overlays)
	if err != nil {
		return err
	}
	r.overlays.leaveTargeted()
	return r.build(ctx, roots)
}

// named returns the chart that an entry of Render names, nil if it is refused.
func (r *renders) named(entry graph.Rendering) (string, *delivery.Chart, error) {
	real, err := filepath.EvalSymlinks(r.find.roots.absolute(entry.Dir))
	if err == nil && r.charts[real] == nil {
		before := len(r.problems)
		r.addChart(entry.Dir, real, entry.Origin)
		if len(r.problems) > before {
			return real, nil, nil
		}
	}
	if c := r.charts[real]; c != nil {
		return real, c, nil
	}
	slices.Sort(r.shown)
	hint := "name a directory with a " + delivery.ChartFile
	if near := didyoumean.Suggest(r.find.name(entry.Dir), r.shown); len(near) > 0 {
		hint = fmt.Sprintf("did you mean %q?", near[0])
	}
	return "", nil, &SourceError{entry.Dir, fmt.Sprintf("%s: there is no chart in %q", entry.Origin, r.find.name(entry.Dir)), hint}
}

// files returns what is to be read: the files that no rendering has, and what is rendered so
// far.
func (r *renders) files(all []file) []file {
	kept := slices.DeleteFunc(slices.Clone(all), func(x file) bool { return x.path != "" && (r.has(x.real) || r.overlays.has[x.real]) })
	kept = append(kept, r.first...)
	slices.SortStableFunc(kept, func(a, b file) int { return strings.Compare(a.name, b.name) })
	return kept
}

// has reports whether a file, by its real path, is a part of a chart that is rendered.
func (r *renders) has(real string) bool {
	for dir := filepath.Dir(real); ; dir = filepath.Dir(dir) {
		if c := r.charts[dir]; c != nil {
			if file, err := filepath.Rel(dir, real); err == nil && c.Holds(file) {
				return true
			}
		}
		if dir == filepath.Dir(dir) {
			return false
		}
	}
}

// renders reports whether what is not read is a chart that is rendered: a file that it includes.
func (r *renders) renders(u *graph.Unread) bool {
	if u.Kind == unread.Chart {
		for _, c := range r.charts {
			if c.Shown == u.Name {
				return true
			}
		}
	}
	return false
}

// take takes over the releases in a file whose charts are rendered.
func (r *renders) take(f file, found []graph.Unread) {
	for _, u := range found {
		if u.Release == nil {
			continue
		}
		root, real := r.chartOf(f, u.Release.Dir)
		if real == "" {
			continue
		}
		j := job{r.charts[real], real, *u.Release}
		j.Origin, j.Files = u.Origin, nil
		for _, file := range u.Release.Files {
			j.Files = append(j.Files, filepath.Join(root, filepath.FromSlash(file)))
		}
		r.waiting = append(r.waiting, j)
		if j.Lacks != "" {
			r.problems = append(r.problems, graph.Problem{
				Origin: u.Origin, Level: graph.Skipped,
				Message: fmt.Sprintf("chart %s is rendered without the %s of %s", j.chart.Shown, j.Lacks, u.Name),
			})
		}
	}
}

// chartOf returns the chart that a path of the repository of f names, by its real path, and
// the root of the repository.
func (r *renders) chartOf(f file, dir string) (root, real string) {
	switch {
	case f.rendered != nil:
		root = f.rendered.dir
	case f.path != "":
		root = filepath.Dir(f.real)
	default:
		root = r.find.roots.cwd
	}
	for {
		if full := filepath.Join(root, filepath.FromSlash(dir)); r.charts[full] != nil {
			return root, full
		}
		if root == filepath.Dir(root) {
			return "", ""
		}
		root = filepath.Dir(root)
	}
}

// more renders the charts of releases that were found since it was last called; if there are
// none, those of no release. It returns nothing when all charts are rendered.
func (r *renders) more(ctx context.Context) ([]file, error) {
	for ctx.Err() == nil {
		jobs := r.next()
		if len(jobs) == 0 {
			break
		}
		var files []file
		err := r.render(ctx, jobs, &files)
		if err != nil || len(files) > 0 {
			return files, err
		}
	}
	return nil, nil
}

// newProblems returns the problems since it was last called.
func (r *renders) newProblems() []graph.Problem {
	found := r.problems
	r.problems = nil
	return found
}

// next returns what is to be rendered next: the charts of releases; if there are no more,
// those of no release, first those that have releases among their templates.
func (r *renders) next() []job {
	var jobs []job
	for _, j := range r.waiting {
		if !r.entered(j.real) {
			r.chosen[j.real] = true
			jobs = append(jobs, j)
		}
	}
	r.waiting = nil
	if len(jobs) > 0 {
		return jobs
	}
	var rest []job
	for _, real := range slices.Sorted(maps.Keys(r.charts)) {
		if r.chosen[real] {
			continue
		}
		c := r.charts[real]
		j := job{c, real, graph.Rendering{Dir: c.Dir, Origin: graph.Source{File: c.Shown + "/" + delivery.ChartFile}.Whole()}}
		if c.Releases() {
			jobs = append(jobs, j)
		} else {
			rest = append(rest, j)
		}
	}
	if len(jobs) == 0 {
		jobs = rest
	}
	for _, j := range jobs {
		r.chosen[j.real] = true
	}
	return jobs
}

// entered reports whether Render itself says how the chart in a directory is rendered.
func (r *renders) entered(real string) bool {
	return slices.ContainsFunc(r.o.Charts, func(entry graph.Rendering) bool {
		dir, err := filepath.EvalSymlinks(r.find.roots.absolute(entry.Dir))
		return err == nil && dir == real
	})
}

// render runs jobs, some at a time, and adds the results in their order. What fails is a
// problem; the error is a *rendering.MissingError or that of ctx.
func (r *renders) render(ctx context.Context, jobs []job, files *[]file) error {
	type result struct {
		text    []byte
		err     error
		refused string // a file of values outside the roots
	}
	results := make([]result, len(jobs))
	r.each(len(jobs), func(i int) {
		for _, file := range jobs[i].Files {
			if r.find.roots.outside(file) {
				results[i].refused = r.find.name(file)
				return
			}
		}
		results[i].text, results[i].err = r.programs.Chart(ctx, jobs[i].chart, &jobs[i].Rendering)
	})
	for i, j := range jobs {
		if results[i].refused != "" {
			r.problems = append(r.problems, refusal(j.Origin, results[i].refused))
			continue
		}
		source := func(path string) string { return rendering.TemplatePath(j.chart, path) }
		if err := results[i].err; err != nil {
			if r.lacks(err, j, source) {
				continue
			}
			if err := r.fail(err, j.Origin, source); err != nil {
				return err
			}
			continue
		}
		name := r.name(j)
		if j.Namespace != "" {
			r.namespaces[name] = j.Namespace
		}
		*files = append(*files, file{name: name, real: "rendered " + name, named: true, rendered: &renderedText{
			results[i].text, j.real, source,
		}})
	}
	return nil
}

// build builds overlays and adds the results in their order.
func (r *renders) build(ctx context.Context, roots []*delivery.Overlay) error {
	type result struct {
		text []byte
		base string
		err  error
	}
	results := make([]result, len(roots))
	r.each(len(roots), func(i int) {
		results[i].text, results[i].base, results[i].err = r.programs.Overlay(ctx, roots[i])
	})
	texts := make([][]byte, len(roots))
	for i := range results {
		texts[i] = results[i].text
	}
	left := r.overlays.again(roots, texts, r.o.Overlays)
	r.problems = append(r.problems, r.overlays.problems...)
	for i, o := range roots {
		source := func(path string) string {
			if strings.Contains(path, "://") {
				return path
			}
			return r.find.name(filepath.Join(results[i].base, filepath.FromSlash(path)))
		}
		if err := results[i].err; err != nil {
			if err := r.fail(err, o.At, source); err != nil {
				return err
			}
			continue
		}
		if left[i] {
			continue
		}
		r.known[o.Shown] = true
		real := r.overlays.real(o.Dir)
		r.first = append(r.first, file{name: o.Shown, real: "rendered " + o.Shown, named: true, rendered: &renderedText{results[i].text, real, source}})
	}
	return nil
}

// each calls do for 0 to n-1, as many at a time as there are workers.
func (r *renders) each(n int, do func(int)) {
	var group sync.WaitGroup
	slots := make(chan struct{}, max(1, r.workers))
	for i := range n {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			do(i)
		})
	}
	group.Wait()
}

// lacks reports whether a chart is not rendered because it takes values that were not given: then
// it is one of those whose services are not known.
func (r *renders) lacks(err error, j job, source func(string) string) bool {
	var failure *rendering.Failure
	if !errors.As(err, &failure) || !failure.Values {
		return false
	}
	at := j.Origin
	if failure.File != "" {
		at = graph.Source{File: source(failure.File)}.At(int32(failure.Line), int32(failure.Column))
	}
	const hint = "name the values that it needs under render in weir.yaml"
	c := chart{dir: j.chart.Shown, name: j.chart.Name}
	r.unread = append(r.unread, graph.Unread{Kind: unread.Lacking, Name: c.dir, Title: c.title(), Hint: hint, Origin: j.Origin})
	r.problems = append(r.problems, graph.Problem{
		Origin: at, Level: graph.Skipped, Message: c.title() + " is not rendered: " + failure.Message, Hint: hint,
	})
	return true
}

// newUnread returns the charts that lacked values since it was last called.
func (r *renders) newUnread() []graph.Unread {
	found := r.unread
	r.unread = nil
	return found
}

// fail adds the problem of a rendering, or returns an error for which the run ends.
func (r *renders) fail(err error, at graph.Origin, source func(string) string) error {
	var failure *rendering.Failure
	if !errors.As(err, &failure) {
		return err
	}
	if failure.File != "" {
		at = graph.Source{File: source(failure.File)}.At(int32(failure.Line), int32(failure.Column))
	}
	r.problems = append(r.problems, graph.Problem{Origin: at, Message: failure.Message, Level: graph.Failed})
	return nil
}

// name returns the name of a rendered text: the directory of its chart, and the release if it
// has another name, different from all others.
func (r *renders) name(j job) string {
	name := j.chart.Shown
	if j.Release != "" && j.Release != j.chart.Name {
		name += ", release " + j.Release
	}
	if r.known[name] && j.Namespace != "" {
		name = j.chart.Shown + ", release " + j.Namespace + "/" + cmp.Or(j.Release, j.chart.Name)
	}
	for base, i := name, 2; r.known[name]; i++ {
		name = fmt.Sprintf("%s (%d)", base, i)
	}
	r.known[name] = true
	return name
}
