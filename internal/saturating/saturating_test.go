package saturating

import (
	"testing"
	"time"

	_ "github.com/weirgraph/weir/internal/testlong"
)

func FuzzMulAndAdd(f *testing.F) {
	f.Add(int64(1)<<62, int64(3))
	f.Add(int64(-1)<<63, int64(-1))
	f.Add(int64(25e6), int64(7))
	f.Fuzz(func(t *testing.T, a, b int64) {
		if got, want := Mul(time.Duration(a), b), float64(a)*float64(b); (got > 0) != (want > 0) && got != 0 {
			t.Errorf("%d x %d = %d", a, b, got)
		} else if diff := float64(got) - want; got != Longest && got != -Longest && (diff > 2048 || diff < -2048) {
			t.Errorf("%d x %d = %d", a, b, got)
		}
		if got, want := Add(time.Duration(a), time.Duration(b)), float64(a)+float64(b); got != Longest && got != -Longest && (float64(got)-want > 2048 || float64(got)-want < -2048) {
			t.Errorf("%d + %d = %d", a, b, got)
		}
	})
}
