package proxy

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/ingest/settings"
	"github.com/weirgraph/weir/internal/lazy"
)

// Each request to nginx goes to one of its locations, and from there to the servers of an
// upstream, of which any will do, or to its backup servers when all others are out. Error
// pages may name a location that is asked when the first one gives no answer.

// nginxRoutes reports where the requests for each location are sent.
type nginxRoutes struct {
	*nginx
	sites    int                    // servers with a name
	mirrored map[string]bool        // locations that get copies
	named    map[string]directive   // *_pass of named locations: "@spare"
	instead  map[string]bool        // named locations that only error pages name
	reported map[string]bool        // those of them that are reported with the location they replace
	pools    map[string]*nginxPool  // by upstream, those that locations name
	asked    map[string]*nginxAsked // by the location that auth_request names
	routes   int                    // locations that pass requests on
	scheme   string                 // of targets that have none: "tcp" in a stream block, which passes connections on
}

// An nginxPool is the servers of an upstream, for the locations that name it.
type nginxPool struct {
	in      *graph.Place
	matches []string
}

// An nginxAsked is a location that others ask about their requests.
type nginxAsked struct {
	by      int
	matches []string
	report  func(in *graph.Place)
}

// An nginxBlock is the block around a directive, with what it has from those around it.
type nginxBlock struct {
	match     string // which requests come here
	location  string
	askedAt   string      // the location that auth_request names
	errorPage string      // the named location that is asked when there is no answer
	local     []directive // of the block
	stream    bool
}

func newNginxRoutes(n *nginx, tree []directive) *nginxRoutes {
	r := &nginxRoutes{
		nginx: n, mirrored: map[string]bool{}, named: map[string]directive{}, instead: map[string]bool{}, reported: map[string]bool{},
		pools: map[string]*nginxPool{}, asked: map[string]*nginxAsked{},
	}
	r.survey(tree)
	return r
}

// survey collects what may be referred to before it is declared.
func (r *nginxRoutes) survey(tree []directive) {
	for _, d := range tree {
		last := d.words[len(d.words)-1]
		switch d.words[0] {
		case "server_name":
			r.sites++
		case "mirror":
			r.mirrored[last] = last != "off"
		case "auth_request":
			if last != "off" {
				r.asked[last] = &nginxAsked{}
			}
		case "error_page":
			if _, known := r.instead[last]; !known {
				r.instead[last] = isBadGateway(d)
			}
		case "try_files", "rewrite", "return":
			r.instead[last] = false
		case "location":
			for _, inner := range d.block {
				if len(d.words) == 2 && isPass(inner) {
					r.named[d.words[1]] = inner
				}
			}
		}
		r.survey(d.block)
	}
}

// isPass reports whether a directive sends requests on.
func isPass(d directive) bool {
	return len(d.words) > 1 && slices.Contains([]string{"proxy_pass", "grpc_pass", "fastcgi_pass", "uwsgi_pass", "scgi_pass", "memcached_pass"}, d.words[0])
}

// isBadGateway reports whether an error_page is for requests that get no answer, and no others.
func isBadGateway(d directive) bool {
	among := func(start string) bool {
		return slices.ContainsFunc(d.words[1:], func(w string) bool { return len(w) == 3 && strings.HasPrefix(w, start) })
	}
	return len(d.words) > 2 && among("50") && !among("4") && !isPage(d.words[len(d.words)-1])
}

// isPage reports whether an error_page names a file that words the error, wherever it is from: the
// request is not made again.
func isPage(target string) bool {
	return slices.Contains([]string{".html", ".htm", ".json", ".txt", ".xml"}, path.Ext(target))
}

// within returns the block of a directive in block b.
func (r *nginxRoutes) within(b nginxBlock, d directive) nginxBlock {
	switch d.words[0] {
	case "stream":
		b.stream = true
	case "server":
		for _, inner := range d.block {
			switch {
			case len(inner.words) < 2:
			case inner.words[0] == "server_name" && r.sites > 1, inner.words[0] == "listen" && b.stream:
				b.match = inner.words[1]
			}
		}
	case "location":
		if b.location = d.words[len(d.words)-1]; b.location != "/" {
			b.match += strings.Join(d.words[1:], " ")
		}
	}
	b.local = d.block
	seen := false
	for _, inner := range d.block {
		switch last := inner.words[len(inner.words)-1]; {
		case inner.words[0] == "auth_request":
			b.askedAt = last
		case inner.words[0] == "error_page":
			if !seen {
				b.errorPage = "" // pages here take the place of those around
			}
			if seen = true; isBadGateway(inner) && r.instead[last] {
				b.errorPage = last
			}
		}
	}
	return b
}

// walk reports where requests and logs are sent.
func (r *nginxRoutes) walk(tree []directive, b nginxBlock) {
	for _, d := range tree {
		if len(r.Values) > settings.MaxValues {
			return
		}
		switch d.words[0] {
		case "access_log", "error_log":
			if len(d.words) > 1 {
				if server, ok := strings.CutPrefix(d.words[1], "syslog:server="); ok {
					server, _, _ = strings.Cut(server, ",")
					r.In = nil
					r.Add(d.line, d.column, d.words[0], server)
				}
			}
		case "upstream", "map", "split_clients":
			continue
		default:
			if isPass(d) {
				if r.scheme = ""; b.stream {
					r.scheme = "tcp"
				}
				r.route(d, b)
			}
		}
		if len(d.block) > 0 {
			r.walk(d.block, r.within(b, d))
		}
	}
}

// route reports what a *_pass directive sends requests to, by what the location is for.
func (r *nginxRoutes) route(d directive, b nginxBlock) {
	checker := r.asked[b.location]
	switch {
	case r.mirrored[b.location], r.instead[b.location]:
		return // no request waits for a copy; what is asked instead is reported with the location that it replaces
	case checker != nil:
		checker.report = func(in *graph.Place) { r.pass(d, b.local, in) }
		return
	}
	r.routes++
	in := &graph.Place{Match: cmp.Or(b.match, "/")}
	if asked := r.asked[b.askedAt]; asked != nil {
		asked.by++
		asked.matches = append(asked.matches, in.Match)
	}
	spare, ok := r.named[b.errorPage]
	if !ok || b.errorPage == b.location {
		r.pass(d, b.local, in)
		return
	}
	r.reported[b.errorPage] = true
	group := r.NewGroup(graph.Failover, d.line, d.column, "error_page "+b.errorPage, in)
	r.pass(d, b.local, &graph.Place{Group: group})
	r.pass(spare, nil, &graph.Place{Group: group, Rank: 1})
}

// ask reports who is asked about requests: a need of its own if it is asked about all of
// them, else one of the routes.
func (r *nginxRoutes) ask() {
	for _, location := range slices.Sorted(maps.Keys(r.asked)) {
		switch asked := r.asked[location]; {
		case asked.report == nil:
		case asked.by >= r.routes:
			asked.report(nil)
		default:
			asked.report(&graph.Place{Match: resource.MatchList(asked.matches)})
		}
	}
	for _, location := range slices.Sorted(maps.Keys(r.instead)) {
		if spare, ok := r.named[location]; ok && r.instead[location] && !r.reported[location] {
			r.pass(spare, nil, &graph.Place{Match: location})
		}
	}
}

// pass reports the targets of a *_pass directive in a place. A variable has the values that
// are set beside the directive, or else all that the file gives it: then each request goes to
// one of them.
func (r *nginxRoutes) pass(d directive, local []directive, in *graph.Place) {
	if at, url, ok := invokes(local); ok {
		r.In = in
		r.Add(at.line, at.column, at.words[0], url)
		return
	}
	var targets []string
	for _, word := range setHere(d.words[1], local) {
		targets = append(targets, r.expand(word)...)
	}
	if len(targets) < 2 {
		for _, target := range targets {
			r.target(d, target, in)
		}
		return
	}
	parts := r.parts(d.words[1], len(targets))
	group := r.NewGroup(graph.Split, d.line, d.column, d.words[1], in)
	for i, target := range targets {
		place := &graph.Place{Group: group}
		if parts != nil {
			place.Share, place.Match = parts[i].share, parts[i].match
		}
		r.target(d, target, place)
	}
}

// parts returns how the value of the variable in a word is chosen, nil unless the word has n
// values by one variable.
func (r *nginxRoutes) parts(word string, n int) []nginxPart {
	variables := nginxVariable.FindAllString(word, 2)
	if len(variables) != 1 {
		return nil
	}
	if parts := r.chosen["$"+strings.Trim(variables[0], "${}")]; len(parts) == n {
		return parts
	}
	return nil
}

// invokes returns the directive of a block that rewrites requests for an app of Dapr, and the
// address of the sidecar that they are passed to.
func invokes(block []directive) (at directive, url string, ok bool) {
	for _, d := range block {
		if d.words[0] == "rewrite" && len(d.words) > 2 {
			if url, ok := sidecarURL(d.words[2]); ok {
				return d, url, true
			}
		}
	}
	return directive{}, "", false
}

// setHere returns the texts of a word with the variables that are set in a block, the word
// itself if none is.
func setHere(word string, block []directive) []string {
	if !strings.Contains(word, "$") {
		return []string{word}
	}
	var texts []string
	for _, d := range block {
		switch {
		case d.words[0] == "set" && len(d.words) > 2 && strings.Contains(word, d.words[1]) && slices.Contains(nginxVariable.FindAllString(word, 5), d.words[1]):
			texts = append(texts, strings.ReplaceAll(word, d.words[1], d.words[2]))
		case d.words[0] == "if":
			for _, text := range setHere(word, d.block) {
				if text != word {
					texts = append(texts, text)
				}
			}
		}
	}
	if texts == nil {
		return []string{word}
	}
	return texts
}

// target reports one target of a *_pass directive: the servers of an upstream of that name,
// or the target itself.
func (r *nginxRoutes) target(d directive, target string, in *graph.Place) {
	target, scheme, rest, host := splitTarget(target)
	if scheme == "" {
		scheme, target = r.scheme, prefixScheme(r.scheme, target)
	}
	upstream, known := r.upstreams[host]
	switch {
	case known:
		r.upstream(upstream, scheme, in)
	case strings.HasPrefix(rest, "unix:"), strings.HasPrefix(host, "$") && !strings.HasPrefix(host, "${"):
		// A socket, or whatever the request says: no address of this file.
	case !strings.ContainsAny(host, ":$"): // an upstream may be in another file
		r.In = in
		r.AddReference(d.line, d.column, d.words[0], nginxPartOf(host), target)
	default:
		r.In = in
		r.Add(d.line, d.column, d.words[0], bareVariable.ReplaceAllString(target, "$${$1}"))
	}
}

// bareVariable matches a variable of nginx, which settings of other formats write in braces.
var bareVariable = lazy.NewRegexp(`\$(\w+)`)

// nginxPartOf is the name under which other files refer to the servers of an upstream.
func nginxPartOf(upstream string) string { return "upstream " + upstream }

// offer states the upstreams for locations in other files.
func (r *nginxRoutes) offer() {
	r.scheme = ""
	for _, name := range slices.Sorted(maps.Keys(r.upstreams)) {
		r.Part = nginxPartOf(name)
		r.upstream(r.upstreams[name], "", nil)
	}
	r.Part = ""
}

// upstream reports the servers of an upstream: any that is not down, and the spare ones when
// all others have failed. It is one pool, however many locations name it.
func (r *nginxRoutes) upstream(u nginxUpstream, scheme string, in *graph.Place) {
	name := "upstream " + u.words[1]
	if in != nil && in.Group == nil {
		pool := r.pools[scheme+" "+name]
		if pool != nil {
			pool.matches = append(pool.matches, in.Match)
			pool.in.Match = resource.MatchList(pool.matches)
			return
		}
		r.pools[scheme+" "+name] = &nginxPool{in, []string{in.Match}}
	}
	var servers, spares []directive
	for _, server := range u.servers {
		switch {
		case slices.Contains(server.words, "down"):
		case slices.Contains(server.words, "backup"):
			spares = append(spares, server)
		default:
			servers = append(servers, server)
		}
	}
	first, second := in, in
	if len(spares) > 0 && len(servers) > 0 {
		group := r.NewGroup(graph.Failover, u.line, u.column, name, in)
		first, second = &graph.Place{Group: group}, &graph.Place{Group: group, Rank: 1}
	}
	for _, part := range []struct {
		servers []directive
		in      *graph.Place
	}{{servers, first}, {spares, second}} {
		pool := r.NewGroup(graph.Pool, u.line, u.column, name, part.in)
		for _, server := range part.servers {
			r.In = &graph.Place{Group: pool}
			for _, address := range r.expand(server.words[1]) {
				if !strings.HasPrefix(address, "unix:") {
					r.Add(server.line, server.column, "upstream.server", prefixScheme(scheme, address))
				}
			}
		}
	}
}
