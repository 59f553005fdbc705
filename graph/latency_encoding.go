package graph

import (
	"errors"
	"fmt"
	"math"

	"github.com/DataDog/sketches-go/ddsketch/encoding"
)

// MarshalBinary returns the sketch in the encoding of DDSketch, nil if it is empty. The bytes depend
// on the calls alone, and not on the order in which they were added.
func (l *Latency) MarshalBinary() ([]byte, error) {
	bins := l.bins
	var b []byte
	if len(bins) > 0 && bins[0].index == noDuration {
		encoding.EncodeFlag(&b, encoding.FlagZeroCountVarFloat)
		encoding.EncodeVarfloat64(&b, bins[0].count)
		bins = bins[1:]
	}
	if len(bins) == 0 {
		return b, nil
	}
	encoding.EncodeFlag(&b, encoding.NewFlag(encoding.FlagTypePositiveStore, encoding.BinEncodingIndexDeltasAndCounts))
	encoding.EncodeUvarint64(&b, uint64(len(bins)))
	before := int64(0)
	for _, bin := range bins {
		encoding.EncodeVarint64(&b, int64(bin.index)-before)
		encoding.EncodeVarfloat64(&b, bin.count)
		before = int64(bin.index)
	}
	return b, nil
}

var errSketch = errors.New("it is no sketch of durations")

// UnmarshalBinary adds what MarshalBinary, or DDSketch with the same scale, wrote. Durations that no
// sketch has are ignored. What an error leaves is of no use.
func (l *Latency) UnmarshalBinary(b []byte) error {
	for len(b) > 0 {
		flag, err := encoding.DecodeFlag(&b)
		if err != nil {
			return fmt.Errorf("reading a latency sketch: %w", err)
		}
		switch flag.Type() {
		case encoding.FlagTypePositiveStore:
			err = decodeBins(&b, flag.SubFlag(), l.addIndex)
		case encoding.FlagTypeNegativeStore:
			err = decodeBins(&b, flag.SubFlag(), func(int64, float64) {})
		default:
			err = l.decodeFeature(&b, flag)
		}
		if err != nil {
			return fmt.Errorf("reading a latency sketch: %w", err)
		}
	}
	return nil
}

// addIndex counts calls in a bin that a stranger names.
func (l *Latency) addIndex(index int64, count float64) {
	if index >= int64(binOf(shortestLatency)) && index <= int64(binOf(longestLatency)) && count > 0 && count <= math.MaxFloat64 {
		l.addBin(latencyBin{int32(index), count})
	}
}

// decodeFeature reads what is not a list of bins.
func (l *Latency) decodeFeature(b *[]byte, flag encoding.Flag) error {
	switch flag {
	case encoding.FlagZeroCountVarFloat:
		n, err := encoding.DecodeVarfloat64(b)
		l.AddMany(0, n)
		return err
	case encoding.FlagIndexMappingBaseCubic:
		base, err := encoding.DecodeFloat64LE(b)
		if err != nil {
			return err
		}
		offset, err := encoding.DecodeFloat64LE(b)
		if err == nil && !(math.Abs(base/latencyBase-1) < 1e-12 && offset == 0) {
			return errors.New("it has another scale")
		}
		return err
	case encoding.FlagCount:
		_, err := encoding.DecodeVarfloat64(b)
		return err
	case encoding.FlagSum, encoding.FlagMin, encoding.FlagMax:
		_, err := encoding.DecodeFloat64LE(b)
		return err
	}
	return errSketch
}

// decodeBins reads a list of bins in any encoding.
func decodeBins(b *[]byte, as encoding.SubFlag, add func(index int64, count float64)) error {
	n, err := encoding.DecodeUvarint64(b)
	if err != nil {
		return err
	}
	if n > uint64(len(*b)) { // each bin takes a byte
		return errSketch
	}
	var index, step int64
	if as == encoding.BinEncodingContiguousCounts {
		if index, err = encoding.DecodeVarint64(b); err != nil {
			return err
		}
		if step, err = encoding.DecodeVarint64(b); err != nil {
			return err
		}
		index -= step
	}
	for range n {
		count := 1.0
		switch as {
		case encoding.BinEncodingIndexDeltas, encoding.BinEncodingIndexDeltasAndCounts:
			if step, err = encoding.DecodeVarint64(b); err != nil {
				return err
			}
		case encoding.BinEncodingContiguousCounts:
		default:
			return errSketch
		}
		if as != encoding.BinEncodingIndexDeltas {
			if count, err = encoding.DecodeVarfloat64(b); err != nil {
				return err
			}
		}
		index += step
		add(index, count)
	}
	return nil
}
