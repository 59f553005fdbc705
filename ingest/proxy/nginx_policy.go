package proxy

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
	"github.com/weirgraph/weir/ingest/field"
	"github.com/weirgraph/weir/ingest/settings"
	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// nginx says what protects a request where it says where the request goes: in the
// location, or in the server and the http block around it, of which the nearest
// counts. What protects a group of servers is in its upstream block. Settings
// of included files are not seen from here.

func nginxPolicies(text string, place func(line, column int) graph.Origin) []graph.Policy {
	tree, ok := parseDirectives(text)
	if !ok {
		return nil
	}
	w := &nginxWalk{
		nginx: newNginx(&settings.Collector{}), place: place, groups: map[string]nginxLevel{}, zones: map[string]directive{}, named: map[string]directive{},
	}
	w.define(tree)
	w.survey(tree)
	w.walk(tree, nil, nginxRequests{})
	if w.passes == nil {
		return w.serverPolicies()
	}
	return PassPolicies(product.Nginx, w.passes)
}

// serverPolicies are the policies of upstreams in a file that passes nothing on itself: other
// files pass requests to them, and say more about these.
func (w *nginxWalk) serverPolicies() []graph.Policy {
	var passes []Pass
	for _, name := range slices.Sorted(maps.Keys(w.groups)) {
		s := &nginxScope{nginxWalk: w, Reader: &settings.Reader{Syntax: product.NginxDuration}, kind: "proxy_", group: w.groups[name]}
		p := Pass{Match: "upstream " + name}
		for _, server := range s.primaries() {
			if p.add(server.words[1]); p.At.Line == 0 {
				p.At = w.at(server)
			}
		}
		if len(p.To) == 0 {
			continue
		}
		p.Says.Retry = s.retry(false)
		s.readGroup(&p.Says)
		p.Flaws = s.Flaws
		passes = append(passes, p)
	}
	policies := PassPolicies(product.Nginx, passes)
	for i := range policies {
		policies[i].Group, policies[i].Rank, policies[i].Match = "servers", -1, ""
	}
	return policies
}

// An nginxWalk visits the blocks of a configuration.
type nginxWalk struct {
	*nginx
	place   func(line, column int) graph.Origin
	groups  map[string]nginxLevel // upstream blocks by name
	zones   map[string]directive  // limit_req_zone and limit_conn_zone by the name of the zone
	named   map[string]directive  // *_pass of named locations: "@spare"
	sites   int                   // servers with a name
	passes  []Pass
	targets int // of all passes
}

// An nginxLevel is a block: its directives by their first word.
type nginxLevel map[string][]directive

func levelOf(block []directive) nginxLevel {
	level := make(nginxLevel, len(block))
	for _, d := range block {
		level[d.words[0]] = append(level[d.words[0]], d)
	}
	return level
}

// survey collects what may be referred to before it is declared.
func (w *nginxWalk) survey(tree []directive) {
	for _, d := range tree {
		switch d.words[0] {
		case "upstream":
			if len(d.words) > 1 {
				w.groups[d.words[1]] = levelOf(d.block)
			}
		case "limit_req_zone", "limit_conn_zone":
			for _, word := range d.words[1:] {
				if name, zone := confField(word); name == "zone" {
					zone, _, _ = strings.Cut(zone, ":")
					w.zones[zone] = d
				}
			}
		case "location":
			for _, inner := range d.block {
				if len(d.words) == 2 && strings.HasSuffix(inner.words[0], "_pass") && len(inner.words) > 1 {
					w.named[d.words[1]] = inner
				}
			}
		case "server_name":
			w.sites++
		}
		w.survey(d.block)
	}
}

// nginxRequests are the requests that come to a block.
type nginxRequests struct {
	match  string
	stream bool
	server bool // of a server in the same file; else a server in another file includes the block
}

// walk visits the passes below tree. Levels are the blocks around, from the
// outside in, and requests those that come there.
func (w *nginxWalk) walk(tree []directive, levels []nginxLevel, requests nginxRequests) {
	levels = append(slices.Clip(levels), levelOf(tree))
	for _, d := range tree {
		inner := requests
		switch d.words[0] {
		case "upstream", "map", "split_clients":
			continue
		case "stream":
			inner.stream = true
		case "server":
			inner.server = true
			if names := levelOf(d.block)["server_name"]; w.sites > 1 && len(names) > 0 && len(names[0].words) > 1 {
				inner.match = names[0].words[1]
			}
		case "location":
			if path := strings.Join(d.words[1:], " "); path != "/" {
				inner.match += path
			}
		case "proxy_pass", "grpc_pass", "fastcgi_pass", "uwsgi_pass", "scgi_pass", "memcached_pass":
			w.pass(d, levels, requests)
		}
		w.walk(d.block, levels, inner)
	}
}

// pass reads what acts on the requests of one *_pass directive.
func (w *nginxWalk) pass(d directive, levels []nginxLevel, requests nginxRequests) {
	if len(d.words) < 2 || w.targets > settings.MaxValues {
		return
	}
	p := Pass{At: w.at(d), Match: requests.match, Says: policy.Set{Partial: !requests.server}}
	if d.words[0] != "proxy_pass" {
		p.In = product.NginxBlock(d.words[0])
	}
	var group nginxLevel
	for _, text := range w.expand(d.words[1]) {
		text, scheme, rest, host := splitTarget(text)
		level, known := w.groups[host]
		switch {
		case known:
			group = level
			for _, server := range level["server"] {
				if len(server.words) > 1 && !slices.Contains(server.words, "backup") {
					p.add(prefixScheme(scheme, server.words[1]))
				}
			}
		case !strings.HasPrefix(rest, "unix:"):
			p.add(text)
			if !strings.ContainsAny(host, ":$") {
				p.Part = nginxPartOf(host)
			}
		}
	}
	if len(p.To) == 0 {
		return
	}
	scope := &nginxScope{
		nginxWalk: w, Reader: &settings.Reader{Syntax: product.NginxDuration}, levels: levels, kind: strings.TrimSuffix(d.words[0], "pass"), group: group,
		elsewhere: p.Part != "",
	}
	scope.read(&p.Says, requests.stream)
	if p.Flaws = scope.Flaws; p.Says.Partial && !isWritten(&p.Says) && p.Flaws == nil {
		return
	}
	w.targets += len(p.To)
	w.passes = append(w.passes, p)
}

// isWritten reports whether a file gives a value to a setting.
func isWritten(s *policy.Set) bool {
	return slices.ContainsFunc(s.Decisions(), func(d policy.Decision) bool {
		return d.Provenance == policy.Explicit || d.Provenance == policy.Disabled
	})
}

// add takes a server, unless it is a socket or nginx fills in its name for each request. A
// variable of the environment, ${NAME}, is filled in once, when the container starts.
func (p *Pass) add(server string) {
	if environmentVariable.MatchString(server) {
		p.To = append(p.To, graph.Address{Host: server})
		return
	}
	if address, ok := address.Parse(server); ok && !strings.ContainsAny(server, "${") && !strings.HasPrefix(server, "unix:") {
		p.To = append(p.To, address)
	}
}

var environmentVariable = lazy.NewRegexp(`^[^$]*\$\{[A-Z][A-Z0-9_]*\}(?:[^$]|\$\{[A-Z][A-Z0-9_]*\})*$`)

func (w *nginxWalk) at(d directive) graph.Origin { return w.place(d.line, d.column) }

// word is a word of a directive as an option.
func (w *nginxWalk) word(d directive, i int) *settings.Tree {
	return confWord(d.words[0], d.words[i], w.place(d.places[i][0], d.places[i][1]))
}

// An nginxScope is what acts on one pass.
type nginxScope struct {
	*nginxWalk
	*settings.Reader
	levels []nginxLevel
	kind   string // prefix of the directives: "proxy_", "grpc_"
	group  nginxLevel
	// elsewhere is set if the group may be in another file.
	elsewhere bool
}

// all returns the directives of a name on the nearest level that has any.
func (s *nginxScope) all(name string) []directive {
	for _, level := range slices.Backward(s.levels) {
		if found := level[name]; len(found) > 0 {
			return found
		}
	}
	return nil
}

// setting returns the first word after a directive, nil if not set.
func (s *nginxScope) setting(name string) *settings.Tree {
	found := s.all(name)
	if len(found) == 0 || len(found[0].words) < 2 {
		return nil
	}
	o := s.word(found[0], 1)
	o.Text = strings.Join(found[0].words[1:], " ") // which is one, or an error
	return o
}

func (s *nginxScope) read(says *policy.Set, stream bool) {
	says.Timeout = &policy.Timeout{Connect: s.Duration(s.setting(s.kind + "connect_timeout"))}
	if stream {
		says.Timeout.Idle = settings.Unwritten(s.setting("proxy_timeout"), s.Duration(s.setting("proxy_timeout")), 10*time.Minute)
		says.Timeout.ReadGap = policy.Setting[time.Duration]{Provenance: policy.Absent}
	} else {
		read, send := s.setting(s.kind+"read_timeout"), s.setting(s.kind+"send_timeout")
		s.ofOtherPasses()
		says.Timeout.ReadGap = s.Duration(read)
		if gap := s.Duration(send); read == nil {
			says.Timeout.ReadGap = gap
		}
		says.Cache = s.cache()
		says.Fallback = s.fallback()
	}
	says.Retry = s.retry(stream)
	s.readGroup(says)
	says.RateLimit = s.rateLimit()
	if most := s.connections(); most.Set() {
		says.Bulkhead = orNew(says.Bulkhead)
		says.Bulkhead.MaxConcurrent = most
	}
	if check := s.all("health_check"); len(check) > 0 {
		says.HealthCheck = s.healthCheck(check[0])
	}
}

// nginxKinds are the prefixes of the directives that each kind of pass has of its own, and nginxOfKinds how those
// end that set times and tries.
var (
	nginxKinds   = []string{"proxy_", "grpc_", "fastcgi_", "uwsgi_", "scgi_", "memcached_"}
	nginxOfKinds = []string{"connect_timeout", "read_timeout", "send_timeout", "next_upstream", "next_upstream_timeout", "next_upstream_tries"}
)

// ofOtherPasses notes the directives beside the pass that are for another kind of pass, of which neither the
// block nor one in it, which inherits them, has any. Those of the blocks around may be for others.
func (s *nginxScope) ofOtherPasses() {
	block := s.levels[len(s.levels)-1]
	for _, kind := range nginxKinds {
		var found []directive
		for _, end := range nginxOfKinds {
			found = append(found, block[kind+end]...)
		}
		if kind == s.kind || len(found) == 0 || block.passes(kind) {
			continue
		}
		for _, d := range found {
			if len(d.words) > 1 {
				of := s.kind + strings.TrimPrefix(d.words[0], kind)
				s.Inert(s.word(d, 1), fmt.Sprintf("%spass goes by %s", s.kind, of), "set "+of, field.Partly)
			}
		}
	}
}

// passes reports whether a block or one in it has a pass of a kind.
func (l nginxLevel) passes(kind string) bool {
	for name, list := range l {
		if name == kind+"pass" || slices.ContainsFunc(list, func(d directive) bool { return levelOf(d.block).passes(kind) }) {
			return true
		}
	}
	return false
}

func orNew[T any](part *T) *T {
	if part == nil {
		part = new(T)
	}
	return part
}

// retry reads when another server is asked. Tries count the first; without a
// limit there are as many as servers.
func (s *nginxScope) retry(stream bool) *policy.Retry {
	r := &policy.Retry{MaxDuration: s.Duration(s.setting(s.kind + "next_upstream_timeout"))}
	others := max(0, len(s.primaries())-1)
	if found := s.all(s.kind + "next_upstream"); len(found) > 0 && len(found[0].words) > 1 {
		conditions := s.word(found[0], 1)
		conditions.Text = strings.Join(found[0].words[1:], " ")
		if found[0].words[1] == "off" {
			return &policy.Retry{Retries: policy.Setting[int]{Provenance: policy.Disabled, Origin: conditions.At}}
		}
		if !stream {
			r.On = s.RetryOn(product.NginxNextUpstream, conditions)
			if slices.Contains(found[0].words, "non_idempotent") {
				r.Methods = policy.Declare([]string{}, conditions.At)
			}
		}
	}
	if stream {
		r.On, r.Methods = settings.BuiltIn([]string{policy.OnConnect}), settings.BuiltIn([]string{})
	}
	tries := s.setting(s.kind + "next_upstream_tries")
	if n := s.Count(tries, 0); n.Set() && n.Value > 0 {
		r.Retries = s.Tries(tries, 0)
		if others == 0 && n.Value > 1 && !s.resolved() && !s.elsewhere {
			s.Inert(tries, "the only server is not tried again, unless its name resolves to several addresses", "give the upstream block more servers")
			s.Flaws[len(s.Flaws)-1].Info = true
		}
	} else if others > 0 {
		r.Retries = settings.BuiltIn(others)
	}
	return field.Presence(*r)
}

// primaries are the servers of the group that are not kept for emergencies.
func (s *nginxScope) primaries() []directive {
	return slices.DeleteFunc(slices.Clone(s.group["server"]), func(d directive) bool {
		return len(d.words) < 2 || slices.Contains(d.words, "backup") || slices.Contains(d.words, "down")
	})
}

// resolved reports whether the names of servers are looked up while nginx runs,
// so that one may resolve to several addresses.
func (s *nginxScope) resolved() bool {
	return slices.ContainsFunc(s.group["server"], func(d directive) bool { return slices.Contains(d.words, "resolve") })
}

// balances are the directives that choose a server.
var balances = map[string]string{
	"least_conn": "least-request", "ip_hash": "consistent-hash", "hash": "consistent-hash", "random": "random", "least_time": "ewma",
	"sticky": "consistent-hash",
}

// readGroup reads what protects a group: a server that fails is left out for a
// while, unless it is the only one.
func (s *nginxScope) readGroup(says *policy.Set) {
	for _, name := range slices.Sorted(maps.Keys(balances)) {
		if d := s.group[name]; len(d) > 0 {
			says.Balance = &policy.Balance{Strategy: policy.Declare(balances[name], s.at(d[0]))}
		}
	}
	primaries := s.primaries()
	alone := len(primaries) < 2 && !s.resolved()
	breaker := &policy.Breaker{}
	for _, server := range s.group["server"] {
		for i, word := range server.words {
			field, value := confField(word)
			o := s.word(server, i)
			o.Name, o.Text = field, value
			switch field {
			case "max_conns":
				if most := s.Count(o, 0); most.Set() && most.Value > 0 && says.Bulkhead == nil {
					says.Bulkhead = &policy.Bulkhead{MaxConnections: most}
				}
			case "max_fails":
				if n := s.Count(o, 0); !alone && (!breaker.Failures.Set() || n.Value < breaker.Failures.Value) {
					breaker.Failures, breaker.Kind = n, policy.Declare("endpoint", o.At)
				}
			case "fail_timeout":
				if d := s.Wait(o); !alone && breaker.Window.Provenance == policy.Unknown {
					breaker.Window, breaker.Open = d, d
				}
			default:
				continue
			}
			if alone && field != "max_conns" && len(primaries) == 1 {
				s.Inert(o, "the only server is never taken out, unless its name resolves to several addresses", "give the upstream block more servers")
				s.Flaws[len(s.Flaws)-1].Info = true
			}
		}
	}
	switch {
	case alone:
		says.Breaker = &policy.Breaker{Kind: policy.Setting[string]{Provenance: policy.Absent}}
	case breaker.Failures.Set() && breaker.Failures.Value == 0:
		at := breaker.Failures.Origin
		says.Breaker = &policy.Breaker{Kind: policy.Setting[string]{Value: "none", Provenance: policy.Disabled, Origin: at}}
	default:
		says.Breaker = field.Presence(*breaker)
	}
}

// fallback reads error pages that another service answers, or that make a success
// of an error. A page that only words the error is none.
func (s *nginxScope) fallback() *policy.Fallback {
	for _, d := range s.all("error_page") {
		if len(d.words) < 3 || !slices.ContainsFunc(d.words[1:], func(w string) bool { return w == "502" || w == "503" || w == "504" }) {
			continue
		}
		target := d.words[len(d.words)-1]
		at := s.at(d)
		if to, ok := s.named[target]; ok && !isPage(target) {
			for _, text := range s.expand(to.words[1]) {
				_, _, _, host := splitTarget(text)
				if servers := s.upstreams[host].servers; len(servers) > 0 {
					host = servers[0].words[1]
				}
				if spare, ok := address.Parse(host); ok {
					return &policy.Fallback{Steps: []policy.FallbackStep{{Kind: policy.Declare("service", at), To: spare.Host}}}
				}
			}
		}
		if slices.Contains(d.words, "=200") {
			return &policy.Fallback{Steps: []policy.FallbackStep{{Kind: policy.Declare("static", at)}}}
		}
	}
	if stale := s.all(s.kind + "cache_use_stale"); s.caches() && len(stale) > 0 && (slices.Contains(stale[0].words, "error") || slices.Contains(stale[0].words, "timeout")) {
		return &policy.Fallback{Steps: []policy.FallbackStep{{Kind: policy.Declare("cache", s.at(stale[0]))}}}
	}
	return nil
}

func (s *nginxScope) caches() bool {
	zone := s.all(s.kind + "cache")
	return len(zone) > 0 && len(zone[0].words) > 1 && zone[0].words[1] != "off"
}

// cache reads for how long answers are kept.
func (s *nginxScope) cache() *policy.Cache {
	if !s.caches() {
		return nil
	}
	c := &policy.Cache{}
	for _, valid := range s.all(s.kind + "cache_valid") {
		if n := len(valid.words); n == 2 || n > 2 && (valid.words[1] == "200" || valid.words[1] == "any") {
			c.TTL = s.Wait(s.word(valid, n-1))
			break
		}
	}
	return c
}

var nginxRate = lazy.NewRegexp(`^(\d+)r/([sm])$`)

// rateLimit reads how many requests come through.
func (s *nginxScope) rateLimit() *policy.RateLimit {
	for _, limit := range s.all("limit_req") {
		var zone directive
		var burst *settings.Tree
		for i, word := range limit.words {
			switch field, value := confField(word); field {
			case "zone":
				zone = s.zones[value]
			case "burst":
				burst = s.word(limit, i)
				burst.Name, burst.Text = field, value
			}
		}
		for i, word := range zone.words {
			field, value := confField(word)
			if field != "rate" {
				continue
			}
			o := s.word(zone, i)
			o.Name, o.Text = field, value
			m := nginxRate.FindStringSubmatch(value)
			if m == nil {
				s.Flaw(graph.Invalid, o, "is not a rate", `write "10r/s" or "30r/m"`)
				return nil
			}
			rate := &policy.RateLimit{Burst: s.Count(burst, 0), Per: policy.Declare(time.Second, o.At)}
			if m[2] == "m" {
				rate.Per.Value = time.Minute
			}
			o.Text = m[1]
			rate.Requests = s.Count(o, 1)
			return rate
		}
	}
	return nil
}

// clientKey matches the keys of zones that count every client by itself: such a
// limit says nothing about all of them together.
var clientKey = lazy.NewRegexp(`\$(?:binary_remote_addr|remote_addr|remote_user|realip_remote_addr|proxy_protocol_addr|http_\w+|cookie_\w+|arg_\w+)`)

// connections reads how many requests may be under way at once.
func (s *nginxScope) connections() policy.Setting[int] {
	for _, limit := range s.all("limit_conn") {
		if len(limit.words) != 3 {
			continue
		}
		zone, known := s.zones[limit.words[1]]
		if known && len(zone.words) > 1 && !clientKey.MatchString(zone.words[1]) {
			return s.Count(s.word(limit, 2), 1)
		}
	}
	return policy.Setting[int]{}
}

// healthCheck reads the probes of NGINX Plus: every 5 s, out after one failure.
func (s *nginxScope) healthCheck(d directive) *policy.HealthCheck {
	c := &policy.HealthCheck{Interval: settings.BuiltIn(5 * time.Second), Failures: settings.BuiltIn(1)}
	for i, word := range d.words {
		o := s.word(d, i)
		switch o.Name, o.Text = confField(word); o.Name {
		case "interval":
			c.Interval = s.Wait(o)
		case "fails":
			c.Failures = s.Count(o, 1)
		}
	}
	return c
}
