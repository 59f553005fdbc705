package spans

import (
	"encoding/binary"
	"errors"
	"maps"
	"slices"

	"github.com/weirgraph/weir/internal/pack"
)

// Words are the words behind the hashes of operations. Of many sorts of requests those with the
// least hashes have words, as in a run that reads everything by itself.
type Words map[Operation]string

// Add adds the words of others. Of two operations of one hash the lesser words count. There may be
// twice as many as Settle leaves.
func (w Words) Add(o Words) {
	for op, words := range o {
		if old, ok := w[op]; !ok || words < old {
			w[op] = words
		}
	}
	if len(w) > 2*maxOperations {
		w.Settle()
	}
}

// Settle leaves as many words as one run has. It is called when all are added.
func (w Words) Settle() {
	if len(w) > maxOperations {
		for _, op := range slices.Sorted(maps.Keys(w))[maxOperations:] {
			delete(w, op)
		}
	}
}

// MarshalBinary returns the words as bytes, which depend on nothing else.
func (w Words) MarshalBinary() ([]byte, error) {
	var b []byte
	for _, op := range slices.Sorted(maps.Keys(w)) {
		b = pack.AppendText(binary.LittleEndian.AppendUint32(b, op), w[op])
	}
	return b, nil
}

// UnmarshalBinary adds what MarshalBinary wrote.
func (w *Words) UnmarshalBinary(b []byte) error {
	if *w == nil {
		*w = Words{}
	}
	in := pack.NewReader(b)
	more := Words{}
	for in.More() {
		op := in.Uint32()
		more[op] = clean(in.Text())
	}
	if !in.Whole() {
		return errors.New("bytes that are no words of operations")
	}
	w.Add(more)
	return nil
}
