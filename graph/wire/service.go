package wire

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/sanitize"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// A Service is a node of the graph: anything that calls or is called.
type Service struct {
	ID        string `json:"id"` // namespace/name, or name; unique in a document
	Name      string `json:"name"`
	Namespace string `json:"namespace,omitempty"`
	// Kind is service, job, database, cache, broker, topic, gateway, external or
	// telemetry; namespace, team or system for a box of several services.
	Kind string `json:"kind"`
	// Role is upstream (is called and calls nothing), downstream (calls and is not
	// called), both, or isolated, in the whole graph, not in the part that is drawn.
	Role    string `json:"role"`
	Defined bool   `json:"defined"`           // an input declares it; false if it is only addressed or observed
	Members int    `json:"members,omitempty"` // services in the box, if it is one

	// Settings of the service, left out if they are unknown. Provenance says how they
	// came about.
	Tier       *int        `json:"tier,omitempty"` // 1 (most critical) to 4
	SLO        *float64    `json:"slo,omitempty"`  // percent
	Entrypoint *bool       `json:"entrypoint,omitempty"`
	Team       string      `json:"team,omitempty"`
	Owner      string      `json:"owner,omitempty"`
	System     string      `json:"system,omitempty"`
	Lifecycle  string      `json:"lifecycle,omitempty"`
	Replicas   *int        `json:"replicas,omitempty"`
	Scaling    *Scaling    `json:"scaling,omitempty"`
	Disruption *Disruption `json:"disruption,omitempty"`
	Probes     *Probes     `json:"probes,omitempty"` // missing if the formats of its inputs cannot declare them
	Ports      []Port      `json:"ports,omitempty"`  // by number, then name

	Labels      map[string]string `json:"labels,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"` // those whose key begins with weir.dev/
	Meshes      []Mesh            `json:"meshes,omitempty"`      // what is known, one a product
	Provenance  *Provenance       `json:"provenance,omitempty"`

	Aliases  []string `json:"aliases,omitempty"`  // other names that it answers to, sorted
	Versions []string `json:"versions,omitempty"` // the workloads behind it if there are several, sorted
	Images   []string `json:"images,omitempty"`   // of its containers, sorted
	Proxy    bool     `json:"proxy,omitempty"`    // by its images it passes each request on to one of the programs behind it
	Stateful bool     `json:"stateful,omitempty"` // its replicas are not copies of each other
	Headless bool     `json:"headless,omitempty"` // callers see its replicas
	Outside  bool     `json:"outside,omitempty"`  // an input says that it is outside of the system
	Served   *Served  `json:"served,omitempty"`
	Origins  []Origin `json:"origins,omitempty"` // where it is declared, else first addressed; sorted by file, line, column
}

// Scaling is the range of an autoscaler.
type Scaling struct {
	Min    int    `json:"min"`
	Max    int    `json:"max"`
	Origin string `json:"origin"` // file:line:column
}

// Disruption is a budget for voluntary disruptions. Its limits are numbers or
// percentages as the input has them: "1", "50%".
type Disruption struct {
	MinAvailable   string `json:"minAvailable,omitempty"`
	MaxUnavailable string `json:"maxUnavailable,omitempty"`
	Origin         string `json:"origin"` // file:line:column
}

// Probes says which health checks are declared.
type Probes struct {
	Readiness bool `json:"readiness"`
	Liveness  bool `json:"liveness"`
	Startup   bool `json:"startup"`

	Restarts *Probe `json:"restarts,omitempty"` // the check that decides on a restart, if it asks for a path

	Origin *Origin `json:"origin,omitempty"` // of the readiness check, else of the first one
}

// A Probe is a health check by HTTP.
type Probe struct {
	Path   string `json:"path"`
	Origin Origin `json:"origin"`
}

// A Port is a port that a service answers on. At least one key is there.
type Port struct {
	Name     string `json:"name,omitempty"`
	Number   int    `json:"number,omitempty"`
	Target   string `json:"target,omitempty"` // the port behind it, a number or a name
	Protocol string `json:"protocol,omitempty"`
}

// A Mesh says whether the calls of a service go through the proxy of a mesh.
type Mesh struct {
	Product  string `json:"product"` // "istio"
	In       bool   `json:"in"`      // false: known to be outside
	Ambient  bool   `json:"ambient,omitempty"`
	Waypoint bool   `json:"waypoint,omitempty"` // ambient, with a waypoint
	Mesh     string `json:"mesh,omitempty"`     // the name of the mesh, of a product that can have several
	// Named is the waypoint that a label names, even if it is none.
	Named  *NamedWaypoint `json:"named,omitempty"`
	Origin Origin         `json:"origin"`
}

// A NamedWaypoint is what a label says of the waypoint of a service.
type NamedWaypoint struct {
	Name  string `json:"name"`
	By    string `json:"by"`              // the kind of the object with the label: Service, Namespace
	Unfit string `json:"unfit,omitempty"` // the object of the name, if its own label says that it is for something else than Services
}

// Provenance says how settings of a service came about. A key is there if the service
// has the setting.
type Provenance struct {
	Entrypoint *Source `json:"entrypoint,omitempty"`
	Replicas   *Source `json:"replicas,omitempty"`
	SLO        *Source `json:"slo,omitempty"`
	Tier       *Source `json:"tier,omitempty"`
}

// A Source says how a value came about, and where it is declared.
type Source struct {
	Provenance string  `json:"provenance"` // as in Setting
	Origin     *Origin `json:"origin,omitempty"`
}

// FromService returns a service as a document has it. It is never a box: Members is 0.
func FromService(s *graph.Service) Service {
	w := Service{
		ID: s.ID, Name: s.Name, Namespace: s.Namespace,
		Kind: s.Kind.String(), Role: s.Role.String(), Defined: s.Defined,
		Tier: value(&s.Tier), SLO: value(&s.SLO), Entrypoint: value(&s.Entrypoint), Replicas: value(&s.Replicas),
		Team: s.Team, Owner: s.Owner, System: s.System, Lifecycle: s.Lifecycle,
		Labels: s.Labels, Annotations: ownAnnotations(s.Annotations), Provenance: fromProvenance(s),
		Aliases: s.Aliases, Versions: s.Versions, Images: s.Images, Proxy: s.Proxy, Stateful: s.Stateful, Headless: s.Headless, Outside: s.Outside,
		Served: fromServed(s), Origins: FromOrigins(s.Origins), Probes: fromProbes(&s.Probes),
	}
	if h := s.Scaling; h != nil {
		w.Scaling = &Scaling{Min: h.Min, Max: h.Max, Origin: originText(h.Origin)}
	}
	if b := s.Disruption; b != nil {
		w.Disruption = &Disruption{MinAvailable: b.MinAvailable, MaxUnavailable: b.MaxUnavailable, Origin: originText(b.Origin)}
	}
	if len(s.Meshes) > 0 {
		w.Meshes = convert(s.Meshes, fromMesh)
	}
	if len(s.Ports) > 0 {
		w.Ports = convert(s.Ports, func(p graph.Port) Port { return Port(p) })
	}
	return w
}

// value returns what a setting holds, or nil if it holds nothing.
func value[T any](s *policy.Setting[T]) *T {
	if !s.Set() {
		return nil
	}
	return &s.Value
}

// ownAnnotations leaves out what is not weir's: annotations may hold anything, whole
// manifests too.
func ownAnnotations(all graph.Labels) map[string]string {
	var own map[string]string
	for key, v := range all {
		if strings.HasPrefix(key, "weir.dev/") {
			if own == nil {
				own = map[string]string{}
			}
			own[key] = v
		}
	}
	return own
}

func fromMesh(m graph.Membership) Mesh {
	w := Mesh{Product: m.Product.String(), In: m.In, Ambient: m.Ambient, Waypoint: m.Waypoint, Mesh: m.Mesh, Origin: FromOrigin(m.Origin)}
	if m.Named != (graph.NamedWaypoint{}) {
		named := NamedWaypoint(m.Named)
		w.Named = &named
	}
	return w
}

func toMesh(m Mesh) graph.Membership {
	g := graph.Membership{Product: product.Named(m.Product), In: m.In, Ambient: m.Ambient, Waypoint: m.Waypoint, Mesh: m.Mesh, Origin: toOrigin(&m.Origin)}
	if m.Named != nil {
		g.Named = graph.NamedWaypoint(*m.Named)
	}
	return g
}

func fromProbes(p *graph.Probes) *Probes {
	if !p.Known {
		return nil
	}
	w := &Probes{Readiness: p.Readiness, Liveness: p.Liveness, Startup: p.Startup, Origin: KnownOrigin(p.Origin)}
	if p.Restarts.Set() {
		w.Restarts = &Probe{Path: p.Restarts.Value, Origin: FromOrigin(p.Restarts.Origin)}
	}
	return w
}

func toProbes(w *Probes) graph.Probes {
	if w == nil {
		return graph.Probes{}
	}
	p := graph.Probes{Known: true, Readiness: w.Readiness, Liveness: w.Liveness, Startup: w.Startup, Origin: toOrigin(w.Origin)}
	if w.Restarts != nil {
		p.Restarts = policy.Declare(sanitize.Text(w.Restarts.Path), toOrigin(&w.Restarts.Origin))
	}
	return p
}

func fromProvenance(s *graph.Service) *Provenance {
	p := Provenance{Entrypoint: sourceOf(&s.Entrypoint), Replicas: sourceOf(&s.Replicas), SLO: sourceOf(&s.SLO), Tier: sourceOf(&s.Tier)}
	if p == (Provenance{}) {
		return nil
	}
	return &p
}

func sourceOf[T any](s *policy.Setting[T]) *Source {
	if !s.Set() {
		return nil
	}
	return &Source{Provenance: s.Provenance.String(), Origin: KnownOrigin(s.Origin)}
}

// toSetting is a value of a service with what the document says of its provenance, or
// declared at the given place if it says nothing.
func toSetting[T any](v *T, source *Source, at graph.Origin) policy.Setting[T] {
	if v == nil {
		return policy.Setting[T]{}
	}
	declared := policy.Declare(*v, at)
	if source != nil {
		declared.Origin = toOrigin(source.Origin)
		if p := word[policy.Provenance](policy.Provenances, source.Provenance); p != policy.Unknown {
			declared.Provenance = p // the value is kept even if the word is unknown
		}
	}
	return declared
}

// word returns the constant of a word, the zero one for an unknown word.
func word[T ~uint8](words []string, w string) T { return T(max(0, slices.Index(words, w))) }

// toEntities declares a service at the places that the document has for it.
func (s *Service) toEntities(ref graph.Ref, at graph.Origin) []graph.Entity {
	p := s.provenance()
	things := []graph.Entity{{
		Ref: ref, Origin: at, Kind: s.kind(), KindSure: true,
		Aliases: s.Aliases, Versions: s.Versions, Ports: s.toPorts(), Labels: s.Labels,
		Team: s.Team, Owner: s.Owner, System: s.System, Lifecycle: s.Lifecycle, Annotations: s.Annotations,
		Stateful: s.Stateful, Headless: s.Headless, Proxy: s.Proxy, Probes: toProbes(s.Probes), Image: s.image(0),
		Tier: toSetting(s.Tier, p.Tier, at), SLO: toSetting(s.SLO, p.SLO, at),
		Entrypoint: toSetting(s.Entrypoint, p.Entrypoint, at), Replicas: toSetting(s.Replicas, p.Replicas, at),
	}}
	if s.Meshes != nil {
		things[0].Meshes = convert(s.Meshes, toMesh)
	}
	for i, o := range s.furtherOrigins() {
		things = append(things, graph.Entity{Ref: ref, Origin: toOrigin(&o), Patch: true, Image: s.image(i + 1), Proxy: s.Proxy})
	}
	return things
}

// provenance is never nil.
func (s *Service) provenance() *Provenance {
	if s.Provenance == nil {
		return &Provenance{}
	}
	return s.Provenance
}

func (s *Service) kind() graph.Kind { return word[graph.Kind](graph.Kinds, s.Kind) }

func (s *Service) toPorts() []graph.Port {
	if s.Ports == nil {
		return nil
	}
	return convert(s.Ports, func(p Port) graph.Port { return graph.Port(p) })
}

// image is the i-th image, "" if there are fewer: each was declared at a place of its
// own.
func (s *Service) image(i int) string {
	if i < len(s.Images) {
		return sanitize.Text(s.Images[i])
	}
	return ""
}

// furtherOrigins are all places but the first.
func (s *Service) furtherOrigins() []Origin { return s.Origins[min(1, len(s.Origins)):] }

// toNames returns a service that manifests refer to and none declares, once for every
// place.
func (s *Service) toNames(ref graph.Ref, at graph.Origin) []graph.Name {
	n := graph.Name{Ref: ref, Origin: at, Outside: true, Unsaid: !s.Outside, Kind: s.kind(), Ports: s.toPorts()}
	n.Replicas = toSetting(s.Replicas, s.provenance().Replicas, at)
	if ref.Realm == "host" {
		n.Hosts = append([]string{s.Name}, s.Aliases...)
	}
	names := []graph.Name{n}
	for _, o := range s.furtherOrigins() {
		n.Origin = toOrigin(&o)
		names = append(names, n)
	}
	return names
}
