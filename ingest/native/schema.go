package native

import (
	"slices"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
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
	item   *shape // what the items of a list look like. Nil: the value is no list, or deeper makes it.
	deeper *lazy.Value[*shape]
	keys   []schemaKey // the keys of a mapping. Nil: the value is no mapping, or one with free keys.
	values *shape      // what the values of a mapping with free keys look like
	listed string      // the hint where the keys are too many to be listed
	hint   string      // used if no other hint is more precise
	any    bool        // checked by other code

	// For editors, which do not see what functions check.
	lone     bool        // a list that may be written as its only item
	value    constraint  // on the scalar; nil is any
	patterns []schemaKey // keys of a mapping by regular expression, which other code checks
	def      string      // the name of a shape that is repeated, "" of others
	// check looks for what is wrong with a mapping as a whole. May be nil.
	check func(d *document.Document, n document.Node)
}

// A schemaKey is a key of a mapping.
type schemaKey struct {
	name     string
	shape    *shape
	required string // an example of its value, "" if the key is optional
	doc      string // what it is, where its name does not say it
}

// A constraint is what JSON Schema says of a scalar.
type constraint map[string]any

// as returns a copy of s whose scalar editors check with c.
func (s *shape) as(c constraint) *shape {
	with := *s
	with.value = c
	return &with
}

// called returns a copy of s with a name, for a shape that is large or used in many places.
func (s *shape) called(def string) *shape {
	with := *s
	with.def = def
	return &with
}

// wordOf makes the shape of one word out of several.
func wordOf(is string, words ...string) *shape {
	return scalarOf(is, oneOf(words...)).as(enumOf(words...))
}

func enumOf(words ...string) constraint {
	list := make([]any, len(words))
	for i, w := range words {
		list[i] = w
	}
	if slices.Contains(words, Off) {
		list = append(list, false) // as YAML 1.1 reads off
	}
	return constraint{"enum": list}
}

// textOf is a text with a pattern; numbers have their text.
func textOf(pattern string) constraint { return constraint{"type": "string", "pattern": pattern} }

// numberFrom is a number in a range, which may be written as text.
func numberFrom(kind string, least, most float64, text string) constraint {
	return constraint{"type": []any{kind, "string"}, "minimum": least, "maximum": most, "pattern": text}
}

// countFrom makes the shape of a whole number in a range.
func countFrom(is string, least, most int) *shape {
	return scalarOf(is, parseNumber(least, most)).as(numberFrom("integer", float64(least), float64(most), "^[0-9]+$"))
}

// scalarOf makes the shape of a scalar that parse reads.
func scalarOf[T any](is string, parse func(string) (T, string)) *shape {
	fits := func(text string) string {
		_, hint := parse(text)
		return hint
	}
	return &shape{is: is, scalar: fits}
}

// itemShape is what the items of a list look like, nil if the value is no list.
func (s *shape) itemShape() *shape {
	if s.deeper != nil {
		return *s.deeper.Get()
	}
	return s.item
}

// listOf makes the shape of a list, which may be written as its only item.
func listOf(item *shape) *shape {
	return &shape{is: item.is + " or a list", item: item, scalar: item.scalar, value: item.value, keys: item.keys, check: item.check, hint: item.hint, lone: true}
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
	return &shape{is: `a mapping or "off"`, scalar: scalar, value: enumOf(Off), keys: keys, hint: hint}
}

var (
	aText       = scalarOf("a text", parseText)
	aTruth      = scalarOf("true or false", parseTruth).as(constraint{"type": []any{"boolean", "string"}, "pattern": "(?i)^(true|false|yes|no|on|off)$"})
	aDuration   = scalarOf("a duration", parseDuration).as(constraint{"type": []any{"string", "number", "boolean"}, "pattern": durationPattern, "maximum": 0, "minimum": 0, "not": constraint{"const": true}}).called("duration")
	aShare      = scalarOf("a share", parseShare).as(numberFrom("number", 0, 1, "^[0-9.]+%?$")).called("share")
	anObjective = scalarOf("a percentage", parseObjective).as(numberFrom("number", 1, 100, "^[0-9.]+%?$"))
	aServiceRef = scalarOf("the name of a service", parseName).as(textOf("^[^/]+(/[^/]+)?$"))
	aTier       = countFrom("a tier", 1, 4)
	aPort       = countFrom("a port", 1, 65535)
	aCount      = countFrom("a number", 0, maxNumber)
	aLimit      = countFrom("a limit", 1, maxNumber)
	aKind       = wordOf("a kind", graph.Kinds[1:]...)
	aMode       = wordOf("a mode", graph.Modes[1:]...)
	anything    = &shape{any: true}
)

// durationPattern is what Go takes as a duration, or how it is switched off.
const durationPattern = `^(off|false|0|([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))*)$`

var manifestKeys = []schemaKey{
	{name: "apiVersion", shape: wordOf("a version of the native manifest", "weir/v1")},
	{name: "services", shape: &shape{is: "a list", item: serviceShape, hint: `write "- name: cart" for each service`}},
	{name: "aliases", shape: &shape{is: "a mapping", values: aServiceRef, hint: "write NAME: SERVICE for each alias"}},
	{name: "overrides", shape: &shape{is: "a list", item: overrideShape, hint: overrideExample}, doc: "in place of what all inputs declare: what would be, if it were so"},
}

// ofAnyShape returns keys whose values are not checked.
func ofAnyShape(keys []schemaKey) []schemaKey {
	names := make([]schemaKey, len(keys))
	for i, k := range keys {
		names[i] = schemaKey{name: k.name, shape: anything}
	}
	return names
}

var serviceShape = &shape{is: "a mapping", def: "service", hint: "write name: cart", keys: []schemaKey{
	{name: "name", shape: aServiceRef, required: "cart", doc: "cart or shop/cart"},
	{name: "namespace", shape: aText},
	{name: "kind", shape: aKind},
	{name: "tier", shape: aTier, doc: "1 is the most critical"},
	{name: "replicas", shape: aCount},
	{name: "slo", shape: anObjective, doc: "percent"},
	{name: "entrypoint", shape: aTruth},
	{name: "team", shape: aText},
	{name: "owner", shape: aText},
	{name: "system", shape: aText},
	{name: "lifecycle", shape: aText},
	{name: "labels", shape: &shape{is: "a mapping", values: &shape{is: "a text", scalar: func(string) string { return "" }}}},
	{name: "aliases", shape: listOf(aText)},
	{name: "ports", shape: listOf(aPort)},
	{name: "healthcheck", shape: aTruth, doc: "something asks it whether it is ready"},
	{name: "calls", shape: &shape{is: "a list", item: callShape, hint: "write calls: [cart, payments]"}},
	{name: "defaults", shape: &shape{is: "a mapping", keys: policyKeys}, doc: "for all of its calls that say nothing themselves"},
}, check: checkService}

// maxNested bounds how deep groups are nested: anchors of YAML can nest them without end.
const maxNested = 8

// callShape is an entry of calls.
var callShape = callShapeOf(maxNested)

// callShapeOf makes the shape of an entry of calls with groups nested so deep: their members
// are such entries, too, and those of the innermost are names.
func callShapeOf(depth int) *shape {
	s := &shape{
		is: "the name of a service or a mapping", def: "call", scalar: aServiceRef.scalar, value: aServiceRef.value, hint: "write to: cart", check: checkCall,
		keys: slices.Concat([]schemaKey{
			{name: "to", shape: aServiceRef},
			{name: "mode", shape: aMode},
			{name: "protocol", shape: aText},
			{name: "methods", shape: listOf(aText)},
			{name: "hard", shape: aTruth, doc: "false: the caller can do without"},
			{name: "toleratesDegraded", shape: aTruth, doc: "a degraded answer does not degrade the answer of the caller"},
			{name: "freshness", shape: wordOf("a freshness", "any", "critical"), doc: "critical: a consumer without new events answers with less"},
			{name: "idempotent", shape: aTruth},
			{name: "database", shape: aText, doc: "on a server that holds several"},
			{name: "weight", shape: scalarOf("a weight", parseWeight).as(numberFrom("number", 0, maxNumber, "^[0-9.]+%?$")), doc: "of a member of a split; 0 gets no requests"},
			{name: "match", shape: aText, doc: "of a member of a split: which requests it gets"},
			{name: "name", shape: aText, doc: "of a group, as the next three"},
			{name: "need", shape: scalarOf("a number of members", parseNeed).as(numberFrom("integer", 1, maxNumber, "^([0-9]+|majority|unknown)$")), doc: "how many have to work"},
			{name: "checked", shape: aTruth, doc: "failed members are known without asking them"},
			{name: "same", shape: aTruth, doc: "the later members answer as well as the first"},
		}, policyKeys),
	}
	members := &shape{is: "a list", hint: "write a list: [cart, cart-eu]"}
	if depth > 1 {
		members.deeper = lazy.NewValue(func() *shape { return callShapeOf(depth - 1) })
	} else {
		members.item = aServiceRef
	}
	for _, k := range groupKinds {
		s.keys = append(s.keys, schemaKey{name: k.key, shape: members})
	}
	return s
}

// policyKeys are the keys of a call that say how it is protected.
var policyKeys = []schemaKey{
	{name: "timeout", shape: aDuration, doc: "the whole call, retries included"},
	{name: "perTry", shape: aDuration, doc: "one attempt"},
	{name: "connectTimeout", shape: aDuration},
	{name: "idleTimeout", shape: aDuration},
	{name: "retry", shape: switchable("retry: {retries: 2}", []schemaKey{
		{name: "retries", shape: scalarOf("a number of retries", parseRetries).as(numberFrom("integer", 0, maxNumber, "^([0-9]+|unlimited)$")), doc: "after the first try"},
		{name: "on", shape: listOf(scalarOf("a reason to retry", parseTrigger).as(constraint{"anyOf": []any{enumOf(policy.Triggers...), textOf("^grpc:[A-Za-z_-]+$")}}))},
		{name: "backoff", shape: &shape{is: "a mapping", hint: "write backoff: {kind: exponential, base: 50ms, jitter: full}", keys: []schemaKey{
			{name: "kind", shape: wordOf("a kind of backoff", backoffs...)},
			{name: "base", shape: aDuration},
			{name: "max", shape: aDuration},
			{name: "multiplier", shape: scalarOf("a factor", parseMultiplier).as(numberFrom("number", 1, maxNumber, "^[0-9.]+$"))},
			{name: "jitter", shape: scalarOf("a jitter", parseJitter)},
		}}},
		{name: "budget", shape: aShare, doc: "retries over requests"},
		{name: "methods", shape: listOf(aText)},
	})},
	{name: "breaker", shape: switchable("breaker: {kind: call}", []schemaKey{
		{name: "kind", shape: wordOf("a kind of breaker", breakers...)},
		{name: "slow", shape: aTruth, doc: "slowness alone opens it"},
		{name: "errorRate", shape: aShare},
		{name: "failures", shape: aLimit, doc: "in a row"},
		{name: "window", shape: aDuration},
		{name: "buckets", shape: aLimit},
		{name: "minCalls", shape: aCount},
		{name: "open", shape: aDuration},
		{name: "maxEject", shape: aShare},
		{name: "panic", shape: aShare, doc: "hosts left below which calls go to ejected ones, too"},
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
	{name: "fallback", shape: listOf(fallbackShape)},
	{name: "cache", shape: switchable("cache: {ttl: 30s}", []schemaKey{
		{name: "ttl", shape: aDuration},
		{name: "stale", shape: aDuration, doc: "how long past its ttl an answer may still serve"},
	})},
	{name: "balance", shape: wordOf("a way to balance", balances...)},
}

const fallbackExample = "write fallback: {kind: static}"

// fallbackShape is one step of a fallback: one word, or a mapping.
var fallbackShape = &shape{
	is: "a fallback", def: "fallback", scalar: scalarOf("", parseFallbackWord).scalar, value: enumOf("none", "static", "cache", "outbox", Off), hint: fallbackExample,
	keys: []schemaKey{
		{name: "kind", shape: wordOf("a kind of fallback", fallbacks...)},
		{name: "to", shape: aServiceRef, doc: "the service asked instead"},
		{name: "timeout", shape: aDuration},
		{name: "reason", shape: aText, doc: "why there is none"},
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

const overrideExample = "write {service: cart, replicas: 3}, {from: web, to: cart, timeout: 2s} or {from: web, to: cart, removed: true}"

// overrideShape is an entry of overrides: of a service, or of a call.
var overrideShape = &shape{is: "a mapping", def: "override", hint: overrideExample, check: checkOverride, keys: slices.Concat([]schemaKey{
	{name: "service", shape: aText},
	{name: "replicas", shape: aCount, doc: "of the service"},
	{name: "from", shape: aText, doc: "the caller"},
	{name: "to", shape: aText, doc: "the callee"},
	{name: "removed", shape: aTruth, doc: "true: the call is not made"},
	{name: "hard", shape: aTruth, doc: "false: the caller can do without"},
}, policyKeys)}

// checkOverride holds the keys of an override against each other.
func checkOverride(d *document.Document, n document.Node) {
	if at, hint, message := overrideMistake(d, n); message != "" {
		d.Problem(graph.Failed, at, hint, "%s", message)
	}
}

// ofCall are the keys of an override of a call.
var ofCall = slices.Concat([]schemaKey{{name: "removed"}, {name: "hard"}}, policyKeys)

// overrideMistake returns what is wrong with an override as a whole; the message is empty if nothing is.
func overrideMistake(d *document.Document, n document.Node) (at document.Node, hint, message string) {
	has := func(key string) bool { return n.Get(key).Exists() }
	changes := func(keys []schemaKey) bool {
		return slices.ContainsFunc(keys, func(k schemaKey) bool { return has(k.name) })
	}
	removed := setting(d, n.Get("removed"), parseTruth).Value
	switch {
	case has("service") == (has("from") || has("to")):
		return n, overrideExample, "an override is of a service, or of a call from one service to another"
	case has("from") != has("to"):
		return n, overrideExample, "an override of a call needs from and to"
	case has("service") && changes(ofCall):
		return n, overrideExample, "an override of a service takes replicas"
	case !has("service") && has("replicas"):
		return n.Get("replicas"), overrideExample, "an override of a call takes no replicas"
	case has("service") && !has("replicas"), has("from") && !changes(ofCall):
		return n, overrideExample, "an override changes nothing"
	case removed && changes(ofCall[1:]):
		return n.Get("removed"), "write removed alone", "a call that is removed has no policies"
	}
	return n, "", ""
}
