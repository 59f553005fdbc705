package link

import (
	"encoding/binary"
	"errors"
	"math"
	"slices"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/trace/spans"
	"github.com/weirgraph/weir/internal/pack"
)

// A Sum is a part of what is known under one key: of one call, of one service, of how two
// calls relate. Sums of a key add up in any order. The zero Sum is nothing.
type Sum struct {
	counts  [counters]uint64 // what they count depends on the key
	weights map[float64]uint64
	latency graph.Latency
	failing string
	loops   loopSums
	traces  map[spans.Operation]uint64
	origin  graph.Origin
	orders  []uint64 // sorted, of traces in which a span failed
}

// counters is how many counts a Sum has at most.
const counters = 7

// Add adds what another part knows under the same key. It does not change o, but may keep parts of it.
func (s *Sum) Add(o *Sum) {
	for i, n := range o.counts {
		s.counts[i] += n
	}
	for w, n := range o.weights {
		if s.weights == nil {
			s.weights = map[float64]uint64{}
		}
		s.weights[w] += n
	}
	s.latency.Merge(&o.latency)
	s.failing = graph.FirstTrace(s.failing, o.failing)
	for key, n := range o.loops {
		s.loops.of(key).add(n)
	}
	for op, n := range o.traces {
		if s.traces == nil {
			s.traces = map[spans.Operation]uint64{}
		}
		s.traces[op] += n
	}
	if s.origin.File() == "" || o.origin.File() != "" && o.origin.Compare(s.origin) < 0 {
		s.origin = o.origin
	}
	if len(o.orders) > 0 {
		s.orders = firstOrders(slices.Concat(s.orders, o.orders))
	}
}

// firstOrders sorts orders of traces, and leaves those that decide which ids one run keeps.
func firstOrders(orders []uint64) []uint64 {
	slices.Sort(orders)
	orders = slices.Compact(orders)
	return slices.Clip(orders[:min(len(orders), spans.KeptFailing+1)])
}

// MarshalBinary returns the sum as bytes for another process of this version.
func (s *Sum) MarshalBinary() ([]byte, error) {
	var b []byte
	for _, n := range s.counts {
		b = binary.AppendUvarint(b, n)
	}
	b = binary.AppendUvarint(b, uint64(len(s.weights)))
	for w, n := range s.weights {
		b = binary.AppendUvarint(binary.LittleEndian.AppendUint64(b, math.Float64bits(w)), n)
	}
	sketch, err := s.latency.MarshalBinary()
	if err != nil {
		return nil, err
	}
	b = pack.AppendText(pack.AppendText(b, sketch), s.failing)
	b = binary.AppendUvarint(b, uint64(len(s.loops)))
	for key, n := range s.loops {
		b = binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(b, key.during), key.op)
		b = binary.AppendUvarint(b, uint64(key.calls))
		b = binary.AppendUvarint(binary.AppendUvarint(b, n.requests), n.traces)
		b = binary.AppendUvarint(binary.AppendUvarint(b, uint64(n.took)), uint64(n.ofTotal))
	}
	b = binary.AppendUvarint(b, uint64(len(s.traces)))
	for op, n := range s.traces {
		b = binary.AppendUvarint(binary.LittleEndian.AppendUint32(b, op), n)
	}
	b = pack.AppendText(pack.AppendText(b, s.origin.Reader()), s.origin.File())
	b = binary.AppendUvarint(b, uint64(len(s.orders)))
	for _, order := range s.orders {
		b = binary.LittleEndian.AppendUint64(b, order)
	}
	return b, nil
}

// UnmarshalBinary reads what MarshalBinary wrote.
func (s *Sum) UnmarshalBinary(b []byte) error {
	*s = Sum{}
	in := pack.NewReader(b)
	for i := range s.counts {
		s.counts[i] = in.Uint()
	}
	for range in.Count(9) {
		if s.weights == nil {
			s.weights = map[float64]uint64{}
		}
		w, n := math.Float64frombits(in.Uint64()), in.Uint()
		if !(w >= 0) {
			in.Fail()
			break
		}
		s.weights[w] = n
	}
	if err := s.latency.UnmarshalBinary(in.Text()); err != nil {
		return err
	}
	s.failing = string(in.Text())
	for range in.Count(13) {
		key := loopKey{during: in.Uint32(), op: in.Uint32(), calls: int(in.Uint())}
		s.loops.of(key).add(&loopSum{requests: in.Uint(), traces: in.Uint(), took: int64(in.Uint()), ofTotal: int64(in.Uint())})
	}
	for range in.Count(5) {
		if s.traces == nil {
			s.traces = map[spans.Operation]uint64{}
		}
		op := in.Uint32()
		s.traces[op] = in.Uint()
	}
	s.origin = graph.Source{Reader: string(in.Text()), File: string(in.Text())}.Whole()
	for range in.Count(8) {
		s.orders = append(s.orders, in.Uint64())
	}
	if !in.Whole() {
		return errors.New("bytes that are no sum")
	}
	return nil
}
