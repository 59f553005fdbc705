package manifest

import (
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// opossum takes its options from an object in the program, which programs often
// keep in a file of theirs, one object for each dependency.

// opossumOptions are the options that opossum looks at.
var opossumOptions = optionNames(`timeout maxFailures resetTimeout rollingCountTimeout rollingCountBuckets name rollingPercentilesEnabled
	capacity errorThresholdPercentage enabled allowWarmUp volumeThreshold errorFilter cache cacheTTL cacheSize cacheGetKey
	cacheTransport coalesce coalesceTTL coalesceSize coalesceResetOn abortController enableSnapshots rotateBucketController autoRenewAbortController
	group state status`)

// isOpossum reports whether an object holds opossum's options: one that nobody
// else has, or two that others have apart.
func isOpossum(o *option) bool {
	return o.has("errorThresholdPercentage", "rollingCountTimeout", "rollingCountBuckets", "volumeThreshold") && !o.has("sleepWindowInMilliseconds") ||
		o.get("resetTimeout").word() != "" && o.get("timeout").word() != ""
}

func readOpossum(p *program) {
	for o := range p.options.find(isOpossum) {
		r := &reading{syntax: product.OpossumDuration}
		c := graph.Policy{Origin: o.at, Group: "breaker", Merge: true, Says: r.opossum(o)}
		r.opossumUnknown(o)
		c.Flaws = r.flaws
		p.forDependency(&c, o, "breaker")
		p.add(c)
	}
}

func (r *reading) opossum(o *option) policy.Set {
	says := policy.Set{
		Timeout: &policy.Timeout{Total: r.limit(o.get("timeout"))},
		Breaker: &policy.Breaker{
			Kind:      policy.Declare("call", o.at),
			ErrorRate: r.percent(o.get("errorThresholdPercentage")),
			Open:      r.wait(o.get("resetTimeout")),
			Window:    r.wait(o.get("rollingCountTimeout")),
			Buckets:   r.count(o.get("rollingCountBuckets"), 1),
			MinCalls:  r.count(o.get("volumeThreshold"), 0),
		},
	}
	if most := r.count(o.get("capacity"), 1); most.Set() {
		says.Bulkhead = &policy.Bulkhead{MaxConcurrent: most}
	}
	if cache := o.get("cache"); cache.is(true) {
		says.Cache = &policy.Cache{TTL: r.wait(o.get("cacheTTL"))}
	}
	if enabled := o.get("enabled"); enabled.is(false) {
		says.Breaker.Kind = noBreaker(enabled)
	}
	return says
}

// opossumUnknown notes what looks like an option and is none. Programs keep
// settings of their own beside, so that single words are not taken for one.
func (r *reading) opossumUnknown(o *option) {
	for kid := range o.all() {
		name := relaxed(kid.name)
		switch {
		case name == "maxfailures":
			r.flaw(graph.Inert, kid, "is deprecated, and passed over once errorThresholdPercentage is there", "write errorThresholdPercentage")
			r.flaws[len(r.flaws)-1].Info = true
		case opossumLookalikes[name] != "":
			r.flaw(graph.Inert, kid, "is no option of opossum; it is passed over", opossumLookalikes[name])
		case opossumOptions[name] == "" && kid.leaf && nearestOption(kid.name, opossumOptions) != "":
			r.flaw(graph.Inert, kid, "is no option of opossum; it is passed over", nearestOption(kid.name, opossumOptions))
		}
	}
}

// opossumLookalikes are words of other libraries, and what opossum has in their
// place.
var opossumLookalikes = map[string]string{
	"failurethreshold": "write errorThresholdPercentage, and volumeThreshold for the least number of calls",
	"successthreshold": "opossum closes after one call that succeeds",
	"retries":          "opossum does not retry",
	"retry":            "opossum does not retry",
	"maxretries":       "opossum does not retry",
	"requesttimeout":   "write timeout",
	"opentimeout":      "write resetTimeout",
	"sleepwindow":      "write resetTimeout",
	"maxconcurrent":    "write capacity",
}
