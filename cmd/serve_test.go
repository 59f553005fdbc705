package cmd

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"github.com/weirgraph/weir/serve"
)

// A served is a server of the current directory, asked without a network.
type served struct {
	t      *testing.T
	server *serve.Server
	path   string // of the page
	stop   func() // ends the watch
}

// serveHere serves the current directory and watches it.
func serveHere(t *testing.T) *served {
	t.Helper()
	r := &run{console: console{in: strings.NewReader(""), out: io.Discard, err: io.Discard}, ctx: t.Context(), config: &config{}, command: &cobra.Command{}}
	l := &loader{run: r}
	first, err := l.load(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	at := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 4711}
	s := serve.New(l.options(), first, at)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- s.Watch(ctx, first.Found, func(message string) { t.Error(message) }) }()
	end := sync.OnceFunc(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(end)
	return &served{t, s, s.Address(at), end}
}

// ask returns what the server answers.
func (s *served) ask(method, path, body string, into any) {
	s.t.Helper()
	r := httptest.NewRequest(method, s.path+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	s.server.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		s.t.Fatalf("%s %s: %d %s", path, body, w.Code, w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), into); err != nil {
		s.t.Fatal(err)
	}
}

// shown are the services of the page, sorted.
func (s *served) shown() string {
	var page struct{ Services []struct{ ID string } }
	s.ask("POST", "estate", "{}", &page)
	var ids []string
	for _, service := range page.Services {
		ids = append(ids, service.ID)
	}
	return strings.Join(ids, " ")
}

// TestServeReadsAgain changes, adds, breaks and removes files and directories.
func TestServeReadsAgain(t *testing.T) {
	t.Chdir(t.TempDir())
	write := func(file, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	const web = "services:\n- {name: web, calls: [cart]}\n"
	write("web.yaml", web)
	s := serveHere(t)
	turn := 1
	for _, tt := range []struct {
		name          string
		change        func()
		want, problem string
	}{
		{"a change", func() { write("web.yaml", web+"- {name: cart, calls: [stock]}\n") }, "cart stock web", ""},
		{"a new directory", func() { write("more/news/ads.yaml", "services:\n- {name: web, calls: [ads]}\n") }, "ads cart stock web", ""},
		{"a file in it", func() { write("more/news/tax.yaml", "services:\n- {name: web, calls: [tax]}\n") }, "ads cart stock tax web", ""},
		{"a broken file", func() { write("web.yaml", "services: [\n") }, "ads cart stock tax web", "web.yaml"},
		{"a whole one", func() { write("web.yaml", web) }, "ads cart tax web", ""},
		{"a configuration", func() { write("weir.yaml", "exclude: [more/news/tax.yaml]\n") }, "ads cart web", ""},
		{"a broken one", func() { write("weir.yaml", "excludes: []\n") }, "ads cart web", "exclude"},
		{"none", func() { os.Remove("weir.yaml") }, "ads cart tax web", ""},
		{"a directory less", func() { os.RemoveAll("more") }, "cart web", ""},
	} {
		tt.change()
		var news struct {
			Turn    int
			Problem string
		}
		for {
			s.ask("GET", "wait?turn="+strconv.Itoa(turn), "", &news)
			if turn = news.Turn; s.shown() == tt.want && (news.Problem == "") == (tt.problem == "") {
				break
			}
		}
		if !strings.Contains(news.Problem, tt.problem) {
			t.Errorf("%s: the problem is %q, want one about %q", tt.name, news.Problem, tt.problem)
		}
	}
}

// TestWhatIfAgrees assumes changes, and compares what the page says with runs over files that declare
// the same: the manifest of the changes beside the others, and the objects themselves.
func TestWhatIfAgrees(t *testing.T) {
	root, err := filepath.Abs("../testdata/estates/quickstart")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if err := os.CopyFS(".", os.DirFS(root)); err != nil {
		t.Fatal(err)
	}
	objective := "apiVersion: weir/v1\nservices: [{name: shop/stock, slo: 99.9}, {name: shop/prices, slo: 99.5}]\n"
	if err := os.WriteFile("objectives.yaml", []byte(objective), 0o666); err != nil {
		t.Fatal(err)
	}
	const changes = `[
		{"from": "shop/stock", "to": "shop/prices", "timeout": "1s"},
		{"from": "shop/orders", "to": "shop/stock", "timeout": "1500ms", "retry": "off"},
		{"from": "shop/prices", "to": "shop/stock", "removed": true},
		{"service": "shop/web", "replicas": 1}]`
	s := serveHere(t)
	var without, with judged
	s.ask("POST", "estate", "{}", &without)
	s.ask("POST", "estate", `{"changes": `+changes+"}", &with)
	if reflect.DeepEqual(without.Findings, with.Findings) {
		t.Fatal("the changes have no effect on findings")
	}
	manifest := with.Engine.Tried.Manifest
	with.Engine.Tried.Manifest = ""
	compare := func(name string) {
		t.Helper()
		again := serveHere(t)
		var now judged
		again.ask("POST", "estate", "{}", &now)
		now.Engine = with.Engine
		if diff := cmp.Diff(now, with); diff != "" {
			t.Errorf("%s differs from the page (-run +page):\n%s", name, diff)
		}
		for _, service := range with.Services {
			for _, mode := range []string{"stop", "hang", "slow=700ms"} {
				asked := fmt.Sprintf(`"number": 1, "fail": [%q], "mode": %q`, service.ID, mode)
				var a, b struct{ Victims [][]int }
				s.ask("POST", "incident", "{"+asked+`, "changes": `+changes+"}", &a)
				again.ask("POST", "incident", "{"+asked+"}", &b)
				if diff := cmp.Diff(labelsOf(b.Victims), labelsOf(a.Victims)); diff != "" {
					t.Errorf("%s: %s of %s differs (-run +page):\n%s", name, mode, service.ID, diff)
				}
			}
		}
	}
	s.stop()
	if err := os.WriteFile("tried.yaml", []byte(manifest), 0o666); err != nil {
		t.Fatal(err)
	}
	compare("the manifest")
	os.Remove("tried.yaml")
	for file, edits := range map[string][]string{
		"mesh.yaml": {
			"    timeout: 10s\n    retries: {attempts: 3, perTryTimeout: 3s, retryOn: \"connect-failure,refused-stream\"}", "    timeout: 1500ms\n    retries: {attempts: 0}",
			"---\napiVersion: networking.istio.io/v1\nkind: DestinationRule", "---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: prices, namespace: shop}\nspec:\n  hosts: [prices]\n  http:\n  - route: [{destination: {host: prices}}]\n    timeout: 1s\n---\napiVersion: networking.istio.io/v1\nkind: DestinationRule",
		},
		"web.yaml":    {"replicas: 2", "replicas: 1"},
		"prices.yaml": {"http://stock:8080", ""},
	} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(edits); i += 2 {
			if !strings.Contains(string(text), edits[i]) {
				t.Fatalf("%s has no %q", file, edits[i])
			}
			text = []byte(strings.Replace(string(text), edits[i], edits[i+1], 1))
		}
		if err := os.WriteFile(file, text, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	compare("the files")
}

// judged is what a page says of an estate, without places and hints.
type judged struct {
	Services []struct{ ID, Available string }
	Calls    []struct {
		From, To int
		Need     string
	}
	Findings []struct{ Rule, Severity, Message string }
	Engine   struct{ Tried struct{ Manifest string } }
}

// labelsOf are the services that suffer, with their labels at first, later and in all.
func labelsOf(victims [][]int) [][]int {
	var list [][]int
	for _, v := range victims {
		list = append(list, v[:4])
	}
	return list
}

// TestOpenBrowser has a program in place of the one that opens addresses, and none at all.
func TestOpenBrowser(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the program of this system is not on the PATH")
	}
	dir := t.TempDir()
	got := filepath.Join(dir, "address")
	if err := os.WriteFile(filepath.Join(dir, "xdg-open"), []byte("#!/bin/sh\necho \"$#\" \"$1\" > "+got+".part && mv "+got+".part "+got+"\n"), 0o777); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(filepath.ListSeparator)+os.Getenv("PATH"))
	file := filepath.Join(dir, "services.yaml")
	if err := os.WriteFile(file, []byte("services: [{name: a, calls: [b]}, {name: b}]\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	serveOpen := func(until func(out, err string) bool) (string, string) {
		t.Helper()
		ctx, stop := context.WithCancel(t.Context())
		out, errs := &lockedText{}, &lockedText{}
		r := &run{console: console{in: strings.NewReader(""), out: out, err: errs}, ctx: ctx, config: &config{}, command: &cobra.Command{}}
		done := make(chan error)
		go func() { done <- runServe(r, &serveOptions{open: true}, []string{file}) }()
		for range 1000 {
			if until(out.String(), errs.String()) {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		return out.String(), errs.String()
	}
	address := func() string {
		text, _ := os.ReadFile(got)
		return string(text)
	}
	out, errs := serveOpen(func(string, string) bool { return address() != "" })
	if want := "1 " + out; address() != want || !strings.HasPrefix(out, "http://") {
		t.Errorf("the program was started with %q, want %q; messages: %s", address(), want, errs)
	}

	t.Setenv("PATH", "")
	const message = "no browser could be started"
	if out, errs := serveOpen(func(_, errs string) bool { return strings.Contains(errs, message) }); !strings.Contains(errs, message) || !strings.Contains(errs, "open the address") || !strings.HasPrefix(out, "http://") {
		t.Errorf("without a program for it: %q, %q", out, errs)
	}
}

// A lockedText is written by one goroutine and read by another.
type lockedText struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lockedText) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *lockedText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
