package spans

import (
	"encoding/base64"
	"fmt"
	"math/bits"
)

// An ID is a trace or span id in the one form that all its spellings share. The
// zero id is none.
type ID struct {
	Hi, lo uint64
	named  bool // it is the hash of a name, and not a number
}

func (i ID) IsZero() bool { return i == ID{} }

// String returns the id in hexadecimal digits, 16 if that is enough, else 32; empty for a name
// and for none.
func (i ID) String() string {
	switch {
	case i.named, i.IsZero():
		return ""
	case i.Hi == 0:
		return fmt.Sprintf("%016x", i.lo)
	}
	return fmt.Sprintf("%016x%016x", i.Hi, i.lo)
}

// HexDigit is the value of a hexadecimal digit, 255 for other bytes.
var HexDigit = func() (t [256]uint8) {
	for i := range t {
		t[i] = 255
	}
	for i := range 10 {
		t['0'+i] = uint8(i)
	}
	for i := range 6 {
		t['a'+i], t['A'+i] = uint8(10+i), uint8(10+i)
	}
	return t
}()

// ParseID reads an id. Up to 32 hexadecimal digits are a number, in any case and with or
// without leading zeros; 24 or 12 characters that end like base64 are the bytes that
// standard JSON makes of protobuf. Anything else is a name, which is distinguished by its
// lower-case letters.
func ParseID(s []byte) ID {
	for len(s) > 32 && s[0] == '0' {
		s = s[1:]
	}
	if len(s) <= 32 {
		if n, ok := hexID(s); ok {
			return n
		}
	}
	if (len(s) == 24 || len(s) == 12) && s[len(s)-1] == '=' {
		var buf [18]byte
		if n, err := base64.StdEncoding.Decode(buf[:], s); err == nil {
			return BytesID(buf[:n])
		}
	}
	for len(s) > 0 && s[0] == '0' {
		s = s[1:]
	}
	return nameID(s)
}

func hexID(s []byte) (n ID, ok bool) {
	cut := max(0, len(s)-16)
	for _, b := range s[:cut] {
		d := HexDigit[b]
		if d > 15 {
			return ID{}, false
		}
		n.Hi = n.Hi<<4 | uint64(d)
	}
	for _, b := range s[cut:] {
		d := HexDigit[b]
		if d > 15 {
			return ID{}, false
		}
		n.lo = n.lo<<4 | uint64(d)
	}
	return n, true
}

// BytesID reads an id of up to 16 bytes.
func BytesID(s []byte) (n ID) {
	if len(s) > 16 {
		return nameID(s)
	}
	for _, b := range s {
		n.Hi = n.Hi<<8 | n.lo>>56
		n.lo = n.lo<<8 | uint64(b)
	}
	return n
}

// nameID reads an id that is no number. The top of its high half is set, as
// it is in no number of fewer digits than a trace id has, so that "g" is not 16.
func nameID(s []byte) ID {
	h := uint64(len(s)) + 1
	g := ^h
	for _, b := range s {
		if b-'A' < 26 {
			b |= 0x20
		}
		h = mix(h^uint64(b), 0x9e3779b97f4a7c15)
		g = mix(g^uint64(b), 0xd6e8feb86659fd93)
	}
	return ID{g | 1<<63, h, true}
}

// mix hashes two words into one.
func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a^0xa0761d6478bd642f, b^0xe7037ed1a0b428db)
	return hi ^ lo
}

// hash is the id as one word, which is never 0.
func (i ID) hash() uint64 {
	return max(1, mix(mix(i.Hi, 0x8ebc6af09c88c6e3)^i.lo, i.lo+0x589965cc75374cc3))
}

// keyBits is the size of the hash of a span id.
const keyBits = 55

// within is the hash of a span id within its trace: keyBits bits, never 0.
func (i ID) within(trace uint64) uint64 {
	return max(1, mix(trace^i.lo, i.hash()^trace>>32)>>(64-keyBits))
}
