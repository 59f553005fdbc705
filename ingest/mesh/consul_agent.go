package mesh

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/internal/lazy"
)

// What agents of Consul are configured with on machines: services that they
// register, with the settings for each upstream, and configuration entries to
// begin with. Agents take it, and configuration entries, as HCL too.

// consulBootstrap is the key of an agent's configuration that contains configuration
// entries.
const consulBootstrap = "config_entries"

// consulHCL matches what makes a text in HCL one of Consul's: a kind of a configuration
// entry, or a top-level key of an agent's configuration that declares services. Nomad's
// services are inside jobs, and not at the top level.
var consulHCL = lazy.NewRegexp(`(?m)^(?:[Kk]ind[ \t]*=[ \t]*"|services?[ \t]*(?:=[ \t]*)?[{\[]|config_entries[ \t]*(?:=[ \t]*)?\{)`)

// consulService matches the name that every service of an agent's configuration has. Other programs have
// blocks called "service" as well.
var consulService = lazy.NewRegexp(`(?m)(?:^|[{,])[ \t]*"?[Nn]ame"?[ \t]*[=:]`)

// consulEntry matches what needs no service to be Consul's.
var consulEntry = lazy.NewRegexp(`(?m)^(?:[Kk]ind[ \t]*=[ \t]*"|config_entries\b)`)

// hclStart matches the first line of HCL that says something.
var hclStart = lazy.NewRegexp(`^"?[A-Za-z_][\w.\-]*"?[ \t]*(?:=|\{)`)

// isConsulHCL reports whether a text is configuration of Consul's in HCL.
func isConsulHCL(text []byte) bool {
	comment := false // inside of one over several lines
	for line := range bytes.Lines(bytes.TrimPrefix(text, []byte("\uFEFF"))) {
		line = bytes.TrimSpace(line)
		switch {
		case comment || bytes.HasPrefix(line, []byte("/*")):
			comment = !bytes.HasSuffix(line, []byte("*/"))
		case len(line) == 0 || line[0] == '#' || bytes.HasPrefix(line, []byte("//")):
		default:
			return hclStart.Match(line) && consulHCL.Match(text) && (consulEntry.Match(text) || consulService.Match(text))
		}
	}
	return false
}

// readConsulHCL reads a text in HCL: an entry, or an agent's configuration.
func readConsulHCL(d *document.Document, f *graph.Facts) {
	if err := d.ParseHCL(); err != nil {
		p := graph.Problem{Origin: d.Line(1, 1), Level: graph.Failed, Message: err.Error()}
		if !strings.HasSuffix(d.Head.Base, ".hcl") { // it may be another language with blocks
			p.Level = graph.Skipped
		}
		if syntax := (*document.SyntaxError)(nil); errors.As(err, &syntax) {
			p.Origin, p.Hint = d.Line(syntax.Line, syntax.Column), syntax.Hint
		}
		f.Problems = append(f.Problems, p)
		return
	}
	if consulGet(d.Root, "kind").Exists() {
		readConsulEntry(d, f)
		return
	}
	readConsulAgent(d, f)
}

// isConsulRegistration reports whether a document registers services with an
// agent: it holds nothing else.
func isConsulRegistration(h *document.Head) bool {
	return len(h.Keys) == 1 && h.Keys[0] == "service"
}

// readConsulAgent reads what the configuration of an agent says about services.
func readConsulAgent(d *document.Document, f *graph.Facts) {
	for _, key := range []string{"service", "services"} {
		for _, service := range d.Root.Get(key).Items() {
			readConsulRegistration(d.Part(service), f)
		}
	}
	for _, entry := range d.Root.Get(consulBootstrap, "bootstrap").Items() {
		readConsulEntry(d.Part(entry), f)
	}
}

// readConsulRegistration reads a service that is registered with an agent, or a
// proxy that is registered beside one.
func readConsulRegistration(d *document.Document, f *graph.Facts) {
	name := consulGet(d.Root, "name")
	if name.Str() == "" {
		return
	}
	proxy := consulGet(d.Root, "proxy")
	if of := consulGet(proxy, "destinationServiceName"); of.Str() != "" {
		name = of // the service of the sidecar proxy
	} else {
		proxy = consulGet(d.Root, "connect", "sidecarService", "proxy")
		thing := graph.Entity{
			Ref: graph.Ref{Realm: "consul", Name: name.Str()}, Origin: d.At(name), Kind: graph.KindService,
		}
		if port := resource.PortNumber(consulGet(d.Root, "port")); port > 0 {
			thing.Ports = []graph.Port{{Number: port}}
		}
		f.Entities = append(f.Entities, thing)
	}
	r := &resource.Object{Document: d, Kind: "Service", Name: name.Str()}
	from := graph.EndpointRef{Ref: graph.Ref{Realm: "consul", Name: name.Str()}}
	for i, upstream := range consulGet(proxy, "upstreams").Items() {
		to, ok := consulParty(upstream, "destinationName")
		if !ok || consulGet(upstream, "destinationType").Str() == "prepared_query" || consulGet(upstream, "destinationPeer").Str() != "" {
			continue
		}
		f.Calls = append(f.Calls, graph.CallFact{From: from, To: to, Evidence: graph.Evidence{
			Origin: d.At(upstream), Way: "consul-upstream", Strength: graph.Strong,
		}})
		if port := resource.PortNumber(consulGet(upstream, "localBindPort")); port > 0 {
			f.Listeners = append(f.Listeners, graph.Listener{Of: from.Ref, Port: port, To: to, Origin: d.At(upstream)})
		}
		consulUpstreamPolicies(r, fmt.Sprintf("upstreams[%d].config", i), consulGet(upstream, "config"), to)
	}
}

// consulUpstreamPolicies reads the settings for one upstream in the registration of a
// service. They go before those of configuration entries, field by field.
func consulUpstreamPolicies(r *resource.Object, field string, config document.Node, to graph.EndpointRef) {
	f := consulFields(r)
	policies := consulUpstreamBlocks(r, f.Within(field), config, &to)
	for i := range policies {
		policies[i].Rank = 2
	}
	if len(policies) == 0 && f.Flawed() {
		p := consulPolicy(r, "upstream", config)
		p.From, p.To = []graph.EndpointRef{consulSelf(r)}, []graph.EndpointRef{to}
		policies = append(policies, p)
	}
	r.AddPolicies(f, policies...)
}
