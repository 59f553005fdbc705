package proxy

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
	"github.com/weirgraph/weir/ingest/field"
	"github.com/weirgraph/weir/ingest/settings"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// HAProxy says what protects a request in the section that holds the servers, a
// backend or a listen, and before it in the defaults: those that the section
// names, or the last ones above it.

func haproxyPolicies(text string, place func(line, column int) graph.Origin) []graph.Policy {
	var passes []Pass
	for _, s := range haproxyFile(text, place) {
		if s.head[0] == "backend" || s.head[0] == "listen" {
			if p := s.pass(); len(p.To) > 0 && len(passes) < settings.MaxValues {
				passes = append(passes, p)
			}
		}
	}
	return PassPolicies(product.HAProxy, passes)
}

// haproxyFile returns the sections of a file, with the defaults that they begin from.
func haproxyFile(text string, place func(line, column int) graph.Origin) []*haproxySection {
	var last *haproxySection
	defaults := map[string]*haproxySection{}
	sections := haproxySections(text)
	for _, s := range sections {
		s.place, s.over = place, last
		if i := slices.Index(s.head, "from"); i > 0 && i+1 < len(s.head) {
			s.over = defaults[s.head[i+1]]
		} else if s.head[0] == "defaults" {
			s.over = nil
		}
		if s.head[0] == "defaults" {
			last = s
			if len(s.head) > 1 {
				defaults[s.head[1]] = s
			}
		}
	}
	return sections
}

// A haproxySection is a section of the file with the defaults that it begins
// from.
type haproxySection struct {
	head  []string
	line  int
	lines []haproxyLine
	over  *haproxySection
	place func(line, column int) graph.Origin
}

type haproxyLine struct {
	line  int
	words []lineWord
}

// haproxySections cuts a file into its sections.
func haproxySections(text string) []*haproxySection {
	var sections []*haproxySection
	for i, line := range strings.Split(text, "\n") {
		if at := strings.IndexByte(line, '#'); at == 0 || at > 0 && (line[at-1] == ' ' || line[at-1] == '\t') {
			line = line[:at]
		}
		words := wordsAt(line, 0)
		if len(words) == 0 {
			continue
		}
		if haproxyHeads[words[0].text] {
			s := &haproxySection{line: i + 1}
			for _, w := range words {
				s.head = append(s.head, w.text)
			}
			sections = append(sections, s)
		} else if len(sections) > 0 {
			s := sections[len(sections)-1]
			s.lines = append(s.lines, haproxyLine{i + 1, words})
		}
	}
	return sections
}

// haproxyHeads are the words that begin a section.
var haproxyHeads = map[string]bool{
	"global": true, "defaults": true, "frontend": true, "backend": true, "listen": true, "resolvers": true, "peers": true,
	"mailers": true, "userlist": true, "cache": true, "program": true, "ring": true, "http-errors": true, "fcgi-app": true, "crt-store": true,
}

// find returns the last line that begins with these words, in the section or in
// the defaults behind it. "no option redispatch" takes an option back.
func (s *haproxySection) find(words ...string) *haproxyLine {
	for range settings.MaxYAMLDepth { // defaults may begin from defaults
		if s == nil {
			return nil
		}
		for i := len(s.lines) - 1; i >= 0; i-- {
			line := &s.lines[i]
			if line.begins(words) {
				return line
			}
			if len(line.words) > 1 && line.words[0].text == "no" && (&haproxyLine{line.line, line.words[1:]}).begins(words) {
				return nil
			}
		}
		s = s.over
	}
	return nil
}

func (l *haproxyLine) begins(words []string) bool {
	if len(l.words) < len(words) {
		return false
	}
	for i, w := range words {
		if l.words[i].text != w {
			return false
		}
	}
	return true
}

// setting returns the word after these, nil if not set.
func (s *haproxySection) setting(words ...string) *settings.Tree {
	line := s.find(words...)
	if line == nil || len(line.words) <= len(words) {
		return nil
	}
	return s.option(strings.Join(words, " "), line.line, line.words[len(words)])
}

func (s *haproxySection) option(name string, line int, word lineWord) *settings.Tree {
	return confWord(name, strings.Trim(word.text, `"'`), s.place(line, word.column))
}

// pass reads the servers of the section and what protects requests for them.
func (s *haproxySection) pass() Pass {
	r := &settings.Reader{Syntax: product.HAProxyDuration}
	p := Pass{At: s.place(s.line, 1)}
	if len(s.head) > 1 {
		p.Match = "backend " + s.head[1]
	}
	gap, tunnel := s.setting("timeout", "server"), s.setting("timeout", "tunnel")
	timeout := policy.Timeout{Connect: r.Duration(s.setting("timeout", "connect")), ReadGap: r.Duration(gap), Idle: r.Duration(tunnel)}
	if mode := s.setting("mode"); mode != nil && mode.Text == "tcp" {
		timeout.Idle, timeout.ReadGap = timeout.ReadGap, policy.Setting[time.Duration]{Provenance: policy.Absent}
	}
	p.Says.Timeout = &timeout
	p.Says.Balance = s.balance(r)
	servers := s.servers(r, &p)
	p.Says.Retry = s.retry(r, servers, timeout.Connect)
	p.Flaws = r.Flaws
	return p
}

// retry reads how often a connection is tried again, or a request with retry-on.
// HAProxy waits a second before it asks the same server again, or as long as a
// connection may take if that is less.
func (s *haproxySection) retry(r *settings.Reader, servers int, connect policy.Setting[time.Duration]) *policy.Retry {
	written, redispatch := s.setting("retries"), s.find("option", "redispatch")
	retry := &policy.Retry{Retries: settings.SwitchedOffAt0(r.Count(written, 0))}
	if redispatch != nil {
		retry.SameHost = policy.Declare(false, s.place(redispatch.line, redispatch.words[0].column))
	}
	if on := s.find("retry-on"); on != nil {
		words := &settings.Tree{Name: "retry-on", Leaf: true, At: s.place(on.line, on.words[0].column)}
		for _, w := range on.words[1:] {
			words.Text += " " + w.text
		}
		if words.Text = strings.TrimSpace(words.Text); words.Text == "none" {
			retry.Retries = policy.Setting[int]{Provenance: policy.Disabled, Origin: words.At}
		} else {
			retry.On = r.RetryOn(product.HAProxyRetryOn, words)
		}
	}
	wait := time.Second
	if connect.Set() {
		wait = min(wait, connect.Value)
	}
	retry.Backoff = &policy.Backoff{Kind: settings.BuiltIn("fixed"), Base: settings.BuiltIn(wait), Jitter: settings.BuiltIn(policy.Jitter{Kind: "none"})}
	if retry.Retries.Set() && retry.Retries.Value > 0 && servers > 1 && redispatch == nil {
		r.Inert(written, "every retry goes to the server that failed", `set "option redispatch" to send the last retry to another server`)
		r.Flaws[len(r.Flaws)-1].Info = true
	}
	return retry
}

func (s *haproxySection) balance(r *settings.Reader) *policy.Balance {
	how := s.setting("balance")
	if how == nil {
		return nil
	}
	word, _, _ := strings.Cut(how.Text, "(") // random(2), hdr(name), rdp-cookie(name)
	strategy := r.Word(how, func(string) (string, error) {
		_, err := policy.ParseWord(slices.Sorted(maps.Keys(HaproxyBalance)), word)
		return HaproxyBalance[word], err
	})
	return field.Presence(policy.Balance{Strategy: strategy})
}

// servers reads the servers: spare ones, checks, how many connections each takes,
// and whether one that answers with errors is left out. It returns how many there
// are that are not spare.
func (s *haproxySection) servers(r *settings.Reader, p *Pass) (primaries int) {
	common := s.find("default-server")
	for i := range s.lines {
		line := &s.lines[i]
		if kind := line.words[0].text; kind != "server" && kind != "server-template" || len(line.words) < 3 {
			continue
		}
		at := 2
		if line.words[0].text == "server-template" {
			at = 3
		}
		if len(line.words) <= at {
			continue
		}
		server := haproxyHost{section: s, line: line, common: common}
		host := haproxyAddress(line.words[at].text)
		address, ok := address.Parse(host)
		spare, down := server.has("backup"), server.has("disabled")
		switch {
		case down != nil || !ok || strings.Contains(host, "$"):
			continue
		case spare != nil:
			p.To = append(p.To, address)
			continue
		}
		primaries++
		p.To = append(p.To, address)
		if primaries == 1 { // the servers of a section are set up alike
			server.read(r, &p.Says)
		}
		if at == 3 {
			primaries++ // a template is several servers
		}
	}
	return primaries
}

// A haproxyHost is one server with the words that all servers of its section
// begin from.
type haproxyHost struct {
	section      *haproxySection
	line, common *haproxyLine
}

// has returns a word of the server, nil if it is not there or taken back.
func (h haproxyHost) has(word string) *settings.Tree {
	for _, line := range []*haproxyLine{h.line, h.common} {
		if line == nil {
			continue
		}
		for _, w := range line.words[1:] {
			switch w.text {
			case word:
				return h.section.option(word, line.line, w)
			case "no-" + word:
				return nil
			}
		}
	}
	return nil
}

// value returns the word after a word of the server.
func (h haproxyHost) value(word string) *settings.Tree {
	for _, line := range []*haproxyLine{h.line, h.common} {
		if line == nil {
			continue
		}
		for i, w := range line.words[1:] {
			if w.text == word && i+2 < len(line.words) {
				return h.section.option(word, line.line, line.words[i+2])
			}
		}
	}
	return nil
}

func (h haproxyHost) read(r *settings.Reader, says *policy.Set) {
	check := h.has("check")
	if check != nil {
		says.HealthCheck = &policy.HealthCheck{
			Interval: settings.Unwritten(h.value("inter"), r.Wait(h.value("inter")), 2*time.Second),
			Failures: settings.Unwritten(h.value("fall"), r.Count(h.value("fall"), 1), 3),
			Timeout:  r.Duration(h.section.setting("timeout", "check")),
		}
	} else if probe := h.section.find("option", "httpchk"); probe != nil && slices.ContainsFunc(h.section.lines, func(l haproxyLine) bool { return l.line == probe.line }) {
		r.Inert(h.section.option("option httpchk", probe.line, probe.words[0]), `no server is checked without the word "check"`, `add "check" after the server's address`)
	}
	bulkhead := policy.Bulkhead{MaxConnections: r.Count(h.value("maxconn"), 0), MaxPending: r.Count(h.value("maxqueue"), 0)}
	for _, n := range []*policy.Setting[int]{&bulkhead.MaxConnections, &bulkhead.MaxPending} {
		if n.Value == 0 {
			*n = policy.Setting[int]{} // which has no end
		}
	}
	says.Bulkhead = field.Presence(bulkhead)
	switch observe := h.value("observe"); {
	case observe == nil:
	case check == nil:
		r.Inert(observe, `a server without "check" is not observed`, `add "check" to the server`)
	default:
		says.Breaker = &policy.Breaker{
			Kind:     policy.Declare("endpoint", observe.At),
			Failures: settings.Unwritten(h.value("error-limit"), r.Count(h.value("error-limit"), 1), 10),
		}
	}
}

// HaproxyBalance maps the algorithms of HAProxy to weir's words.
var HaproxyBalance = map[string]string{
	"roundrobin": "round-robin", "static-rr": "round-robin", "leastconn": "least-request", "random": "random",
	"source": "consistent-hash", "uri": "consistent-hash", "url_param": "consistent-hash", "hdr": "consistent-hash",
	"hash": "consistent-hash", "rdp-cookie": "consistent-hash", "first": "pick-first", "sticky": "consistent-hash",
}
