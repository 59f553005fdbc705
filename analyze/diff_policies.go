package analyze

import (
	"reflect"
	"slices"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// comparePolicies compares the settings of every layer of each part of the calls that both
// graphs have.
func (d *Diff) comparePolicies() {
	was, is := NewAnalysis(Scope(d.Old, graph.Weak)), NewAnalysis(Scope(d.New, graph.Weak))
	for e := range graph.Edge(is.Core.Calls()) {
		from, to := is.Core.ID(is.Core.From(e)), is.Core.ID(is.Core.To(e))
		if old, ok := edgeBetween(was.Core, from, to); ok {
			d.Policies = append(d.Policies, policyChanges(PolicyChange{From: from, To: to}, was.Effective(old), is.Effective(e))...)
		}
	}
}

// policyChanges compares the parts of one call. A part is known by the requests that it is for.
func policyChanges(of PolicyChange, was, is []Part) []PolicyChange {
	var list []PolicyChange
	for _, match := range matches(is, was) {
		old, now := partFor(was, match), partFor(is, match)
		of.Match = match
		for _, layer := range layersOf(now, old) {
			of.Layer, of.Product = layer.Layer, layer.Product
			list = append(list, settingChanges(of, decisionsOf(old, layer), decisionsOf(now, layer))...)
		}
	}
	return list
}

// matches lists what the parts of both states are for, each once.
func matches(states ...[]Part) []string {
	var list []string
	for _, parts := range states {
		for i := range parts {
			if !slices.Contains(list, parts[i].Match) {
				list = append(list, parts[i].Match)
			}
		}
	}
	return list
}

// partFor returns the part that requests of a match belong to: that of the match, else the one
// for all requests, else nil.
func partFor(parts []Part, match string) *Part {
	for _, match := range []string{match, ""} {
		if i := slices.IndexFunc(parts, func(p Part) bool { return p.Match == match }); i >= 0 {
			return &parts[i]
		}
	}
	return nil
}

// A layerName is what makes a layer of one state the same as one of another.
type layerName struct {
	Layer   policy.Layer
	Product *policy.Product
	number  int // of those alike
}

func layersOf(parts ...*Part) []layerName {
	var list []layerName
	for _, p := range parts {
		if p == nil {
			continue
		}
		count := map[layerName]int{}
		for i := range p.Layers {
			name := layerName{Layer: p.Layers[i].Set.Layer, Product: p.Layers[i].Set.Product}
			count[name]++
			if name.number = count[name]; !slices.Contains(list, name) {
				list = append(list, name)
			}
		}
	}
	return list
}

// decisionsOf returns the settings of a layer; nil if the part does not have the layer.
func decisionsOf(p *Part, name layerName) []policy.Decision {
	if p == nil {
		return nil
	}
	number := 0
	for i := range p.Layers {
		if s := &p.Layers[i].Set; s.Layer == name.Layer && s.Product == name.Product {
			if number++; number == name.number {
				return s.Decisions()
			}
		}
	}
	return nil
}

// settingChanges compares the settings of one layer by their fields. Of a layer that only one
// state has, the defaults of its product are not listed.
func settingChanges(of PolicyChange, was, is []policy.Decision) []PolicyChange {
	var list []PolicyChange
	took := make([]bool, len(was))
	for i := range is {
		c := of
		c.Field, c.New = is[i].Field, &is[i]
		for j := range was {
			if !took[j] && was[j].Field == c.Field {
				took[j], c.Old = true, &was[j]
				break
			}
		}
		switch {
		case c.Old == nil && (was == nil && !isWritten(c.New) || c.New.Provenance == policy.Absent):
		case c.Old != nil && c.Old.Provenance == c.New.Provenance && reflect.DeepEqual(c.Old.Value, c.New.Value):
		default:
			list = append(list, c)
		}
	}
	for j := range was {
		c := of
		c.Field, c.Old = was[j].Field, &was[j]
		if took[j] || is == nil && !isWritten(c.Old) || c.Old.Provenance == policy.Absent {
			continue
		}
		list = append(list, c)
	}
	return list
}

// isWritten reports whether an input declares a setting.
func isWritten(d *policy.Decision) bool { return d.Origin != (policy.Origin{}) }
