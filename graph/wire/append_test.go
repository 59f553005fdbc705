package wire

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"
)

// TestEntries sets each member of a call and of a service, alone and in what is below it, and
// compares what is written without reflection with what encoding/json writes.
func TestEntries(t *testing.T) {
	written := 0
	check := func(e entry) {
		t.Helper()
		var want bytes.Buffer
		enc := json.NewEncoder(&want)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(e); err != nil {
			t.Fatal(err)
		}
		if got, ok := e.appendTo(nil); ok {
			if written++; string(got)+"\n" != want.String() {
				t.Errorf("written %s, want %s", got, &want)
			}
		}
	}
	each := func(base func() reflect.Value, done func()) {
		for i := range base().NumField() {
			for _, f := range values(base().Field(i).Type()) {
				base().Field(i).Set(f)
				done()
				base().Field(i).SetZero()
			}
		}
	}
	c := &Call{Observed: &Observed{Calls: 1}, Evidence: make([]Evidence, 2), Origins: make([]Origin, 2)}
	for _, part := range []any{c, c.Observed, &c.Evidence[1], &c.Evidence[0].Origin, &c.Origins[1]} {
		v := reflect.ValueOf(part).Elem()
		before := reflect.New(v.Type()).Elem()
		before.Set(v)
		each(func() reflect.Value { return v }, func() { check(c) })
		v.Set(before)
	}
	s := &Service{Origins: make([]Origin, 1)}
	each(func() reflect.Value { return reflect.ValueOf(s).Elem() }, func() { check(s) })
	if written < 60 {
		t.Errorf("%d entries were written without encoding/json", written)
	}
}

// values are some of a type, at least one that is not zero.
func values(of reflect.Type) []reflect.Value {
	v := reflect.New(of).Elem()
	var list []reflect.Value
	switch of.Kind() {
	case reflect.String:
		for _, s := range []string{"a/b", `"`, `\`, "\n", "\x7f", "<&>", "é", "\xff", "\u2028"} {
			list = append(list, reflect.ValueOf(s).Convert(of))
		}
	case reflect.Bool:
		list = append(list, reflect.ValueOf(true))
	case reflect.Int, reflect.Int32:
		list = append(list, reflect.ValueOf(7).Convert(of), reflect.ValueOf(-7).Convert(of))
	case reflect.Float64:
		for _, f := range []float64{0, 3, 0.5, 1e21, 1e-9, 1 << 60} {
			list = append(list, reflect.ValueOf(f).Convert(of))
		}
	case reflect.Slice:
		list = append(list, reflect.MakeSlice(of, 1, 1), reflect.MakeSlice(of, 0, 0))
	case reflect.Map:
		m := reflect.MakeMap(of)
		m.SetMapIndex(reflect.ValueOf("a"), reflect.ValueOf("b"))
		list = append(list, m)
	case reflect.Pointer:
		list = append(list, reflect.New(of.Elem()), v)
	default:
		list = append(list, v)
	}
	return list
}
