package rules

import (
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

func isNative(ev graph.Evidence) bool { return ev.Origin.Reader() == product.Native.Name }

// declaresCode reports whether a manifest that can declare fallbacks declares a call.
func declaresCode(c graph.Call) bool {
	for _, ev := range c.Evidence {
		if isNative(ev) || ev.Says != nil && ev.Says.Layer == policy.App {
			return true
		}
	}
	return false
}
