package wire

import (
	"bytes"
	"math"
	"strconv"
)

// An Amount is a count or a rate, never negative. Amounts of several documents add up.
// Reading accepts text as well, and takes what is no number, negative or infinite for 0.
type Amount float64

// UnmarshalJSON accepts every JSON value: sources write "NaN" where they know nothing.
func (a *Amount) UnmarshalJSON(b []byte) error {
	*a = 0
	v, err := strconv.ParseFloat(string(bytes.Trim(b, `"`)), 64)
	if err == nil && v >= 0 && !math.IsInf(v, 0) {
		*a = Amount(v)
	}
	return nil
}
