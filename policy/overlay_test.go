package policy_test

import (
	"reflect"
	"testing"

	"github.com/weirgraph/weir/policy"
)

// eachProvenance calls visit for every Setting below v.
func eachProvenance(v reflect.Value, visit func(policy.Provenance)) {
	switch {
	case v.Type() == reflect.TypeFor[*policy.Product]():
	case v.Kind() == reflect.Pointer:
		if !v.IsNil() {
			eachProvenance(v.Elem(), visit)
		}
	case v.Kind() == reflect.Struct && v.FieldByName("Provenance").IsValid():
		visit(policy.Provenance(v.FieldByName("Provenance").Uint()))
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			eachProvenance(v.Field(i), visit)
		}
	}
}

func TestOverlayKnowsEveryField(t *testing.T) {
	var top, base policy.Set
	fill(reflect.ValueOf(&top).Elem(), policy.Explicit)
	fill(reflect.ValueOf(&base).Elem(), policy.PlatformDefault)
	eachProvenance(reflect.ValueOf(policy.Overlay(base, top)), func(by policy.Provenance) {
		if by != policy.Explicit {
			t.Errorf("a field below shows through: %v", by)
		}
	})
	var silent policy.Set
	fill(reflect.ValueOf(&silent).Elem(), policy.Unknown)
	eachProvenance(reflect.ValueOf(policy.Overlay(base, silent)), func(by policy.Provenance) {
		if by != policy.PlatformDefault {
			t.Errorf("a silent field hides what is below: %v", by)
		}
	})
	if base.Timeout.Total.Provenance != policy.PlatformDefault {
		t.Error("Overlay changed what it lays over")
	}
}

// fill makes all parts of v and gives every setting a provenance.
func fill(v reflect.Value, by policy.Provenance) {
	switch {
	case v.Type() == reflect.TypeFor[*policy.Product]():
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
	kind := reflect.TypeFor[policy.Set]()
	for i := range kind.NumField() {
		if kind.Field(i).Type.Kind() != reflect.Pointer || kind.Field(i).Type == reflect.TypeFor[*policy.Product]() {
			continue
		}
		var s policy.Set
		v := reflect.ValueOf(&s).Elem().Field(i)
		v.Set(reflect.New(v.Type().Elem()))
		if s.Empty() {
			t.Errorf("a set that has a %s is said to be empty", kind.Field(i).Name)
		}
	}
}
