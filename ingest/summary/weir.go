package summary

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/policy"
)

// Weir reads what "weir graph -o json" wrote. Counts and sketches of several files
// add up: files of parts of the traces together are as good as one of all, where no
// trace is split between the parts.
//
// What is not in the file cannot come back: the objects that policies stand in, of
// which the file has only what acts on each call.
var Weir = &document.Reader{
	Name:  "weir",
	Doc:   "graphs that weir wrote itself, with -o json",
	Reads: []string{"schema: weir/v1"},
	Whole: func(text []byte) bool {
		return shaped(text, `"schema"`, "schema") && bytes.Contains(head(text), []byte(`"weir/v1"`))
	},
	Read: func(d *document.Document, f *graph.Facts) {
		w := weir{d: d, f: f, services: map[string]*weirService{}}
		w.read(json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(d.Text, []byte("\uFEFF")))))
	},
}

// woven is the realm of services that weir itself told of.
const woven = "weir"

type weir struct {
	d        *document.Document
	f        *graph.Facts
	services map[string]*weirService
	open     []*weirService // of which the calls show whether a manifest tells of them
	boxes    int            // services that are groups of others
	lost     int            // calls of services that the file does not name
}

// read goes through the members of the file's object. Its lists may be longer than
// memory likes: each entry is taken by itself.
func (w *weir) read(in *json.Decoder) {
	graphs := 0
	err := w.object(in, func(key string) error {
		switch key {
		case "services":
			graphs++
			return each(in, w.service)
		case "calls":
			graphs++
			return each(in, w.call)
		case "left":
			var left []string
			err := in.Decode(&left)
			for _, part := range left {
				problem(w.d, 1, graph.Note, "write the file without --focus, --depth and --only", "is a drawing that leaves something out: %s", document.Clean(part))
			}
			return err
		}
		var other json.RawMessage
		return in.Decode(&other)
	})
	w.nameOpen()
	line := 1 + bytes.Count(w.d.Text[:min(int(in.InputOffset()), len(w.d.Text))], []byte("\n"))
	switch {
	case err != nil:
		problem(w.d, line, graph.Failed, "what comes before is read", "cannot be read as a graph of weir: %v", err)
	case graphs == 0:
		problem(w.d, 1, graph.Skipped, "write it with weir graph -o json", "is a report of weir without its graph")
	case w.boxes > 0:
		problem(w.d, 1, graph.Failed, "write it without --collapse", "is a drawing of groups, not of services")
	}
	if w.lost > 0 {
		problem(w.d, 1, graph.Failed, "the file was cut: write it again with weir graph -o json", "%d calls are of services that the file does not name", w.lost)
	}
}

func (w *weir) object(in *json.Decoder, member func(key string) error) error {
	if token, err := in.Token(); err != nil || token != json.Delim('{') {
		return fmt.Errorf("it is no object: %w", err)
	}
	for in.More() {
		token, err := in.Token()
		if err != nil {
			return err
		}
		key, _ := token.(string)
		if err := member(key); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	_, err := in.Token()
	return err
}

// each hands on the entries of a list, which may be null.
func each[T any](in *json.Decoder, take func(*T)) error {
	token, err := in.Token()
	if err != nil || token == nil {
		return err
	}
	if token != json.Delim('[') {
		return fmt.Errorf("%v is no list", token)
	}
	for in.More() {
		v := new(T)
		if err := in.Decode(v); err != nil {
			return err
		}
		take(v)
	}
	_, err = in.Token()
	return err
}

// weirService is a service as the file has it.
type weirService struct {
	ID, Name, Namespace, Kind, Role string
	Defined                         bool
	Members                         int
	Tier, Replicas                  *int
	SLO                             *float64
	Entrypoint                      *bool
	Team, Owner, System, Lifecycle  string
	Scaling                         *struct {
		Min, Max int
		Origin   string
	}
	Disruption *struct{ MinAvailable, MaxUnavailable, Origin string }
	Probes     *struct {
		Readiness, Liveness, Startup bool
		Origin                       graph.Origin
		Restarts                     *struct {
			Path   string
			Origin graph.Origin
		}
	}
	Images                      []string
	Stateful, Headless, Outside bool

	Annotations map[string]string
	Meshes      []weirMembership
	Provenance  map[string]struct {
		Provenance string
		Origin     graph.Origin
	}
	Ports             []graph.Port
	Labels            map[string]string
	Aliases, Versions []string
	Origins           []graph.Origin
	Served            *weirServed
	kind              graph.Kind
	ref               graph.Ref
	called            bool // some call leads to it or from it
	named             bool // see weir.name
}

func (w *weir) service(s *weirService) {
	if s.Members > 0 {
		w.boxes++
		return
	}
	s.ID, s.Name, s.Namespace = document.Clean(s.ID), document.Clean(s.Name), document.Clean(s.Namespace)
	s.kind = graph.Kind(max(0, slices.Index(graph.Kinds, s.Kind)))
	s.ref = graph.Ref{Realm: woven, Namespace: s.Namespace, Name: s.Name}
	if kind, _, ok := strings.Cut(s.ID, ":"); ok && kind == s.Kind && !strings.Contains(s.Name, ":") {
		s.ref.Kind = kind // its name is also that of something else
	}
	if s.Name == "" || s.ID == "" {
		return
	}
	if s.kind == graph.KindExternal && !s.Defined && s.Namespace == "" {
		s.ref = graph.Ref{Realm: "host", Name: strings.ToLower(s.Name)}
	}
	w.services[s.ID] = s
	w.served(s)
	at := s.origin(w.d)
	switch {
	case s.Defined:
		w.declare(s, at)
	case s.told():
		w.name(s)
	case s.kind == graph.KindTopic || s.kind == graph.KindExternal && s.Role == graph.Isolated.String():
		w.open = append(w.open, s)
	}
}

// told reports whether some manifest tells of a service that none declares: a host
// outside, a queue that a binding names. Of others only their callers do.
func (s *weirService) told() bool {
	return s.named || s.kind == graph.KindGateway || s.kind == graph.KindTopic && s.Namespace != "" ||
		s.kind == graph.KindExternal && (s.Outside || s.Namespace != "" || len(s.Ports) > 0)
}

// name tells of a service that manifests speak of and none declares.
func (w *weir) name(s *weirService) {
	at := s.origin(w.d)
	n := graph.Name{Ref: s.ref, Origin: at, Outside: true, Unsaid: !s.Outside, Kind: s.kind, Ports: s.Ports}
	n.Replicas = setting(s, "replicas", s.Replicas, at)
	if s.ref.Realm == "host" {
		n.Hosts = append([]string{s.Name}, s.Aliases...)
	}
	w.f.Names = append(w.f.Names, n)
	for _, o := range s.Origins[min(1, len(s.Origins)):] {
		n.Origin = o
		w.f.Names = append(w.f.Names, n)
	}
	s.named = true
}

// nameOpen tells of what no call leads to or from: a manifest must have.
func (w *weir) nameOpen() {
	for _, s := range w.open {
		if !s.named && !s.called {
			w.name(s)
		}
	}
}

func (w *weir) declare(s *weirService, at graph.Origin) {
	t := graph.Thing{
		Ref: s.ref, Origin: at, Kind: s.kind, KindSure: true,
		Aliases: s.Aliases, Versions: s.Versions, Ports: s.Ports, Labels: s.Labels,
		Team: s.Team, Owner: s.Owner, System: s.System, Lifecycle: s.Lifecycle, Annotations: s.Annotations, Meshes: memberships(s.Meshes),
		Stateful: s.Stateful, Headless: s.Headless,
		Tier: setting(s, "tier", s.Tier, at), SLO: setting(s, "slo", s.SLO, at),
		Entrypoint: setting(s, "entrypoint", s.Entrypoint, at), Replicas: setting(s, "replicas", s.Replicas, at),
	}
	if p := s.Probes; p != nil {
		t.Probes = graph.Probes{Known: true, Readiness: p.Readiness, Liveness: p.Liveness, Startup: p.Startup, Origin: p.Origin}
		if path := p.Restarts; path != nil {
			t.Probes.Restarts = policy.Declare(document.Clean(path.Path), path.Origin)
		}
	}
	image := func(i int) string { // each was declared at a place of its own
		if i < len(s.Images) {
			return document.Clean(s.Images[i])
		}
		return ""
	}
	t.Image = image(0)
	w.f.Things = append(w.f.Things, t)
	for i, o := range s.Origins[min(1, len(s.Origins)):] {
		w.f.Things = append(w.f.Things, graph.Thing{Ref: s.ref, Origin: o, Patch: true, Image: image(i + 1)})
	}
	if s.Scaling != nil {
		w.f.Scalers = append(w.f.Scalers, graph.Scaler{Of: s.ref, Min: s.Scaling.Min, Max: s.Scaling.Max, Origin: parseOrigin(s.Scaling.Origin)})
	}
	if b := s.Disruption; b != nil {
		w.f.Budgets = append(w.f.Budgets, graph.Budget{
			Ref: s.ref, Of: s.ref, MinAvailable: b.MinAvailable, MaxUnavailable: b.MaxUnavailable, Origin: parseOrigin(b.Origin),
		})
	}
}

// origin is where the service was said to be, else the file that tells of it.
func (s *weirService) origin(d *document.Document) graph.Origin {
	if len(s.Origins) > 0 {
		return s.Origins[0]
	}
	return d.Line(1, 0)
}

// setting is a value of a service with what the file says of its provenance.
func setting[T any](s *weirService, key string, v *T, at graph.Origin) policy.Setting[T] {
	if v == nil {
		return policy.Setting[T]{}
	}
	declared := policy.Declare(*v, at)
	if said, ok := s.Provenance[key]; ok {
		declared.Origin = said.Origin
		if p := word[policy.Provenance](policy.Provenances, said.Provenance); p != policy.Unknown {
			declared.Provenance = p // of a word that nobody knows, the value is still there
		}
	}
	return declared
}

// party is a service as the end of a declared call. One that nothing declares is
// whoever answers to its name.
func (s *weirService) party(caller *weirService) graph.Party {
	if s.Defined || s.told() {
		return graph.Party{Ref: s.ref}
	}
	host := s.Name
	if len(s.Aliases) > 0 {
		host = s.Aliases[0] // its name in full, of which only a part is shown
	}
	return graph.Party{Host: graph.Address{Host: host}, Namespace: caller.Namespace}
}

// seen is a service as the end of an observed call.
func (s *weirService) seen(port int) graph.Seen {
	switch {
	case s.Defined || s.told() && (s.kind != graph.KindTopic || s.Namespace != ""):
		return graph.Seen{Name: s.Name, Namespace: s.Namespace, Ref: s.ref, Kind: s.kind, Host: graph.Address{Port: port}}
	case s.kind == graph.KindService:
		return graph.Seen{Name: s.Name, Namespace: s.Namespace, Kind: s.kind, Host: graph.Address{Port: port}}
	}
	seen := graph.Seen{Name: s.Name, Namespace: s.Namespace, Kind: s.kind, Virtual: true, Host: graph.Address{Host: s.Name, Port: port}}
	switch s.kind {
	case graph.KindDatabase:
		seen.Host.Database = s.Name
	case graph.KindTopic:
		seen.Host.Host = ""
	}
	return seen
}
