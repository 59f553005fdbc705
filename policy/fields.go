package policy

import (
	"iter"
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Fields yields the fields of a Set, or of a part of one, in the order of the type,
// each under the name that files and outputs have for it: "perTry", "ttl". Whoever
// has to treat all settings alike walks them by it, so that a new one needs to be
// told of in one place.
func Fields(part reflect.Value) iter.Seq2[string, reflect.Value] {
	return func(yield func(string, reflect.Value) bool) {
		for i := range part.NumField() {
			if part.Type().Field(i).Type == reflect.TypeFor[*Product]() {
				continue // says whose policies the settings are, and is none of them
			}
			if !yield(lowerFirst(part.Type().Field(i).Name), part.Field(i)) {
				return
			}
		}
	}
}

// SettingIn returns the Setting in a field, of whatever type, and false for a field
// that is none. Its value is nil where it holds none that acts.
func SettingIn(field reflect.Value) (Setting[any], bool) {
	s, ok := field.Interface().(interface{ untyped() Setting[any] })
	if !ok {
		return Setting[any]{}, false
	}
	return s.untyped(), true
}

func (s Setting[T]) untyped() Setting[any] {
	u := Setting[any]{Provenance: s.Provenance, Origin: s.Origin}
	if s.Set() {
		u.Value = s.Value
	}
	return u
}

func lowerFirst(name string) string {
	if name == strings.ToUpper(name) {
		return strings.ToLower(name)
	}
	r, n := utf8.DecodeRuneInString(name)
	return string(unicode.ToLower(r)) + name[n:]
}
