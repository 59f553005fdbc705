package trace

// A store is the shelves of all workers, to be read part by part, and what was
// found out about the links of consumers.
type store struct {
	shelves []*shelf
	found   *shelf // answers to links, in the part of the consumer
	spill   *Spill
}

func newStore(workers []*Collector) *store {
	s := &store{}
	for _, w := range workers {
		s.shelves = append(s.shelves, &w.shelf)
		if w.spill != nil {
			s.spill = w.spill
		}
	}
	s.found = s.spill.shelf(&shelf{})
	return s
}

// each visits the records of a part, and on which worker's shelf they are.
func (s *store) each(part int, visit func(worker int, r *packed)) error {
	for i, one := range s.shelves {
		t := &one.parts[part]
		if err := s.spill.each(t.runs, func(r *packed) { visit(i, r) }); err != nil {
			return err
		}
		t.each(func(r *packed) { visit(i, r) })
	}
	return nil
}

// count is how many records a part holds.
func (s *store) count(part int) int {
	n := 0
	for _, one := range s.shelves {
		t := &one.parts[part]
		n += t.length
		for _, r := range t.runs {
			n += r.records
		}
	}
	return n
}

// eachFound visits the consumers of a part whose links lead to a span, and its
// party.
func (s *store) eachFound(part int, visit func(consumer uint64, party uint32)) error {
	say := func(r *packed) { visit(r.key>>lowBits, r.traits) }
	t := &s.found.parts[part]
	t.each(say)
	return s.spill.each(t.runs, say)
}

// resolve finds the parties of the spans that consumers link to, in whatever trace
// they are.
func (s *store) resolve(p *pool) error {
	var linked uint64
	for _, one := range s.shelves {
		linked |= one.links
	}
	type consumer struct {
		key  uint64
		part int
	}
	wanted := map[uint64][]consumer{}
	for part := range parts {
		if linked&(1<<part) == 0 {
			continue
		}
		clear(wanted)
		err := s.each(part, func(_ int, r *packed) {
			if r.traits == isLink {
				producer := r.key >> lowBits
				wanted[producer] = append(wanted[producer], consumer{r.parent >> lowBits, int(r.trace)})
			}
		})
		if err != nil {
			return err
		}
		n := 0
		err = s.each(part, func(worker int, r *packed) {
			if r.traits == isLink {
				return
			}
			for _, c := range wanted[r.key>>lowBits] {
				party := p.traits[p.firstOf[worker]+r.traits].party
				s.found.add(c.part, packed{key: c.key << lowBits, traits: party})
				n++
			}
		})
		if err != nil {
			return err
		}
		s.spill.count(n)
	}
	return nil
}

// shares divides the parts so that each share fits into the memory that one of so
// many goroutines has.
func (s *store) shares(parallel int) []share {
	var list []share
	for part := range parts {
		of := s.spill.shares(s.count(part), parallel)
		for i := range of {
			list = append(list, share{part, i, of})
		}
	}
	return list
}
