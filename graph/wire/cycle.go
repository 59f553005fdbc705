package wire

// A Cycle is a strongly connected component: services that all call each other,
// directly or indirectly.
type Cycle struct {
	Services  []string `json:"services"`           // sorted
	Loop      []string `json:"loop"`               // a shortest loop, from its smallest ID
	Portions  []string `json:"portions,omitempty"` // for which requests each call of Loop is made, in words; empty for all, nil if all are empty
	Sync      bool     `json:"sync"`               // by calls that wait for the answer
	Calls     int      `json:"calls"`
	SelfCalls []string `json:"selfCalls"`       // services that call themselves
	Cuts      []Cut    `json:"cuts"`            // the cheapest calls without which no loop is left; no synchronous one, if it is sync
	Exact     bool     `json:"exact"`           // no other set of calls is cheaper
	Cut       []string `json:"cut"`             // caller and callee of the cut on Loop that leaves the fewest services on loops
	Left      int      `json:"left"`            // how many those are
	Factor    *float64 `json:"factor"`          // by how much retries multiply an error once around; null if unlimited, 0 if it is not sync
	Storm     []string `json:"storm,omitempty"` // the loop of Factor, if it is not Loop
}

// A Cut is a call whose removal helps to break a cycle.
type Cut struct {
	From   string `json:"from"`
	To     string `json:"to"`
	Reason string `json:"reason"` // weak-evidence, async-able, soft, least-cost
	Why    string `json:"why"`    // the same in words
}
