package proxy

import (
	"cmp"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/ingest/settings"
	"github.com/weirgraph/weir/internal/lazy"
)

// A line of a Caddyfile, or of Apache's configuration, that names a target.
var (
	caddyTarget  = lazy.NewRegexp(`(?m)^\s*(reverse_proxy|php_fastcgi|forward_auth|to)\s+(.*)$`)
	apacheTarget = lazy.NewRegexp(`(?im)^\s*(ProxyPass|ProxyPassMatch|BalancerMember|SetHandler)\s+(.*)$`)
	apacheURL    = lazy.NewRegexp(`\b(?:https?|wss?|fcgi|ajp|h2c?|uwsgi|scgi)://[^\s"'|]+`)
)

func looksLikeCaddy(name, text string) bool {
	if strings.HasSuffix(name, ".sh") || strings.HasSuffix(name, ".yml") || strings.HasSuffix(name, ".yaml") {
		return false
	}
	return strings.HasPrefix(name, "caddyfile") || strings.Contains(text, "reverse_proxy ") ||
		strings.Contains(text, "://") && apacheTarget.MatchString(text)
}

// readCaddy reads the line-based web servers: Caddyfile and Apache.
func readCaddy(s *settings.Collector, name, text string) bool {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			lines[i] = ""
		}
	}
	(&caddyFile{Collector: s}).read(lines)
	(&apacheFile{Collector: s}).read(lines)
	return len(s.Values) > 0 || strings.HasPrefix(name, "caddyfile")
}

// A caddyFile is read line by line. The targets of a reverse_proxy are a pool; with the
// policy "first" each is asked when those before it are out.
type caddyFile struct {
	*settings.Collector
	blocks []string // what the blocks around the line are for
	proxy  *caddyProxy
}

// A caddyProxy is a reverse_proxy whose block is open.
type caddyProxy struct {
	group  *graph.GroupFact
	depth  int            // of the blocks around it
	places []*graph.Place // of its targets
}

func (c *caddyFile) read(lines []string) {
	for i, line := range lines {
		words := wordsAt(line, 0)
		if len(words) == 0 {
			continue
		}
		opens := words[len(words)-1].text == "{"
		switch {
		case words[0].text == "}":
			c.blocks = c.blocks[:max(0, len(c.blocks)-1)]
			if c.proxy != nil && len(c.blocks) <= c.proxy.depth {
				c.proxy.end()
				c.proxy = nil
			}
			continue
		case c.proxy != nil:
			c.option(i+1, words)
		default:
			c.target(i+1, line, opens)
		}
		if opens {
			c.blocks = append(c.blocks, caddyMatch(words))
		}
	}
}

// caddyMatch returns which requests come into a block: those for a site, or a path.
func caddyMatch(words []lineWord) string {
	switch words[0].text {
	case "handle", "handle_path", "route", "reverse_proxy":
		if len(words) > 2 && strings.ContainsAny(words[1].text[:1], "/@") {
			return words[1].text
		}
		return ""
	case "{":
		return ""
	}
	if len(words) == 2 && strings.ContainsAny(words[0].text, ".:") {
		return strings.TrimSuffix(words[0].text, ",")
	}
	return ""
}

// target reads a line that may name targets.
func (c *caddyFile) target(line int, text string, opens bool) {
	m := caddyTarget.FindStringSubmatchIndex(text)
	if m == nil {
		return
	}
	key := text[m[2]:m[3]]
	if key == "to" {
		key = "reverse_proxy"
	}
	match := strings.Join(strings.Fields(strings.Join(c.blocks, " ")), " ")
	words := wordsAt(text, m[4])
	if len(words) > 0 && strings.ContainsAny(words[0].text[:1], "/@") {
		match = strings.TrimSpace(match + " " + words[0].text)
	}
	var in *graph.Place
	var proxy *caddyProxy
	if key != "forward_auth" { // which is asked about requests that go elsewhere
		proxy = &caddyProxy{group: c.NewGroup(graph.Pool, line, m[2]+1, "", &graph.Place{Match: match}), depth: len(c.blocks)}
	}
	for _, w := range words {
		if caddyUpstream(w.text) {
			if c.In = in; proxy != nil {
				c.In = proxy.place()
			}
			c.Add(line, w.column, key, w.text)
		}
	}
	if opens && proxy != nil {
		c.proxy = proxy
	}
}

// place is the place of the next target.
func (p *caddyProxy) place() *graph.Place {
	p.places = append(p.places, &graph.Place{Group: p.group})
	return p.places[len(p.places)-1]
}

// end orders the targets if they are asked one after the other.
func (p *caddyProxy) end() {
	for i := range p.places {
		if p.group.Kind == graph.Failover {
			p.places[i].Rank = i
		}
	}
}

// option reads a line in the block of a reverse_proxy: more targets, and how one that is out
// is noticed.
func (c *caddyFile) option(line int, words []lineWord) {
	group := c.proxy.group
	switch words[0].text {
	case "to":
		for _, w := range words[1:] {
			if caddyUpstream(w.text) {
				c.In = c.proxy.place()
				c.Add(line, w.column, "reverse_proxy", w.text)
			}
		}
	case "lb_policy":
		if len(words) > 1 && words[1].text == "first" {
			group.Kind, group.Need, group.Same = graph.Failover, 0, true
		}
	case "health_uri", "health_port", "fail_duration", "lb_try_duration", "lb_retries":
		group.Checked = group.Checked || len(words) > 1 && words[1].text != "0"
	}
}

// caddyUpstream distinguishes upstreams from matchers ("/api/*", "@name", "*"), blocks
// and environment variables without a default.
func caddyUpstream(word string) bool {
	return !strings.ContainsAny(word[:1], "/@*{#") && !strings.HasPrefix(word, "unix/") && !strings.HasPrefix(word, ":")
}

// An apacheFile is read line by line. The members of a balancer are a pool, which takes out
// one that it cannot connect to; those of a higher set, and hot spares, are asked when all
// others are out.
type apacheFile struct {
	*settings.Collector
	around    string // the argument of the block around the line
	balancers map[string]*apacheBalancer
}

// An apacheBalancer is a balancer with its members by the order in which they are asked.
type apacheBalancer struct {
	failover *graph.GroupFact
	sets     map[int]*graph.GroupFact
	matches  []string
}

var (
	apacheBlock    = lazy.NewRegexp(`(?i)^\s*<(/?)(Proxy|Location|LocationMatch|Files|FilesMatch|VirtualHost)\b\s*([^>]*)>`)
	apacheBalanced = lazy.NewRegexp(`balancer://[\w.\-]+`)
	apacheStatus   = lazy.NewRegexp(`(?i)\bstatus=([+\-A-Z]+)`)
	apacheSet      = lazy.NewRegexp(`(?i)\blbset=(\d)\b`)
)

func (a *apacheFile) read(lines []string) {
	a.balancers = map[string]*apacheBalancer{}
	var blocks []string
	for i, line := range lines {
		if m := apacheBlock.FindStringSubmatch(line); m != nil {
			if m[1] == "" {
				blocks = append(blocks, strings.Trim(m[3], `"' `))
			} else {
				blocks = blocks[:max(0, len(blocks)-1)]
			}
			continue
		}
		if m := apacheTarget.FindStringSubmatchIndex(line); m != nil {
			if a.around = ""; len(blocks) > 0 {
				a.around = blocks[len(blocks)-1]
			}
			a.target(i+1, line, line[m[2]:m[3]], m[4])
		}
	}
}

// target reads a line with a directive whose arguments begin at an offset.
func (a *apacheFile) target(line int, text, directive string, offset int) {
	args := text[offset:]
	isMember := strings.EqualFold(directive, "BalancerMember")
	balancer := cmp.Or(apacheBalanced.FindString(args), apacheBalanced.FindString(a.around))
	place := &graph.Place{Match: a.around}
	if first, _, _ := strings.Cut(args, " "); strings.HasPrefix(first, "/") || strings.HasPrefix(first, "^") {
		place.Match = first
	}
	switch {
	case isMember && strings.Contains(strings.ToUpper(strings.Join(apacheStatus.FindStringSubmatch(args), " ")), "+D"):
		return // disabled
	case isMember && balancer != "":
		place = a.balancer(balancer, line).place(a.Collector, line, args)
	case balancer != "":
		b := a.balancer(balancer, line)
		b.matches = append(b.matches, place.Match)
		b.failover.In.Match = resource.MatchList(b.matches)
	}
	for _, u := range apacheURL.FindAllStringIndex(args, -1) {
		a.In = place
		a.Add(line, offset+u[0]+1, directive, args[u[0]:u[1]])
	}
}

func (a *apacheFile) balancer(name string, line int) *apacheBalancer {
	b := a.balancers[name]
	if b == nil {
		b = &apacheBalancer{failover: a.NewGroup(graph.Failover, line, 1, name, &graph.Place{}), sets: map[int]*graph.GroupFact{}}
		b.failover.Checked = true
		a.balancers[name] = b
	}
	return b
}

// place is the place of a member with these arguments.
func (b *apacheBalancer) place(s *settings.Collector, line int, args string) *graph.Place {
	rank := 0
	if m := apacheSet.FindStringSubmatch(args); m != nil {
		rank = int(m[1][0] - '0')
	}
	if m := apacheStatus.FindStringSubmatch(args); m != nil && strings.ContainsAny(strings.ToUpper(m[1]), "HR") {
		rank += 10
	}
	if b.sets[rank] == nil {
		b.sets[rank] = s.NewGroup(graph.Pool, line, 1, b.failover.Name, &graph.Place{Group: b.failover, Rank: rank})
		b.sets[rank].Checked = true
	}
	return &graph.Place{Group: b.sets[rank]}
}
