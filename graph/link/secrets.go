package link

import (
	"reflect"
	"strings"
	"unsafe"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/sanitize"
	"github.com/weirgraph/weir/policy"
)

// hideSecrets takes users, passwords and other secrets of addresses out of all texts that a value points
// to: what is a name to its reader may be an address to the program that reads it. Texts of settings
// are kept, in which addresses are looked for: they are not written as names.
func hideSecrets(of any) {
	s := secretHider{seen: map[unsafe.Pointer]bool{}, plans: map[reflect.Type]*hidePlan{}}
	v := reflect.ValueOf(of)
	s.hide(v, s.plan(v.Type()))
}

// keptTexts are the fields that are kept, by their types.
var keptTexts = map[reflect.Type][]string{
	reflect.TypeFor[graph.Value]():     {"Text"},
	reflect.TypeFor[graph.Entry]():     {"Text"},
	reflect.TypeFor[graph.CodePlace](): {"Text"}, // "http://cart:${@config#port}" has no password
}

// A hidePlan is where in values of a type texts may be.
type hidePlan struct {
	last   unsafe.Pointer           // of a pointer, what was seen last: neighbors often point to the same
	none   bool                     // there are none
	clean  func(text string) string // of a text
	fields []int                    // of a struct
	parts  []*hidePlan              // of the fields, or the one of what the type consists of
}

type secretHider struct {
	seen  map[unsafe.Pointer]bool
	plans map[reflect.Type]*hidePlan
}

func (s *secretHider) plan(t reflect.Type) *hidePlan {
	if p, ok := s.plans[t]; ok {
		return p
	}
	p := &hidePlan{}
	s.plans[t] = p // types may refer to themselves
	switch t.Kind() {
	case reflect.String:
		p.clean = sanitize.Secrets
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		part := s.plan(t.Elem())
		p.none, p.parts = part.none, []*hidePlan{part}
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			part := s.plan(f.Type)
			if t == reflect.TypeFor[graph.Entity]() && f.Name == "Image" {
				part = &hidePlan{clean: sanitize.Image}
			}
			if f.IsExported() && !part.none && !isKeptText(t, f.Name) {
				p.fields, p.parts = append(p.fields, i), append(p.parts, part)
			}
		}
		// Places name files, which are opened; products are of weir.
		p.none = p.fields == nil || t == reflect.TypeFor[policy.Origin]() || t == reflect.TypeFor[policy.Product]()
	default:
		p.none = true
	}
	return p
}

func isKeptText(t reflect.Type, field string) bool {
	for _, name := range keptTexts[t] {
		if name == field {
			return true
		}
	}
	return false
}

func (s *secretHider) hide(v reflect.Value, p *hidePlan) {
	if p.none {
		return
	}
	switch v.Kind() {
	case reflect.String:
		text := v.String()
		if !strings.ContainsAny(text, "@=") {
			return
		}
		if clean := p.clean(text); clean != text {
			v.SetString(clean)
		}
	case reflect.Pointer:
		at := v.UnsafePointer()
		if at == nil || at == p.last {
			return
		}
		if p.last = at; !s.seen[at] {
			s.seen[at] = true
			s.hide(v.Elem(), p.parts[0])
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			s.hide(v.Index(i), p.parts[0])
		}
	case reflect.Map:
		s.hideInMap(v)
	case reflect.Struct:
		for i, field := range p.fields {
			s.hide(v.Field(field), p.parts[i])
		}
	}
}

// hideInMap hides the texts that are values of a map. Facts have no other values in maps.
func (s *secretHider) hideInMap(v reflect.Value) {
	if v.Type().Elem().Kind() != reflect.String {
		return
	}
	for it := v.MapRange(); it.Next(); {
		text := it.Value().String()
		if clean := sanitize.Secrets(text); clean != text {
			v.SetMapIndex(it.Key(), reflect.ValueOf(clean).Convert(v.Type().Elem()))
		}
	}
}
