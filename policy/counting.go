package policy

import "slices"

// countWith sets the attempts of l where the product counts the tries of all its retries around
// each other in one number: those of a retry inside of l are used up for l.
func (l *Effect) countWith(inner []Effect) {
	if !l.Set.Product.OrNative().CountsAll || l.Attempts == 1 || l.Attempts == Unlimited || l.Attempts > manyRetries {
		return
	}
	i := slices.IndexFunc(inner, func(in Effect) bool {
		return l.Set.wraps(&in.Set) && in.Set.Product.Is(l.Set.Product) && in.Set.Retry.IsWritten()
	})
	if i < 0 {
		return
	}
	in, n := &inner[i], l.Attempts
	l.slow = n.countedWith(in.Attempts, in.ending(inner[0].Held))
	if l.Attempts = n.countedWith(in.Attempts, in.Attempts); l.Attempts != n {
		l.By = append(slices.Clip(l.By), in.By...)
	}
}

// countedWith is how many of n attempts are made if each of them makes inner ones, which are
// counted with them. Only those are counted that end, at most ending in each.
func (n Tries) countedWith(inner, ending Tries) Tries {
	if inner == Unlimited {
		inner = manyRetries
	}
	retries, made := Tries(0), Tries(0)
	for made == 0 || retries <= n-1 {
		retries += 1 + min(max(inner-retries, 1), ending)
		made++
	}
	return made
}

// ending is the number of attempts of l that end by themselves before a limit around them does,
// if each takes as long as possible.
func (l *Effect) ending(limit Limit) Tries {
	if l.Try.State != Finite {
		return 0
	}
	n := l.slow
	if !l.SlowAgain {
		n = 1
	}
	if limit.State != Finite || n == Unlimited || n > manyRetries {
		return n
	}
	for n > 0 && AllTries(n, l.Try.Time, l.Set.waits(n).Time) > limit.Time {
		n--
	}
	return n
}
