package policy

// ManyRetries is how many retries are counted one by one.
const ManyRetries = manyRetries

// TotalBound is the timeout of s for all attempts.
func (s *Set) TotalBound() Bound { return s.totalBound() }
