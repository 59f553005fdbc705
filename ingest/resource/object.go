package resource

import (
	"strconv"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/unread"
)

// An Object is an object of Kubernetes, a custom resource or one of a kind like
// it, while its reader turns it into facts.
type Object struct {
	*document.Document

	Kind, Namespace, Name string
	Word                  string // what the document calls its kind, if that is another word: "service-router"
	Spec                  document.Node
	Meta                  document.Node

	// self is the thing that the facts are about: the object, or the one that it
	// is part of.
	Self graph.Ref

	// Entrances are the names, lower case, at which gateways take the requests of the calls that the
	// object gives them.
	Entrances []string

	said map[said]int // calls already given, by their place among the facts, so that one object says each once
}

// New returns the object that a document holds, which is of that kind.
func New(d *document.Document, kind string) *Object {
	o := &Object{Document: d, Kind: kind}
	o.Meta = o.Mapping(d.Root, "metadata")
	o.Namespace, o.Name = o.Meta.Get("namespace").Str(), address.HostOf(o.Meta.Get("name").Str())
	if o.Name == "" {
		o.Name = strings.TrimRight(o.Meta.Get("generateName").Str(), "-")
	}
	o.Spec = o.Mapping(d.Root, "spec")
	o.Self = o.Ref()
	return o
}

// Into returns the object as one that adds to other facts.
func (o *Object) Into(f *graph.Facts) *Object {
	d := *o.Document
	d.Facts = f
	in := *o
	in.Document, in.said = &d, nil
	return &in
}

// Named reports whether the object can be spoken of, and says so if it cannot.
func (o *Object) Named() bool {
	switch {
	case o.Name == "" && o.Head.APIVersion == "" && !o.Root.Get("metadata").Exists():
		o.Problem(graph.Note, o.Root, "", "this is no %s: it has neither apiVersion nor metadata, as values of a chart that choose a kind", o.Kind)
	case o.Name == "":
		o.Problem(graph.Failed, o.OrRoot(o.Meta), "set metadata.name", "%s has no name", o.Kind)
	case document.IsPlaceholder(o.Name):
		o.template(o.Meta.Get("name"))
	case document.IsPlaceholder(o.Namespace):
		o.template(o.Meta.Get("namespace"))
	case o.Root.Get("$patch").Str() == "delete":
		o.Problem(graph.Note, o.Root.Get("$patch"), "pass the output of kustomize build instead",
			"the patch that deletes %s %q is not applied", o.Kind, o.Name)
	default:
		return true
	}
	return false
}

// template says that the object is a template, whose name or namespace has a placeholder.
func (o *Object) template(n document.Node) {
	engine := document.Envsubst
	switch {
	case strings.Contains(n.Str(), "<%"):
		engine = document.ERB
	case strings.Contains(n.Str(), "{{"):
		engine = document.Jinja
	}
	o.Facts.Unread = append(o.Facts.Unread, graph.Unread{Kind: unread.Template(engine), Name: o.File, Origin: o.At(n)})
}

// OrRoot returns n, or the whole object if n is not written: every problem has a
// place.
func (o *Object) OrRoot(n document.Node) document.Node {
	if n.Exists() {
		return n
	}
	return o.Root
}

// Sibling is the ref of another object in the namespace of this one.
func (o *Object) Sibling(kind, name string) graph.Ref { return o.RefTo(kind, "", name) }

// Number returns the whole number below key and its place, and false if there is
// none. Of a variable that is filled in later it is the default. Anything else is a problem.
func (o *Object) Number(n document.Node, key string) (int, document.Node, bool) {
	v := n.Get(key)
	if !v.Exists() {
		return 0, v, false
	}
	i, ok := v.Int()
	if !ok && document.IsPlaceholder(v.Str()) {
		number, err := strconv.Atoi(document.PlaceholderDefault(v.Str()))
		if err != nil {
			o.template(v)
			return 0, v, false
		}
		i, ok = number, true
	}
	if ok && i >= 0 {
		return i, v, true
	}
	if v.IsScalar() {
		o.Problem(graph.Failed, v, "", "%s %q: %s %q is not a number", o.Kind, o.Name, key, document.Short(v.Str()))
	} else {
		o.WrongType(v, []string{key}, "a number")
	}
	return 0, v, false
}

// Together returns the labels of both; own wins. The result may share memory
// with either.
func Together(own, more graph.Labels) graph.Labels {
	if len(more) == 0 {
		return own
	}
	if len(own) == 0 {
		return more
	}
	all := make(graph.Labels, len(own)+len(more))
	for k, v := range more {
		all[k] = v
	}
	for k, v := range own {
		all[k] = v
	}
	return all
}
