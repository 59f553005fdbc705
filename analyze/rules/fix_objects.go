package rules

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// addition returns the name of an object that is added for the callee, and how it begins; nil if
// the product does not say how an object of the kind does.
func (r remedy) addition(p *Pass) (string, []policy.Edit) {
	callee := p.Core.Service(p.Core.To(r.call))
	object := callee.Name
	if callee.Namespace != "" {
		object = callee.Namespace + "/" + callee.Name
	}
	name := callee.Name
	if isTaken(p, r.Kind+"/"+object) { // for other calls
		name, object = name+"-policies", object+"-policies"
	}
	var begins []policy.Edit
	for _, e := range orNative(r.in).Objects[r.Kind] {
		if e.Path == "metadata.name" {
			e.Value = name
		}
		e.Path, e.Value = r.fill(p, e.Path), r.fill(p, e.Value)
		if e.Value != "" {
			begins = append(begins, e)
		}
	}
	return object, begins
}

// isTaken reports whether the inputs have an object with policies of a kind and name.
func isTaken(p *Pass, object string) bool {
	return declaredObjects.Of(p.Analysis, analyze.Once{}, func() map[string]bool {
		objects := map[string]bool{}
		for _, b := range p.Graph.Policies() {
			objects[b.Object] = true
		}
		return objects
	})[object]
}

var declaredObjects = analyze.NewMemo[analyze.Once, map[string]bool]("the objects with policies")

// fill replaces the names in a path or value of a product.
func (r remedy) fill(p *Pass, text string) string {
	if !strings.ContainsAny(text, "<*") {
		return text
	}
	callee := p.Core.Service(p.Core.To(r.call))
	instance := r.instance(callee)
	instances := ".instances" + instance
	if instance == ".*" && slices.ContainsFunc(r.layer.Objects, func(o string) bool { return strings.HasSuffix(o, "/*") }) {
		instances = ".configs.default" // which those of unknown names begin with
	}
	return strings.NewReplacer(policy.CalleeName, callee.Name, policy.CalleeNamespace, callee.Namespace, ".instances.*", instances, ".*", instance).Replace(text)
}

// instance is the step of a path to the settings of a program for the callee: the name that other
// settings have for it; ".*" if there are none.
func (r remedy) instance(callee *graph.Service) string {
	for _, o := range r.layer.Objects {
		parts := strings.Split(o, "/")
		if len(parts) != 3 || !slices.Contains([]string{"circuitbreaker", "retry", "timelimiter", "bulkhead", "client", "command", "threadpool"}, parts[0]) {
			continue
		}
		switch name := parts[2]; {
		case name == "default" || name == "*":
		case strings.Contains(name, "."):
			return "[" + name + "]"
		default:
			return "." + name
		}
	}
	if r.Base == policy.BaseFile && strings.HasPrefix(r.Kind, "Feign") {
		return "." + callee.Name
	}
	return ".*"
}
