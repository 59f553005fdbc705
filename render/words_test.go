package render

import "testing"

func TestShareText(t *testing.T) {
	for _, tt := range []struct {
		part, whole float64
		want        string
	}{
		{0, 1000, "0 %"}, {1, 100_000, "less than 0.1 %"}, {99, 100_000, "less than 0.1 %"},
		{1, 1000, "0.1 %"}, {19, 1000, "1.9 %"}, {99, 1000, "9.9 %"}, {104, 1000, "10 %"}, {1, 2, "50 %"},
		{996, 1000, "99 %"}, {999, 1000, "99 %"}, {9991, 10_000, "more than 99.9 %"}, {1000, 1000, "100 %"},
	} {
		if got := shareText(tt.part, tt.whole); got != tt.want {
			t.Errorf("shareText(%v, %v) = %q, want %q", tt.part, tt.whole, got, tt.want)
		}
	}
}
