package policy

import (
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Decisions lists every setting of s that anybody or any product spoke about, in
// the order of Set's fields. Fields are named by their path, "retry.backoff.base".
func (s *Set) Decisions() []Decision {
	var list []Decision
	var walk func(v reflect.Value, path string)
	walk = func(v reflect.Value, path string) {
		for i := range v.NumField() {
			name := path + lowerFirst(v.Type().Field(i).Name)
			f := v.Field(i)
			if d, ok := f.Interface().(decider); ok {
				if d := d.decide(s, name); d.Provenance != Unknown {
					list = append(list, d)
				}
				continue
			}
			switch {
			case f.Kind() == reflect.Pointer && !f.IsNil() && f.Type().Elem().Kind() == reflect.Struct:
				walk(f.Elem(), name+".")
			case f.Kind() == reflect.Slice && f.Type().Elem().Kind() == reflect.Struct:
				for j := range f.Len() {
					walk(f.Index(j), strings.TrimSuffix(path, ".")+".")
				}
			}
		}
	}
	walk(reflect.ValueOf(s).Elem(), "")
	return list
}

// A decider is a Setting of any type.
type decider interface {
	decide(s *Set, field string) Decision
}

func (v Setting[T]) decide(s *Set, field string) Decision { return decide(s, field, v) }

func lowerFirst(name string) string {
	if name == strings.ToUpper(name) {
		return strings.ToLower(name)
	}
	r, n := utf8.DecodeRuneInString(name)
	return string(unicode.ToLower(r)) + name[n:]
}
