package cmd

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/weirgraph/weir/serve"
)

// A served is a server of the current directory, asked without a network.
type served struct {
	t      *testing.T
	server *serve.Server
	path   string // of the page
}

// serveHere serves the current directory and watches it.
func serveHere(t *testing.T) *served {
	t.Helper()
	r := &run{console: console{in: strings.NewReader(""), out: io.Discard, err: io.Discard}, ctx: t.Context(), config: &config{}, command: &cobra.Command{}}
	l := &loader{run: r}
	first, err := l.load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	at := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 4711}
	s := serve.New(serve.Options{Load: l.load}, first, at)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- s.Watch(ctx, first.Found, func(message string) { t.Error(message) }) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return &served{t, s, s.Address(at)}
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
