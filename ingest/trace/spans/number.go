package spans

import (
	"math"
	"strconv"
)

// ParseInt reads a decimal number and cuts off its fraction.
func ParseInt(s []byte) (n int64, ok bool) {
	negative := len(s) > 0 && s[0] == '-'
	if negative {
		s = s[1:]
	}
	for i, b := range s {
		if b-'0' > 9 {
			if i > 0 && b == '.' {
				break
			}
			if f, isFloat := ParseFloat(s); isFloat {
				n, ok = int64(max(min(f, 1<<62), -1<<62)), true
				break
			}
			return 0, false
		}
		if n > (1<<63-10)/10 {
			return 0, false
		}
		n, ok = 10*n+int64(b-'0'), true
	}
	if negative {
		n = -n
	}
	return n, ok
}

func ParseFloat(s []byte) (float64, bool) {
	f, err := strconv.ParseFloat(string(s), 64)
	return f, err == nil && !math.IsNaN(f)
}
