package native

import (
	"slices"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

// The schema of the native manifest, in one table: what the checker accepts, what
// its hints offer, and what the keys mean.

// A shape is what a value may look like: a scalar, a list, a mapping, or a choice
// among them.
type shape struct {
	is string // completes "is not": "a duration"
	// scalar reads a scalar and returns a hint if it does not fit. Nil: the value
	// is no scalar.
	scalar func(text string) (hint string)
	item   *shape      // what the items of a list look like. Nil: the value is no list.
	keys   []schemaKey // the keys of a mapping. Nil: the value is no mapping, or one with free keys.
	values *shape      // what the values of a mapping with free keys look like
	listed string      // the hint where the keys are too many to be listed
	hint   string      // used if no other hint is more precise
	any    bool        // checked by other code
	// check looks for what is wrong with a mapping as a whole. May be nil.
	check func(d *document.Document, n document.Node)
}

// A schemaKey is a key of a mapping.
type schemaKey struct {
	name     string
	shape    *shape
	required string // an example of its value, "" if the key is optional
}

// scalarOf makes the shape of a scalar that parse reads.
func scalarOf[T any](is string, parse func(string) (T, string)) *shape {
	fits := func(text string) string {
		_, hint := parse(text)
		return hint
	}
	return &shape{is: is, scalar: fits}
}

// listOf makes the shape of a list, which may be written as its only item if
// that is a scalar.
func listOf(item *shape) *shape {
	return &shape{is: item.is + " or a list", item: item, scalar: item.scalar}
}

// switchable makes the shape of a policy with these keys, which may be "off".
func switchable(example string, keys []schemaKey) *shape {
	hint := "write " + example
	scalar := func(text string) string {
		if isOff(text) {
			return ""
		}
		return hint
	}
	return &shape{is: `a mapping or "off"`, scalar: scalar, keys: keys, hint: hint}
}

var (
	aText       = scalarOf("a text", parseText)
	aTruth      = scalarOf("true or false", parseTruth)
	aDuration   = scalarOf("a duration", parseDuration)
	aShare      = scalarOf("a share", parseShare)
	anObjective = scalarOf("a percentage", parseObjective)
	aServiceRef = scalarOf("the name of a service", parseName)
	aTier       = scalarOf("a tier", nativeTier)
	aPort       = scalarOf("a port", parsePort)
	aCount      = scalarOf("a number", parseCount)
	aLimit      = scalarOf("a limit", parseLimit)
	aKind       = scalarOf("a kind", parseKind)
	anything    = &shape{any: true}
)

var manifestKeys = []schemaKey{
	{name: "apiVersion", shape: scalarOf("a version of the native manifest", oneOf("weir/v1"))},
	{name: "services", shape: &shape{is: "a list", item: serviceShape, hint: `write "- name: cart" for each service`}},
	{name: "aliases", shape: &shape{is: "a mapping", values: aServiceRef, hint: "write NAME: SERVICE for each alias"}},
}

// ofAnyShape returns keys whose values are not checked.
func ofAnyShape(keys []schemaKey) []schemaKey {
	names := make([]schemaKey, len(keys))
	for i, k := range keys {
		names[i] = schemaKey{name: k.name, shape: anything}
	}
	return names
}

var serviceShape = &shape{is: "a mapping", hint: "write name: cart", keys: []schemaKey{
	{name: "name", shape: aServiceRef, required: "cart"}, // cart or shop/cart
	{name: "namespace", shape: aText},
	{name: "kind", shape: aKind},
	{name: "tier", shape: aTier}, // 1 is the most critical
	{name: "replicas", shape: aCount},
	{name: "slo", shape: anObjective}, // percent
	{name: "entrypoint", shape: aTruth},
	{name: "team", shape: aText},
	{name: "owner", shape: aText},
	{name: "system", shape: aText},
	{name: "lifecycle", shape: aText},
	{name: "labels", shape: &shape{is: "a mapping", values: &shape{is: "a text", scalar: func(string) string { return "" }}}},
	{name: "aliases", shape: listOf(aText)},
	{name: "ports", shape: listOf(aPort)},
	{name: "healthcheck", shape: aTruth}, // something asks it whether it is ready
	{name: "calls", shape: &shape{is: "a list", item: callShape, hint: "write calls: [cart, payments]"}},
	{name: "defaults", shape: &shape{is: "a mapping", keys: policyKeys}}, // for all of its calls that say nothing themselves
}, check: checkService}

// maxNested bounds how deep groups are nested: anchors of YAML can nest them without end.
const maxNested = 8

// callShape is an entry of calls.
var callShape = callShapeOf(maxNested)

// callShapeOf makes the shape of an entry of calls with groups nested so deep: their members
// are such entries, too, and those of the innermost are names.
func callShapeOf(depth int) *shape {
	s := &shape{
		is: "the name of a service or a mapping", scalar: aServiceRef.scalar, hint: "write to: cart", check: checkCall,
		keys: slices.Concat([]schemaKey{
			{name: "to", shape: aServiceRef},
			{name: "mode", shape: scalarOf("a mode", parseMode)},
			{name: "protocol", shape: aText},
			{name: "methods", shape: listOf(aText)},
			{name: "hard", shape: aTruth},                                                 // false: the caller can do without
			{name: "toleratesDegraded", shape: aTruth},                                    // a degraded answer does not degrade the answer of the caller
			{name: "freshness", shape: scalarOf("a freshness", oneOf("any", "critical"))}, // critical: a consumer without new events answers with less
			{name: "idempotent", shape: aTruth},
			{name: "database", shape: aText},                                  // on a server that holds several
			{name: "weight", shape: scalarOf("a weight", parseWeight)},        // of a member of a split; 0 gets no requests
			{name: "match", shape: aText},                                     // of a member of a split: which requests it gets
			{name: "name", shape: aText},                                      // of a group, as the next three
			{name: "need", shape: scalarOf("a number of members", parseNeed)}, // how many have to work
			{name: "checked", shape: aTruth},                                  // failed members are known without asking them
			{name: "same", shape: aTruth},                                     // the later members answer as well as the first
		}, policyKeys),
	}
	members := &shape{is: "a list", hint: "write a list: [cart, cart-eu]"}
	if members.item = aServiceRef; depth > 1 {
		members.item = callShapeOf(depth - 1)
	}
	for _, k := range groupKinds {
		s.keys = append(s.keys, schemaKey{name: k.key, shape: members})
	}
	return s
}

// policyKeys are the keys of a call that say how it is protected.
var policyKeys = []schemaKey{
	{name: "timeout", shape: aDuration}, // the whole call, retries included
	{name: "perTry", shape: aDuration},  // one attempt
	{name: "connectTimeout", shape: aDuration},
	{name: "idleTimeout", shape: aDuration},
	{name: "retry", shape: switchable("retry: {retries: 2}", []schemaKey{
		{name: "retries", shape: scalarOf("a number of retries", parseRetries)}, // after the first try
		{name: "on", shape: listOf(scalarOf("a reason to retry", parseTrigger))},
		{name: "backoff", shape: &shape{is: "a mapping", hint: "write backoff: {kind: exponential, base: 50ms, jitter: full}", keys: []schemaKey{
			{name: "kind", shape: scalarOf("a kind of backoff", parseBackoff)},
			{name: "base", shape: aDuration},
			{name: "max", shape: aDuration},
			{name: "multiplier", shape: scalarOf("a factor", parseMultiplier)},
			{name: "jitter", shape: scalarOf("a jitter", parseJitter)},
		}}},
		{name: "budget", shape: aShare}, // retries over requests
		{name: "methods", shape: listOf(aText)},
	})},
	{name: "breaker", shape: switchable("breaker: {kind: call}", []schemaKey{
		{name: "kind", shape: scalarOf("a kind of breaker", parseBreaker)},
		{name: "slow", shape: aTruth}, // slowness alone opens it
		{name: "errorRate", shape: aShare},
		{name: "failures", shape: aLimit}, // in a row
		{name: "window", shape: aDuration},
		{name: "buckets", shape: aLimit},
		{name: "minCalls", shape: aCount},
		{name: "open", shape: aDuration},
		{name: "maxEject", shape: aShare},
		{name: "panic", shape: aShare}, // hosts left below which calls go to ejected ones, too
	})},
	{name: "bulkhead", shape: switchable("bulkhead: {maxConcurrent: 50}", []schemaKey{
		{name: "maxConcurrent", shape: aLimit},
		{name: "maxPending", shape: aCount},
		{name: "maxConnections", shape: aLimit},
		{name: "maxRetries", shape: aCount},
		{name: "poolSize", shape: aLimit},
	})},
	{name: "rateLimit", shape: switchable("rateLimit: {requests: 100, per: 1s}", []schemaKey{
		{name: "requests", shape: aLimit},
		{name: "per", shape: aDuration},
		{name: "burst", shape: aCount},
	})},
	{name: "fallback", shape: &shape{is: "a fallback", item: fallbackShape, scalar: fallbackShape.scalar, keys: fallbackShape.keys, check: checkFallback}},
	{name: "cache", shape: switchable("cache: {ttl: 30s}", []schemaKey{
		{name: "ttl", shape: aDuration},
		{name: "stale", shape: aDuration}, // how long past its ttl an answer may still serve
	})},
	{name: "balance", shape: scalarOf("a way to balance", parseBalance)},
}

const fallbackExample = "write fallback: {kind: static}"

// fallbackShape is one step of a fallback: one word, or a mapping.
var fallbackShape = &shape{
	is: "a fallback", scalar: scalarOf("", parseFallbackWord).scalar, hint: fallbackExample,
	keys: []schemaKey{
		{name: "kind", shape: scalarOf("a kind of fallback", parseFallback)},
		{name: "to", shape: aServiceRef}, // the service asked instead
		{name: "timeout", shape: aDuration},
		{name: "reason", shape: aText}, // why there is none
	},
	check: checkFallback,
}

// checkFallback holds kind and to of a fallback against each other.
func checkFallback(d *document.Document, n document.Node) {
	kind, to := n.Get("kind"), n.Get("to")
	switch {
	case kind.Str() == "service" && !to.Exists():
		d.Problem(graph.Failed, n, "write to: cart-replica", "a fallback of kind service has no target")
	case kind.Exists() && kind.Str() != "service" && to.Exists():
		d.Problem(graph.Failed, to, "write kind: service, or remove to", "a fallback of kind %q has no service", kind.Str())
	case !kind.Exists() && !to.Exists():
		d.Problem(graph.Failed, n, fallbackExample, "a fallback has no kind")
	}
}
