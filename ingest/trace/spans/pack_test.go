package spans

import "testing"

// TestPack looks at the edges of what a record holds.
func TestPack(t *testing.T) {
	for _, r := range []Record{
		{Key: 1, trace: 0, Duration: -1},
		{Key: 1<<keyBits - 1, Parent: 1<<keyBits - 1, trace: 1<<64 - 1, Start: 1<<32 - 1, Duration: 1e18},
		{Key: 1 << (keyBits - 1), Parent: 1, trace: 0x0123456789abcdef, Start: 7, Duration: 0.5},
	} {
		p := r.pack(17)
		var b [packedSize]byte
		p.put(&b)
		var q Packed
		if q.get(&b); q != p {
			t.Errorf("%+v comes back from the file as %+v", p, q)
		}
		got := q.Unpack()
		within := r.trace << partBits >> partBits >> (64 - traceBits)
		if got.trace != within || q.Traits != 17 {
			t.Errorf("trace %x is %x, traits are %d", r.trace, got.trace, q.Traits)
		}
		if got.trace = r.trace; got != r {
			t.Errorf("%+v comes back as %+v", r, got)
		}
	}
}
