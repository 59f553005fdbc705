package manifest

import (
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// What Traefik is started with, in a file, as arguments or in variables, is for
// everything that it routes: the routes of its own process and the objects in a
// cluster that are its to carry out.

func readTraefikStatic(p *program) {
	r := &reading{syntax: product.TraefikDuration}
	timers := p.options.get("serversTransport", "forwardingTimeouts")
	transport := graph.Policy{Object: "serversTransport/default", Group: "transport", From: traefikRouters(), Says: policy.Set{Timeout: &policy.Timeout{
		Connect: r.limit(timers.get("dialTimeout")), PerTry: r.limit(timers.get("responseHeaderTimeout")), Idle: r.limit(timers.get("idleConnTimeout")),
	}}}
	if timers != nil {
		transport.Origin, transport.Flaws = timers.at, r.flaws
		p.add(transport)
	}
	for point := range p.options.get("entryPoints").all() {
		p.addEntryPoint(point)
	}
}

// addEntryPoint reads the timers of an entry point. They are for the connection to
// the client: none of them ends the wait for a service that hangs.
func (p *program) addEntryPoint(point *option) {
	timers := point.get("transport", "respondingTimeouts")
	if timers == nil {
		return
	}
	r := &reading{syntax: product.TraefikDuration}
	for _, name := range []string{"readTimeout", "writeTimeout", "idleTimeout"} {
		if limit := r.limit(timers.get(name)); limit.Set() && name == "writeTimeout" {
			r.inert(timers.get(name), "ends the writing of an answer and not the wait for one: a service that hangs is not cut off",
				`set "responseHeaderTimeout" of the serversTransport too`)
			r.flaws[len(r.flaws)-1].Info = true
		}
	}
	p.add(graph.Policy{
		Origin: timers.at, Object: "entryPoints/" + point.name, Group: "entrypoint " + point.name, From: traefikRouters(), Flaws: r.flaws,
	})
}

// traefikRouters are the objects in a cluster that Traefik carries out.
func traefikRouters() []graph.EndpointRef {
	return []graph.EndpointRef{{Group: ingressesOf("traefik")}}
}
