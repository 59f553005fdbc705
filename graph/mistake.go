package graph

// A Mistake is what an object says, apart from policies, that has no effect or another one than
// it seems to have. The object is read, and the graph has what it most probably means.
type Mistake struct {
	Kind    MistakeKind
	Object  string // "Service/shop/basket"; if empty, the builder sets that of Of
	Field   string // "spec.selector", "env[].PG_URL"
	Why     string // completes the object and the field: "selects no pod of Deployment shop/basket: ..."
	Hint    string
	Of      Ref    // what the object is about
	Service string // the ID of the service that Of is; "" if it is none. The builder sets it
	Origin  Origin
}

// MistakeKind says which rule a Mistake belongs to.
type MistakeKind uint8

const (
	MissedSelector MistakeKind = iota // a name selects no pod of the workload that it is for
	EarlyVariable                     // a variable refers to one that is set after it, and keeps the reference as text
)
