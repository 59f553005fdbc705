package resource

import (
	"slices"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/field"
	"github.com/weirgraph/weir/internal/didyoumean"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// An AnnotationTable has the annotations that a product reads, in full, by the kind of their object. There
// may be others with their prefixes: only one that is nearly one of these, or is one of these and on an object
// of another kind, is a mistake. A name that ends in "." begins several.
type AnnotationTable struct {
	Product  *policy.Product
	Prefixes []string
	On       map[string][]string // those of "Pod" belong to the template of a workload
}

// pods is the kind of the objects that workloads have a template of.
const pods = "Pod"

// Check notes the mistakes in the annotations of an object and of its pods.
func (t *AnnotationTable) Check(o *Object) {
	if t.On[o.Kind] == nil && t.On[pods] == nil {
		return
	}
	f := field.New(o.Document, product.SecondsDuration)
	own := o.Meta.Get("annotations")
	if path, ok := podTemplate(o); ok {
		inTemplate := o.Root.Get(append(path, "metadata", "annotations")...)
		t.check(f, inTemplate, pods)
		for key, value := range own.Pairs() {
			if name := key.Str(); t.knows(pods, name) && !inTemplate.Get(name).Exists() {
				to := strings.Join(path, ".") + ".metadata.annotations"
				f.Flaw(graph.Unbound, value, name, t.Product.Title+" reads it on pods", "move it to "+to, field.Move(to+"["+name+"]", strconv.Quote(value.Str())))
			}
		}
	} else if t.On[o.Kind] != nil || o.Kind == "Service" {
		t.check(f, own, o.Kind)
	}
	if f.Flawed() {
		p := o.Policy(t.Product, "annotations without effect", own)
		p.Of = o.Ref()
		o.AddPolicies(f, p)
	}
}

// podTemplate returns the path to the template of a workload's pods, and false if the object has none.
func podTemplate(o *Object) ([]string, bool) {
	for _, path := range [][]string{{"spec", "template"}, {"spec", "jobTemplate", "spec", "template"}} {
		if o.Root.Get(append(path, "spec")...).IsMap() {
			return path, true
		}
	}
	return nil, false
}

// check notes the annotations on an object of a kind that are nearly one of the table, or are for others.
func (t *AnnotationTable) check(f *field.Reader, annotations document.Node, kind string) {
	for key, value := range annotations.Pairs() {
		name := key.Str()
		if !slices.ContainsFunc(t.Prefixes, func(prefix string) bool { return strings.HasPrefix(name, prefix) }) || t.knows(kind, name) {
			continue
		}
		if other := t.kindOf(name); other != "" {
			f.Flaw(graph.Unbound, value, name, t.Product.Title+" reads it on "+other, "move it to "+other, field.Partly)
		} else if near := t.near(kind, name); near != "" && !annotations.Get(near).Exists() {
			f.Misnamed(value, name, "there is no such annotation", near)
		}
	}
}

// knows reports whether an annotation of objects of a kind is in the table.
func (t *AnnotationTable) knows(kind, name string) bool {
	return slices.ContainsFunc(t.On[kind], func(known string) bool {
		return known == name || strings.HasSuffix(known, ".") && strings.HasPrefix(name, known)
	})
}

// kindsOfAnnotations are the kinds with annotations in tables, and how texts name them.
var kindsOfAnnotations = [][2]string{{pods, "pods"}, {"Service", "a Service"}, {"Ingress", "an Ingress"}}

// kindOf returns where an annotation belongs, "" if the table does not have it.
func (t *AnnotationTable) kindOf(name string) string {
	for _, kind := range kindsOfAnnotations {
		if t.knows(kind[0], name) {
			return kind[1]
		}
	}
	return ""
}

// near returns the one annotation of a kind that a name is with a slip of the hand, "" if there is none.
func (t *AnnotationTable) near(kind, name string) string {
	prefix, rest, _ := strings.Cut(name, "/")
	for _, near := range didyoumean.Suggest(name, t.On[kind]) {
		if own, known, _ := strings.Cut(near, "/"); own == prefix && (didyoumean.IsTypo(rest, known) || strings.EqualFold(rest, known)) {
			return near
		}
	}
	return ""
}

// Prefixed returns names with a prefix, from a text with spaces between them.
func Prefixed(prefix, names string) []string {
	list := strings.Fields(names)
	for i := range list {
		list[i] = prefix + list[i]
	}
	return list
}
