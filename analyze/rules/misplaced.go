package rules

import (
	"cmp"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
)

// A misplaced reference names an object where the product does not read it, so that nothing goes
// through the object.
type misplacedReference struct {
	policy *graph.BoundPolicy // of the object that has the reference
	flaw   *graph.Flaw
	object string
	calls  []graph.Edge // that the object with the reference is for
}

var misplacedOf = analyze.NewMemo[analyze.Once, map[string]*misplacedReference]("the objects that are named where their product does not read it")

// misplaced returns the references that have no effect by the object that they may be meant to name,
// "ServersTransport/shop/patient".
func (p *Pass) misplaced() map[string]*misplacedReference {
	return misplacedOf.Of(p.Analysis, analyze.Once{}, func() map[string]*misplacedReference {
		by := map[string]*misplacedReference{}
		for _, b := range p.Core.Policies() {
			for i := range b.Flaws {
				for _, ref := range b.Flaws[i].Refers {
					if name := ref.Subject(); by[name] == nil {
						by[name] = &misplacedReference{policy: b, flaw: &b.Flaws[i], object: cmp.Or(b.Flaws[i].Object, b.Object), calls: b.Calls}
					}
				}
			}
		}
		return by
	})
}
