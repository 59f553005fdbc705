package rules

import (
	"slices"
	"time"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/policy"
)

// disabled reports whether the timeout of a part is switched off, and no
// other layer has one.
func disabled(part *analyze.Part) bool {
	return part.Budget.State == policy.Endless && slices.ContainsFunc(part.Budget.By, func(d policy.Decision) bool {
		return d.Provenance == policy.Disabled
	})
}

// A timer is a timeout that ends no request.
type timer struct {
	name, does string
	set        *policy.Set
	value      policy.Setting[time.Duration]
}

// sureOfBound is the confidence of a finding that uses a bound.
func sureOfBound(b policy.Limit) analyze.Confidence {
	sure := analyze.Certain
	for _, d := range b.By {
		sure = min(sure, sureOf(d.Provenance))
	}
	return sure
}

// unbounded reports whether nothing that is known ends an attempt of a part in
// time. Attempts that end, and are repeated without end, are another matter.
func unbounded(part *analyze.Part) bool { return part.Attempt.State != policy.Finite }

// clientUnread reports whether source code declares policies around a client of which no timeout is
// read: the client may have one, or its library a default. So may a call with a policy in the code of which it is not
// known whether it acts on it.
func clientUnread(p *Pass, e graph.Edge, part *analyze.Part) bool {
	return part.Attempt.State == policy.Undeclared && (looseIn(p.Core, e) != nil || slices.ContainsFunc(part.Layers, func(l policy.Effect) bool {
		return l.Set.Layer == policy.App && slices.ContainsFunc(l.Set.Decisions(), func(d policy.Decision) bool { return isCode(d.Origin) })
	}))
}

// until writes a bound as the time that something can take, "60s without a byte" for a read
// timeout alone.
func until(b policy.Limit) string {
	if b.State == policy.Finite {
		if b.OfSilence() && len(b.By) == 1 {
			return english.Duration(b.Time) + " without a byte"
		}
		return english.Duration(b.Time)
	}
	return b.String()
}

// took writes a bound as a value, with what supplied it where it is not declared.
func took(key string, b policy.Limit) analyze.KeyValue {
	text := until(b)
	if len(b.By) > 0 && b.By[0].Provenance != policy.Explicit && b.By[0].Provenance != policy.Unknown {
		text += " (" + b.By[0].Provenance.String() + ")"
	}
	return keyValue(key, text)
}

// wrongKinds returns the timers of a part that are declared and end no request.
func wrongKinds(part *analyze.Part) []timer {
	var timers []timer
	for i := range part.Layers {
		s := &part.Layers[i].Set
		if s.Timeout == nil {
			continue
		}
		for _, t := range []timer{
			{"connect", "connecting", s, s.Timeout.Connect},
			{"idle", "idle connections", s, s.Timeout.Idle},
		} {
			if t.value.IsExplicit() {
				timers = append(timers, t)
			}
		}
	}
	return timers
}
