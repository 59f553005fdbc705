package spans

import (
	"bytes"
	"math"
)

// weight returns how many spans this one represents after sampling, or 0 if unknown.
func (d *Builder) weight() float64 {
	if len(d.State) > 0 {
		return stateWeight(d.State)
	}
	if string(d.Get(samplerType)) == "probabilistic" {
		if p, ok := ParseFloat(d.Get(samplerParam)); ok && p > 0 && p <= 1 {
			return 1 / p
		}
	}
	return 0
}

// stateWeight reads the sampling threshold in the "ot" entry of a W3C tracestate:
// th is what of 2^56 random numbers was dropped, without the zeros at its end. The
// older p is a power of two.
func stateWeight(state []byte) float64 {
	for entry := range bytes.SplitSeq(state, []byte(",")) {
		key, value, _ := bytes.Cut(bytes.TrimSpace(entry), []byte("="))
		if string(key) != "ot" {
			continue
		}
		for field := range bytes.SplitSeq(value, []byte(";")) {
			name, v, _ := bytes.Cut(field, []byte(":"))
			switch string(name) {
			case "th":
				return thresholdWeight(v)
			case "p":
				if p, ok := ParseInt(v); ok && 0 <= p && p < 63 {
					return math.Exp2(float64(p))
				}
			}
		}
	}
	return 0
}

func thresholdWeight(digits []byte) float64 {
	if len(digits) == 0 || len(digits) > 14 {
		return 0
	}
	n, ok := hexID(digits)
	if !ok {
		return 0
	}
	dropped := n.lo << (4 * (14 - len(digits)))
	return float64(1<<56) / float64(1<<56-dropped)
}
