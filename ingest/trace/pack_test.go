package trace

import "testing"

// TestPack looks at the edges of what a record holds.
func TestPack(t *testing.T) {
	for _, r := range []record{
		{key: 1, trace: 0, duration: -1},
		{key: 1<<keyBits - 1, parent: 1<<keyBits - 1, trace: 1<<64 - 1, start: 1<<32 - 1, duration: 1e18},
		{key: 1 << (keyBits - 1), parent: 1, trace: 0x0123456789abcdef, start: 7, duration: 0.5},
	} {
		p := r.pack(17)
		var b [packedSize]byte
		p.put(&b)
		var q packed
		if q.get(&b); q != p {
			t.Errorf("%+v comes back from the file as %+v", p, q)
		}
		got := q.unpack()
		within := r.trace << partBits >> partBits >> (64 - traceBits)
		if got.trace != within || q.traits != 17 {
			t.Errorf("trace %x is %x, traits are %d", r.trace, got.trace, q.traits)
		}
		if got.trace = r.trace; got != r {
			t.Errorf("%+v comes back as %+v", r, got)
		}
	}
}
