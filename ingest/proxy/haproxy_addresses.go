package proxy

import (
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/ingest/settings"
)

// readHAProxy reads the servers of backends and the places logs are sent to. A frontend sends
// each request to one backend. There any server will do; the first backup server is used when
// all others are out, the next one when that is out too.
func readHAProxy(s *settings.Collector, _, text string) bool {
	sections := haproxyFile(text, func(int, int) graph.Origin { return graph.Origin{} })
	matches := haproxyMatches(sections)
	for _, section := range sections {
		switch section.head[0] {
		case "resolvers", "peers", "mailers":
			continue
		}
		for _, line := range section.lines {
			if w := line.words; w[0].text == "log" && len(w) > 2 && strings.Contains(w[1].text, ":") {
				s.In = nil
				s.Add(line.line, w[1].column, "log", w[1].text)
			}
		}
		if len(section.head) > 1 && (section.head[0] == "backend" || section.head[0] == "listen") {
			in := &graph.Place{Match: resource.MatchList(matches[section.head[1]])}
			if section.head[0] == "listen" {
				in.Match = "listen " + section.head[1]
			}
			section.addServers(s, in)
		}
	}
	return true
}

// haproxyMatches returns by backend which requests frontends send to it.
func haproxyMatches(sections []*haproxySection) map[string][]string {
	matches := map[string][]string{}
	for _, s := range sections {
		conditions := map[string]string{}
		for _, line := range s.lines {
			if w := line.words; w[0].text == "acl" && len(w) > 2 {
				conditions[w[1].text] = joinWords(w[2:])
			}
		}
		for _, line := range s.lines {
			w := line.words
			switch {
			case w[0].text == "use_backend" && len(w) > 3:
				var all []string
				for _, word := range w[3:] {
					if condition := conditions[word.text]; condition != "" {
						word.text = condition
					}
					if word.text != "{" && word.text != "}" {
						all = append(all, word.text)
					}
				}
				text := strings.Join(all, " ")
				if w[2].text == "unless" {
					text = "not " + text
				}
				matches[w[1].text] = append(matches[w[1].text], text)
			case w[0].text == "default_backend" && len(w) > 1:
				matches[w[1].text] = append(matches[w[1].text], "any other request")
			}
		}
	}
	return matches
}

func joinWords(words []lineWord) string {
	var texts []string
	for _, w := range words {
		texts = append(texts, w.text)
	}
	return strings.Join(texts, " ")
}

// addServers reports the servers of a section in a place. One that is disabled, or has the
// weight 0, gets no requests.
func (s *haproxySection) addServers(to *settings.Collector, in *graph.Place) {
	var servers, spares []haproxyHost
	common := s.find("default-server")
	for i := range s.lines {
		server := haproxyHost{section: s, line: &s.lines[i], common: common}
		switch {
		case server.address() == nil || server.has("disabled") != nil || server.weightless():
		case server.has("backup") != nil:
			spares = append(spares, server)
		default:
			servers = append(servers, server)
		}
	}
	name := strings.Join(s.head[:2], " ")
	first, instead := in, in
	if len(servers) > 0 && len(spares) > 0 {
		group := to.NewGroup(graph.Failover, s.line, 1, name, in)
		first, instead = &graph.Place{Group: group}, &graph.Place{Group: group}
	}
	add := func(server haproxyHost, in *graph.Place) {
		at := server.address()
		to.In = in
		to.Add(server.line.line, at.column, "backend.server", haproxyAddress(at.text))
	}
	pool := to.NewGroup(graph.Pool, s.line, 1, name, first)
	for _, server := range servers {
		add(server, &graph.Place{Group: pool})
	}
	if s.find("option", "allbackups") != nil || len(servers) == 0 {
		if instead.Group != nil {
			instead.Rank = 1
		}
		pool := to.NewGroup(graph.Pool, s.line, 1, name, instead)
		for _, server := range spares {
			add(server, &graph.Place{Group: pool})
		}
		return
	}
	for i, server := range spares {
		add(server, &graph.Place{Group: instead.Group, Rank: i + 1})
	}
}

// address returns the address of a server, nil if the line is none.
func (h haproxyHost) address() *lineWord {
	at := 2
	switch h.line.words[0].text {
	case "server":
	case "server-template":
		at = 3
	default:
		return nil
	}
	if len(h.line.words) <= at {
		return nil
	}
	return &h.line.words[at]
}

// weightless reports whether a server has the weight 0.
func (h haproxyHost) weightless() bool {
	weight := h.value("weight")
	return weight != nil && weight.Text == "0"
}
