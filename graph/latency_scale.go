package graph

import "math"

// The scale of latencies divides durations into bins that are 2% wide, so that the middle of a bin is at most
// 1% wrong. The number of a bin is a logarithm to base two, times binsPerOctave; between two powers of two it
// is interpolated by a polynomial of the third degree, as DDSketch does it (Masson, Rim, Lee: DDSketch, 2019).
const (
	cubic, square, linear = 6.0 / 35, -3.0 / 5, 10.0 / 7 // their sum is 1
	accuracy              = 0.01
	leastNormal           = 0x1p-1022
)

var (
	// latencyBase is the base of the logarithm that the polynomial is nearest to.
	latencyBase   = math.Pow((1+accuracy)/(1-accuracy), 10*math.Ln2/7)
	binsPerOctave = 1 / math.Log2(latencyBase)
	binWidth      = math.Pow(latencyBase, 7/(10*math.Ln2)) // the end of a bin by its begin, at most
	toMiddle      = 1 + (1 - 2/(1+math.Exp(7.0/10*math.Log2(latencyBase))))

	// Shorter durations than the shortest are counted together; there are no longer ones than the longest.
	shortestLatency = max(math.Exp2(math.MinInt32/binsPerOctave+1), leastNormal*binWidth)
	longestLatency  = min(math.Exp2(math.MaxInt32/binsPerOctave-1), math.Exp(7.094361393031e+02)/(2*binWidth)*(binWidth+1))
)

// binOf returns the number of the bin that a duration between the shortest and the longest is in.
func binOf(nanoseconds float64) int32 {
	fraction, exponent := math.Frexp(nanoseconds) // from a half to 1
	s := 2*fraction - 1
	return int32(math.Floor((float64(float64((float64(float64(cubic*s)+square)*s)+linear)*s) + float64(exponent-1)) * binsPerOctave))
}

// middleOf returns the duration that a bin is counted as.
func middleOf(bin int32) float64 {
	x := float64(bin) / binsPerOctave
	octave := math.Floor(x)
	// The root of cubic*s³ + square*s² + linear*s = x - octave, by the formula of Cardano.
	d0 := square*square - 3*cubic*linear
	d := 2*square*square*square - 9*cubic*square*linear - 27*cubic*cubic*(x-octave)
	root := math.Cbrt((d - math.Sqrt(d*d-4*d0*d0*d0)) / 2)
	s := -(square + root + d0/root) / (3 * cubic)
	return math.Ldexp(1+s, int(octave)) * toMiddle
}
