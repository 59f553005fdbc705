package compose

import (
	"path"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

// A composeText is a text of a compose file after its variables are replaced.
type composeText struct {
	text string
	at   graph.Origin
}

// A composePair is a named text: an environment variable, a label.
type composePair struct {
	key string
	composeText
	bare   bool // a name without a value
	common bool // of an env file that the project has its variables from, too
}

// A composeService is a service as declared in one file, or in several merged ones.
// Slices are nil if not declared.
type composeService struct {
	name  string
	at    graph.Origin
	alone map[string]bool // keys under which earlier files do not count

	composeProgram
	composeNetwork

	profiles   []composeText
	labels     []composePair
	dependsOn  []composeNeed
	replicas   int
	replicasAt graph.Origin // unset if not declared
	check      composeCheck
	logging    []composePair // driver first, then options
}

// A composeProgram is what a container runs, with its settings and files.
type composeProgram struct {
	image       composeText
	command     []composeText
	entrypoint  []composeText
	envFiles    []composePair // what the env files say, which environment overrules
	environment []composePair
	chooses     bool // environment has variables of the project
	mounts      []composeMount
	volumesFrom []composeText
	built       bool   // it has a build section
	dockerfile  string // relative to source
	stage       string // the stage of the Dockerfile that is built; "" is the last one
	buildArgs   []composePair
	source      composeMount // the directory it is built from, if that is one of the project
}

// A composeNetwork has the names and ports of a container.
type composeNetwork struct {
	containerName composeText
	hostname      composeText
	domain        composeText
	networkMode   composeText
	aliases       []composeText // names and fixed addresses on networks
	links         []composeText // "service:alias"
	externalLinks []composeText
	ports         []composePort
}

// A composeNeed is one entry of depends_on.
type composeNeed struct {
	composeText
	condition string // "service_healthy", "" in the list form
	optional  bool   // required: false
}

// A composePort is a port that the container answers on.
type composePort struct {
	number    int
	name      string
	published int // the machine's port that leads to it; 0 if there is none, or any
}

// A composeMount is a file, or a directory, of the project inside the container:
// the source of a volume, or a top-level config or secret.
type composeMount struct {
	source composeText // a path, or the name of a config or secret
	target string
	kind   string // "volume", "config", "secret"
	dir    string // the directory that the path of a volume is relative to
}

// composeCheck is a healthcheck: unknown, declared, or switched off.
type composeCheck struct {
	at       graph.Origin
	declared bool
	off      bool
}

// readService reads one service of a file. Keys marked !reset remove the values of
// earlier files, those marked !override replace them.
func (p *composeFile) readService(name string, service document.Node) *composeService {
	n := unmarked{service, map[string]bool{}}
	s := &composeService{
		name: name, at: p.at(service), alone: n.alone,
		composeProgram: p.program(n),
		composeNetwork: p.network(n),
		profiles:       p.texts(n.Get("profiles")),
		labels:         append(p.pairs(n.Get("labels")), p.pairs(n.Get("deploy", "labels"))...),
		dependsOn:      p.needs(n.Get("depends_on")),
		check:          p.check(n.Get("healthcheck")),
	}
	for _, at := range []document.Node{n.Get("scale"), n.Get("deploy", "replicas")} {
		if r, ok := wholeNumber(p.text(at).text); ok {
			s.replicas, s.replicasAt = r, p.at(at)
		}
	}
	if driver := n.Get("logging", "driver"); driver.Exists() {
		s.logging = append([]composePair{{key: "driver", composeText: p.text(driver)}}, p.pairs(n.Get("logging", "options"))...)
	} else if driver := n.Get("log_driver"); driver.Exists() { // the first format's words
		s.logging = append([]composePair{{key: "driver", composeText: p.text(driver)}}, p.pairs(n.Get("log_opt"))...)
	}
	return s
}

func (p *composeFile) program(n unmarked) composeProgram {
	chosen := p.variables.used
	environment := p.known(p.pairs(n.Get("environment")))
	chooses := p.variables.used > chosen
	s := composeProgram{
		image:       p.text(n.Get("image")),
		command:     p.texts(n.Get("command")),
		entrypoint:  p.texts(n.Get("entrypoint")),
		environment: environment,
		chooses:     chooses,
		mounts:      p.mounts(n),
		volumesFrom: p.texts(n.Get("volumes_from")),
		built:       n.Get("build").Exists(),
	}
	context := n.Get("build")
	if context.IsMap() {
		s.dockerfile, s.stage = p.text(context.Get("dockerfile")).text, p.text(context.Get("target")).text
		s.buildArgs = p.known(p.pairs(context.Get("args")))
		context = context.Get("context")
	}
	s.source = composeMount{source: p.text(context), dir: p.dir}
	for _, file := range n.Get("env_file").Items() {
		s.envFiles = mergePairs(s.envFiles, p.known(p.envFile(file)))
	}
	return s
}

func (p *composeFile) network(n unmarked) composeNetwork {
	s := composeNetwork{
		containerName: p.text(n.Get("container_name")),
		hostname:      p.text(n.Get("hostname")),
		domain:        p.text(n.Get("domainname")),
		networkMode:   p.text(n.Get("network_mode")),
		links:         p.texts(n.Get("links")),
		externalLinks: p.texts(n.Get("external_links")),
		ports:         append(p.ports(n.Get("ports")), p.ports(n.Get("expose"))...),
	}
	for _, network := range n.Get("networks").Pairs() {
		s.aliases = append(s.aliases, p.texts(network.Get("aliases"))...)
		for _, key := range [...]string{"ipv4_address", "ipv6_address"} {
			s.aliases = append(s.aliases, p.texts(network.Get(key))...)
		}
	}
	return s
}

// unmarked is a service without the keys that are marked !reset. It notes those
// and the ones marked !override.
type unmarked struct {
	document.Node
	alone map[string]bool
}

func (u unmarked) Get(path ...string) document.Node {
	n := u.Node.Get(path[0])
	switch n.Tag() {
	case "!reset":
		u.alone[path[0]] = true
		return document.Node{}
	case "!override":
		u.alone[path[0]] = true
	}
	return n.Get(path[1:]...)
}

// without returns s with nothing under the given keys of a service.
func (s *composeService) without(keys map[string]bool) *composeService {
	c := *s
	for key := range keys {
		switch key {
		case "image":
			c.image = composeText{}
		case "environment":
			c.environment = nil
		case "env_file":
			c.envFiles = nil
		case "command":
			c.command = nil
		case "entrypoint":
			c.entrypoint = nil
		case "depends_on":
			c.dependsOn = nil
		case "profiles":
			c.profiles = nil
		case "links":
			c.links = nil
		case "external_links":
			c.externalLinks = nil
		case "labels":
			c.labels = nil
		case "networks":
			c.aliases = nil
		case "ports", "expose":
			c.ports = nil
		case "volumes", "configs", "secrets":
			c.mounts = slices.DeleteFunc(slices.Clone(c.mounts), func(m composeMount) bool { return m.kind+"s" == key })
		case "logging":
			c.logging = nil
		case "healthcheck":
			c.check = composeCheck{}
		}
	}
	return &c
}

// known gives names without a value the one that the project's variables have. Those that it
// has not remain bare. The pairs themselves are changed.
func (p *composeFile) known(pairs []composePair) []composePair {
	for i := range pairs {
		e := &pairs[i]
		if !e.bare {
			continue
		}
		if value, set := p.variables.values[e.key]; set {
			e.text, e.bare = value, false
			p.variables.used++
		}
	}
	return pairs
}

// needs reads depends_on: a list of names, or a map with conditions.
func (p *composeFile) needs(n document.Node) []composeNeed {
	var needs []composeNeed
	for _, item := range n.List() {
		if t := p.text(item); t.text != "" {
			needs = append(needs, composeNeed{composeText: t})
		}
	}
	for k, v := range n.Pairs() {
		required, said := v.Get("required").Bool()
		needs = append(needs, composeNeed{composeText: p.text(k), condition: p.text(v.Get("condition")).text, optional: said && !required})
	}
	return needs
}

// ports reads the container's side of ports: "8080:80/tcp", 80, {target: 80}.
func (p *composeFile) ports(n document.Node) []composePort {
	var ports []composePort
	for _, item := range n.List() {
		text, name, outside := p.text(item).text, "", ""
		if item.IsMap() {
			text, name, outside = p.text(item.Get("target")).text, item.Get("name").Str(), p.text(item.Get("published")).text
		}
		text, _, _ = strings.Cut(text, "/")
		if i := strings.LastIndexByte(text, ':'); i >= 0 {
			outside, text = text[:i], text[i+1:]
			outside = outside[strings.LastIndexByte(outside, ':')+1:]
		}
		if number, ok := wholeNumber(text); ok && number > 0 && number < 1<<16 {
			published, _ := wholeNumber(outside)
			ports = append(ports, composePort{number, name, published})
		}
	}
	return ports
}

// mounts reads what a container sees of the project's files.
func (p *composeFile) mounts(n unmarked) []composeMount {
	var mounts []composeMount
	for _, item := range n.Get("volumes").List() {
		m := composeMount{source: p.text(item), kind: "volume", dir: p.dir}
		if item.IsMap() {
			m.source, m.target = p.text(item.Get("source")), p.text(item.Get("target")).text
			if item.Get("type").Str() == "bind" && !path.IsAbs(m.source.text) && m.source.text != "" {
				mounts = append(mounts, m)
			}
			continue
		} else {
			parts := strings.SplitN(m.source.text, ":", 3)
			if len(parts) < 2 {
				continue
			}
			m.source.text, m.target = parts[0], parts[1]
		}
		if isProjectPath(m.source.text) {
			mounts = append(mounts, m)
		}
	}
	for _, kind := range []string{"config", "secret"} {
		for _, item := range n.Get(kind + "s").List() {
			m := composeMount{source: p.text(item), kind: kind}
			if item.IsMap() {
				m.source, m.target = p.text(item.Get("source")), p.text(item.Get("target")).text
			}
			if m.source.text != "" {
				mounts = append(mounts, m)
			}
		}
	}
	return mounts
}

// isProjectPath distinguishes paths of the project from named volumes and from paths of
// the host.
func isProjectPath(source string) bool {
	return strings.HasPrefix(source, "./") || strings.HasPrefix(source, "../") || source == "." || source == ".."
}

func (p *composeFile) check(n document.Node) composeCheck {
	if !n.IsMap() {
		return composeCheck{}
	}
	disabled, _ := n.Get("disable").Bool()
	test := n.Get("test").Strs()
	off := disabled || len(test) > 0 && test[0] == "NONE"
	return composeCheck{at: p.at(n), declared: !off && n.Get("test").Exists(), off: off}
}

// over returns base overridden by s, by compose's rules: single values
// and commands are replaced, named ones replaced by name, lists added up.
func (s *composeService) over(base *composeService) *composeService {
	base = base.without(s.alone)
	m := *base
	m.name, m.at = s.name, base.at
	for _, f := range []struct{ to, from *composeText }{
		{&m.image, &s.image}, {&m.containerName, &s.containerName}, {&m.hostname, &s.hostname},
		{&m.domain, &s.domain}, {&m.networkMode, &s.networkMode},
	} {
		if f.from.text != "" {
			*f.to = *f.from
		}
	}
	if s.command != nil {
		m.command = s.command
	}
	if s.entrypoint != nil {
		m.entrypoint = s.entrypoint
	}
	m.envFiles = mergePairs(base.envFiles, s.envFiles)
	m.chooses = base.chooses || s.chooses
	m.environment = mergePairs(base.environment, s.environment)
	m.labels = mergePairs(base.labels, s.labels)
	m.aliases = slices.Concat(base.aliases, s.aliases)
	m.profiles = slices.Concat(base.profiles, s.profiles)
	m.links = slices.Concat(base.links, s.links)
	m.externalLinks = slices.Concat(base.externalLinks, s.externalLinks)
	m.volumesFrom = slices.Concat(base.volumesFrom, s.volumesFrom)
	m.dependsOn = mergeNeeds(base.dependsOn, s.dependsOn)
	m.ports = slices.Concat(base.ports, s.ports)
	m.mounts = mergeMounts(base.mounts, s.mounts)
	if s.replicasAt.Line > 0 {
		m.replicas, m.replicasAt = s.replicas, s.replicasAt
	}
	if s.check.declared || s.check.off {
		m.check = s.check
	}
	if s.logging != nil {
		if base.logging != nil && s.logging[0].text == base.logging[0].text {
			m.logging = mergePairs(base.logging, s.logging)
		} else {
			m.logging = s.logging
		}
	}
	m.built = base.built || s.built
	if s.source.source.text != "" {
		m.source = s.source
	}
	if s.dockerfile != "" {
		m.dockerfile = s.dockerfile
	}
	if s.stage != "" {
		m.stage = s.stage
	}
	m.buildArgs = mergePairs(base.buildArgs, s.buildArgs)
	return &m
}

// mergePairs lets later pairs replace earlier ones of the same key.
func mergePairs(base, over []composePair) []composePair {
	place := make(map[string]int, len(base)+len(over))
	if len(base) == 0 {
		for i, o := range over {
			place[o.key] = i
		}
		if len(place) == len(over) {
			return over
		}
		clear(place)
	}
	merged := slices.Grow(slices.Clone(base), len(over))
	for i, b := range base {
		place[b.key] = i
	}
	for _, o := range over {
		if i, twice := place[o.key]; twice {
			if !o.bare {
				merged[i] = o
			}
			continue
		}
		place[o.key] = len(merged)
		merged = append(merged, o)
	}
	return merged
}

func mergeNeeds(base, over []composeNeed) []composeNeed {
	merged := slices.Clone(base)
	for _, o := range over {
		if i := slices.IndexFunc(merged, func(b composeNeed) bool { return b.text == o.text }); i >= 0 {
			merged[i] = o
		} else {
			merged = append(merged, o)
		}
	}
	return merged
}

// mergeMounts lets later mounts replace earlier ones at the same place.
func mergeMounts(base, over []composeMount) []composeMount {
	merged := slices.Clone(base)
	for _, o := range over {
		same := func(b composeMount) bool { return b.kind == o.kind && b.target == o.target && b.target != "" }
		if i := slices.IndexFunc(merged, same); i >= 0 {
			merged[i] = o
		} else {
			merged = append(merged, o)
		}
	}
	return merged
}

// commandLine returns the entrypoint of a service with its arguments, as far as the file says it.
func (s *composeService) commandLine() []string {
	var words []string
	for _, t := range slices.Concat(s.entrypoint, s.command) {
		words = append(words, t.text)
	}
	return words
}
