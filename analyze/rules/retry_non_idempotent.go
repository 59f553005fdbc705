package rules

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

var retryNonIdempotent = &Rule{
	ID:       "retry-non-idempotent",
	Title:    "retry of a non-idempotent request",
	Doc:      retryNonIdempotentDoc,
	Purposes: []policy.Purpose{policy.Retries},
	Severity: analyze.Error,
	Check:    checkRetryNonIdempotent,
}

const retryNonIdempotentDoc = `
An error response, a broken connection or a timeout does not prove that the callee
did nothing: the order may have been placed, the card charged. Retrying a POST does
it twice.

Reported where a declared retry policy repeats a call with POST, PATCH or another
non-idempotent method after failures that can occur after the work was done: error
responses, resets, timeouts. Severity: error if the conditions are declared; warning
if they are the product's defaults, or if only the name of the route or the retry
policy mentions POST; info if the methods are unknown.

    - match: [{method: {exact: POST}}]
      retries: {attempts: 2, retryOn: "5xx"}

Not reported: retries of requests that did not reach the callee; calls that are
declared idempotent; and retry policies that exclude such methods, as in Traefik,
nginx and Spring Cloud Gateway.

      retries: {attempts: 2, retryOn: "connect-failure,refused-stream"}

**Fix.** Retry only requests that did not reach the callee, or make the call
idempotent with an idempotency key and declare it.
`

func checkRetryNonIdempotent(p *Pass) {
	for e := range p.Requests() {
		parts := p.Effective(e)
		if found, ok := worstFaultyLayer(parts, repeating, func(part *analyze.Part, l *policy.Effect) bool {
			return len(repeated(part, l)) > 0 && len(served(p, e, l)) > 0
		}, repeatSeverity); ok {
			reportRepeated(p, e, found, repeated(found.part, found.layer))
		} else if found, ok := firstFaultyLayer(parts, retried, func(part *analyze.Part, l *policy.Effect) bool {
			return guessable(p, e, part, l) && len(served(p, e, l)) > 0
		}); ok {
			reportUnknownMethods(p, e, found)
		}
	}
}

// served is the conditions of a layer under which the work may have been done.
func served(p *Pass, e graph.Edge, l *policy.Effect) []string {
	if l.Set.Retry.On.Provenance == policy.Unknown {
		return []string{anyFailure}
	}
	on := onServed(l.Set.Retry.On.Value, p.Core.Protocol(e) == "grpc")
	for i := range on {
		if on[i] == policy.OnAny {
			on[i] = anyFailure
		}
	}
	return on
}

const anyFailure = "any failure"

// repeated returns the methods of a part that a layer sends again, and should not.
func repeated(part *analyze.Part, l *policy.Effect) []string {
	only := l.Set.Retry.Methods
	return slices.DeleteFunc(unsafe(part), func(m string) bool {
		return only.Set() && len(only.Value) > 0 && !slices.Contains(only.Value, m)
	})
}

// guessable reports whether nothing is known of what a part does, so that it might
// be done twice. Calls of drivers are left alone, and those that the retries
// themselves limit to harmless methods.
func guessable(p *Pass, e graph.Edge, part *analyze.Part, l *policy.Effect) bool {
	if part.Methods != nil || part.Idempotent || driverManaged(p.Core, e) {
		return false
	}
	if only := l.Set.Retry.Methods; only.Set() && len(only.Value) > 0 {
		return only.IsExplicit() && len(harmful(only.Value)) > 0
	}
	return l.Set.Retry.On.IsExplicit()
}

func reportRepeated(p *Pass, e graph.Edge, found faultyLayer, methods []string) {
	l := found.layer
	on := served(p, e, l)
	f := aboutCall(p, e, sureOf(l.Set.Retry.On.Provenance), placed(l.Set.Retry.On.Origin, retryOrigin(l)))
	if len(found.named) == 1 && found.named[0] == strconv.Quote(strings.Join(methods, ",")) {
		found.named = nil
	}
	f.Routes = found.named
	f.Message = fmt.Sprintf("%s by %s%s and retries it after %s, when the callee may have processed it",
		callText(p, e), strings.Join(methods, " and "), found.named, strings.Join(on, " or "))
	r := remedyFor(p, e, &l.Set, policy.Retries)
	f.Fix = retryUnreached(p, e, found.part)
	f.Hint = r.hint("change", "retry only what did not reach the callee, or declare the call idempotent if it carries a key")
	f.Values = []analyze.KeyValue{attempts(l), value("on", l.Set.Retry.On), keyValue("methods", strings.Join(methods, ", "))}
	p.At(capForJobs(p, e, repeatSeverity(l)), f)
}

// repeatSeverity is how bad it is that a layer repeats what may have been done, by who decided it.
func repeatSeverity(l *policy.Effect) analyze.Severity {
	switch {
	case !l.Set.Retry.IsExplicit():
		return analyze.Info // not declared here
	case !l.Set.Retry.On.IsExplicit():
		return analyze.Warning
	}
	return analyze.Error
}

func reportUnknownMethods(p *Pass, e graph.Edge, found faultyLayer) {
	l := found.layer
	on := served(p, e, l)
	only := harmful(l.Set.Retry.Methods.Value)
	f := aboutCall(p, e, analyze.Assumed, placed(l.Set.Retry.Methods.Origin, l.Set.Retry.On.Origin))
	f.Routes = found.named
	f.Message = fmt.Sprintf("%s%s and retries after %s whatever the method: a POST may be processed twice", callText(p, e), found.named, strings.Join(on, " or "))
	if len(only) > 0 {
		f.Message = fmt.Sprintf("%s%s and retries %s after %s, when the callee may have processed it", callText(p, e), found.named, strings.Join(only, " and "), strings.Join(on, " or "))
	}
	r := remedyFor(p, e, &l.Set, policy.Retries)
	f.Fix = retryUnreached(p, e, found.part)
	f.Hint = r.hint("limit", "to what did not reach the callee, or to a route for GET")
	f.Values = []analyze.KeyValue{attempts(l), value("on", l.Set.Retry.On)}
	severity := analyze.Info
	if named := strings.ToUpper(found.part.Match); len(only) > 0 || strings.Contains(named, "POST") || strings.Contains(named, "PATCH") {
		severity = analyze.Warning
	}
	p.At(capForJobs(p, e, severity), f)
}

// retryUnreached lets all layers of a part that repeat what the callee may have done retry only
// what did not reach it.
func retryUnreached(p *Pass, e graph.Edge, part *analyze.Part) (all analyze.Fix) {
	for _, l := range repeating(part) {
		if len(served(p, e, l)) == 0 {
			continue
		}
		if l.Set.Hedge != nil { // a slow attempt is repeated, whatever the conditions of retries are
			return analyze.Fix{None: analyze.NoEdit}
		}
		r := remedyFor(p, e, &l.Set, policy.Retries)
		f := r.fix(p, []string{policy.OnConnect})
		switch {
		case !f.Applicable():
			f = r.fix(p, 0)
		case f.OnlyRemoves() && orNative(l.Set.Product).OnlyDeclared: // how often goes with when
			f = undeclared(p, l)
		}
		if !f.Applicable() {
			return analyze.Fix{}
		}
		all = all.And(f)
	}
	return all
}
