// Package serve is the page of the format html with weir behind it: a server for the browsers of one
// machine that answers any incident and reads again when files change.
//
// A Server knows no source. It is given a function that reads the estate, and keeps the last one that
// could be read; what the function could not read later is shown beside it. Each answer is one of the
// estate that its request names, so that a page never mixes two.
//
// Whoever asks has to know the token, which is a part of every path, has to name the server as its
// address does, so that no name of a stranger leads to it, and must not be the page of another
// origin. Nothing is written, and a request is bounded in size and time.
package serve

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/weirgraph/weir/render/page"
)

// Options say what a Server serves.
type Options struct {
	// Load reads the estate, with a native manifest of changes beside it, "" for none, whose file is
	// TriedFile. It is called by one goroutine at a time.
	Load func(ctx context.Context, changes string) (*Estate, error)
	// Read returns the text of an input, and the error that says why a fix is not to edit it.
	Read    func(name string) ([]byte, error)
	Version string // of weir
}

// A Server answers browsers.
type Server struct {
	o     Options
	token string
	hosts []string // as which it may be asked

	loading sync.Mutex  // holds while Load runs
	tried   []triedView // of the present estate, the latest last

	mu      sync.Mutex
	now     *view
	number  int           // of views so far
	problem string        // what of the files could not be read; "" if nothing
	turn    int           // how often now or problem has changed
	news    chan struct{} // closed when turn changes
}

// Limits of one request in time.
const (
	maxWait = 25 * time.Second // for news
	maxTime = 2 * time.Minute  // for an answer
)

// New returns a Server of an estate that was read. The address is where it will be asked.
func New(o Options, first *Estate, address net.Addr) *Server {
	s := &Server{o: o, token: rand.Text(), news: make(chan struct{})}
	_, port, _ := net.SplitHostPort(address.String())
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]"} {
		s.hosts = append(s.hosts, host+":"+port)
	}
	s.show(first)
	return s
}

// Listen opens a port of the machine itself that no other machine reaches, any one that is free if it
// is 0.
func Listen(port int) (net.Listener, error) {
	l, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(port))
	if err != nil {
		if six, other := net.Listen("tcp", "[::1]:"+strconv.Itoa(port)); other == nil {
			return six, nil
		}
	}
	return l, err
}

// Address is where the page is, with the token that it needs.
func (s *Server) Address(at net.Addr) string { return "http://" + at.String() + "/" + s.token + "/" }

// Serve answers until ctx ends.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	server := &http.Server{
		Handler: s, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: maxTime, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		<-ctx.Done()
		server.Close() // a browser asks again, or is gone
	}()
	err := server.Serve(l)
	if errors.Is(err, http.ErrServerClosed) {
		<-ended
		return nil
	}
	return err
}

// show makes an estate the one that pages show.
func (s *Server) show(e *Estate) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, problem := newView(e, s.o.Version), strings.Join(e.Broken, "\n")
	switch {
	case s.now == nil || !s.now.same(v):
		s.number++
		v.number, s.now = s.number, v
	case s.problem == problem:
		return
	}
	s.problem = problem
	s.announce()
}

// fail keeps the estate that is shown, and says why.
func (s *Server) fail(problem string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.problem != problem {
		s.problem = problem
		s.announce()
	}
}

func (s *Server) announce() {
	s.turn++
	close(s.news)
	s.news = make(chan struct{})
}

// Reload reads the estate again. One of which more could not be read than of the one that is shown
// is not shown; the problem is.
func (s *Server) Reload(ctx context.Context) *Estate {
	s.loading.Lock()
	defer s.loading.Unlock()
	e, err := s.o.Load(ctx, "")
	if ctx.Err() != nil {
		return nil
	}
	if err != nil {
		s.fail(err.Error())
		return nil
	}
	if broken := e.newlyBroken(s.current().estate); broken != nil {
		s.fail(strings.Join(broken, "\n"))
	} else {
		s.show(e)
	}
	return e
}

func (s *Server) current() *view {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// ServeHTTP refuses who may not ask, and answers others.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Cache-Control", "no-store")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("X-Frame-Options", "DENY")
	path, ok := s.admit(r)
	if !ok {
		http.Error(w, "weir serve: the address needs the token that weir has printed, and no other page may ask", http.StatusForbidden)
		return
	}
	answer, ok := map[string]struct {
		method string
		serve  func(http.ResponseWriter, *http.Request)
	}{
		"":         {http.MethodGet, s.servePage},
		"wait":     {http.MethodGet, s.serveNews},
		"estate":   {http.MethodPost, s.serveEstate},
		"incident": {http.MethodPost, s.serveIncident},
	}[path]
	switch {
	case !ok:
		http.NotFound(w, r)
	case r.Method != answer.method && !(r.Method == http.MethodHead && answer.method == http.MethodGet):
		header.Set("Allow", answer.method)
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
	default:
		answer.serve(w, r)
	}
}

// admit reports whether a request may be answered, and what it asks for.
func (s *Server) admit(r *http.Request) (path string, ok bool) {
	token, path, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	same := subtle.ConstantTimeCompare([]byte(token), []byte(s.token)) == 1
	if !slices.Contains(s.hosts, r.Host) { // another name, which a stranger leads here
		return "", false
	}
	origin, from := r.Header.Get("Origin"), r.Header.Get("Sec-Fetch-Site")
	if origin != "" && origin != "http://"+r.Host || path != "" && from != "" && from != "same-origin" && from != "none" {
		return "", false
	}
	return path, same
}

func (s *Server) servePage(w http.ResponseWriter, _ *http.Request) {
	policy, err := page.Policy(true)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", policy+"; frame-ancestors 'none'")
	s.mu.Lock()
	d := *s.now.data
	n := s.latest()
	s.mu.Unlock()
	d.Engine = &page.Engine{Turn: n.Turn, Number: n.Number, Problem: n.Problem}
	_ = page.Write(w, &d)
}

// news is what a page has to know of its server.
type news struct {
	Turn    int    `json:"turn"`
	Number  int    `json:"number"`
	Problem string `json:"problem,omitempty"`
}

// serveNews answers as soon as there are others than those of a turn, and after a while in any case.
func (s *Server) serveNews(w http.ResponseWriter, r *http.Request) {
	known, err := strconv.Atoi(r.URL.Query().Get("turn"))
	if err != nil {
		http.Error(w, "turn is no number", http.StatusBadRequest)
		return
	}
	timer := time.NewTimer(maxWait)
	defer timer.Stop()
	for late := false; ; {
		s.mu.Lock()
		n, changed := s.latest(), s.news
		s.mu.Unlock()
		if late || n.Turn != known {
			reply(w, n)
			return
		}
		select {
		case <-changed:
		case <-timer.C:
			late = true
		case <-r.Context().Done():
			return
		}
	}
}

// latest are the news; mu is held.
func (s *Server) latest() news { return news{s.turn, s.now.number, s.problem} }

// errChanged is the error of a request about an estate that is not the latest any more.
var errChanged = errors.New("the files have changed")

// maxViews is how many views with changes are kept.
const maxViews = 8

// viewOf returns the view of an estate with changes.
func (s *Server) viewOf(ctx context.Context, number int, changes []change) (*view, error) {
	base := s.current()
	text, err := manifest(changes)
	switch {
	case err != nil:
		return nil, err
	case number != base.number:
		return nil, errChanged
	case text == "":
		return base, nil
	}
	s.loading.Lock()
	defer s.loading.Unlock()
	s.tried = slices.DeleteFunc(s.tried, func(t triedView) bool { return t.number != base.number })
	if i := slices.IndexFunc(s.tried, func(t triedView) bool { return t.manifest == text }); i >= 0 {
		return s.tried[i].view, nil
	}
	e, err := s.o.Load(ctx, text)
	if err != nil {
		return nil, err
	}
	if broken := e.newlyBroken(base.estate); broken != nil {
		return nil, errors.New(strings.Join(broken, "\n"))
	}
	v := newView(e, s.o.Version)
	v.number, v.before = base.number, base
	v.tried = effectsOf(base, v, text, s.o.Read)
	if len(s.tried) == maxViews {
		s.tried = s.tried[1:]
	}
	s.tried = append(s.tried, triedView{base.number, text, v})
	return v, nil
}

// serveEstate answers with the data of the latest estate.
func (s *Server) serveEstate(w http.ResponseWriter, r *http.Request) {
	a, ok := read(w, r)
	if !ok {
		return
	}
	v, err := s.viewOf(r.Context(), s.current().number, a.Changes)
	if err != nil {
		refuse(w, err)
		return
	}
	d := *v.data
	s.mu.Lock()
	n := s.latest()
	s.mu.Unlock()
	d.Engine = &page.Engine{Turn: n.Turn, Number: v.number, Problem: n.Problem, Tried: v.tried}
	reply(w, &d)
}

// serveIncident answers who suffers when services fail.
func (s *Server) serveIncident(w http.ResponseWriter, r *http.Request) {
	a, ok := read(w, r)
	if !ok {
		return
	}
	v, err := s.viewOf(r.Context(), a.Number, a.Changes)
	if err != nil {
		refuse(w, err)
		return
	}
	answer, err := v.answerFor(v.estate.Graph, a.Fail, a.Mode)
	if err != nil {
		refuse(w, err)
		return
	}
	if v.before != nil {
		answer.Before, _ = v.before.answerFor(v.estate.Graph, a.Fail, a.Mode) // nil if that has no such service
	}
	reply(w, answer)
}

// refuse writes the error of a request.
func refuse(w http.ResponseWriter, err error) {
	status := http.StatusBadRequest
	if errors.Is(err, errChanged) {
		status = http.StatusConflict
	}
	http.Error(w, err.Error(), status)
}
