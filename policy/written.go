package policy

// IsWritten reports whether the inputs declare retries. A budget alone does not: it
// limits retries that are declared elsewhere.
func (r *Retry) IsWritten() bool {
	return r.anySetting(func(p Provenance) bool { return p == Explicit || p == MeshDefault || p == Disabled })
}

// IsExplicit reports whether the inputs declare retries for this very call, with or
// without their number.
func (r *Retry) IsExplicit() bool {
	return r.anySetting(func(p Provenance) bool { return p == Explicit })
}

// anySetting reports whether a setting of r other than the budget has such a provenance.
func (r *Retry) anySetting(is func(Provenance) bool) bool {
	if r == nil {
		return false
	}
	b := r.Backoff
	return is(r.Retries.Provenance) || is(r.On.Provenance) || is(r.Methods.Provenance) || is(r.MaxDuration.Provenance) || is(r.RetryAfter.Provenance) ||
		b != nil && (is(b.Kind.Provenance) || is(b.Base.Provenance) || is(b.Max.Provenance) || is(b.Multiplier.Provenance) || is(b.Jitter.Provenance))
}

// IsWritten reports whether the inputs give a value to a setting of b.
func (b *Breaker) IsWritten() bool {
	for _, p := range [...]Provenance{
		b.Kind.Provenance, b.Slow.Provenance, b.ErrorRate.Provenance, b.Failures.Provenance, b.Gateway.Provenance, b.SlowAfter.Provenance,
		b.Window.Provenance, b.Buckets.Provenance, b.MinCalls.Provenance, b.Open.Provenance, b.MaxEject.Provenance, b.EjectOne.Provenance,
	} {
		if p == Explicit || p == MeshDefault {
			return true
		}
	}
	return false
}

// isDeclared reports whether there is a breaker that does not come from defaults. A panic threshold
// alone is none.
func (b *Breaker) isDeclared() bool {
	return b != nil && (b.Kind.Provenance == Unknown && (b.IsWritten() || !b.Panic.Set()) || b.Kind.IsWritten())
}
