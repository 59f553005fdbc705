package gateway

import (
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/ingest/settings"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// The static configuration of Traefik, in a file, as arguments or in variables, applies
// to everything that it routes: the routes of its own process and the objects in a
// cluster that it implements.

// TraefikStatic is the static configuration of Traefik.
var TraefikStatic = settings.Library{
	Product: product.Traefik, Layer: policy.Gateway, Sep: ".", Read: readTraefikStatic,
	Signs: []string{"respondingtimeouts", "forwardingtimeouts"},
}

func readTraefikStatic(p *settings.LibraryConfig) {
	r := &settings.Reader{Syntax: product.TraefikDuration}
	timers := p.Options.Get("serversTransport", "forwardingTimeouts")
	transport := graph.Policy{Object: "serversTransport/default", Group: "transport", From: traefikRouters(), Says: policy.Set{Timeout: &policy.Timeout{
		Connect: r.Duration(timers.Get("dialTimeout")), PerTry: r.Duration(timers.Get("responseHeaderTimeout")), Idle: r.Duration(timers.Get("idleConnTimeout")),
	}}}
	if timers != nil {
		transport.Origin, transport.Flaws = timers.At, r.Flaws
		p.Add(transport)
	}
	for point := range p.Options.Get("entryPoints").All() {
		addEntryPoint(p, point)
	}
}

// addEntryPoint reads the timers of an entry point. They are for the connection to
// the client: none of them ends the wait for a service that hangs.
func addEntryPoint(p *settings.LibraryConfig, point *settings.Tree) {
	timers := point.Get("transport", "respondingTimeouts")
	if timers == nil {
		return
	}
	r := &settings.Reader{Syntax: product.TraefikDuration}
	for _, name := range []string{"readTimeout", "writeTimeout", "idleTimeout"} {
		if limit := r.Duration(timers.Get(name)); limit.Set() && name == "writeTimeout" {
			r.Inert(timers.Get(name), "limits the writing of the response, not the wait for it; a call that hangs does not time out",
				`set "responseHeaderTimeout" of the serversTransport too`)
			r.Flaws[len(r.Flaws)-1].Info = true
		}
	}
	p.Add(graph.Policy{
		Origin: timers.At, Object: "entryPoints/" + point.Name, Group: "entrypoint " + point.Name, From: traefikRouters(), Flaws: r.Flaws,
	})
}

// traefikRouters are the objects in a cluster that Traefik carries out.
func traefikRouters() []graph.EndpointRef {
	return []graph.EndpointRef{{Group: resource.IngressesOf("traefik")}}
}
