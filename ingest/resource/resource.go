// Package resource has what the readers of Kubernetes objects share, those of custom
// resources among them: names, references, selectors, policies of an object and the
// labels that say who owns a service.
package resource

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
	"github.com/weirgraph/weir/ingest/document"
)

// Realm is the world in which Kubernetes objects, custom ones
// included, and the short names of their Services live.
const Realm = "kubernetes"

// Ref names the resource itself.
func (r *Object) Ref() graph.Ref { return r.RefTo(r.Kind, r.Namespace, r.Name) }

// RefTo names another object. Without a namespace it is in the resource's own.
func (r *Object) RefTo(kind, namespace, name string) graph.Ref {
	if namespace == "" {
		namespace = r.Namespace
	}
	return graph.Ref{Realm: Realm, Kind: kind, Namespace: namespace, Name: name}
}

// Service is the party behind a Kubernetes Service that is named as an object.
func (r *Object) Service(namespace, name string) graph.EndpointRef {
	return graph.EndpointRef{Ref: r.RefTo("Service", namespace, name)}
}

// Group is the party of everybody that the documents make a member of another
// object.
func (r *Object) Group(kind, namespace, name string) graph.EndpointRef {
	return graph.EndpointRef{Group: r.RefTo(kind, namespace, name)}
}

// Account is the party of the workloads that run as a service account, of the
// resource's own namespace unless one is given.
func (r *Object) Account(namespace, name string) graph.EndpointRef {
	if namespace == "" {
		namespace = r.Namespace
	}
	return graph.EndpointRef{Account: name, Namespace: namespace, Realm: Realm}
}

// Host is the party that answers to a host name as the resource writes it: short
// names are looked up in the resource's own namespace.
func (r *Object) Host(name string) graph.EndpointRef { return HostIn(r.Namespace, name, 0) }

// HostIn is the party that answers to a host name as seen from a namespace.
func HostIn(namespace, name string, port int) graph.EndpointRef {
	return graph.EndpointRef{Host: graph.Address{Host: HostName(name), Port: port}, Namespace: namespace, Realm: Realm}
}

// HostName is the form in which host names are compared. Of an address it is the host.
func HostName(name string) string {
	return strings.ToLower(strings.TrimSuffix(address.HostOf(name), "."))
}

// Pods is the party of all workloads that carry the labels, in the resource's
// namespace. It reports false if there is no label to go by.
func (r *Object) Pods(labels document.Node) (graph.EndpointRef, bool) {
	sel := graph.Selector{Labels: LabelsOf(labels)}
	return r.PodsOf(sel), !sel.IsZero()
}

// PodsOf is the party of all workloads that a selector picks.
func (r *Object) PodsOf(sel graph.Selector) graph.EndpointRef {
	return graph.EndpointRef{Pods: sel, Namespace: r.Namespace, Realm: Realm}
}

// LabelsOf reads a mapping of labels or annotations, nil if there is none.
func LabelsOf(n document.Node) graph.Labels {
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

// Gateway declares the resource as something that lets calls in.
func (r *Object) Gateway() graph.Entity {
	return graph.Entity{Ref: r.Ref(), Origin: r.At(r.Root), Kind: graph.KindGateway, KindSure: true}
}

// Call adds a fact at the place of at, once for each pair of parties, class, part,
// circumstance and group: the weighted versions of one host are one call, with the sum of
// their weights.
func (r *Object) Call(from, to graph.EndpointRef, at document.Node, e graph.Evidence) {
	r.call(graph.CallFact{From: from, To: to, Evidence: e}, at)
}

// Route is Call for the class route: by a rule, requests for from go to to.
func (r *Object) Route(from, to graph.EndpointRef, at document.Node, rule *graph.RouteRule, e graph.Evidence) {
	e.Class = graph.ClassRoute
	r.call(graph.CallFact{From: from, To: to, Rule: rule, Evidence: e}, at)
}

func (r *Object) call(e graph.CallFact, at document.Node) {
	key := said{fmt.Sprint(e.From, e.To, e.Rule, e.Class, e.Mirror, e.Fallback, e.Via, e.Match), nil}
	switch {
	case e.In != nil && e.In.Group != nil:
		key.in = e.In.Group
	case e.In != nil:
		key.what += e.In.Match
	}
	if i, twice := r.said[key]; twice {
		first := &r.Facts.Calls[i]
		if first.Strength = max(first.Strength, e.Strength); key.in != nil {
			in := *first.In
			in.Share += e.In.Share
			first.In = &in
		}
		return
	}
	if r.said == nil {
		r.said = map[said]int{}
	}
	r.said[key] = len(r.Facts.Calls)
	e.Origin = r.At(at)
	if e.Class == graph.ClassIngress {
		e.Hosts = r.Entrances
	}
	r.Facts.Calls = append(r.Facts.Calls, e)
}

// HostNames returns the names in a list, without patterns.
func HostNames(list []document.Node) []string {
	var names []string
	for _, n := range list {
		if name := HostName(n.Str()); name != "" && !strings.Contains(name, "*") && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// said is what makes a call one of its own, and the group that it is in.
type said struct {
	what string
	in   *graph.GroupFact
}

// Member adds a party to a group.
func (r *Object) Member(of graph.Ref, p graph.EndpointRef, at document.Node) {
	r.Facts.Members = append(r.Facts.Members, graph.Member{Of: of, Party: p, Origin: r.At(at)})
}

// Mapping returns a mapping below n, absent if it is not written. A value of
// another type is a problem.
func (r *Object) Mapping(n document.Node, path ...string) document.Node {
	v := n.Get(path...)
	if v.Exists() && !v.IsMap() {
		r.WrongType(v, path, "a mapping")
		return document.Node{}
	}
	return v
}

// List returns the items of a list below n, none if it is not written. A value
// of another type is a problem.
func (r *Object) List(n document.Node, path ...string) []document.Node {
	v := n.Get(path...)
	if v.Exists() && !v.IsList() {
		r.WrongType(v, path, "a list")
	}
	return v.List()
}

// Text returns a scalar below n, "" if it is not written. A value of another
// type is a problem.
func (r *Object) Text(n document.Node, path ...string) string {
	v := n.Get(path...)
	if v.Exists() && !v.IsScalar() {
		r.WrongType(v, path, "a string")
	}
	return v.Str()
}

// WrongType reports that a field has a value of another type, unless it is filled in later.
func (r *Object) WrongType(v document.Node, path []string, want string) {
	if document.IsPlaceholder(v.Str()) {
		r.template(v)
		return
	}
	r.Problem(graph.Failed, v, "", "%s %q: %s is not %s", r.Kind, r.Name, strings.Join(path, "."), want)
}

// PortNumber reads a port number, 0 if there is none.
func PortNumber(n document.Node) int { return PortText(n.Str()) }

// PortText returns the port that a text is the number of, 0 if it is none.
func PortText(text string) int {
	port, err := strconv.Atoi(text)
	if err != nil || port < 1 || port > 65535 {
		return 0
	}
	return port
}
