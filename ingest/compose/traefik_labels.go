package compose

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/settings"
	"github.com/weirgraph/weir/internal/yaml"
)

// Labels are a dynamic configuration of Traefik, spread over the services: "traefik." and the path
// of a field, in letters of any case. What services name belongs to all of them. They are put
// together as the document that the file provider would read.

// maxTraefikLabels are read of a project: each is searched for among the others.
const maxTraefikLabels = 5_000

// A traefikLabel is a label of a service.
type traefikLabel struct {
	key, text string
	at        graph.Origin
}

// labelTree is the dynamic configuration that the labels of services make, and where each of them
// is: a node of it has the place of its label among these for its line.
type labelTree struct {
	root   *yaml.Node
	labels []traefikLabel
}

func newLabelTree() *labelTree {
	return &labelTree{root: &yaml.Node{Kind: yaml.MappingNode, Line: 1, Column: 1}}
}

// policies returns the policies that the labels declare. A router without any is not one without
// a timeout: that of all routers is in Traefik's own configuration.
func (t *labelTree) policies(d *document.Document) []graph.Policy {
	if !t.leaveUnused() {
		return nil
	}
	place := func(line, _ int) graph.Origin { return t.labels[min(max(line, 1), len(t.labels))-1].at }
	found := settings.TreePolicies(d, document.NewNode(d, t.root), place)
	return slices.DeleteFunc(found, func(p graph.Policy) bool { return p.Says.Empty() && len(p.Flaws) == 0 })
}

// add adds the labels of one service. Its routers lead to the service of Traefik that they name, or
// that the labels have a port for, else to one with the name of the service.
func (t *labelTree) add(service string, labels []traefikLabel) {
	var routers, backends []string
	ports := map[string]string{}
	for _, l := range labels {
		path := strings.Split(l.key, ".")
		if len(path) < 5 || !strings.EqualFold(path[0]+"."+path[1], "traefik.http") || len(t.labels) > maxTraefikLabels {
			continue
		}
		for i := range path {
			if known := traefikNames[strings.ToLower(path[i])]; i != 3 && known != "" {
				path[i] = known
			}
		}
		t.labels = append(t.labels, l)
		name := path[3]
		switch field := strings.Join(path[4:], "."); {
		case path[2] == "services" && field == "loadBalancer.server.port":
			ports[name] = ":" + l.text
			fallthrough
		case path[2] == "services":
			if !slices.Contains(backends, name) {
				backends = append(backends, name)
			}
		case path[2] == "routers" && !slices.Contains(routers, name):
			routers = append(routers, name)
		}
		t.put(path[1:], l.text)
	}
	if len(backends) == 0 && len(routers) > 0 {
		backends = []string{service}
	}
	for _, name := range backends {
		server := &yaml.Node{Kind: yaml.MappingNode}
		server.Content = []*yaml.Node{text("url", 0), text("http://"+service+ports[name], 0)}
		t.at("http", "services", name, "loadBalancer", "servers").Content = []*yaml.Node{server}
		t.at("http", "services", name, "loadBalancer", "servers").Kind = yaml.SequenceNode
	}
	for _, name := range routers {
		if router := t.at("http", "routers", name); len(backends) == 1 && valueOf(router, "service") == nil {
			router.Content = append(router.Content, text("service", router.Line), text(backends[0], router.Line))
		}
	}
}

// put gives the field at a path the text of the last label.
func (t *labelTree) put(path []string, value string) {
	n := t.at(path...)
	switch last := path[len(path)-1]; last {
	case "middlewares", "status":
		n.Kind = yaml.SequenceNode
		for word := range strings.SplitSeq(value, ",") {
			n.Content = append(n.Content, text(strings.TrimSuffix(strings.TrimSpace(word), "@docker"), n.Line))
		}
	case "service":
		*n = *text(strings.TrimSuffix(value, "@docker"), n.Line)
	default:
		*n = yaml.Node{Kind: yaml.ScalarNode, Value: value, Line: n.Line, Column: 1}
	}
}

// at returns the value at a path, which is made where there is none.
func (t *labelTree) at(path ...string) *yaml.Node {
	n := t.root
	for _, key := range path {
		if n.Kind == yaml.ScalarNode { // "true", and fields below it
			n.Kind, n.Value = yaml.MappingNode, ""
		}
		next := valueOf(n, key)
		if next == nil {
			next = &yaml.Node{Kind: yaml.MappingNode, Line: max(len(t.labels), 1), Column: 1}
			n.Content = append(n.Content, text(key, next.Line), next)
		}
		n = next
	}
	return n
}

// leaveUnused takes away the middlewares that no router uses: those of other projects may. It
// reports whether there is anything to read.
func (t *labelTree) leaveUnused() bool {
	http := valueOf(t.root, "http")
	if http == nil || valueOf(http, "routers") == nil || valueOf(http, "middlewares") == nil {
		return false
	}
	all := valueOf(http, "middlewares")
	used := map[string]bool{}
	var use func(n *yaml.Node)
	use = func(n *yaml.Node) {
		if n = valueOf(n, "middlewares"); n == nil {
			return
		}
		for _, word := range n.Content {
			if m := valueOf(all, word.Value); m != nil && !used[word.Value] {
				used[word.Value] = true
				if chain := valueOf(m, "chain"); chain != nil {
					use(chain)
				}
			}
		}
	}
	for _, router := range valueOf(http, "routers").Content {
		use(router)
	}
	var kept []*yaml.Node
	for i := 0; i+1 < len(all.Content); i += 2 {
		if used[all.Content[i].Value] {
			kept = append(kept, all.Content[i:i+2]...)
		}
	}
	all.Content = kept
	return len(kept) > 0
}

// valueOf returns the value of a key of a mapping, nil if there is none.
func valueOf(n *yaml.Node, key string) *yaml.Node {
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

func text(value string, line int) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value, Line: line, Column: 1}
}

// traefikNames are the fields that labels may name in letters of any case.
var traefikNames = func() map[string]string {
	names := map[string]string{}
	for _, name := range strings.Fields(`http routers middlewares services rule service
		retry attempts initialInterval timeout status disableRetryOnNetworkError retryNonIdempotentMethod
		circuitBreaker expression checkPeriod fallbackDuration recoveryDuration
		inFlightReq inFlightConn amount rateLimit average burst period chain
		loadBalancer server port healthCheck path interval passiveHealthCheck failureWindow maxFailedAttempts
		strategy sticky serversTransport`) {
		names[strings.ToLower(name)] = name
	}
	return names
}()
