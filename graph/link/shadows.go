package link

import (
	"slices"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// shadowReplacedFields adds Shadows for fields of chosen parts that do not act, because an
// API that is laid over their product sets them, too.
func shadowReplacedFields(chosen []part, e graph.Edge) {
	for _, over := range chosen {
		if over.from == nil || !over.from.Product.OrNative().Contract {
			continue
		}
		for _, under := range chosen {
			if under.from == nil || under.from.Product.OrNative().Contract || under.set.Layer != over.set.Layer {
				continue
			}
			for _, field := range policy.Replaced(under.set, over.set) {
				under.from.hide(graph.Shadow{By: over.from.Policy, Field: field}, e)
			}
		}
	}
}

// leaveIgnored takes out of the chosen parts that are of an API the fields that the product
// in the caller's proxy does not take from it.
func (b *binder) leaveIgnored(e graph.Edge, implicit []policy.Set, chosen []part) {
	for i := range chosen {
		p := &chosen[i]
		if p.from == nil || !p.from.Product.OrNative().Contract || p.set.Timeout == nil || !p.set.Timeout.PerTry.IsWritten() {
			continue
		}
		by := slices.IndexFunc(implicit, func(s policy.Set) bool {
			return s.Layer == p.set.Layer && slices.Contains(s.Product.OrNative().Ignores, "timeout.perTry")
		})
		if by < 0 {
			continue
		}
		set, timeout := *p.set, *p.set.Timeout
		p.from.ignore(graph.Ignored{Product: implicit[by].Product, Field: "timeout.perTry", Origin: timeout.PerTry.Origin}, e)
		timeout.PerTry = policy.Setting[time.Duration]{}
		set.Timeout = &timeout
		if timeout == (policy.Timeout{}) {
			set.Timeout = nil
		}
		p.set = &set
	}
}
