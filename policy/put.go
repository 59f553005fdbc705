package policy

import (
	"reflect"
	"strings"
)

// Put gives the setting of a path, "retry.backoff.base", a value of its type, and makes the parts that it is in.
// A setting without a value has a nil one. A path of no setting, or a value of another type, is an error of the program.
func (s *Set) Put(field string, value any, why Provenance, o Origin) {
	part := reflect.ValueOf(s).Elem()
	for rest := field; ; {
		name, below, more := strings.Cut(rest, ".")
		next := reflect.Value{}
		for own, f := range Fields(part) {
			if own == name {
				next = f
				break
			}
		}
		if !next.IsValid() {
			panic("policy: no setting " + field)
		}
		if !more {
			if value != nil {
				next.FieldByName("Value").Set(reflect.ValueOf(value))
			}
			next.FieldByName("Provenance").Set(reflect.ValueOf(why))
			next.FieldByName("Origin").Set(reflect.ValueOf(o))
			return
		}
		if next.IsNil() {
			next.Set(reflect.New(next.Type().Elem()))
		}
		part, rest = next.Elem(), below
	}
}

// Clone returns a copy of s of which no part is shared.
func (s *Set) Clone() *Set {
	c := *s
	clone(reflect.ValueOf(&c).Elem())
	return &c
}

func clone(part reflect.Value) {
	for _, f := range Fields(part) {
		if f.Kind() != reflect.Pointer || f.IsNil() {
			continue
		}
		own := reflect.New(f.Type().Elem())
		own.Elem().Set(f.Elem())
		f.Set(own)
		clone(own.Elem())
	}
}
