package rules

import "github.com/weirgraph/weir/policy"

// waitLeftOpen reports whether retries are written in the words of an API that
// leaves the wait between them to whoever carries them out.
func waitLeftOpen(s *policy.Set) bool {
	return s.Product.OrNative().Contract && s.Retry.Backoff == nil
}

// atOnce reports whether nothing makes retries wait. A base of nothing with a
// jitter of its own length waits for that.
func atOnce(b *policy.Backoff) bool {
	switch {
	case b == nil:
		return true
	case b.Jitter.Set() && b.Jitter.Value.UpTo > 0:
		return false
	case b.Kind.Set():
		return b.Kind.Value == "none" || b.Base.Set() && b.Base.Value == 0
	}
	return !b.Base.Set() || b.Base.Value == 0
}
