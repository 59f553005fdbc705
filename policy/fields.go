package policy

import (
	"iter"
	"reflect"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Fields yields the fields of a Set, or of a part of one, in the order of the type,
// each under its name in files and outputs: "perTry", "ttl". Code that treats all
// settings alike uses it, so that a new setting is declared in one place.
func Fields(part reflect.Value) iter.Seq2[string, reflect.Value] {
	return func(yield func(string, reflect.Value) bool) {
		for _, f := range fieldsOf(part.Type()) {
			if !yield(f.name, part.Field(f.index)) {
				return
			}
		}
	}
}

// A namedField is a field of a Set or of a part of one.
type namedField struct {
	name  string
	index int
}

// namedFields are the fields by type, []namedField by reflect.Type: they are asked for millions
// of times in a large estate.
var namedFields sync.Map

func fieldsOf(part reflect.Type) []namedField {
	if known, ok := namedFields.Load(part); ok {
		return known.([]namedField)
	}
	var list []namedField
	for i := range part.NumField() {
		switch f := part.Field(i); f.Type {
		case reflect.TypeFor[*Product](), reflect.TypeFor[Objects]():
			// the owner of the settings and where they come from, not settings
		default:
			list = append(list, namedField{lowerFirst(f.Name), i})
		}
	}
	namedFields.Store(part, list)
	return list
}

// SettingIn returns the Setting in a field, of any type, and false for a field that is
// not a Setting. Its value is nil unless the setting is in effect.
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
