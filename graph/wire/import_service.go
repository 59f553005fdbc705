package wire

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/sanitize"
)

// realm is the realm of services that a document names.
const realm = "weir"

// importedService is a service with its state during the import.
type importedService struct {
	*Service
	kind   graph.Kind
	ref    graph.Ref
	called bool // some call leads to it or from it
	named  bool // see name
}

func (im *importer) service(w *Service) {
	if w.Members > 0 {
		im.boxes++
		return
	}
	w.ID, w.Name, w.Namespace = sanitize.Text(w.ID), sanitize.Text(w.Name), sanitize.Text(w.Namespace)
	if w.Name == "" || w.ID == "" {
		return
	}
	s := &importedService{Service: w, kind: w.kind(), ref: w.ref(im.realm)}
	im.services[s.ID] = s
	at := s.origin(im.at)
	if s.Served != nil {
		im.facts.ObservedServices = append(im.facts.ObservedServices, graph.ObservedService{TracePeer: s.tracePeer(0), Origin: toOrigin(&s.Served.Origin), Served: s.Served.toServed()})
	}
	if !s.Defined {
		for _, v := range s.Versions {
			peer := s.tracePeer(0)
			peer.Workload = sanitize.Text(v)
			im.facts.ObservedServices = append(im.facts.ObservedServices, graph.ObservedService{TracePeer: peer, Origin: at})
		}
	}
	switch {
	case s.Defined:
		im.declare(s, at)
	case s.manifest():
		im.name(s)
	case s.kind == graph.KindTopic || s.kind == graph.KindExternal && s.Role == graph.Isolated.String():
		im.pending = append(im.pending, s)
	case s.kind == graph.KindService && s.Served == nil && len(s.Versions) == 0:
		im.pending = append(im.pending, s)
	}
}

// uncalled adds a service that no call of the document leads to or from. Of one that nothing declares
// traces had spans, but none of a request to it.
func (im *importer) uncalled(s *importedService) {
	if s.kind != graph.KindService {
		im.name(s) // a manifest refers to it
		return
	}
	im.facts.ObservedServices = append(im.facts.ObservedServices, graph.ObservedService{TracePeer: s.tracePeer(0), Origin: s.origin(im.at)})
}

// ref is the name of a service among the facts of a realm.
func (s *Service) ref(realm string) graph.Ref {
	ref := graph.Ref{Realm: realm, Namespace: s.Namespace, Name: s.Name}
	if kind, _, ok := strings.Cut(s.ID, ":"); ok && kind == s.Kind && !strings.Contains(s.Name, ":") {
		ref.Kind = kind // another kind of node has the same name
	}
	if s.kind() == graph.KindExternal && !s.Defined && s.Namespace == "" {
		ref = graph.Ref{Realm: "host", Name: strings.ToLower(s.Name)}
	}
	return ref
}

// manifest reports whether a manifest refers to a service that none declares: an external
// host, a queue that a binding names. Others are known by their callers only.
func (s *importedService) manifest() bool {
	return s.named || s.kind == graph.KindGateway || s.kind == graph.KindTopic && s.Namespace != "" ||
		s.kind == graph.KindExternal && (s.Outside || s.Namespace != "" || len(s.Ports) > 0)
}

// name adds a service that manifests refer to and none declares.
func (im *importer) name(s *importedService) {
	im.facts.Names = append(im.facts.Names, s.toNames(s.ref, s.origin(im.at))...)
	s.named = true
}

func (im *importer) declare(s *importedService, at graph.Origin) {
	im.facts.Entities = append(im.facts.Entities, s.toEntities(s.ref, at)...)
	if h := s.Scaling; h != nil {
		im.facts.Scalers = append(im.facts.Scalers, graph.Scaler{Of: s.ref, Min: h.Min, Max: h.Max, Origin: parseOrigin(h.Origin)})
	}
	if b := s.Disruption; b != nil {
		im.facts.Budgets = append(im.facts.Budgets, graph.Budget{
			Ref: s.ref, Of: s.ref, MinAvailable: b.MinAvailable, MaxUnavailable: b.MaxUnavailable, Origin: parseOrigin(b.Origin),
		})
	}
}

// origin is where the service was declared, else that of the document.
func (s *importedService) origin(document graph.Origin) graph.Origin {
	if len(s.Origins) > 0 {
		return toOrigin(&s.Origins[0])
	}
	return document
}

// party is a service as the end of a declared call. One that nothing declares is the
// one that answers to its name.
func (s *importedService) party(caller *importedService) graph.EndpointRef {
	if s.Defined || s.manifest() {
		return graph.EndpointRef{Ref: s.ref}
	}
	host := s.Name
	if i := slices.IndexFunc(s.Aliases, func(a string) bool { return !slices.Contains(s.Versions, a) }); i >= 0 {
		host = s.Aliases[i] // its full name, of which the name is a part
	}
	return graph.EndpointRef{Host: graph.Address{Host: host}, Namespace: caller.Namespace}
}

// tracePeer is a service as the end of an observed call.
func (s *importedService) tracePeer(port int) *graph.TracePeer {
	switch {
	case s.Defined || s.manifest() && (s.kind != graph.KindTopic || s.Namespace != ""):
		return &graph.TracePeer{Name: s.Name, Namespace: s.Namespace, Ref: s.ref, Kind: s.kind, Host: graph.Address{Port: port}}
	case s.kind == graph.KindService:
		return &graph.TracePeer{Name: s.Name, Namespace: s.Namespace, Kind: s.kind, Host: graph.Address{Port: port}}
	}
	seen := &graph.TracePeer{Name: s.Name, Namespace: s.Namespace, Kind: s.kind, Inferred: true, Host: graph.Address{Host: s.Name, Port: port}}
	switch s.kind {
	case graph.KindDatabase:
		seen.Host.Database = s.Name
	case graph.KindTopic:
		seen.Host.Host = ""
	}
	return seen
}
