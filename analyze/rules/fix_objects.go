package rules

import (
	"slices"
	"strconv"
	"strings"

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
	for first, n := object, 1; isTaken(p, r.Kind+"/"+object); n++ { // for other calls
		suffix := "-policies"
		if n > 1 {
			suffix += "-" + strconv.Itoa(n)
		}
		name, object = callee.Name+suffix, first+suffix
	}
	return object, r.begins(p, name)
}

// begins are the fields with which an object of this name begins; nil if the product does not say how one
// of the kind does.
func (r remedy) begins(p *Pass, name string) []policy.Edit {
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
	if m, _ := p.Core.Service(p.Core.From(r.call)).Member(r.in); m.Mesh != "" && m.Mesh != r.in.MeshDefault && begins != nil {
		begins = append(begins, policy.Edit{Path: "metadata.labels[" + r.in.MeshKey + "]", Value: m.Mesh})
	}
	return begins
}

// fill replaces the names in a path or value of a product.
func (r remedy) fill(p *Pass, text string) string {
	if !strings.ContainsAny(text, "<*") {
		return text
	}
	callee := p.Core.Service(p.Core.To(r.call))
	instance := r.instance(p, callee)
	instances := ".instances" + instance
	if instance == ".*" && slices.ContainsFunc(r.layer.Objects, func(o string) bool { return strings.HasSuffix(o, "/*") }) {
		instances = ".configs.default" // which those of unknown names begin with
	}
	return strings.NewReplacer(policy.CalleeName, callee.Name, policy.CalleeNamespace, callee.Namespace, ".instances.*", instances, ".*", instance).Replace(text)
}

// instance is the step of a path to the settings of a program for the callee: the name that other
// settings have for it; ".*" if there are none.
func (r remedy) instance(p *Pass, callee *graph.Service) string {
	for _, b := range policiesOf(p)[r.call] {
		if b.Instance != "" && b.Product.Is(r.in) && b.Says.Nest == r.layer.Nest {
			return step(b.Instance)
		}
	}
	for _, o := range r.layer.Objects {
		parts := strings.Split(o, "/")
		if len(parts) != 3 || !slices.Contains([]string{"circuitbreaker", "retry", "timelimiter", "bulkhead", "client", "command", "threadpool"}, parts[0]) {
			continue
		}
		switch name := parts[2]; {
		case name == "default" || name == "*":
		default:
			return step(name)
		}
	}
	if r.Base == policy.BaseFile && strings.HasPrefix(r.Kind, "Feign") {
		return "." + callee.Name
	}
	return ".*"
}

// step is a name as a step of a path.
func step(name string) string {
	if strings.Contains(name, ".") {
		return "[" + name + "]"
	}
	return "." + name
}
