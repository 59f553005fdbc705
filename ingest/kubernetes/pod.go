package kubernetes

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/image"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// A pod is a pod spec while its facts are read.
type pod struct {
	*resource.Object
	spec document.Node
}

// A container is one container of a pod.
type container struct {
	document.Node
	name  string
	image string
	init  bool // runs before the others and ends
}

// command returns the command line of a container, as far as the object says it.
func (c *container) command() []string {
	var words []string
	for _, key := range [...]string{"command", "args"} {
		for _, n := range c.Get(key).Items() {
			words = append(words, n.Str())
		}
	}
	return words
}

// injected are the containers that meshes put into pods. Their settings are those of the
// mesh, and their calls are those of the other containers of the pod.
var injected = []string{
	"istio-proxy", "istio-init", "istio-validation", "linkerd-proxy", "linkerd-init", "linkerd-network-validator",
	"daprd", "consul-dataplane", "consul-connect-inject-init", "envoy-sidecar", "consul-sidecar", "kuma-sidecar", "kuma-init",
}

// read adds what the pod shows to t, and its settings to the facts.
func (p *pod) read(t *graph.Entity) {
	containers := p.containers()
	p.readInjected(t)
	main := mainContainer(containers, t.Name)
	// An image may be missing where a trigger supplies it; elsewhere the object
	// only changes another one.
	t.Patch = main == nil || main.image == "" && p.Kind != "DeploymentConfig"
	t.Account = firstText(p.spec.Get("serviceAccountName"), p.spec.Get("serviceAccount"))
	if main != nil {
		t.Image, t.Proxy = main.image, image.IsProxy(main.image)
		if kind := image.KindRunning(main.image, main.command()); kind != graph.KindUnknown && t.Kind == graph.KindService {
			t.Kind = kind
		}
	}
	t.Probes.Known = !t.Patch
	volumes := p.volumes()
	for i := range containers {
		c := &containers[i]
		if !c.init && !isSidecar(c) {
			p.readProbes(c, &t.Probes)
			t.Ports = append(t.Ports, p.ports(c)...)
		}
		p.readSettings(c, t)
		p.readMounts(c, volumes)
	}
}

// proxies are the containers that are proxies of a mesh, by name.
var proxies = map[string]*policy.Product{
	"istio-proxy": product.Istio, "linkerd-proxy": product.Linkerd, "consul-dataplane": product.Consul, "kuma-sidecar": product.Kuma, "daprd": product.Dapr,
}

// readInjected makes the pod a member of the meshes whose proxies are in it already.
func (p *pod) readInjected(t *graph.Entity) {
	for _, key := range [...]string{"containers", "initContainers"} {
		for _, n := range p.spec.Get(key).List() {
			if mesh := proxies[n.Get("name").Str()]; mesh != nil && n.Get("image").Str() != "" {
				t.Meshes = append(t.Meshes, graph.Membership{Product: mesh, In: true, Origin: p.At(n)})
			}
		}
	}
}

// containers returns the containers of all sorts, the regular ones first.
// Containers that a patch deletes and those that meshes inject are left out.
func (p *pod) containers() []container {
	var all []container
	for _, key := range [...]string{"containers", "initContainers", "ephemeralContainers"} {
		for _, n := range p.List(p.spec, key) {
			if n.Exists() && !n.IsMap() {
				p.WrongType(n, []string{key}, "a list of mappings")
				continue
			}
			c := container{Node: n, name: n.Get("name").Str(), image: strings.TrimSpace(n.Get("image").Str())}
			// An init container that restarts always is a sidecar: it runs next to the
			// others.
			c.init = key == "initContainers" && n.Get("restartPolicy").Str() != "Always"
			if !n.Exists() || n.Get("$patch").Str() == "delete" || slices.Contains(injected, c.name) {
				continue
			}
			all = append(all, c)
		}
	}
	return all
}

// mainContainer returns the container of the service itself: the one with
// the workload's name, else the first that is no sidecar; nil if there is none.
func mainContainer(containers []container, workload string) *container {
	var main *container
	for i := range containers {
		c := &containers[i]
		switch {
		case c.init:
		case c.name == workload:
			return c
		case main == nil || isSidecar(main) && !isSidecar(c):
			main = c
		}
	}
	return main
}

// isSidecar reports whether a container only observes or proxies the others.
func isSidecar(c *container) bool {
	image := image.Name(c.image)
	return strings.HasSuffix(c.name, "-exporter") || strings.HasSuffix(c.name, "-sidecar") || c.name == "metrics" ||
		strings.HasSuffix(image, "-exporter") || strings.HasSuffix(image, "_exporter") || strings.HasSuffix(image, "-reload")
}

// readProbes adds the health checks of a container.
func (p *pod) readProbes(c *container, probes *graph.Probes) {
	readiness := c.Get("readinessProbe")
	liveness, startup := c.Get("livenessProbe"), c.Get("startupProbe")
	switch {
	case readiness.Exists() && !probes.Readiness:
		probes.Origin = p.At(c.Key("readinessProbe"))
	case probes.Origin.Line > 0:
	case liveness.Exists():
		probes.Origin = p.At(c.Key("livenessProbe"))
	case startup.Exists():
		probes.Origin = p.At(c.Key("startupProbe"))
	}
	if path := liveness.Get("httpGet", "path"); path.IsScalar() && !probes.Restarts.Set() {
		probes.Restarts = policy.Declare(path.Str(), p.At(path))
	}
	probes.Readiness = probes.Readiness || readiness.Exists()
	probes.Liveness = probes.Liveness || liveness.Exists()
	probes.Startup = probes.Startup || startup.Exists()
}

// ports returns the ports that a container says it listens on.
func (p *pod) ports(c *container) []graph.Port {
	var ports []graph.Port
	for _, n := range p.List(c.Node, "ports") {
		if number, _, ok := p.Number(n, "containerPort"); ok {
			name := n.Get("name").Str()
			ports = append(ports, graph.Port{Name: name, Number: number, Protocol: portProtocol(name, "")})
		}
	}
	return ports
}

// firstText returns the text of the first node that has one.
func firstText(nodes ...document.Node) string {
	for _, n := range nodes {
		if s := n.Str(); s != "" {
			return s
		}
	}
	return ""
}
