package serve

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/graphtest"
	_ "github.com/weirgraph/weir/internal/testlong"
)

// estate is a -> b -> c with what could not be read.
func estate(calls string, broken ...string) *Estate {
	return &Estate{State: analyze.State{Graph: graphtest.Parse(calls), Check: &analyze.Check{}}, Broken: broken}
}

// serving returns a Server at an address that no request reaches by itself.
func serving(load func(context.Context, string) (*Estate, error)) *Server {
	return New(Options{Load: load}, estate("a:b b:c"), &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 4711})
}

// asks sends a request as the page does, but for what change does to it.
func asks(s *Server, method, path, body string, change func(*http.Request)) *http.Response {
	r := httptest.NewRequest(method, "http://127.0.0.1:4711/"+s.token+"/"+path, strings.NewReader(body))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Origin", "http://127.0.0.1:4711")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Result()
}

func TestRefusals(t *testing.T) {
	s := serving(nil)
	const incident = `{"number":1,"fail":["c"],"mode":"stop"}`
	for _, tt := range []struct {
		name, method, path, body string
		change                   func(*http.Request)
		want                     int
	}{
		{"the page", "GET", "", "", nil, 200},
		{"its head", "HEAD", "", "", nil, 200},
		{"by another name of the machine", "GET", "", "", func(r *http.Request) { r.Host = "localhost:4711" }, 200},
		{"by the name of a stranger", "GET", "", "", func(r *http.Request) { r.Host = "weir.example.com:4711" }, 403},
		{"without a port", "GET", "", "", func(r *http.Request) { r.Host = "127.0.0.1" }, 403},
		{"without a token", "GET", "", "", func(r *http.Request) { r.URL.Path = "/" }, 403},
		{"with half of the token", "GET", "", "", func(r *http.Request) { r.URL.Path = "/" + s.token[:13] + "/" }, 403},
		{"followed from a page", "GET", "", "", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, 200},
		{"of no file", "GET", "etc/passwd", "", nil, 404},
		{"an incident", "POST", "incident", incident, nil, 200},
		{"of another page", "POST", "incident", incident, func(r *http.Request) { r.Header.Set("Origin", "https://example.com") }, 403},
		{"of a sandbox", "POST", "incident", incident, func(r *http.Request) { r.Header.Set("Origin", "null") }, 403},
		{"of another port", "POST", "incident", incident, func(r *http.Request) { r.Header.Set("Origin", "http://127.0.0.1:80") }, 403},
		{"of another site", "GET", "wait", "", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") }, 403},
		{"by another method", "GET", "incident", "", nil, 405},
		{"a page by another method", "POST", "", incident, nil, 405},
		{"a form", "POST", "incident", incident, func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }, 415},
		{"too much", "POST", "incident", `{"mode":"` + strings.Repeat("x", maxBody) + `"}`, nil, 413},
		{"no JSON", "POST", "incident", "number=1", nil, 400},
		{"unknown words", "POST", "incident", `{"file":"/etc/passwd"}`, nil, 400},
		{"no service", "POST", "incident", `{"number":1,"fail":["d"],"mode":"stop"}`, nil, 400},
		{"no mode", "POST", "incident", `{"number":1,"fail":["c"],"mode":"slow"}`, nil, 400},
		{"nothing that fails", "POST", "incident", `{"number":1,"mode":"stop"}`, nil, 400},
		{"of an estate that is gone", "POST", "incident", `{"number":7,"fail":["c"],"mode":"stop"}`, nil, 409},
		{"no turn", "GET", "wait", "", nil, 400},
	} {
		r := asks(s, tt.method, tt.path, tt.body, tt.change)
		if r.StatusCode != tt.want {
			body, _ := io.ReadAll(r.Body)
			t.Errorf("%s: %d %s, want %d", tt.name, r.StatusCode, body, tt.want)
		}
		if got := r.Header.Get("X-Content-Type-Options") + r.Header.Get("Referrer-Policy") + r.Header.Get("Access-Control-Allow-Origin"); got != "nosniffno-referrer" {
			t.Errorf("%s: headers %q", tt.name, got)
		}
	}
}

// TestPage has one policy in the page and in its header, which allows requests to the server alone.
func TestPage(t *testing.T) {
	r := asks(serving(nil), "GET", "", "", nil)
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	policy, framed := strings.CutSuffix(r.Header.Get("Content-Security-Policy"), "; frame-ancestors 'none'")
	if !framed || !strings.HasSuffix(policy, "; connect-src 'self'") || !strings.Contains(string(body), policy) {
		t.Errorf("the header has the policy %q", policy)
	}
}

func TestIncident(t *testing.T) {
	s := serving(nil)
	var got struct{ Victims [][]int }
	if err := json.NewDecoder(asks(s, "POST", "incident", `{"number":1,"fail":["b","c"],"mode":"hang"}`, nil).Body).Decode(&got); err != nil {
		t.Fatal(err)
	}
	if len(got.Victims) != 1 || got.Victims[0][0] != 0 || got.Victims[0][3] != 4 {
		t.Errorf("victims of b and c: %v, want that a fails", got.Victims)
	}
}

// TestReload keeps the last estate that could be read, and says why.
func TestReload(t *testing.T) {
	var next *Estate
	var failure error
	s := serving(func(context.Context, string) (*Estate, error) { return next, failure })
	for _, tt := range []struct {
		name    string
		next    *Estate
		err     error
		want    string // services
		number  int
		problem string
	}{
		{"the same", estate("a:b b:c"), nil, "abc", 1, ""},
		{"a new service", estate("a:b b:d"), nil, "abd", 2, ""},
		{"a broken file", estate("a:b", "b.yaml:1: no YAML"), nil, "abd", 2, "b.yaml:1: no YAML"},
		{"no file", nil, errors.New("no file"), "abd", 2, "no file"},
		{"whole again", estate("a:b b:d"), nil, "abd", 2, ""},
	} {
		next, failure = tt.next, tt.err
		s.Reload(t.Context())
		var n news
		if err := json.NewDecoder(asks(s, "GET", "wait?turn=-1", "", nil).Body).Decode(&n); err != nil {
			t.Fatal(err)
		}
		if n.Number != tt.number || n.Problem != tt.problem {
			t.Errorf("%s: %+v, want number %d and problem %q", tt.name, n, tt.number, tt.problem)
		}
		if got := names(s.current().estate.Graph); got != tt.want {
			t.Errorf("%s: services %s, want %s", tt.name, got, tt.want)
		}
	}
}

func names(g *graph.Graph) string {
	var all strings.Builder
	for _, s := range g.Services() {
		all.WriteString(s.ID)
	}
	return all.String()
}
