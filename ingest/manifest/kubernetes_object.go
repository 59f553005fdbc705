package manifest

import (
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

// An object is an object of Kubernetes itself while it is turned into facts.
type object struct {
	resource
	meta document.Node
	// self is the thing that the facts are about: the object, or the one that it
	// is part of.
	self graph.Ref
}

func newObject(d *document.Document, f *graph.Facts, kind string) *object {
	o := &object{resource: resource{Document: d, facts: f, kind: kind}}
	o.meta = o.mapping(d.Root, "metadata")
	o.namespace, o.name = o.meta.Get("namespace").Str(), o.meta.Get("name").Str()
	if o.name == "" {
		o.name = strings.TrimRight(o.meta.Get("generateName").Str(), "-")
	}
	o.spec = o.mapping(d.Root, "spec")
	o.self = o.ref()
	return o
}

// named reports whether the object can be spoken of, and says so if it cannot.
func (o *object) named() bool {
	const render = "render the template first, for instance with helm template"
	switch {
	case o.name == "":
		o.Problem(graph.Failed, o.orRoot(o.meta), "give it metadata.name", "%s has no name", o.kind)
	case isPlaceholder(o.name):
		o.Problem(graph.Skipped, o.meta.Get("name"), render, "%s %q is a template", o.kind, o.name)
	case isPlaceholder(o.namespace):
		o.Problem(graph.Skipped, o.meta.Get("namespace"), render,
			"%s %q in namespace %q is a template", o.kind, o.name, o.namespace)
	case o.Root.Get("$patch").Str() == "delete":
		o.Problem(graph.Note, o.Root.Get("$patch"), "pipe the output of kustomize build instead",
			"the patch that deletes %s %q is not applied", o.kind, o.name)
	default:
		return true
	}
	return false
}

// orRoot returns n, or the whole object if n is not written: every problem has a
// place.
func (o *object) orRoot(n document.Node) document.Node {
	if n.Exists() {
		return n
	}
	return o.Root
}

// isPlaceholder reports whether a text waits for a templating tool.
func isPlaceholder(s string) bool {
	return strings.Contains(s, "{{") || strings.Contains(s, "${") || strings.Contains(s, "<%")
}

// sibling is the ref of another object in the namespace of this one.
func (o *object) sibling(kind, name string) graph.Ref { return o.object(kind, "", name) }

// number returns the whole number below key and its place, and false if there is
// none. Anything else is a problem.
func (o *object) number(n document.Node, key string) (int, document.Node, bool) {
	v := n.Get(key)
	if !v.Exists() {
		return 0, v, false
	}
	i, ok := v.Int()
	if ok && i >= 0 {
		return i, v, true
	}
	if v.IsScalar() {
		o.Problem(graph.Failed, v, "", "%s %q: %s %q is not a number", o.kind, o.name, key, short(v.Str()))
	} else {
		o.wrongType(v, []string{key}, "a number")
	}
	return 0, v, false
}

// short cuts a text that is quoted in a message.
func short(s string) string {
	const most = 60 // fits a line beside the rest of the message
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "..."
}

// together returns the labels of both; own wins. The result may share memory
// with either.
func together(own, more graph.Labels) graph.Labels {
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
