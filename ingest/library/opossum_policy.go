package library

import (
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/settings"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// opossum takes its options from an object in the program, which programs often
// keep in a file of theirs, one object for each dependency.

// opossumOptions are the options that opossum looks at.
var opossumOptions = settings.OptionNames(`timeout maxFailures resetTimeout rollingCountTimeout rollingCountBuckets name rollingPercentilesEnabled
	capacity errorThresholdPercentage enabled allowWarmUp volumeThreshold errorFilter cache cacheTTL cacheSize cacheGetKey
	cacheTransport coalesce coalesceTTL coalesceSize coalesceResetOn abortController enableSnapshots rotateBucketController autoRenewAbortController
	group state status`)

// isOpossum reports whether an object holds opossum's options: one that no other library
// has, or two that others do not have together.
func isOpossum(o *settings.Tree) bool {
	return o.Has("errorThresholdPercentage", "rollingCountTimeout", "rollingCountBuckets", "volumeThreshold") && !o.Has("sleepWindowInMilliseconds") ||
		o.Get("resetTimeout").Word() != "" && o.Get("timeout").Word() != ""
}

func readOpossum(p *settings.LibraryConfig) {
	for o := range p.Options.Find(isOpossum) {
		r := &settings.Reader{Syntax: product.OpossumDuration}
		c := graph.Policy{Origin: o.At, Group: "breaker", Merge: true, Says: opossum(r, o)}
		opossumUnknown(r, o)
		c.Flaws = r.Flaws
		forDependency(p, &c, o, "breaker")
		p.Add(c)
	}
}

func opossum(r *settings.Reader, o *settings.Tree) policy.Set {
	says := policy.Set{
		Timeout: &policy.Timeout{Total: r.Duration(o.Get("timeout"))},
		Breaker: &policy.Breaker{
			Kind:      policy.Declare("call", o.At),
			ErrorRate: r.Percent(o.Get("errorThresholdPercentage")),
			Open:      r.Wait(o.Get("resetTimeout")),
			Window:    r.Wait(o.Get("rollingCountTimeout")),
			Buckets:   r.Count(o.Get("rollingCountBuckets"), 1),
			MinCalls:  r.Count(o.Get("volumeThreshold"), 0),
		},
	}
	if most := r.Count(o.Get("capacity"), 1); most.Set() {
		says.Bulkhead = &policy.Bulkhead{MaxConcurrent: most}
	}
	if cache := o.Get("cache"); cache.Is(true) {
		says.Cache = &policy.Cache{TTL: r.Wait(o.Get("cacheTTL"))}
	}
	if enabled := o.Get("enabled"); enabled.Is(false) {
		says.Breaker.Kind = noBreaker(enabled)
	}
	return says
}

// opossumUnknown notes what looks like an option and is none. Programs keep
// settings of their own beside, so that single words are not taken for one.
func opossumUnknown(r *settings.Reader, o *settings.Tree) {
	for kid := range o.All() {
		name := settings.Relaxed(kid.Name)
		switch {
		case name == "maxfailures":
			r.Flaw(graph.Inert, kid, "is deprecated, and ignored if errorThresholdPercentage is set", "write errorThresholdPercentage")
			r.Flaws[len(r.Flaws)-1].Info = true
		case opossumLookalikes[name] != "":
			r.Flaw(graph.Inert, kid, "is no option of opossum; it is passed over", opossumLookalikes[name])
		case opossumOptions[name] == "" && kid.Leaf && settings.NearestOption(kid.Name, opossumOptions) != "":
			r.Flaw(graph.Inert, kid, "is no option of opossum; it is passed over", settings.NearestOption(kid.Name, opossumOptions))
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
