package proxy

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/ingest/settings"
)

// isCloudflared reports whether root is a configuration of cloudflared, the program at the end of
// a Cloudflare tunnel.
func isCloudflared(_ string, root document.Node) bool {
	rules := root.Get("ingress").List()
	return len(rules) > 0 && (root.Get("tunnel").Exists() || root.Get("credentials-file").Exists()) &&
		slices.ContainsFunc(rules, func(rule document.Node) bool { return rule.Get("service").IsScalar() })
}

// readCloudflared reads the origins behind a tunnel: a request goes to that of the first rule that
// matches. The host names of rules are those that arrive.
func readCloudflared(s *settings.Collector, root settings.YAMLRoot) {
	places := map[string]*graph.Place{}
	matches := map[string][]string{}
	for _, rule := range root.Get("ingress").List() {
		at := rule.Get("service")
		origin, known := at.Str(), false
		if !strings.Contains(origin, "://") {
			continue // cloudflared itself answers: http_status:404, hello_world
		}
		matches[origin] = append(matches[origin], rule.Get("hostname").Str()+rule.Get("path").Str())
		if _, known = places[origin]; !known {
			places[origin] = &graph.Place{}
		}
		places[origin].Match = resource.MatchList(matches[origin])
		if !known {
			s.In = places[origin]
			s.Put(root, at, "ingress.service")
		}
	}
	s.In = nil
}
