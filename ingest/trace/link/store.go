package link

import "github.com/weirgraph/weir/ingest/trace/spans"

// A store is the buffers of all workers, to be read part by part, and what was
// found out about the links of consumers.
type store struct {
	buffers []*spans.PartitionBuffer
	found   *spans.PartitionBuffer // answers to links, in the part of the consumer
	spill   *spans.Spill
}

func newStore(workers []*spans.Collector) *store {
	s := &store{}
	for _, w := range workers {
		s.buffers = append(s.buffers, &w.Buffer)
		if w.Spill != nil {
			s.spill = w.Spill
		}
	}
	s.found = s.spill.Buffer(&spans.PartitionBuffer{})
	return s
}

// each visits the records of a part, and on which worker's buffer they are.
func (s *store) each(part int, visit func(worker int, r *spans.Packed)) error {
	for i, one := range s.buffers {
		t := &one.Parts[part]
		if err := s.spill.Each(t.Runs, func(r *spans.Packed) { visit(i, r) }); err != nil {
			return err
		}
		t.Each(func(r *spans.Packed) { visit(i, r) })
	}
	return nil
}

// count is how many records a part holds.
func (s *store) count(part int) int {
	n := 0
	for _, one := range s.buffers {
		t := &one.Parts[part]
		n += t.Length
		for _, r := range t.Runs {
			n += r.Records
		}
	}
	return n
}

// eachFound visits the consumers of a part whose links lead to a span, and its
// party.
func (s *store) eachFound(part int, visit func(consumer uint64, party uint32)) error {
	say := func(r *spans.Packed) { visit(r.Key>>spans.LowBits, r.Traits) }
	t := &s.found.Parts[part]
	t.Each(say)
	return s.spill.Each(t.Runs, say)
}

// resolve finds the parties of the spans that consumers link to, in whatever trace
// they are.
func (s *store) resolve(p *pool) error {
	var linked uint64
	for _, one := range s.buffers {
		linked |= one.Links
	}
	type consumer struct {
		key  uint64
		part int
	}
	wanted := map[uint64][]consumer{}
	for part := range spans.Parts {
		if linked&(1<<part) == 0 {
			continue
		}
		clear(wanted)
		err := s.each(part, func(_ int, r *spans.Packed) {
			if r.Traits == spans.IsLink {
				producer := r.Key >> spans.LowBits
				wanted[producer] = append(wanted[producer], consumer{r.Parent >> spans.LowBits, int(r.Trace)})
			}
		})
		if err != nil {
			return err
		}
		n := 0
		err = s.each(part, func(worker int, r *spans.Packed) {
			if r.Traits == spans.IsLink {
				return
			}
			for _, c := range wanted[r.Key>>spans.LowBits] {
				party := p.traits[p.firstOf[worker]+r.Traits].Party
				s.found.Add(c.part, spans.Packed{Key: c.key << spans.LowBits, Traits: party})
				n++
			}
		})
		if err != nil {
			return err
		}
		s.spill.Count(n)
	}
	return nil
}

// shares divides the parts so that each share fits into the memory that one of so
// many goroutines has.
func (s *store) shares(parallel int) []share {
	var list []share
	for part := range spans.Parts {
		of := s.spill.Shares(s.count(part), parallel)
		for i := range of {
			list = append(list, share{part, i, of})
		}
	}
	return list
}
