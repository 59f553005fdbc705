package graph

// An UnboundReason is why a policy applies to no call.
type UnboundReason uint8

const (
	NotUnbound  UnboundReason = iota
	NoCallee                  // no service has the name of its callees
	NoCaller                  // no service has the name of its callers
	NoRoute                   // no call goes through the object that it belongs to
	NoCall                    // its services exist, but no call between them
	NotExported               // it does not apply to the namespaces of the callers
	NotLookedUp               // it is in a namespace where its product does not look for a policy of these calls
	NoPort                    // no call goes to its port
	OtherMesh                 // its services are in another mesh of its product
	NoReplica                 // no replica of its callee has the labels of its subset
	NoSubset                  // no route sends calls to its subset
	NoCoreCall                // its calls are for telemetry, control or health, which no policy is judged for
	NoTarget                  // no object has the labels that it selects
)

// unboundReasons are the words for UnboundReason, in the order of its constants.
var unboundReasons = []string{
	"none", "no callee of this name", "no caller of this name", "no call through its object", "no call between its services",
	"not for the callers' namespaces", "in a namespace where its product does not look", "no call to its port", "services of another mesh",
	"no replica with the labels of its subset", "no route to its subset", "only calls for telemetry, control or health",
	"no object with the labels of its targets",
}

func (o UnboundReason) String() string { return unboundReasons[o] }
