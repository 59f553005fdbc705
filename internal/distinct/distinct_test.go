package distinct_test

import (
	"slices"
	"testing"

	"github.com/weirgraph/weir/internal/distinct"
	_ "github.com/weirgraph/weir/internal/testlong"
)

func TestList(t *testing.T) {
	var l distinct.List[int]
	var want []int
	for i := range 100 {
		for _, v := range []int{i, i / 2, 0} {
			isNew := !slices.Contains(want, v)
			if isNew {
				want = append(want, v)
			}
			if got := l.Add(v); got != isNew {
				t.Fatalf("Add(%d) = %t after %v", v, got, want)
			}
		}
	}
	if !slices.Equal(l.All(), want) {
		t.Errorf("got %v, want %v", l.All(), want)
	}
	if got := distinct.Of(append(want, want...)); !slices.Equal(got, want) {
		t.Errorf("Of: got %v, want %v", got, want)
	}
}
