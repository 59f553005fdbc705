package manifest

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

// kubernetesRealm is the world in which Kubernetes objects, custom ones
// included, and the short names of their Services live.
const kubernetesRealm = "kubernetes"

// resourceKinds say what a reader of custom resources does with each kind. A nil
// function stands for a kind that is known and names no party of a call.
type resourceKinds map[string]func(*resource)

// names lists the kinds, sorted, for documentation.
func (k resourceKinds) names() []string { return slices.Sorted(maps.Keys(k)) }

// match takes the documents of these kinds in any version of the API groups.
func (k resourceKinds) match(groups ...string) func(*document.Head) bool {
	return func(h *document.Head) bool {
		if !slices.Contains(groups, h.Group()) {
			return false
		}
		_, known := k[h.Kind]
		return known
	}
}

// read hands a document to the function of its kind.
func (k resourceKinds) read(d *document.Document, f *graph.Facts) {
	take := k[d.Head.Kind]
	if take == nil {
		return
	}
	if o := newObject(d, f, d.Head.Kind); o.named() {
		take(&o.resource)
	}
}

// A resource is a custom resource while its reader turns it into facts.
type resource struct {
	*document.Document
	facts *graph.Facts

	kind, namespace, name string
	spec                  document.Node

	said map[string]bool // calls already given, so that one object says each once
}

// ref names the resource itself.
func (r *resource) ref() graph.Ref { return r.object(r.kind, r.namespace, r.name) }

// object names another object. Without a namespace it is in the resource's own.
func (r *resource) object(kind, namespace, name string) graph.Ref {
	if namespace == "" {
		namespace = r.namespace
	}
	return graph.Ref{Realm: kubernetesRealm, Kind: kind, Namespace: namespace, Name: name}
}

// service is the party behind a Kubernetes Service that is named as an object.
func (r *resource) service(namespace, name string) graph.EndpointRef {
	return graph.EndpointRef{Ref: r.object("Service", namespace, name)}
}

// group is the party of everybody that the documents make a member of another
// object.
func (r *resource) group(kind, namespace, name string) graph.EndpointRef {
	return graph.EndpointRef{Group: r.object(kind, namespace, name)}
}

// account is the party of the workloads that run as a service account, of the
// resource's own namespace unless one is given.
func (r *resource) account(namespace, name string) graph.EndpointRef {
	if namespace == "" {
		namespace = r.namespace
	}
	return graph.EndpointRef{Account: name, Namespace: namespace, Realm: kubernetesRealm}
}

// host is the party that answers to a host name as the resource writes it: short
// names are looked up in the resource's own namespace.
func (r *resource) host(name string) graph.EndpointRef { return hostIn(r.namespace, name, 0) }

// hostIn is the party that answers to a host name as seen from a namespace.
func hostIn(namespace, name string, port int) graph.EndpointRef {
	return graph.EndpointRef{Host: graph.Address{Host: hostName(name), Port: port}, Namespace: namespace, Realm: kubernetesRealm}
}

// hostName is the form in which host names are compared.
func hostName(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) }

// pods is the party of all workloads that carry the labels, in the resource's
// namespace. It reports false if there is no label to go by.
func (r *resource) pods(labels document.Node) (graph.EndpointRef, bool) {
	sel := graph.Selector{Labels: labelsOf(labels)}
	return r.podsOf(sel), !sel.IsZero()
}

// podsOf is the party of all workloads that a selector picks.
func (r *resource) podsOf(sel graph.Selector) graph.EndpointRef {
	return graph.EndpointRef{Pods: sel, Namespace: r.namespace, Realm: kubernetesRealm}
}

// labelsOf reads a mapping of labels or annotations, nil if there is none.
func labelsOf(n document.Node) graph.Labels {
	var labels graph.Labels
	for k, v := range n.Pairs() {
		if !v.IsScalar() || k.Str() == lastApplied {
			continue
		}
		if labels == nil {
			labels = graph.Labels{}
		}
		labels[k.Str()] = v.Str()
	}
	return labels
}

// lastApplied holds a copy of the whole object in what a cluster dumps.
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

// gateway declares the resource as something that lets calls in.
func (r *resource) gateway() graph.Entity {
	return graph.Entity{Ref: r.ref(), Origin: r.At(r.Root), Kind: graph.KindGateway, KindSure: true}
}

// call adds a fact at the place of at, once for each pair of parties, class, part
// and circumstance: the weighted versions of one host are one call.
func (r *resource) call(from, to graph.EndpointRef, at document.Node, e graph.Evidence) {
	key := fmt.Sprint(from, to, e.Class, e.Mirror, e.Fallback, e.Via, e.Match)
	if r.said[key] {
		return
	}
	if r.said == nil {
		r.said = map[string]bool{}
	}
	r.said[key] = true
	e.Origin = r.At(at)
	r.facts.Calls = append(r.facts.Calls, graph.CallFact{From: from, To: to, Evidence: e})
}

// member adds a party to a group.
func (r *resource) member(of graph.Ref, p graph.EndpointRef, at document.Node) {
	r.facts.Members = append(r.facts.Members, graph.Member{Of: of, Party: p, Origin: r.At(at)})
}

// mapping returns a mapping below n, absent if it is not written. A value of
// another type is a problem.
func (r *resource) mapping(n document.Node, path ...string) document.Node {
	v := n.Get(path...)
	if v.Exists() && !v.IsMap() {
		r.wrongType(v, path, "a mapping")
		return document.Node{}
	}
	return v
}

// list returns the items of a list below n, none if it is not written. A value
// of another type is a problem.
func (r *resource) list(n document.Node, path ...string) []document.Node {
	v := n.Get(path...)
	if v.Exists() && !v.IsList() {
		r.wrongType(v, path, "a list")
	}
	return v.List()
}

// text returns a scalar below n, "" if it is not written. A value of another
// type is a problem.
func (r *resource) text(n document.Node, path ...string) string {
	v := n.Get(path...)
	if v.Exists() && !v.IsScalar() {
		r.wrongType(v, path, "a string")
	}
	return v.Str()
}

func (r *resource) wrongType(v document.Node, path []string, want string) {
	r.Problem(graph.Failed, v, "", "%s %q: %s is not %s", r.kind, r.name, strings.Join(path, "."), want)
}

// portNumber reads a port number, 0 if there is none.
func portNumber(n document.Node) int { return portText(n.Str()) }

// portText returns the port that a text is the number of, 0 if it is none.
func portText(text string) int {
	port, err := strconv.Atoi(text)
	if err != nil || port < 1 || port > 65535 {
		return 0
	}
	return port
}
