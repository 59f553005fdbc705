package proxy

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/settings"
)

var (
	haproxyBackend = regexp.MustCompile(`(?m)^(?:backend|listen)\s+\S+`)
	haproxyServer  = regexp.MustCompile(`^\s*(server|server-template|log|nameserver)\s+(\S+)\s+(\S+)(?:\s+(\S+))?`)
)

func looksLikeHAProxy(name, text string) bool {
	return strings.HasPrefix(name, "haproxy") && !strings.HasSuffix(name, ".sh") ||
		haproxyBackend.MatchString(text) && strings.Contains(text, "server ") && !strings.Contains(text, ";\n")
}

// readHAProxy reads the servers of backends and the places logs are sent to.
func readHAProxy(s *settings.Collector, _, text string) bool {
	section := ""
	for i, line := range strings.Split(text, "\n") {
		if line != "" && line[0] != ' ' && line[0] != '\t' && line[0] != '#' {
			section = strings.Fields(line + " -")[0]
		}
		line, _, _ = strings.Cut(line, " #")
		m := haproxyServer.FindStringSubmatchIndex(line)
		if m == nil {
			continue
		}
		word := func(group int) string { return line[m[2*group]:m[2*group+1]] }
		switch {
		case section == "resolvers" || section == "peers" || section == "mailers":
		case word(1) == "log" && strings.Contains(word(2), ":"):
			s.Add(i+1, m[4]+1, "log", word(2))
		case word(1) == "server":
			s.Add(i+1, m[6]+1, "backend.server", haproxyAddress(word(3)))
		case word(1) == "server-template" && m[8] >= 0:
			s.Add(i+1, m[8]+1, "backend.server", haproxyAddress(word(4)))
		}
	}
	return true
}

func isEnvoy(_ string, root document.Node) bool { return isEnvoyConfig(root) }

// readEnvoyClusters reads the hosts behind Envoy's static clusters. Clusters that
// get only copies of requests are left out: no caller waits for them.
func readEnvoyClusters(s *settings.Collector, root settings.YAMLRoot) {
	for _, e := range envoyEndpoints(root.Node) {
		if e.mirror {
			continue
		}
		address := e.Host
		if e.Port > 0 {
			address += ":" + strconv.Itoa(e.Port)
		}
		key := "static_resources.clusters.endpoint"
		if e.class == graph.ClassTelemetry {
			key = "static_resources.clusters.telemetry.endpoint"
		}
		s.PutText(root, e.At, key, address)
	}
}

// haproxyAddress takes the family off an address ("ipv4@host:port"). Sockets
// are no addresses.
func haproxyAddress(address string) string {
	if family, rest, ok := strings.Cut(address, "@"); ok && !strings.Contains(family, ":") {
		address = rest
	}
	if strings.HasPrefix(address, "/") {
		return ""
	}
	return address
}

// A line of a Caddyfile, or of Apache's configuration, that names a target.
var (
	caddyTarget  = regexp.MustCompile(`(?m)^\s*(reverse_proxy|php_fastcgi|forward_auth|to)\s+(.*)$`)
	apacheTarget = regexp.MustCompile(`(?im)^\s*(ProxyPass|ProxyPassMatch|BalancerMember|SetHandler)\s+(.*)$`)
	apacheURL    = regexp.MustCompile(`\b(?:https?|wss?|fcgi|ajp|h2c?|uwsgi|scgi)://[^\s"'|]+`)
)

func looksLikeCaddy(name, text string) bool {
	if strings.HasSuffix(name, ".sh") || strings.HasSuffix(name, ".yml") || strings.HasSuffix(name, ".yaml") {
		return false
	}
	return strings.HasPrefix(name, "caddyfile") || strings.Contains(text, "reverse_proxy ") ||
		apacheTarget.MatchString(text) && strings.Contains(text, "://")
}

// readCaddy reads the line-based web servers: Caddyfile and Apache.
func readCaddy(s *settings.Collector, name, text string) bool {
	for i, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		if m := caddyTarget.FindStringSubmatchIndex(line); m != nil {
			key := line[m[2]:m[3]]
			if key == "to" {
				key = "reverse_proxy"
			}
			for _, w := range wordsAt(line, m[4]) {
				if caddyUpstream(w.text) {
					s.Add(i+1, w.column, key, w.text)
				}
			}
		} else if m := apacheTarget.FindStringSubmatchIndex(line); m != nil {
			for _, u := range apacheURL.FindAllStringIndex(line[m[4]:], -1) {
				s.Add(i+1, m[4]+u[0]+1, line[m[2]:m[3]], line[m[4]+u[0]:m[4]+u[1]])
			}
		}
	}
	return len(s.Values) > 0 || strings.HasPrefix(name, "caddyfile")
}

// caddyUpstream distinguishes upstreams from matchers ("/api/*", "@name", "*"), blocks
// and environment variables without a default.
func caddyUpstream(word string) bool {
	return !strings.ContainsAny(word[:1], "/@*{#") && !strings.HasPrefix(word, "unix/") && !strings.HasPrefix(word, ":")
}

// A lineWord is a word of a line with its column.
type lineWord struct {
	column int
	text   string
}

// wordsAt splits the rest of a line at spaces.
func wordsAt(line string, from int) []lineWord {
	var words []lineWord
	for i := from; i < len(line); {
		for i < len(line) && strings.IndexByte(" \t\r", line[i]) >= 0 {
			i++
		}
		start := i
		for i < len(line) && strings.IndexByte(" \t\r", line[i]) < 0 {
			i++
		}
		if i > start {
			words = append(words, lineWord{start + 1, line[start:i]})
		}
	}
	return words
}
