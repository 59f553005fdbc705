package graph

import (
	"reflect"
	"testing"

	_ "github.com/weirgraph/weir/internal/testlong"
	"github.com/weirgraph/weir/policy"
)

// TestShown adds evidence with each field set, alone and with all that is kept in common.
func TestShown(t *testing.T) {
	var s shown
	var numbers []int32
	var want [][]Evidence
	add := func(list ...Evidence) {
		numbers, want = append(numbers, s.add(list, 8)), append(want, list)
	}
	add(Evidence{Origin: Source{File: "calls.csv"}.At(2, 1), Way: "table-row", Observed: true})
	add(Evidence{Origin: Source{File: "calls.csv"}.At(3, 1), Way: "table-row", Observed: true})
	for i := range reflect.TypeFor[Evidence]().NumField() {
		e := Evidence{Origin: Source{File: "calls.csv"}.At(3, 0), Way: "table-row"}
		switch f := reflect.ValueOf(&e).Elem().Field(i); f.Kind() {
		case reflect.String:
			f.SetString("set")
		case reflect.Bool:
			f.SetBool(true)
		case reflect.Int:
			f.SetInt(7)
		case reflect.Uint8:
			f.SetUint(1)
		case reflect.Slice:
			f.Set(reflect.MakeSlice(f.Type(), 1, 1))
		case reflect.Pointer:
			f.Set(reflect.New(f.Type().Elem()))
		case reflect.Struct:
			e.Origin = Source{Reader: "table", File: "b.csv", RenderedFrom: "a"}.At(1, 2)
		default:
			t.Fatalf("a field of kind %v", f.Kind())
		}
		add(e)
		add(e, e)
	}
	add()
	add(Evidence{Says: &policy.Set{}})
	for i, n := range numbers {
		if got := s.of(n, new([1]Evidence)); !reflect.DeepEqual(got, want[i]) {
			t.Errorf("list %d is %+v, want %+v", i, got, want[i])
		}
	}
	if len(s.common) >= len(want)/2 || len(s.places) < 10 {
		t.Errorf("%d lists are kept as %d places with %d in common", len(want), len(s.places), len(s.common))
	}
}
