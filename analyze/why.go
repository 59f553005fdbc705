package analyze

import (
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// A Why is how one bound of a part of a call comes to be.
type Why struct {
	policy.Chain
	Links  []WhyLink // those of the chain, in its order
	Lost   []Lost    // what the inputs declare for the call and does not act on it
	Change string    // where to write the bound, if nothing sets it: "set spec.http[].timeout of VirtualService shop/a"
}

// A WhyLink is a setting of the chain, with the object that it is written in.
type WhyLink struct {
	policy.Link
	Object string // "VirtualService/shop/pricing"; empty for defaults, and for what is in the document of the call
	By     string // the object of what keeps it from acting, likewise
	Change string // of a default: where to write another value, if its product has a place for it
}

// Lost is an object that declares a bound for a call and does not act on it.
type Lost struct {
	Object string
	Origin graph.Origin
	Text   string // why: "VirtualService/shop/a declares one for gateways only"
	Hint   string // how it would act; empty if that is not one change
}
