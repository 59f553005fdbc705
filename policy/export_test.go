package policy

// ManyRetries is how many retries are counted one by one.
const ManyRetries = manyRetries

// TotalLimit is the timeout of s for all attempts.
func (s *Set) TotalLimit() Limit { return s.totalLimit() }
