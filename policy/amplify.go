package policy

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// A Failure is the way in which a callee fails, as its caller sees it.
type Failure uint8

const (
	Down   Failure = iota // it cannot be reached, or its connections break
	Errors                // it answers, with errors
	Slow                  // it does not answer in time
)

// failures are the words for Failure.
var failures = []string{"down", "errors", "slow"}

func (f Failure) String() string { return failures[f] }

// Amplification is the number of requests that the callee gets for one call while
// it fails in that way; +Inf for unlimited retries. It is a fraction where a budget
// limits retries to a share of the requests.
func (e Effective) Amplification(f Failure) float64 {
	factor := 1.0
	for i := len(e.Layers) - 1; i >= 0; i-- {
		l := &e.Layers[i]
		factor *= l.factor(f, e.Facts)
		f = e.passedOn(i, f)
	}
	return factor
}

// AtLastHop is the largest Amplification, n_conn: of the call to a service that
// fails, in the worst way.
func (e Effective) AtLastHop() float64 {
	return max(e.Amplification(Down), e.Amplification(Errors), e.Amplification(Slow))
}

// AlongPath is the number of requests that the callee gets for one call when it
// answers with an error because something behind it failed, n_resp. If slow, the
// callee may also take longer than an attempt lasts.
func (e Effective) AlongPath(slow bool) float64 {
	if slow {
		return max(e.Amplification(Errors), e.Amplification(Slow))
	}
	return e.Amplification(Errors)
}

// factor is the number of attempts of one layer while the layers that it wraps
// return f. Copies of a hedge are sent unless the error is immediate.
func (l *Effect) factor(f Failure, facts CallFacts) float64 {
	n := 1.0
	if tries := l.tries(f); tries != 1 && l.fires(f, facts) {
		n = float64(tries)
		if tries == Unlimited {
			n = math.Inf(1)
		}
		if b := l.Set.Retry.Budget; b.Set() && b.Value >= 0 {
			n = min(n, 1+b.Value)
		}
	}
	if h := l.Set.Hedge; h != nil && h.Copies.Set() && h.Copies.Value > 0 {
		n *= 1 + float64(h.Copies.Value)
	}
	return n
}

// passedOn is how the i-th layer fails if those that it wraps fail with f. Sets of one program
// pass errors on as they are.
func (e Effective) passedOn(i int, f Failure) Failure {
	if i > 0 && e.Layers[i-1].Set.wraps(&e.Layers[i].Set) {
		return f
	}
	return e.Layers[i].returns(f)
}

// returns is how a layer fails if the layers that it wraps fail with f: a proxy answers
// for the callee, with 502, 503 or 504. For a slow callee it does so only after a
// timeout.
func (l *Effect) returns(f Failure) Failure {
	if l.Set.Layer == App || f == Slow && l.Held.State != Finite {
		return f
	}
	return Errors
}

// fires reports whether l retries after f. Unknown conditions match every failure.
func (l *Effect) fires(f Failure, facts CallFacts) bool {
	r := l.Set.Retry
	if r == nil || r.neverFires() {
		return false
	}
	if f == Slow && !l.Set.PerTryActs() && !l.ended {
		return false // the total timeout has expired too
	}
	if !r.On.Set() {
		return true
	}
	return slices.ContainsFunc(r.On.Value, func(on string) bool { return answers(on, f, facts.Protocol) })
}

// afterSlow reports whether an attempt that took too long is repeated. Unknown conditions
// count as such that include it.
func (r *Retry) afterSlow() bool {
	return !r.On.Set() || slices.Contains(r.On.Value, OnPerTry) || slices.Contains(r.On.Value, OnAny)
}

// covers reports whether r applies to a method of a call.
func (r *Retry) covers(methods []string) bool {
	if !r.Methods.Set() || len(r.Methods.Value) == 0 || len(methods) == 0 {
		return true
	}
	return slices.ContainsFunc(methods, func(m string) bool { return slices.Contains(r.Methods.Value, m) })
}

// answers reports whether f triggers the retry condition on.
func answers(on string, f Failure, protocol string) bool {
	if on == OnAny {
		return true
	}
	if code, ok := strings.CutPrefix(on, "grpc:"); ok {
		return protocol == "grpc" && slices.Contains(grpcOf[f], code)
	}
	switch f {
	case Down:
		return on == OnConnect || on == OnReset
	case Slow:
		return on == OnPerTry
	}
	if on == On5xx || on == OnGateway {
		return true
	}
	code, err := strconv.Atoi(strings.TrimPrefix(on, "response-"))
	return err == nil && code >= 500
}

// grpcOf are the statuses that a gRPC client sees.
var grpcOf = [...][]string{
	Down:   {"UNAVAILABLE"},
	Errors: {"UNAVAILABLE", "INTERNAL", "UNKNOWN", "DEADLINE_EXCEEDED"},
	Slow:   {"DEADLINE_EXCEEDED"},
}

// repeats reports whether l retries after the layers that it wraps have given up.
// Libraries return the error that they got. A proxy answers, with the callee's status or
// its own, so conditions about connections do not match behind a proxy.
func (l *Effect) repeats(inner []Effect, facts CallFacts) bool {
	through := slices.ContainsFunc(inner, func(i Effect) bool { return i.Set.Layer != App && !l.Set.wraps(&i.Set) })
	on := l.Set.Retry.On
	if !through || !on.Set() {
		return true
	}
	return slices.ContainsFunc(on.Value, func(on string) bool {
		switch {
		case on == OnPerTry:
			held := inner[0].Held
			return l.Set.PerTryActs() && (held.State != Finite || l.Attempt.Time < held.Time)
		case strings.HasPrefix(on, "grpc:"):
			return facts.Protocol == "grpc"
		}
		return on == OnAny || strings.HasPrefix(on, "response-")
	})
}

// tries is how many attempts l makes if all of them fail with f.
func (l *Effect) tries(f Failure) Tries {
	if f == Slow {
		return l.slow
	}
	return l.Attempts
}
