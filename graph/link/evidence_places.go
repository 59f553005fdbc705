package link

import (
	"hash/maphash"

	"github.com/weirgraph/weir/graph"
)

// evidencePlaces finds evidence in the list of a call by what shows it. Lists are long where short texts
// mean much: it takes a few bytes for each place.
type evidencePlaces struct {
	seed   maphash.Seed
	last   map[uint64]int32 // the last place, by the hash of its source
	before []int32          // of each place the one before it with the same hash, or -1
}

func newEvidencePlaces(list []graph.Evidence) *evidencePlaces {
	p := &evidencePlaces{seed: maphash.MakeSeed(), last: map[uint64]int32{}}
	for i := range list {
		p.add(&list[i])
	}
	return p
}

func (p *evidencePlaces) hash(e *graph.Evidence) uint64 {
	return maphash.Comparable(p.seed, struct {
		origin   graph.Origin
		way, key string
	}{e.Origin, e.Way, e.Key})
}

// add adds the next place of the list.
func (p *evidencePlaces) add(e *graph.Evidence) {
	hash, at := p.hash(e), int32(len(p.before))
	before, ok := p.last[hash]
	if !ok {
		before = -1
	}
	p.last[hash], p.before = at, append(p.before, before)
}

// find returns the place of evidence in the list that a condition holds for and that has the source of e;
// -1 if there is none.
func (p *evidencePlaces) find(e *graph.Evidence, holds func(at int) bool) int {
	at, ok := p.last[p.hash(e)]
	if !ok {
		return -1
	}
	for at >= 0 && !holds(int(at)) {
		at = p.before[at]
	}
	return int(at)
}
