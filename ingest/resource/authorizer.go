package resource

import (
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// An Authorizer is a service that a proxy asks about each request before it passes: for
// permission, for a limit, for another form of it. What routes and backends have for policies
// is not for it.
type Authorizer struct {
	Way     string
	Product *policy.Product               // that asks
	Layer   policy.Layer                  // where it asks
	Timeout policy.Setting[time.Duration] // of a question
	Open    bool                          // requests pass without an answer
	Object  string                        // that says so, by kind and name; empty if its timeout cannot be set
}

// Evidence is that of a call to the authorizer, which all requests need unless they pass
// without an answer.
func (a Authorizer) Evidence() graph.Evidence {
	e := graph.Evidence{Way: a.Way, Strength: graph.Strong, Class: graph.ClassCall, Mode: graph.Sync, Need: graph.Hard, Asked: true}
	if a.Open {
		e.Need = graph.Soft
	}
	says := policy.Set{Layer: a.Layer, Product: a.Product, Retry: &policy.Retry{Retries: policy.Setting[int]{Provenance: policy.Absent}}}
	if a.Object != "" {
		says.Objects = policy.Objects{a.Object}
	}
	if a.Timeout.Provenance != policy.Unknown {
		says.Timeout = &policy.Timeout{Total: a.Timeout}
	}
	if a.Product != nil {
		e.Says = &says
	}
	return e
}
