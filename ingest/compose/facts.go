package compose

import (
	"maps"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/image"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/ingest/settings"
	"github.com/weirgraph/weir/internal/distinct"
	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// facts adds what the project says.
func (p *composeProject) facts(f *graph.Facts) {
	kinds := p.kinds()
	shared := p.sharedNames()
	circles := p.circles()
	p.addNetworks(f)
	configs := map[graph.Ref]bool{}
	choosers, builtFrom := 0, map[string]map[string]bool{}
	for _, s := range p.services {
		if s.chooses {
			choosers++
		}
	}
	starts := map[string]string{}
	for _, name := range p.order {
		starts[name] = started(p.services[name])
		for _, root := range distinct.Of(sourcesOf(p.services[name])) {
			if builtFrom[root] == nil {
				builtFrom[root] = map[string]bool{}
			}
			builtFrom[root][p.services[name].dockerfile+"\n"+starts[name]] = true
		}
	}
	for _, name := range p.order {
		s := p.services[name]
		e := composeEmitter{composeProject: p, s: s, of: p.ref(name), f: f, kinds: kinds, configs: configs, circle: circles[name], choosers: choosers, started: starts[name], builtFrom: builtFrom}
		if owner := p.owner(name); owner != name {
			e.of, e.scope = p.ref(owner), name
		} else {
			e.thing(shared)
		}
		e.values()
		e.calls()
		e.mounts()
		e.source()
	}
	p.traefik(f)
	p.virtualHosts(f)
	p.machine(f)
}

// machine adds which service answers at which port of the machine: a published one, or any of a
// service that has the network of the machine itself.
func (p *composeProject) machine(f *graph.Facts) {
	at := map[int]string{} // the service; "" if it may be several
	answer := func(port int, name string) {
		if other, taken := at[port]; taken && other != name {
			name = ""
		}
		at[port] = name
	}
	var native []string // services with the network of the machine
	for _, name := range p.order {
		s := p.services[name]
		if s.networkMode.text != "host" {
			for _, port := range s.ports {
				if port.published > 0 {
					answer(port.published, p.owner(name))
				}
			}
			continue
		}
		native = append(native, name)
		for _, port := range s.ports {
			answer(port.number, name)
		}
		if len(s.ports) == 0 {
			for _, port := range image.Ports(s.image.text) {
				answer(port, name)
			}
		}
	}
	for _, port := range slices.Sorted(maps.Keys(at)) {
		if at[port] == "" {
			continue
		}
		listener := graph.Listener{
			Of: graph.Ref{Realm: p.realm}, Port: port, To: graph.EndpointRef{Ref: p.ref(at[port])}, Origin: p.services[at[port]].at, Machine: true,
		}
		f.Listeners = append(f.Listeners, listener)
		for _, name := range native {
			if name != at[port] {
				listener.Of, listener.Machine = p.ref(name), false
				f.Listeners = append(f.Listeners, listener)
			}
		}
	}
}

func (p *composeProject) ref(service string) graph.Ref {
	return graph.Ref{Realm: p.realm, Kind: "service", Name: service}
}

// kinds guesses what every service is: by its image, by being where others send
// their logs, or by others waiting for its end.
func (p *composeProject) kinds() map[string]graph.Kind {
	kinds := make(map[string]graph.Kind, len(p.order))
	for _, name := range p.order {
		s := p.services[name]
		if text := s.image.text; text != "" {
			kinds[name] = image.KindRunning(text, s.commandLine())
		}
	}
	for _, name := range p.order {
		s := p.services[name]
		if sink := p.logSink(s); sink != "" && kinds[sink] == graph.KindUnknown {
			kinds[sink] = graph.KindTelemetry
		}
		for _, need := range s.dependsOn {
			if need.condition == "service_completed_successfully" && (kinds[need.text] == graph.KindUnknown || keepsState(kinds[need.text])) {
				kinds[need.text] = graph.KindJob // also with the image of a store: its clients
			}
		}
	}
	if gateway := p.proxyOf("traefik"); gateway != "" {
		kinds[gateway] = graph.KindGateway
	}
	return kinds
}

// addNetworks adds the networks that other projects may name: those with a name of their own, and
// those that another project declares.
func (p *composeProject) addNetworks(f *graph.Facts) {
	for _, name := range slices.Sorted(maps.Keys(p.networks)) {
		f.Networks = append(f.Networks, graph.Network{Realm: p.realm, Name: name})
	}
}

// sharedNames are hostnames that several services have, or that are the name of
// another service: which service answers there is unknown.
func (p *composeProject) sharedNames() map[string]bool {
	owner, shared := map[string]string{}, map[string]bool{}
	for _, name := range p.order {
		hostname := p.services[name].hostname.text
		if other, taken := owner[hostname]; taken && other != name {
			shared[hostname] = true
		}
		owner[hostname] = name
		if _, service := p.services[hostname]; service && hostname != name {
			shared[hostname] = true
		}
		for _, alias := range p.services[name].aliases { // on another network than the service of that name
			if _, service := p.services[alias.text]; service && alias.text != name {
				shared[alias.text] = true
			}
		}
	}
	return shared
}

// A composeEmitter adds the facts of one service.
type composeEmitter struct {
	*composeProject
	s       *composeService
	of      graph.Ref
	f       *graph.Facts
	kinds   map[string]graph.Kind
	configs map[graph.Ref]bool // files whose settings are in f
	scope   string             // the name of the container, if the service is a part of another one
	circle  map[string]bool    // services that it waits for and that wait for it
	// choosers is how many services of the project choose variables of its files one by one.
	choosers  int
	started   string                     // how the service is started, see started
	builtFrom map[string]map[string]bool // programs of the project, how they are built and started, by the directories that they are built from
}

func (e *composeEmitter) thing(shared map[string]bool) {
	s := e.s
	if strings.Contains(s.name, "{{") {
		return
	}
	t := graph.Entity{
		Ref: e.of, Origin: s.at, Kind: e.kinds[s.name], Image: s.image.text, Proxy: image.IsProxy(s.image.text),
		Patch:    s.image.text == "" && !s.built,
		Probes:   graph.Probes{Known: true, Readiness: s.check.declared, Origin: s.check.at},
		Replicas: policy.Setting[int]{Value: 1, Provenance: policy.PlatformDefault, Origin: s.at},
	}
	if s.replicasAt.Line > 0 {
		t.Replicas = policy.Declare(s.replicas, s.replicasAt)
	}
	if !s.check.declared && !s.check.off && e.isAwaited(s.name, "service_healthy") {
		t.Probes.Known = false // its image has a health check, for Compose waits until it is healthy
	}
	if t.Patch {
		t.Probes.Known = s.check.declared || s.check.off
		if s.replicasAt.Line == 0 {
			t.Replicas = policy.Setting[int]{}
		}
	}
	for _, name := range append([]string{s.name}, e.guests[s.name]...) {
		guest := e.services[name]
		for _, port := range guest.ports {
			t.Ports = append(t.Ports, graph.Port{Name: port.name, Number: port.number})
		}
		if id := daprAppID(guest); id != "" {
			t.AppID = id
		}
		t.Aliases = appendAlias(t.Aliases, s.name, name, shared)
		for _, alias := range append([]composeText{guest.containerName, guest.hostname}, guest.aliases...) {
			t.Aliases = appendAlias(t.Aliases, s.name, alias.text, shared)
		}
	}
	if s.hostname.text != "" && s.domain.text != "" {
		t.Aliases = appendAlias(t.Aliases, s.name, s.hostname.text+"."+s.domain.text, shared)
	}
	for _, l := range s.labels {
		if t.Labels == nil {
			t.Labels = graph.Labels{}
		}
		t.Labels[l.key] = l.text
		readLabel(&t, l)
	}
	e.f.Entities = append(e.f.Entities, t)
	if t.Kind == graph.KindGateway { // other gateways are objects that no host name leads to, this one is a program
		e.f.Names = append(e.f.Names, graph.Name{
			Ref: graph.Ref{Realm: e.realm, Kind: "host", Name: s.name}, Origin: s.at, Of: e.of,
		})
	}
}

// appendAlias adds a further name of a service, unless it is its own, is there
// already, or is also the name of another service.
func appendAlias(aliases []string, name, alias string, shared map[string]bool) []string {
	if alias == "" || alias == name || shared[alias] {
		return aliases
	}
	for _, a := range aliases {
		if a == alias {
			return aliases
		}
	}
	return append(aliases, alias)
}

// readLabel reads ownership and other facts from labels such as "team" or
// "com.example.team".
func readLabel(t *graph.Entity, l composePair) {
	prefix, word := "", l.key
	if i := strings.LastIndexAny(l.key, "./"); i >= 0 {
		prefix, word = l.key[:i], l.key[i+1:]
	}
	for _, product := range []string{"traefik", "com.docker", "org.opencontainers", "org.label-schema", "caddy"} {
		if strings.HasPrefix(prefix, product) {
			return
		}
	}
	resource.SayFacet(t, word, l.text, l.at)
}

// values adds environment and command line.
func (e *composeEmitter) values() {
	before := len(e.f.Values)
	all := mergePairs(e.s.envFiles, e.s.environment)
	e.f.Values = slices.Grow(e.f.Values, len(all))
	for _, v := range all {
		if v.text != "" || v.bare {
			e.f.Values = append(e.f.Values, graph.Value{
				Of: e.of, Scope: e.scope, Key: v.key, Text: v.text, Source: graph.FromEnv, Open: v.bare, Common: v.common && e.choosers > 1, Origin: v.at,
			})
		}
	}
	for _, words := range [][]composeText{e.s.entrypoint, e.s.command} {
		for _, w := range words {
			if w.text != "" {
				e.f.Values = append(e.f.Values, graph.Value{Of: e.of, Scope: e.scope, Text: w.text, Source: graph.FromArg, Origin: w.at})
			}
		}
	}
	for _, found := range settings.Environment(e.f.Values[before:]) {
		e.f.Policies = append(e.f.Policies, found.For(e.of))
	}
}

// isHost reports whether a text can be a host: of letters, digits, dots, dashes and underscores.
func isHost(text string) bool {
	return text != "" && strings.Trim(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_") == ""
}

// calls adds the calls that the service declares explicitly.
func (e *composeEmitter) calls() {
	for _, link := range e.s.links {
		target, alias, _ := strings.Cut(link.text, ":")
		class := graph.ClassCall
		if e.isControl(target) {
			class = graph.ClassControl
		}
		e.call(target, link.at, "compose-links", graph.Strong, class)
		if _, service := e.services[alias]; isHost(alias) && !service {
			e.f.Names = append(e.f.Names, graph.Name{
				Ref: graph.Ref{Realm: e.realm, Kind: "link", Name: alias}, Origin: link.at, Of: e.ref(e.owner(target)),
			})
		}
	}
	for _, link := range e.s.externalLinks {
		target, alias, _ := strings.Cut(link.text, ":")
		if target == "" {
			continue
		}
		if _, service := e.services[alias]; isHost(alias) && alias != target && !service {
			e.f.Names = append(e.f.Names, graph.Name{
				Ref: graph.Ref{Realm: e.realm, Kind: "link", Name: alias}, Origin: link.at, Target: strings.ToLower(target),
			})
		}
		e.f.Calls = append(e.f.Calls, graph.CallFact{
			From:     graph.EndpointRef{Ref: e.of},
			To:       graph.EndpointRef{Host: graph.Address{Host: strings.ToLower(target)}, Realm: e.realm},
			Evidence: graph.Evidence{Origin: link.at, Way: "compose-external-links", Strength: graph.Strong},
		})
	}
	for _, need := range e.s.dependsOn {
		if _, there := e.services[need.text]; !there && need.optional || e.circle[need.text] {
			continue
		}
		strength, class := graph.Weak, graph.ClassCall
		switch {
		case need.condition == "service_completed_successfully":
			class = graph.ClassControl // it waits for a job's end and never talks to it
		case e.isControl(need.text), keepsState(e.kinds[e.s.name]) && !keepsState(e.kinds[need.text]):
			class = graph.ClassControl // a store answers; what it starts after prepares its machine or network
		case need.condition == "service_healthy" && keepsState(e.kinds[need.text]):
			strength = graph.Strong
		}
		e.call(need.text, need.at, "compose-depends-on", strength, class)
	}
	if target, ok := strings.CutPrefix(e.s.networkMode.text, "service:"); ok {
		e.call(target, e.s.networkMode.at, "compose-network-mode", graph.Weak, graph.ClassControl)
	}
	for _, from := range e.s.volumesFrom {
		target, _, _ := strings.Cut(from.text, ":")
		if target != "container" {
			e.call(target, from.at, "compose-volumes-from", graph.Weak, graph.ClassControl)
		}
	}
	e.logging()
}

// isControl reports whether a service configures or registers others.
func (e *composeEmitter) isControl(name string) bool {
	return controlPlane.MatchString(name) || e.services[name] != nil && graph.IsControlPlane(e.services[name].image.text)
}

// controlPlane matches the names of services that configure or register others.
var controlPlane = lazy.NewRegexp(`(?i)^(?:.*[-_])?(?:config[-_]?(?:server|service)|eureka(?:[-_]?server)?|(?:discovery|registry|naming)[-_]?(?:server|service)|service[-_]?(?:registry|discovery)|nacos|consul)$|^(?:config|registry)$`)

func keepsState(k graph.Kind) bool {
	return k == graph.KindDatabase || k == graph.KindCache || k == graph.KindBroker
}

// call adds a call to another service of the project. Calls from and to a telemetry
// service are telemetry.
func (e *composeEmitter) call(target string, at graph.Origin, way string, strength graph.Strength, class graph.Class) {
	if target = e.owner(target); target == "" || target == e.of.Name {
		return
	}
	if class == graph.ClassCall && (e.kinds[target] == graph.KindTelemetry || e.kinds[e.s.name] == graph.KindTelemetry) {
		class = graph.ClassTelemetry
	}
	e.f.Calls = append(e.f.Calls, graph.CallFact{
		From:     graph.EndpointRef{Ref: e.of},
		To:       graph.EndpointRef{Ref: e.ref(target)},
		Evidence: graph.Evidence{Origin: at, Way: way, Strength: strength, Class: class},
	})
}

// The options that say where a logging driver sends to, and the port that it
// sends to on this machine if they do not.
var logDrivers = map[string]struct {
	option string
	port   int
}{
	"fluentd": {"fluentd-address", 24224},
	"gelf":    {"gelf-address", 12201},
	"syslog":  {"syslog-address", 514},
	"loki":    {"loki-url", 3100},
	"splunk":  {"splunk-url", 8088},
}

// logging adds where the service's log goes.
func (e *composeEmitter) logging() {
	address, at := logAddress(e.s)
	if address.Host == "" {
		return
	}
	to := graph.EndpointRef{Host: address, Realm: e.realm}
	if sink := e.logSink(e.s); sink != "" {
		to = graph.EndpointRef{Ref: e.ref(e.owner(sink))}
	} else if isThisMachine(address.Host) {
		return
	}
	e.f.Calls = append(e.f.Calls, graph.CallFact{
		From: graph.EndpointRef{Ref: e.of}, To: to,
		Evidence: graph.Evidence{
			Origin: at, Way: "compose-logging", Strength: graph.Strong, Class: graph.ClassTelemetry,
			Mode: graph.Async, Need: graph.Soft, Port: address.Port,
		},
	})
}

// logAddress is where a service's logging driver sends to.
func logAddress(s *composeService) (graph.Address, graph.Origin) {
	if len(s.logging) == 0 {
		return graph.Address{}, graph.Origin{}
	}
	driver, known := logDrivers[s.logging[0].text]
	if !known {
		return graph.Address{}, graph.Origin{}
	}
	address, at := graph.Address{Host: "localhost", Port: driver.port}, s.logging[0].at
	for _, option := range s.logging[1:] {
		if option.key != driver.option || option.text == "" {
			continue
		}
		text := option.text
		if !strings.Contains(text, "://") {
			text = "tcp://" + text
		}
		u, err := url.Parse(text)
		if err != nil || u.Hostname() == "" {
			return graph.Address{}, graph.Origin{}
		}
		address, at = graph.Address{Scheme: u.Scheme, Host: strings.ToLower(u.Hostname()), Port: driver.port}, option.at
		if port, err := strconv.Atoi(u.Port()); err == nil {
			address.Port = port
		}
	}
	return address, at
}

// logSink is the service of the project that answers where the log of s goes.
// The daemon sends it from the machine, so the address is one of the machine's
// with a port that some service opens.
func (p *composeProject) logSink(s *composeService) string {
	address, _ := logAddress(s)
	if address.Host == "" || !isThisMachine(address.Host) {
		return ""
	}
	for _, name := range p.order {
		for _, port := range p.services[name].ports {
			if port.number == address.Port && name != s.name {
				return name
			}
		}
	}
	return ""
}

func isThisMachine(host string) bool {
	return host == "localhost" || strings.HasPrefix(host, "127.") || host == "host.docker.internal" || host == "0.0.0.0"
}

// proxyOf is the service whose image has a name: one that passes requests on by the labels or the variables of others.
func (p *composeProject) proxyOf(image string) string {
	for _, name := range p.order {
		if base, _, _ := strings.Cut(path.Base(p.services[name].image.text), ":"); base == image {
			return name
		}
	}
	return ""
}

// virtualHosts adds the routes that services declare by variables for nginx-proxy.
func (p *composeProject) virtualHosts(f *graph.Facts) {
	gateway := p.proxyOf("nginx-proxy")
	if gateway == "" {
		return
	}
	for _, name := range p.order {
		var host *composePair
		port := 0
		variables := mergePairs(p.services[name].envFiles, p.services[name].environment)
		for i := range variables {
			switch v := &variables[i]; v.key {
			case "VIRTUAL_HOST":
				host = v
			case "VIRTUAL_PORT":
				port, _ = wholeNumber(v.text)
			}
		}
		if name = p.owner(name); host != nil && name != gateway {
			f.Calls = append(f.Calls, graph.CallFact{
				From: graph.EndpointRef{Ref: p.ref(gateway)}, To: graph.EndpointRef{Ref: p.ref(name)},
				Evidence: graph.Evidence{
					Origin: host.at, Way: "virtual-host", Strength: graph.Strong, Class: graph.ClassIngress,
					Protocol: "http", Port: port, Key: host.key,
				},
				Hosts: virtualNames(host.text),
			})
		}
	}
}

// virtualNames are the names in a list for nginx-proxy, without patterns.
func virtualNames(list string) []string {
	var names []string
	for name := range strings.SplitSeq(list, ",") {
		if name = resource.HostName(strings.TrimSpace(name)); name != "" && !strings.ContainsAny(name, "*~") {
			names = append(names, name)
		}
	}
	return names
}

// traefik adds the routes that services declare by labels for Traefik, and their policies. Labels switched
// off with traefik.enable=false are none, nor are those of Traefik itself, which open its
// own dashboard.
func (p *composeProject) traefik(f *graph.Facts) {
	gateway := p.proxyOf("traefik")
	if gateway == "" {
		return
	}
	all := newLabelTree()
	for _, name := range p.order {
		labels := p.services[name].labels
		if owner := p.owner(name); owner != gateway && !switchedOff(labels) {
			all.add(owner, traefikLabels(labels))
		}
	}
	for _, found := range all.policies(p.main) {
		f.Policies = append(f.Policies, found.For(p.ref(gateway)))
	}
	for _, name := range p.order {
		route, port, hosts, ok := traefikRoute(p.services[name].labels)
		if name = p.owner(name); ok && name != gateway {
			f.Calls = append(f.Calls, graph.CallFact{
				From: graph.EndpointRef{Ref: p.ref(gateway)}, To: graph.EndpointRef{Ref: p.ref(name)},
				Evidence: graph.Evidence{
					Origin: route.at, Way: "traefik-label", Strength: graph.Strong, Class: graph.ClassIngress,
					Protocol: "http", Port: port, Key: route.key,
				},
				Hosts: hosts,
			})
		}
	}
}

// switchedOff reports whether labels say that Traefik leaves the service alone.
func switchedOff(labels []composePair) bool {
	return slices.ContainsFunc(labels, func(l composePair) bool { return strings.EqualFold(l.key, "traefik.enable") && l.text == "false" })
}

func traefikLabels(labels []composePair) []traefikLabel {
	list := make([]traefikLabel, len(labels))
	for i, l := range labels {
		list[i] = traefikLabel{l.key, l.text, l.at}
	}
	return list
}

// traefikRoute finds the first label that makes a route, of Traefik 1 or later, and the hosts of all routes.
func traefikRoute(labels []composePair) (route composePair, port int, hosts []string, ok bool) {
	for _, l := range labels {
		switch {
		case l.key == "traefik.enable" && l.text == "false":
			return composePair{}, 0, nil, false
		case strings.HasPrefix(l.key, "traefik.") && (strings.Contains(l.key, ".routers.") || l.key == "traefik.frontend.rule"):
			if !ok {
				route, ok = l, true
			}
			if strings.HasSuffix(l.key, ".rule") {
				hosts = append(hosts, resource.TraefikHosts(l.text)...)
			}
		case strings.HasPrefix(l.key, "traefik.") && strings.HasSuffix(l.key, ".port"):
			port, _ = wholeNumber(l.text)
		}
	}
	return route, port, hosts, ok
}
