package policy

import (
	"reflect"
	"slices"
	"testing"
	"time"
)

func TestProducts(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range Products {
		if p.Name == "" || p.Title == "" || seen[p.Name] || FindProduct(p.Name) != p {
			t.Errorf("product %q: incomplete or twice", p.Name)
		}
		seen[p.Name] = true
		for _, s := range []Set{p.Defaults, p.Within} {
			eachProvenance(reflect.ValueOf(s), func(by Provenance) {
				if by != Unknown && by != PlatformDefault && by != Absent {
					t.Errorf("product %q: a default is %v", p.Name, by)
				}
			})
		}
		once := Set{Layer: p.Layer, Product: p.Name}.WithDefaults()
		if twice := once.WithDefaults(); !reflect.DeepEqual(once, twice) {
			t.Errorf("product %q: defaults of defaults differ: %+v, %+v", p.Name, once, twice)
		}
	}
	if FindProduct("").Name != Native || FindProduct("unheard of") != nil {
		t.Error("the empty name is not the native manifest, or an unknown name is something")
	}
}

// eachProvenance calls visit for every Setting below v.
func eachProvenance(v reflect.Value, visit func(Provenance)) {
	switch {
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

// What each platform does when nobody writes anything.
func TestDefaultsAtAGlance(t *testing.T) {
	tests := []struct {
		product, held string
		retries       Tries
		breaker       string
		concurrent    int // 0 for no limit
	}{
		{"envoy", "15s", 0, "", 1024},
		{"istio", "inf", 2, "", 0},
		{"linkerd", "inf", 0, "", 0},
		{"consul", "15s", 0, "endpoint", 1024},
		{"kuma", "15s", 5, "", 1024},
		{"envoy-gateway", "15s", 0, "", 1024},
		{"contour", "15s", 0, "", 1024},
		{"emissary", "3s", 0, "", 1024},
		{"traefik", "inf", 0, "", 0},
		{"kong", "inf", 5, "", 0},
		{"ingress-nginx", "inf", 2, "", 0},
		{"gateway-api", "unknown", 0, "", 0},
		{"dapr", "inf", 3, "", 0},
		{"grpc", "inf", 0, "", 0},
		{"dotnet", "30s", 3, "call", 1000},
		{"hystrix", "1s", 0, "call", 0},
		{"opossum", "10s", 0, "call", 0},
		{"native", "unknown", 0, "", 0},
	}
	for _, tt := range tests {
		s := Set{Product: tt.product}.WithDefaults()
		l := Combine([]Set{s}, CallFacts{}).Layers[0]
		breaker, concurrent := "", 0
		if s.Breaker != nil && s.Breaker.Kind.Set() {
			breaker = s.Breaker.Kind.Value
		}
		if s.Bulkhead != nil {
			concurrent = s.Bulkhead.MaxConcurrent.Value
		}
		if l.Budget.String() != tt.held || l.Attempts != tt.retries+1 || breaker != tt.breaker || concurrent != tt.concurrent {
			t.Errorf("%s: T %v, %d retries, breaker %q, %d at once; want %s, %d, %q, %d", tt.product,
				l.Budget, l.Attempts-1, breaker, concurrent, tt.held, tt.retries, tt.breaker, tt.concurrent)
		}
	}
}

func TestPartsThatAreWritten(t *testing.T) {
	istio := Set{Product: "istio", Breaker: &Breaker{Failures: say(7)}, Retry: &Retry{Retries: say(4)}}.WithDefaults()
	if b := istio.Breaker; b.Failures.Value != 7 || b.Kind.Value != "endpoint" || b.MaxEject.Value != 0.1 || b.MaxEject.Provenance != PlatformDefault {
		t.Errorf("an outlierDetection with one field is %+v", b)
	}
	if r := istio.Retry; r.Retries.Value != 4 || !slices.Equal(r.On.Value, unreached) {
		t.Errorf("retries with attempts alone are %+v", r)
	}
	if s := (Set{Product: "linkerd", Retry: &Retry{On: say([]string{On5xx})}}).WithDefaults(); s.Retry.Retries.Value != 1 {
		t.Errorf("a condition of Linkerd without a limit retries %d times, want 1", s.Retry.Retries.Value)
	}
	if s := (Set{Product: "dapr", Timeout: &Timeout{PerTry: say(time.Second)}}).WithDefaults(); s.Retry.Retries.Value != 3 {
		t.Errorf("Dapr's own retries are %d, want 3", s.Retry.Retries.Value)
	}
	if s := (Set{Product: "unheard of", Timeout: &Timeout{}}).WithDefaults(); s.Retry != nil {
		t.Errorf("an unknown product retries: %+v", s.Retry)
	}
}

func TestRetriesOrAttempts(t *testing.T) {
	first := []string{"grpc", "resilience4j", "traefik", "nginx", "nginx-ingress", "ingress-nginx"}
	for _, p := range Products {
		want := 3
		if slices.Contains(first, p.Name) {
			want = 2
		}
		if got := p.Retries(3); got != want {
			t.Errorf("%s: a written 3 is %d retries, want %d", p.Name, got, want)
		}
	}
	if got := FindProduct("nginx").Retries(0); got != -1 {
		t.Errorf("nginx: 0 tries is %d retries, want -1, no end", got)
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
		if kind.Field(i).Type.Kind() != reflect.Pointer {
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
