package analyze

import "slices"

// A choice is what a service that has all it needs for certain still needs of
// alternatives. Services are numbered in it, and so are splits.
type choice struct {
	roots  []term
	needs  [][]int32 // by service: that fail it
	asks   [][]term  // by service
	p      []float64 // by service: that it does not fail itself
	unsure []int32   // with p below 1
	splits [][]float64
	equal  bool
}

// A term is a condition on numbered services.
type term struct {
	enough int // of the services and terms that have to work
	of     []int32
	terms  []term
	split  int     // the number of a split, of which the part counts that is picked; -1 for others
	order  []int32 // of a split: its parts, services as they are and terms as -1 - their index
}

// works is the number of services that are there if the certain ones are.
const works = -1

// maxWeighed bounds the services, times the cases of which of them fail, that are
// looked at one by one.
const maxWeighed = 1 << 18

// chance returns the probability that all of the roots work.
func (c *choice) chance() (p float64, exact bool) {
	picks := 1
	for _, shares := range c.splits {
		picks = min(picks*len(shares), maxWeighed)
	}
	if k := len(c.unsure); k > 20 || len(c.p)*picks<<k > maxWeighed {
		return c.least(), false
	}
	s := &situation{choice: c, fails: make([]bool, len(c.p)), picked: make([]int, len(c.splits))}
	for {
		likely := 1.0
		for i, k := range s.picked {
			likely *= c.splits[i][k]
		}
		for set := range 1 << len(c.unsure) {
			clear(s.fails)
			odds := likely
			for i, v := range c.unsure {
				if s.fails[v] = set>>i&1 != 0; s.fails[v] {
					odds *= 1 - c.p[v]
				} else {
					odds *= c.p[v]
				}
			}
			s.spread()
			if !slices.ContainsFunc(c.roots, s.broken) {
				p += odds
			}
		}
		if !s.next() {
			return p, true
		}
	}
}

// A situation is who fails, and which way each split takes.
type situation struct {
	*choice
	fails  []bool
	picked []int
}

// next picks other ways, until all have been.
func (s *situation) next() bool {
	for i := range s.picked {
		if s.picked[i]++; s.picked[i] < len(s.splits[i]) {
			return true
		}
		s.picked[i] = 0
	}
	return false
}

// spread lets fail whoever has to.
func (s *situation) spread() {
	for changed := true; changed; {
		changed = false
		for v := range s.fails {
			if !s.fails[v] && (slices.ContainsFunc(s.needs[v], func(w int32) bool { return s.fails[w] }) || slices.ContainsFunc(s.asks[v], s.broken)) {
				s.fails[v], changed = true, true
			}
		}
	}
}

func (s *situation) broken(t term) bool {
	if t.split >= 0 {
		switch k := t.order[s.picked[t.split]]; {
		case k == works:
			return false
		case k < works:
			return s.broken(t.terms[-2-k])
		default:
			return s.fails[k]
		}
	}
	working := 0
	for _, v := range t.of {
		if !s.fails[v] {
			working++
		}
	}
	for _, sub := range t.terms {
		if !s.broken(sub) {
			working++
		}
	}
	return working < t.enough
}

// least is what the chance is at least: that of the best parts of each term alone, with
// all that they may need. They work together no less often than if they had nothing to do
// with each other.
func (c *choice) least() float64 {
	p := 1.0
	for _, t := range c.roots {
		p *= c.leastOf(t)
	}
	return p
}

func (c *choice) leastOf(t term) float64 {
	var chances []float64
	for _, v := range t.of {
		chances = append(chances, c.alone(v))
	}
	for _, sub := range t.terms {
		chances = append(chances, c.leastOf(sub))
	}
	slices.Sort(chances)
	if t.split >= 0 {
		return chances[0] // the worst of its ways
	}
	p := 1.0
	for _, best := range slices.Backward(chances) {
		if t.enough == 0 {
			break
		}
		t.enough--
		p *= best
	}
	return p
}

// alone is the chance of v if of its alternatives, and of those behind it, all are
// needed.
func (c *choice) alone(v int32) float64 {
	seen := make([]bool, len(c.p))
	seen[v] = true
	p := 1.0
	work := []int32{v}
	find := func(list []int32) {
		for _, w := range list {
			if !seen[w] {
				seen[w] = true
				work = append(work, w)
			}
		}
	}
	for len(work) > 0 {
		u := work[len(work)-1]
		work = work[:len(work)-1]
		p *= c.p[u]
		find(c.needs[u])
		for terms := slices.Clone(c.asks[u]); len(terms) > 0; terms = terms[1:] {
			find(terms[0].of)
			terms = append(terms, terms[0].terms...)
		}
	}
	return p
}
