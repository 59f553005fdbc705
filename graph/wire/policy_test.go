package wire

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// TestEverySettingIsExchanged holds that no setting of a policy is lost on its way
// through JSON: whoever adds one to package policy has to add it here.
func TestEverySettingIsExchanged(t *testing.T) {
	want := &policy.Set{Layer: policy.ClientProxy, Product: product.Named("istio")}
	settings := fillPart(reflect.ValueOf(want).Elem())
	want.Fallback = &policy.Fallback{Steps: make([]policy.FallbackStep, 2)}
	settings += fillPart(reflect.ValueOf(&want.Fallback.Steps[1]).Elem())
	if settings < 45 {
		t.Fatalf("only %d settings are filled", settings)
	}
	text, err := json.Marshal(FromPolicy(want))
	if err != nil {
		t.Fatal(err)
	}
	var read Policy
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, read.toSet("client-proxy", "istio"), cmp.Comparer((*policy.Product).Is)); diff != "" {
		t.Errorf("settings change on their way through JSON (-written +read):\n%s\n%s", diff, text)
	}
	// Every setting has the name that package policy has for it.
	var keys map[string]any
	if err := json.Unmarshal(text, &keys); err != nil {
		t.Fatal(err)
	}
	sameNames(t, "policy", reflect.ValueOf(want).Elem(), keys)
}

// fillPart gives every setting of a part a value and returns how many there are.
func fillPart(part reflect.Value) (settings int) {
	for name, f := range policy.Fields(part) {
		_, isSetting := policy.SettingIn(f)
		switch {
		case isSetting:
			settings++
			value := f.FieldByName("Value")
			switch v := value.Addr().Interface().(type) {
			case *time.Duration:
				*v = 1500 * time.Millisecond
			case *policy.Jitter:
				*v = policy.Jitter{Kind: "partial", Fraction: 0.25}
			case *[]string:
				*v = []string{"GET", "<b>"}
			case *string:
				*v = "round-robin"
			case *int:
				*v = 3
			case *float64:
				*v = 0.5
			case *bool:
				*v = true
			default:
				panic("a setting of an unknown type: " + name)
			}
			f.FieldByName("Provenance").Set(reflect.ValueOf(policy.MeshDefault))
			f.FieldByName("Origin").Set(reflect.ValueOf(policy.Source{File: "a:b.yaml"}.At(int32(settings), 9)))
		case f.Kind() == reflect.Pointer && name != "fallback":
			f.Set(reflect.New(f.Type().Elem()))
			settings += fillPart(f.Elem())
		case f.Kind() == reflect.String && name != "product":
			f.SetString("text of " + name)
		}
	}
	return settings
}

func sameNames(t *testing.T, path string, part reflect.Value, keys map[string]any) {
	t.Helper()
	for name, f := range policy.Fields(part) {
		if path == "policy" && f.Kind() != reflect.Pointer {
			continue // layer and product are keys of their own
		}
		if keys[name] == nil {
			t.Errorf("%s has no key %q", path, name)
		}
		if sub, ok := keys[name].(map[string]any); ok && f.Kind() == reflect.Pointer && name != "fallback" {
			sameNames(t, path+"."+name, f.Elem(), sub)
		}
	}
}

// A setting that does not fit is unknown: it must not read as a limit of 0.
func TestSettingThatDoesNotFit(t *testing.T) {
	for _, text := range []string{
		`{"total":{"value":3,"provenance":"explicit"}}`,
		`{"total":{"value":"soon","provenance":"explicit"}}`,
		`{"total":{"value":"2s","provenance":7}}`,
		`{"total":"2s"}`, `{"total":null}`, `{"total":[]}`,
	} {
		var w Timeout
		if err := json.Unmarshal([]byte(text), &w); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		var p policy.Timeout
		copyTimeout(toPolicy, &w, &p)
		if p != (policy.Timeout{}) {
			t.Errorf("%s is read as %+v", text, p.Total)
		}
	}
}

func TestJitter(t *testing.T) {
	for _, tt := range []struct {
		jitter policy.Jitter
		text   string
	}{
		{policy.Jitter{Kind: "none"}, `"none"`},
		{policy.Jitter{Kind: "full"}, `"full"`},
		{policy.Jitter{Kind: "partial", Fraction: 0.5}, `0.5`},
		{policy.Jitter{Kind: "partial", UpTo: 90 * time.Second}, `"1m30s"`},
	} {
		text, err := json.Marshal(Jitter{tt.jitter})
		if err != nil || string(text) != tt.text {
			t.Errorf("%+v is written %s, %v, want %s", tt.jitter, text, err, tt.text)
		}
		var back Jitter
		if err := json.Unmarshal(text, &back); err != nil || back.Jitter != tt.jitter {
			t.Errorf("%s is read as %+v, %v, want %+v", text, back.Jitter, err, tt.jitter)
		}
	}
}
