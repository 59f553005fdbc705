// Package browser opens the pages that weir writes in a real browser, without a network. It is a
// module of its own, so that weir's go.mod names only what weir uses.
package browser

import (
	"cmp"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

const estates = "../../testdata/estates"

// weir builds weir once.
var weir = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "weir")
	if err != nil {
		return "", err
	}
	program := filepath.Join(dir, "weir")
	out, err := exec.Command("go", "build", "-C", "../..", "-o", program, ".").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return program, nil
})

// The browser is started once; every page is a tab of it.
var (
	window    context.Context
	downloads string
)

func TestMain(m *testing.M) { os.Exit(testAll(m)) }

func testAll(m *testing.M) int {
	dir, err := os.MkdirTemp("", "weir")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	defer func() {
		if program, err := weir(); err == nil {
			os.RemoveAll(filepath.Dir(program))
		}
	}()
	if program := chromium(); program != "" {
		options := append(chromedp.DefaultExecAllocatorOptions[:],
			chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.WindowSize(1600, 1000), chromedp.UserDataDir(filepath.Join(dir, "profile")),
			chromedp.Flag("disable-gpu", true), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
		allocated, cancel := chromedp.NewExecAllocator(context.Background(), options...)
		defer cancel()
		window, cancel = chromedp.NewContext(allocated)
		defer cancel()
		if err := chromedp.Do(window, chromedp.Navigate("about:blank")); err != nil { // starts the browser
			panic(err)
		}
		downloads = filepath.Join(dir, "downloads")
	}
	return m.Run()
}

// chromium returns the program of the browser, "" if there is none.
func chromium() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if program, err := exec.LookPath(name); err == nil {
			return program
		}
	}
	return ""
}

// run runs weir and returns what it prints. Findings are no failure.
func run(t *testing.T, args ...string) []byte {
	t.Helper()
	program, err := weir()
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(program, args...).Output()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() == 2) {
		t.Fatalf("weir %s: %v: %s", strings.Join(args, " "), err, exit.Stderr)
	}
	return out
}

// A tab is one page in the browser.
type tab struct {
	t       *testing.T
	ctx     context.Context
	address string
	mu      sync.Mutex
	errors  []string // on the console
}

// open opens an address in a new tab without a network.
func open(t *testing.T, address string) *tab {
	t.Helper()
	return openTab(t, address, true)
}

// openTab opens an address in a new tab, which asks for nothing elsewhere.
func openTab(t *testing.T, address string, offline bool) *tab {
	t.Helper()
	b := newTab(t, offline)
	b.show(address)
	return b
}

// newTab makes a tab without a page.
func newTab(t *testing.T, offline bool) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(window)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, time.Minute)
	t.Cleanup(cancel)
	b := &tab{t: t, ctx: ctx}
	if err := chromedp.Listen(ctx, b.listen); err != nil {
		t.Fatal(err)
	}
	call(b, network.Enable, network.EnableParams{})
	call(b, log.Enable, cdp.Empty{})
	call(b, runtime.Enable, cdp.Empty{})
	call(b, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: offline})
	if _, err := chromedp.CallBrowser(ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: downloads}); err != nil {
		t.Fatal(err)
	}
	return b
}

// show opens an address in the tab, and waits for what the page does first.
func (b *tab) show(address string) {
	b.t.Helper()
	b.address, _, _ = strings.Cut(address, "#")
	if err := chromedp.Do(b.ctx, chromedp.Navigate(address), chromedp.WaitReady("html[data-ready]")); err != nil {
		b.t.Fatalf("%v; the console has %q", err, b.errors)
	}
}

// call sends a command to the page.
func call[P, R any](b *tab, command cdp.Command[P, R], params P) {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, command, params); err != nil {
		b.t.Fatal(err)
	}
}

// listen keeps what a quiet page does not do.
func (b *tab) listen(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		b.errors = append(b.errors, fmt.Sprint(e.ExceptionDetails.Text, " ", e.ExceptionDetails.Exception))
	case *runtime.EventConsoleAPICalled:
		for _, arg := range e.Args {
			b.errors = append(b.errors, fmt.Sprintf("%s %s", e.Type, arg.Value))
		}
	case *log.EventEntryAdded:
		if e.Entry.Level != log.EntryLevelVerbose && e.Entry.Level != log.EntryLevelInfo {
			b.errors = append(b.errors, e.Entry.Text)
		}
	case *network.EventRequestWillBeSent:
		if u := e.Request.URL; !strings.HasPrefix(u, "file:") && !strings.HasPrefix(u, b.address) && !strings.HasPrefix(u, "blob:") && !strings.HasPrefix(u, "data:") {
			b.errors = append(b.errors, "asks for "+u)
		}
	}
}

// eval returns what an expression comes to. Each %s in it is one of the texts.
func eval[T any](b *tab, expression string, texts ...string) T {
	b.t.Helper()
	for _, text := range texts {
		quoted, _ := json.Marshal(text)
		expression = strings.Replace(expression, "%s", string(quoted), 1)
	}
	result, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.t.Fatalf("%s: %v; the console has %q", expression, err, b.errors)
	}
	return result
}

// act evaluates an expression for what it does.
func act(b *tab, expression string, texts ...string) {
	b.t.Helper()
	eval[bool](b, "("+expression+", true)", texts...)
}

// quiet fails the test if the console has errors or the page asked for something.
func (b *tab) quiet() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.errors) > 0 {
		b.t.Errorf("the console has %q", b.errors)
	}
}

// page writes the page of sources and returns its address.
func page(t *testing.T, args ...string) string {
	t.Helper()
	if window == nil {
		t.Skip("needs Chromium")
	}
	file := filepath.Join(t.TempDir(), "page.html")
	run(t, append(args, "-o", "html="+file, "-q")...)
	return "file://" + file
}

// choose clicks the service in the list.
const choose = `[...document.querySelectorAll("#services li")].find(li => li.dataset.id === %s).querySelector("button").click()`

// states are those of all services, by their ids.
const states = `Object.fromEntries([...document.querySelectorAll("#services li")].map(li => [li.dataset.id, li.dataset.state]))`

// tried is how many services of an estate the test lets fail.
const tried = 4

// TestFailures opens the page of every estate and system, lets services fail in two modes, and
// compares what the page shows of every service with weir blast.
func TestFailures(t *testing.T) {
	all, err := filepath.Glob(estates + "/*")
	if err != nil || len(all) == 0 {
		t.Fatalf("no estates: %v", err)
	}
	for _, estate := range all {
		t.Run(filepath.Base(estate), func(t *testing.T) { sameFailures(t, estate) })
	}
	systems, err := filepath.Glob("../../testdata/systems/*.txtar")
	if err != nil || len(systems) == 0 {
		t.Fatalf("no systems: %v", err)
	}
	for _, system := range systems {
		t.Run(filepath.Base(system), func(t *testing.T) { sameFailures(t, unpacked(t, system)) })
	}
}

// unpacked writes the files of an archive into a directory.
func unpacked(t *testing.T, archive string) string {
	t.Helper()
	text, err := os.ReadFile(archive)
	if err != nil {
		t.Fatal(err)
	}
	dir, name := t.TempDir(), ""
	files := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if of, ok := strings.CutPrefix(line, "-- "); ok && strings.HasSuffix(of, " --\n") {
			name = strings.TrimSuffix(of, " --\n")
		} else if name != "" {
			files[name] += line
		}
	}
	for name, text := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func sameFailures(t *testing.T, estate string) {
	b := open(t, page(t, "check", estate))
	ids := slices.Sorted(maps.Keys(eval[map[string]string](b, states)))
	if len(ids) == 0 {
		t.Fatal("the page has no services")
	}
	for i := 0; i < len(ids); i += (len(ids) + tried - 1) / tried {
		id := ids[i]
		act(b, choose, id)
		for _, mode := range []string{"stop", "hang"} {
			act(b, `document.querySelector("[data-mode="+CSS.escape(%s)+"]").click()`, mode)
			for phase, want := range blast(t, id, mode, estate) {
				act(b, `document.querySelector("[data-phase="+%s+"]").click()`, phase)
				for other, state := range eval[map[string]string](b, states) {
					if w := want[other]; other != id && state != w && !(w == "" && state == "unaffected") {
						t.Errorf("%s, %s, %s: %s is %s in the page, %q for weir blast", id, mode, phase, other, state, w)
					}
				}
			}
		}
	}
	b.quiet()
}

// blast returns the states of services as weir blast has them, by phase.
func blast(t *testing.T, id, mode string, sources ...string) map[string]map[string]string {
	var report struct {
		Impacts []struct {
			Services []struct{ ID, Onset, Steady, Label string }
		}
	}
	if err := json.Unmarshal(run(t, append([]string{"blast", id, "--mode", mode, "-o", "json"}, sources...)...), &report); err != nil {
		t.Fatal(err)
	}
	word := func(state string) string {
		answers, pace, _ := strings.Cut(state, "/")
		switch {
		case answers == "failed" || answers == "degraded":
			return answers
		case pace == "slow":
			return "slow"
		}
		return "protected"
	}
	all, first, later := map[string]string{}, map[string]string{}, map[string]string{}
	for _, s := range report.Impacts[0].Services {
		all[s.ID], first[s.ID], later[s.ID] = strings.ToLower(s.Label), word(s.Onset), word(s.Steady)
	}
	return map[string]map[string]string{"all": all, "first": first, "later": later}
}

// TestChange opens the page of a change: it says of every service and call what weir diff says, and
// lets services fail in both states as weir blast does.
func TestChange(t *testing.T) {
	old, now := filepath.Join(estates, "banking"), t.TempDir()
	text, err := os.ReadFile(filepath.Join(old, "services.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, edit := range [][2]string{
		{"  - {to: ledger, protocol: sql, database: ledger, timeout: 5s}\n", "  - {to: auditor, timeout: 1s}\n"},
		{"timeout: 2s, bulkhead", "timeout: 700ms, bulkhead"},
		{"replicas: 1\n  slo: 99.99", "replicas: 4\n  slo: 99.99"},
		{"- {name: case-files, kind: database, replicas: 1, team: risk}", "- {name: auditor, team: risk, calls: [{to: ledger}]}"},
		{"  - {to: case-files,", "  - {to: ledger,"},
	} {
		if !strings.Contains(string(text), edit[0]) {
			t.Fatalf("there is no %q", edit[0])
		}
		text = []byte(strings.Replace(string(text), edit[0], edit[1], 1))
	}
	if err := os.WriteFile(filepath.Join(now, "services.yaml"), text, 0o666); err != nil {
		t.Fatal(err)
	}
	b := open(t, page(t, "diff", old, now))
	var diff struct {
		Diff struct {
			Services []struct{ ID, Change string }
			Calls    []struct{ From, To, Change string }
			Policies []struct{ From, To, Change string }
			Found    []struct{ Rule string }
			Gone     []struct{ Rule string }
		}
	}
	if err := json.Unmarshal(run(t, "diff", old, now, "-o", "json"), &diff); err != nil {
		t.Fatal(err)
	}
	d := &diff.Diff
	if len(d.Services) == 0 || len(d.Calls) == 0 || len(d.Policies) == 0 || len(d.Found) == 0 || len(d.Gone) == 0 {
		t.Fatalf("the change has too little: %+v", d)
	}

	// The list of services, the lists of the change, and what is exported all have the marks.
	marks := eval[map[string]string](b, `Object.fromEntries([...document.querySelectorAll("#services li")].filter(li => li.dataset.change).map(li => [li.dataset.id, {"+": "added", "-": "removed", "~": "changed"}[li.dataset.change]]))`)
	lines := eval[[]string](b, `[...document.querySelectorAll("#details li")].map(li => li.textContent)`)
	has := func(prefix string) bool {
		return slices.ContainsFunc(lines, func(l string) bool { return strings.HasPrefix(l, prefix) })
	}
	act(b, `(document.getElementById("export").value = "dot", document.getElementById("export").dispatchEvent(new Event("change")))`)
	_, dot := b.download()
	arrows := 0
	for _, s := range d.Services {
		if marks[s.ID] != s.Change || !has(s.Change+" "+s.ID) {
			t.Errorf("%s is %q in the page, %s for weir diff", s.ID, marks[s.ID], s.Change)
		}
		if line := fmt.Sprintf("label=\"%s", s.ID); !regexp.MustCompile(regexp.QuoteMeta(line) + `[^"]* ` + s.Change + `", style=filled`).Match(dot) {
			t.Errorf("the export does not show that %s is %s", s.ID, s.Change)
		}
		delete(marks, s.ID)
	}
	if len(marks) > 0 {
		t.Errorf("weir diff does not have the changes %v", marks)
	}
	changed := map[string]bool{}
	for _, c := range d.Calls {
		changed[c.From+" "+c.To] = true
		if !has(c.Change + " " + c.From + " calls " + c.To) {
			t.Errorf("the page does not list that the call of %s to %s is %s", c.From, c.To, c.Change)
		}
	}
	for _, c := range d.Policies {
		changed[c.From+" "+c.To] = true
		if !has(c.Change + " " + c.From + " calls " + c.To) {
			t.Errorf("the page does not list that a policy of %s to %s is %s", c.From, c.To, c.Change)
		}
	}
	for line := range strings.Lines(string(dot)) {
		if strings.Contains(line, "->") && strings.Contains(line, "color=") {
			arrows++
		}
	}
	if arrows != len(changed) {
		t.Errorf("the export has %d arrows in color, want %d", arrows, len(changed))
	}
	findings := eval[[]string](b, `[...document.querySelectorAll("#details h3")].map(h => h.textContent).filter(h => h.includes("finding"))`)
	plural := map[bool]string{true: "s"}
	if want := []string{fmt.Sprintf("%d new finding%s", len(d.Found), plural[len(d.Found) != 1]), fmt.Sprintf("%d finding%s gone", len(d.Gone), plural[len(d.Gone) != 1])}; !slices.Equal(findings, want) {
		t.Errorf("the findings are %q, want %q", findings, want)
	}
	legend := eval[string](b, `document.getElementById("legend").textContent`)
	for _, words := range []string{"green: added", "orange: changed", "red: removed"} {
		if !strings.Contains(legend, words) {
			t.Errorf("the legend %q does not have %q", legend, words)
		}
	}

	for _, id := range []string{"ledger", "account-service", "transaction-service"} {
		act(b, choose, id)
		for _, mode := range []string{"stop", "hang"} {
			act(b, `(b => b.getAttribute("aria-pressed") === "true" || b.click())(document.querySelector("[data-mode="+CSS.escape(%s)+"]"))`, mode)
			for when, sources := range map[string]string{"before": old, "after": now} {
				act(b, `document.querySelector("[data-when="+%s+"]").click()`, when)
				compare(b, id, mode, sources)
			}
		}
	}
	act(b, choose, "case-files")
	act(b, `document.querySelector("[data-mode=stop]").click()`)
	act(b, `document.querySelector("[data-when=after]").click()`)
	if text := eval[string](b, `document.getElementById("details").textContent`); !strings.Contains(text, "There is no such service after the change") {
		t.Errorf("a service that is removed fails after the change: %s", text)
	}
	act(b, `document.querySelector("[data-when=before]").click()`)
	compare(b, "case-files", "stop", old)

	// What does not change can be left out, also by the address.
	act(b, `document.getElementById("changed").click()`)
	c := open(t, b.address+eval[string](b, "location.hash"))
	for _, p := range []*tab{b, c} {
		if legend := eval[string](p, `document.getElementById("legend").textContent`); !strings.Contains(legend, "not in view") {
			t.Errorf("only what changes is not less: %s", legend)
		}
	}
	compare(c, "case-files", "stop", old)
	if dir := os.Getenv("WEIR_AXE"); dir != "" {
		accessible(c, dir)
	}
	b.quiet()
	c.quiet()
}

// TestView searches, groups, collapses, shares a view by its address, and exports it.
func TestView(t *testing.T) {
	address := page(t, "check", estates+"/shop")
	b := open(t, address)
	act(b, `(document.getElementById("search").value = "payment", document.getElementById("search").dispatchEvent(new Event("input")))`)
	found := eval[[]string](b, `[...document.querySelectorAll("#services li")].map(li => li.dataset.id)`)
	if len(found) == 0 || slices.ContainsFunc(found, func(id string) bool { return !strings.Contains(id, "payment") }) {
		t.Errorf("the search for payment lists %q", found)
	}
	act(b, `(document.getElementById("group").value = "kind", document.getElementById("group").dispatchEvent(new Event("change")))`)
	act(b, `document.getElementById("close-all").click()`)
	legend := eval[string](b, `document.getElementById("legend").textContent`)
	if !strings.Contains(legend, "a group, click to expand") {
		t.Errorf("the legend of collapsed groups is %q", legend)
	}
	hash := eval[string](b, `location.hash`)
	b.quiet()

	// Another browser shows the same.
	c := open(t, address+hash)
	if got := eval[string](c, `document.getElementById("legend").textContent`); got != legend {
		t.Errorf("the legend of the shared view is %q, want %q", got, legend)
	}
	act(c, `document.getElementById("open-all").click()`)
	for format, check := range map[string]func(*testing.T, string, []byte){"svg": checkSVG, "dot": checkDOT, "png": checkPNG, "mermaid": checkMermaid} {
		act(c, `(document.getElementById("export").value = %s, document.getElementById("export").dispatchEvent(new Event("change")))`, format)
		name, text := c.download()
		check(t, name, text)
	}
	c.quiet()
}

// TestManyNeighbors focuses on a service that a third of 500 call, opens a group around it, and sees the others stay in
// their order.
func TestManyNeighbors(t *testing.T) {
	b := open(t, page(t, "check", landscape(t, 500))+"#group=team&focus=service+platform%2Fauth&select=service+platform%2Fauth")
	boxes := `[...document.querySelectorAll("#picture .box")].map(e => [e.dataset.ref, e.transform.baseVal[0].matrix.e])`
	type box [2]any
	shut := eval[[]box](b, boxes)
	if len(shut) != 10 || shut[0][0] != "s0" { // auth, and 9 teams of 60
		t.Fatalf("around auth are %v", shut)
	}
	act(b, `document.querySelector('#picture [data-ref="group team-3"]').dispatchEvent(new MouseEvent("click", {bubbles: true}))`)
	open := eval[[]box](b, boxes)
	if len(open) < 20 || !eval[bool](b, `Boolean(document.querySelector('#picture [data-ref="parent team-3"]'))`) {
		t.Fatalf("of an open group are %v", open)
	}
	order := func(list []box) (ids []string) {
		list = slices.DeleteFunc(slices.Clone(list), func(x box) bool {
			return x[0] != "s0" && !strings.HasPrefix(x[0].(string), "group ") || x[0] == "group team-3"
		})
		slices.SortStableFunc(list, func(x, y box) int { return cmp.Compare(x[1].(float64), y[1].(float64)) })
		for _, x := range list {
			ids = append(ids, x[0].(string))
		}
		return ids
	}
	if a, b := order(shut), order(open); !slices.Equal(a, b) {
		t.Errorf("from left to right are %v, and with an open group %v", a, b)
	}
	b.quiet()
}

// download waits for a file and returns and removes it.
func (b *tab) download() (string, []byte) {
	b.t.Helper()
	for range 100 {
		files, err := filepath.Glob(filepath.Join(downloads, "weir.*"))
		if err == nil && len(files) == 1 && !strings.HasSuffix(files[0], ".crdownload") {
			if text, err := os.ReadFile(files[0]); err == nil && len(text) > 0 {
				os.Remove(files[0])
				return files[0], text
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	b.t.Fatal("no file was saved")
	return "", nil
}

func checkSVG(t *testing.T, name string, text []byte) {
	d := xml.NewDecoder(strings.NewReader(string(text)))
	boxes := 0
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		} else if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if s, ok := token.(xml.StartElement); ok && s.Name.Local == "rect" {
			boxes++
		}
	}
	if boxes < 5 {
		t.Errorf("%s has %d boxes", name, boxes)
	}
}

func checkDOT(t *testing.T, name string, text []byte) {
	dot, err := exec.LookPath("dot")
	if err != nil {
		t.Log("without Graphviz the file is not read")
		return
	}
	cmd := exec.Command(dot, "-Tplain")
	cmd.Stdin = strings.NewReader(string(text))
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "edge") {
		t.Errorf("%s: %v: %s", name, err, out)
	}
}

func checkPNG(t *testing.T, name string, text []byte) {
	if !strings.HasPrefix(string(text), "\x89PNG") {
		t.Errorf("%s begins with %q", name, text[:8])
	}
}

// checkMermaid has Mermaid parse a picture, if WEIR_MERMAID names the directory in which npm has
// installed it.
func checkMermaid(t *testing.T, name string, text []byte) {
	if !strings.HasPrefix(string(text), "flowchart LR\n") {
		t.Errorf("%s begins with %q", name, text[:20])
	}
	if os.Getenv("WEIR_MERMAID") == "" {
		return
	}
	file := filepath.Join(t.TempDir(), "page.mmd")
	if err := os.WriteFile(file, text, 0o666); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("node", filepath.Join("..", "mermaid", "parse.mjs"), file).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestHostileNames has names that want to be programs, to turn the text around, or to be long.
func TestHostileNames(t *testing.T) {
	long := strings.Repeat("long", 1<<18)
	names := []string{`"><script>pwned=1</script>`, `</script><script>pwned=1</script>`, `<img src=x onerror=pwned=1>`, "a\u202egnp.b", `'";pwned=1;//`, "${pwned=1}", "\"];x[\"", "end", "%%{init:{}}%%", "a\nb --> c", "]] #quot; |`x`|", long}
	services := make([]map[string]any, len(names))
	calls := []map[string]any{}
	for i, name := range names {
		services[i] = map[string]any{"id": name, "name": name, "kind": "service", "defined": true, "team": name}
		calls = append(calls, map[string]any{"from": name, "to": names[(i+1)%len(names)], "class": "call", "strength": "strong", "mode": "sync", "need": "hard", "declared": true,
			"evidence": []any{map[string]any{"way": "env-url", "strength": "strong", "class": "call", "origin": map[string]any{"file": name, "line": 1}}}})
	}
	text, err := json.Marshal(struct {
		Schema   string `json:"schema"`
		Services any    `json:"services"`
		Calls    any    `json:"calls"`
	}{"weir/v1", services, calls})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "graph.json")
	if err := os.WriteFile(file, text, 0o666); err != nil {
		t.Fatal(err)
	}
	b := open(t, page(t, "check", file))
	if n := eval[int](b, `document.querySelectorAll("#services li").length`); n != len(names) {
		t.Errorf("the page lists %d services, want %d", n, len(names))
	}
	for i := range names {
		act(b, `document.querySelectorAll("#services li button")[`+fmt.Sprint(i)+`].click()`)
		act(b, `document.querySelector("[data-mode=hang]").click()`)
	}
	if eval[bool](b, `"pwned" in window || document.querySelectorAll("script").length !== 5 || document.querySelectorAll("img").length > 0`) {
		t.Error("a name became markup")
	}
	for format, check := range map[string]func(*testing.T, string, []byte){"svg": checkSVG, "dot": checkDOT, "mermaid": checkMermaid} {
		act(b, `(document.getElementById("export").value = %s, document.getElementById("export").dispatchEvent(new Event("change")))`, format)
		name, text := b.download()
		check(t, name, text)
	}
	b.quiet()
}

// TestAccessible looks for what people with a keyboard or a screen reader cannot use. It needs
// axe-core in the directory that WEIR_AXE names.
func TestAccessible(t *testing.T) {
	address := page(t, "check", estates+"/shop")
	dir := os.Getenv("WEIR_AXE")
	if dir == "" {
		t.Skip("needs axe-core: WEIR_AXE names the directory in which npm has installed it")
	}
	b := open(t, address)
	act(b, `document.querySelector("#services li button").click()`)
	act(b, `document.querySelector("[data-mode=hang]").click()`)
	accessible(b, dir)
}

// accessible fails the test if axe-core, which npm has installed in dir, finds something serious.
func accessible(b *tab, dir string) {
	b.t.Helper()
	axe, err := os.ReadFile(filepath.Join(dir, "node_modules/axe-core/axe.min.js"))
	if err != nil {
		b.t.Fatal(err)
	}
	act(b, "("+`()=>{`+string(axe)+`}`+")()")
	found := eval[[]string](b, `axe.run().then(r => r.violations.filter(v => v.impact === "serious" || v.impact === "critical").map(v => v.id + ": " + v.nodes.map(n => n.target.join(" ") + " " + n.failureSummary).join("; ")))`)
	if len(found) > 0 {
		b.t.Errorf("axe-core finds %s", strings.Join(found, "\n"))
	}
}
