package rules

import "github.com/weirgraph/weir/analyze"

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
