package policy_test

import (
	"reflect"
	"testing"

	. "github.com/weirgraph/weir/policy"
)

// eachProvenance calls visit for every Setting below v.
func eachProvenance(v reflect.Value, visit func(Provenance)) {
	switch {
	case v.Type() == reflect.TypeFor[*Product]():
	case v.Kind() == reflect.Pointer:
		if !v.IsNil() {
			eachProvenance(v.Elem(), visit)
		}
	case v.Kind() == reflect.Struct && v.FieldByName("Provenance").IsValid():
		visit(Provenance(v.FieldByName("Provenance").Uint()))
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			eachProvenance(v.Field(i), visit)
		}
	}
}

func TestOverlayKnowsEveryField(t *testing.T) {
	var top, base Set
	fill(reflect.ValueOf(&top).Elem(), Explicit)
	fill(reflect.ValueOf(&base).Elem(), PlatformDefault)
	eachProvenance(reflect.ValueOf(Overlay(base, top)), func(by Provenance) {
		if by != Explicit {
			t.Errorf("a field below shows through: %v", by)
		}
	})
	var silent Set
	fill(reflect.ValueOf(&silent).Elem(), Unknown)
	eachProvenance(reflect.ValueOf(Overlay(base, silent)), func(by Provenance) {
		if by != PlatformDefault {
			t.Errorf("a silent field hides what is below: %v", by)
		}
	})
	if base.Timeout.Total.Provenance != PlatformDefault {
		t.Error("Overlay changed what it lays over")
	}
}

// fill makes all parts of v and gives every setting a provenance.
func fill(v reflect.Value, by Provenance) {
	switch {
	case v.Type() == reflect.TypeFor[*Product]():
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), by)
	case v.Kind() == reflect.Struct && v.FieldByName("Provenance").IsValid():
		v.FieldByName("Provenance").SetUint(uint64(by))
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), by)
		}
	}
}

func TestEmptyKnowsEveryPart(t *testing.T) {
	kind := reflect.TypeFor[Set]()
	for i := range kind.NumField() {
		if kind.Field(i).Type.Kind() != reflect.Pointer || kind.Field(i).Type == reflect.TypeFor[*Product]() {
			continue
		}
		var s Set
		v := reflect.ValueOf(&s).Elem().Field(i)
		v.Set(reflect.New(v.Type().Elem()))
		if s.Empty() {
			t.Errorf("a set that has a %s is said to be empty", kind.Field(i).Name)
		}
	}
}
