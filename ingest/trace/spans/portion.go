package spans

import (
	"cmp"
	"encoding/binary"
	"errors"
	"math"
	"slices"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/pack"
)

// A portion is some spans of one trace as bytes that depend on no table: any process can link
// them, together with the other portions of the trace. Portions also carry what traces have
// to say to each other: which span a consumer links to, and whose that is.
//
// The bytes are for processes of one version of weir.

// The kinds of portions.
const (
	spansPortion byte = 1 + iota
	linkPortion       // a consumer links to a span of the trace
	waitPortion       // a consumer of the trace waits for a reply
	replyPortion      // what a consumer of the trace links to is of this service
)

// portionSize is how many spans a portion has at most.
const portionSize = 1 << 12

// Ship makes the collector keep what Portions needs. It is called before anything is read.
func (c *Collector) Ship() { c.ship = &shipment{ids: map[uint64]ID{}} }

// Portions yields what the collector keeps by the number of its trace, and forgets it. The
// bytes are the caller's.
func (c *Collector) Portions(yield func(trace uint64, portion []byte)) {
	p := packer{c: c}
	var list []Packed
	for part := range Parts {
		t := &c.Buffer.Parts[part]
		list = list[:0]
		t.Each(func(r *Packed) { list = append(list, *r) })
		t.empty()
		slices.SortStableFunc(list, func(a, b Packed) int { return cmp.Compare(a.TraceWithin(), b.TraceWithin()) })
		for from := 0; from < len(list); {
			to, within := from+1, list[from].TraceWithin()
			for to < len(list) && list[to].TraceWithin() == within {
				to++
			}
			trace := uint64(part)<<(traceBits-partBits) | within
			p.pack(list[from:to], c.ship.ids[trace], func(portion []byte) { yield(trace, portion) })
			from = to
		}
	}
	for _, l := range c.ship.links {
		yield(l.trace, l.portion())
		yield(l.answer.Trace, []byte{waitPortion})
	}
	clear(c.ship.ids)
	c.ship.links = c.ship.links[:0]
}

// Kept is how many records wait for Portions.
func (c *Collector) Kept() int {
	n := 0
	for i := range c.Buffer.Parts {
		n += c.Buffer.Parts[i].Length
	}
	return n
}

// A packer makes portions of records with numbers in the tables of a collector.
type packer struct {
	c      *Collector
	traits numbering
	party  numbering
	peer   numbering
}

// A numbering numbers the few entries of a table that a portion has.
type numbering struct {
	numbers map[uint32]int
	list    []uint32
}

func (n *numbering) reset() {
	if n.numbers == nil {
		n.numbers = map[uint32]int{}
	}
	clear(n.numbers)
	n.list = n.list[:0]
}

func (n *numbering) of(v uint32) int {
	i, ok := n.numbers[v]
	if !ok {
		i = len(n.list)
		n.numbers[v] = i
		n.list = append(n.list, v)
	}
	return i
}

// pack yields the portions of the records of one trace.
func (p *packer) pack(list []Packed, id ID, yield func([]byte)) {
	for len(list) > 0 {
		n := min(len(list), portionSize)
		yield(p.portion(list[:n], id))
		list = list[n:]
	}
}

func (p *packer) portion(list []Packed, id ID) []byte {
	p.traits.reset()
	p.party.reset()
	p.peer.reset()
	for i := range list {
		p.traits.of(list[i].Traits)
	}
	p.party.of(0)
	p.peer.of(0)
	for _, n := range p.traits.list {
		t := &p.c.Traits.Values[n]
		p.party.of(t.Party)
		p.peer.of(t.Peer)
	}
	if id.named {
		id = ID{}
	}
	b := make([]byte, 0, 32+48*(len(p.party.list)+len(p.peer.list))+16*len(p.traits.list)+(recordSize+1)*len(list))
	b = append(b, spansPortion)
	b = binary.LittleEndian.AppendUint64(b, id.Hi)
	b = binary.LittleEndian.AppendUint64(b, id.lo)
	b = binary.AppendUvarint(b, uint64(len(p.party.list)-1))
	for _, n := range p.party.list[1:] {
		b = pack.AppendText(b, p.c.Parties.Values[n].Append(nil))
	}
	b = binary.AppendUvarint(b, uint64(len(p.peer.list)-1))
	for _, n := range p.peer.list[1:] {
		b = pack.AppendText(b, p.c.Peers.Values[n].Append(nil))
	}
	b = binary.AppendUvarint(b, uint64(len(p.traits.list)))
	for _, n := range p.traits.list {
		t := &p.c.Traits.Values[n]
		b = binary.AppendUvarint(b, uint64(p.party.of(t.Party)))
		b = binary.AppendUvarint(b, uint64(p.peer.of(t.Peer)))
		b = binary.LittleEndian.AppendUint32(b, t.Op)
		b = binary.AppendUvarint(b, uint64(t.Flags))
		weight := 0.0
		if t.Weight > 0 {
			weight = p.c.Weights.Values[t.Weight]
		}
		b = binary.AppendUvarint(b, math.Float64bits(weight))
	}
	b = binary.AppendUvarint(b, uint64(len(list)))
	for i := range list {
		r := &list[i]
		b = appendKey(appendKey(b, r.Key>>LowBits), r.Parent>>LowBits)
		b = binary.LittleEndian.AppendUint32(b, r.start)
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(r.duration))
		b = binary.AppendUvarint(b, uint64(p.traits.of(r.Traits)))
	}
	return b
}

// keySize is how many bytes keyBits take, recordSize how many a record but for its traits.
const (
	keySize    = (keyBits + 7) / 8
	recordSize = 2*keySize + 8
)

func appendKey(b []byte, key uint64) []byte {
	var all [8]byte
	binary.LittleEndian.PutUint64(all[:], key)
	return append(b, all[:keySize]...)
}

// Append writes a party so that equal ones are equal bytes.
func (p *Party) Append(b []byte) []byte {
	for _, text := range [...]string{p.Name, p.Namespace, p.Cluster, p.Workload, p.Endpoint} {
		b = pack.AppendText(b, text)
	}
	return b
}

// Append writes a peer so that equal ones are equal bytes.
func (p *Peer) Append(b []byte) []byte {
	for _, text := range [...]string{p.Name, p.Namespace, p.Host, p.Protocol} {
		b = pack.AppendText(b, text)
	}
	b = binary.AppendUvarint(b, uint64(p.Port))
	return pack.AppendBool(binary.AppendUvarint(b, uint64(p.Kind)), p.Named)
}

// portion is the link as it is sent to the trace of the span.
func (l *farLink) portion() []byte {
	b := appendKey([]byte{linkPortion}, l.key)
	b = binary.LittleEndian.AppendUint64(b, l.answer.Trace)
	return appendKey(b, l.answer.Key)
}

// ErrPortion is what bytes are that Portions did not write.
var ErrPortion = errors.New("bytes that are no portion of a trace")

// A Scan is what was taken from the portions of one trace.
type Scan struct {
	Records []Packed            // without the bits of their trace
	ID      string              // in hexadecimal digits; empty if unknown
	Links   map[uint64][]Reply  // by the key of the span of the trace that consumers link to
	Waits   bool                // for the parties that its consumers link to
	Parties map[uint64][]uint32 // by the key of a consumer, those parties
}

// Empty makes room for another trace.
func (s *Scan) Empty() {
	s.Records, s.ID, s.Waits = s.Records[:0], "", false
	clear(s.Links)
	clear(s.Parties)
}

// Take adds a portion to s, with its texts in the tables of the collector.
func (c *Collector) Take(portion []byte, s *Scan) error {
	if len(portion) == 0 {
		return ErrPortion
	}
	in := &unpacker{pack.NewReader(portion[1:])}
	switch portion[0] {
	case spansPortion:
		return c.takeSpans(in, s)
	case linkPortion:
		at, r := in.key(), Reply{in.Uint64(), in.key()}
		if s.Links == nil {
			s.Links = map[uint64][]Reply{}
		}
		if in.end() == nil {
			s.Links[at] = append(s.Links[at], r)
		}
	case waitPortion:
		s.Waits = true
	case replyPortion:
		key, party := in.key(), in.party(c)
		if s.Parties == nil {
			s.Parties = map[uint64][]uint32{}
		}
		if in.end() == nil {
			s.Parties[key] = append(s.Parties[key], party)
		}
	default:
		return ErrPortion
	}
	return in.end()
}

func (c *Collector) takeSpans(in *unpacker, s *Scan) error {
	id := ID{Hi: in.Uint64(), lo: in.Uint64()}
	parties, peers := make([]uint32, 1, 8), make([]uint32, 1, 8)
	for range in.Count(2) {
		parties = append(parties, in.party(c))
	}
	for range in.Count(2) {
		peers = append(peers, in.peer(c))
	}
	traits := make([]uint32, 0, 16)
	for range in.Count(8) {
		party, peer := in.index(parties), in.index(peers)
		t := Traits{Party: party, Peer: peer, Op: in.Uint32(), Flags: Flags(in.Uint())}
		if weight := math.Float64frombits(in.Uint()); weight > 0 {
			t.Weight = c.Weigh(weight)
		}
		traits = append(traits, c.Traits.number(t))
	}
	from := len(s.Records)
	for range in.Count(recordSize + 1) {
		r := Packed{Key: in.key() << LowBits, Parent: in.key() << LowBits, start: in.Uint32(), duration: math.Float32frombits(in.Uint32())}
		r.Traits = in.index(traits)
		s.Records = append(s.Records, r)
	}
	if err := in.end(); err != nil {
		s.Records = s.Records[:from]
		return err
	}
	if text := id.String(); len(text) > len(s.ID) {
		s.ID = text
	}
	return nil
}

// Repack yields what s has of a trace as portions again, with what is asked of the trace, but not
// what others replied.
func (c *Collector) Repack(s *Scan, yield func(portion []byte)) {
	p := packer{c: c}
	p.pack(s.Records, ParseID([]byte(s.ID)), yield)
	for key, replies := range s.Links {
		for _, r := range replies {
			yield((&farLink{key: key, answer: r}).portion())
		}
	}
}

// Reply returns a portion for the trace of a consumer: what it links to is a span of the party.
func (c *Collector) Reply(to Reply, party uint32) []byte {
	b := appendKey([]byte{replyPortion}, to.Key)
	var of Party
	if party > 0 {
		of = c.Parties.Values[party]
	}
	return pack.AppendText(b, of.Append(nil))
}

// An unpacker reads what a packer wrote.
type unpacker struct{ *pack.Reader }

func (in *unpacker) key() uint64 {
	var all [8]byte
	copy(all[:], in.Take(keySize))
	return binary.LittleEndian.Uint64(all[:]) & (1<<keyBits - 1)
}

// index reads the place of a number in a list.
func (in *unpacker) index(list []uint32) uint32 {
	n := in.Uint()
	if n >= uint64(len(list)) {
		in.Fail()
		return 0
	}
	return list[n]
}

func (in *unpacker) end() error {
	if !in.Whole() {
		return ErrPortion
	}
	return nil
}

// party reads a party, and returns its number.
func (in *unpacker) party(c *Collector) uint32 {
	key := in.Text()
	if n, ok := c.Parties.find(key); ok {
		return n
	}
	of := pack.NewReader(key)
	p := ReadParty(of)
	if !of.Whole() {
		in.Fail()
	}
	if p == (Party{}) {
		return 0
	}
	return c.Parties.add(key, p)
}

// peer reads a peer, and returns its number.
func (in *unpacker) peer(c *Collector) uint32 {
	key := in.Text()
	if n, ok := c.Peers.find(key); ok {
		return n
	}
	of := pack.NewReader(key)
	p := ReadPeer(of)
	if !of.Whole() {
		in.Fail()
	}
	if p == (Peer{}) {
		return 0
	}
	return c.Peers.add(key, p)
}

// PartyNumber returns the number of a party in the tables of the collector.
func (c *Collector) PartyNumber(p Party) uint32 {
	return (&unpacker{pack.NewReader(pack.AppendText(nil, p.Append(nil)))}).party(c)
}

// PeerNumber returns the number of a peer in the tables of the collector.
func (c *Collector) PeerNumber(p Peer) uint32 {
	return (&unpacker{pack.NewReader(pack.AppendText(nil, p.Append(nil)))}).peer(c)
}

// ReadParty reads what Append wrote.
func ReadParty(in *pack.Reader) Party {
	var p Party
	for _, text := range [...]*string{&p.Name, &p.Namespace, &p.Cluster, &p.Workload, &p.Endpoint} {
		*text = clean(in.Text())
	}
	return p
}

// ReadPeer reads what Append wrote.
func ReadPeer(in *pack.Reader) Peer {
	var p Peer
	for _, text := range [...]*string{&p.Name, &p.Namespace, &p.Host, &p.Protocol} {
		*text = clean(in.Text())
	}
	p.Port, p.Kind, p.Named = int(uint16(in.Uint())), graph.Kind(in.Uint()), in.Bool()
	return p
}
