package product

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	_ "github.com/weirgraph/weir/internal/testlong"
	"github.com/weirgraph/weir/policy"
)

func TestProducts(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range All {
		if p.Name == "" || p.Title == "" || seen[p.Name] || Find(p.Name) != p {
			t.Errorf("product %q: incomplete or twice", p.Name)
		}
		seen[p.Name] = true
		for _, s := range []policy.Set{p.Defaults, p.Within} {
			eachProvenance(reflect.ValueOf(s), func(by policy.Provenance) {
				if by != policy.Unknown && by != policy.PlatformDefault && by != policy.Absent {
					t.Errorf("product %q: a default is %v", p.Name, by)
				}
			})
		}
		once := policy.Set{Layer: p.Layer, Product: p}.WithDefaults()
		if twice := once.WithDefaults(); !reflect.DeepEqual(once, twice) {
			t.Errorf("product %q: defaults of defaults differ: %+v, %+v", p.Name, once, twice)
		}
	}
	if Named("") != nil || Named("istio") != Istio || Find("unheard of") != nil {
		t.Error("the empty name is a product, a known one is not itself, or an unknown one is known")
	}
}

// A product has every part that some layer needs, or says that it has none.
func TestProductsAreComplete(t *testing.T) {
	for _, p := range All {
		if !strings.HasPrefix(p.Source, "https://") {
			t.Errorf("%s: no source of its defaults: %q", p.Name, p.Source)
		}
		if p.Durations == nil && !slices.Contains(withoutDurations, p) {
			t.Errorf("%s: no syntax of durations", p.Name)
		}
		if p.Mesh && !p.Contract && (p.Signs == nil || !slices.Contains(Meshes, p)) {
			t.Errorf("%s: a mesh without a sign of its members, or not among Meshes", p.Name)
		}
		if p.AmbientLabel != "" && p.Waypoint == nil {
			t.Errorf("%s: ambient mode without a label for waypoints", p.Name)
		}
		for purpose := range policy.NumPurposes {
			ways, none := p.Remediations.Get()[purpose], slices.Contains(p.Inexpressible, purpose)
			if (len(ways) == 0) != none {
				t.Errorf("%s: %d remediations for %s, inexpressible: %v; want one or the other", p.Name, len(ways), purpose, none)
			}
			for _, r := range ways {
				checkRemediation(t, p, r)
			}
		}
	}
}

// withoutDurations are products of which no reader reads durations in a syntax of
// their own.
var withoutDurations = []*policy.Product{SMI, Gloo, MicroProfile}

// checkRemediation fails for a remediation that no program could apply.
func checkRemediation(t *testing.T, p *policy.Product, r policy.Remediation) {
	t.Helper()
	if r.Kind == "" || len(r.Edits) == 0 {
		t.Errorf("%s: a remediation without an object or an edit: %+v", p.Name, r)
	}
	for _, e := range r.Edits {
		if e.Path == "" && (e.Op != policy.OpAdd || len(r.Edits) > 1) {
			t.Errorf("%s: an edit without a path in a %s that is not to be added whole: %+v", p.Name, r.Kind, e)
		}
		if (e.Value == "") != (e.Op == policy.OpRemove) || strings.HasPrefix(e.Value, "<") && !slices.Contains(placeholders, e.Value) {
			t.Errorf("%s: %s of a %s: value %q", p.Name, e.Path, r.Kind, e.Value)
		}
	}
}

var placeholders = []string{
	policy.DurationValue, policy.CountValue, policy.TriesValue, policy.PercentValue, policy.ConditionsValue, policy.NameValue, policy.BlockValue,
}

// The defaults of each platform.
func TestDefaultsAtAGlance(t *testing.T) {
	tests := []struct {
		product, held string
		retries       policy.Tries
		breaker       string
		concurrent    int // 0 for no limit
	}{
		{"envoy", "15s", 0, "", 1024},
		{"istio", "inf", 2, "", 0},
		{"linkerd", "inf", 0, "", 0},
		{"consul", "inf", 0, "endpoint", 1024},
		{"kuma", "15s", 5, "", 1024},
		{"envoy-gateway", "15s", 0, "", 1024},
		{"contour", "15s", 0, "", 1024},
		{"emissary", "3s", 0, "", 1024},
		{"traefik", "inf", 0, "", 0},
		{"kong", "1m0s", 5, "", 0},
		{"ingress-nginx", "3m0s", 2, "", 0},
		{"gateway-api", "unknown", 0, "", 0},
		{"dapr", "inf", 3, "", 0},
		{"grpc", "inf", 0, "", 0},
		{"dotnet", "30s", 3, "call", 1000},
		{"hystrix", "1s", 0, "call", 0},
		{"opossum", "10s", 0, "call", 0},
		{"native", "unknown", 0, "", 0},
	}
	for _, tt := range tests {
		s := policy.Set{Product: Find(tt.product)}.WithDefaults()
		l := policy.Combine([]policy.Set{s}, policy.CallFacts{}).Layers[0]
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
	istio := policy.Set{Product: Istio, Breaker: &policy.Breaker{Failures: say(7)}, Retry: &policy.Retry{Retries: say(4)}}.WithDefaults()
	if b := istio.Breaker; b.Failures.Value != 7 || b.Kind.Value != "endpoint" || b.MaxEject.Value != 0.1 || b.MaxEject.Provenance != policy.PlatformDefault {
		t.Errorf("an outlierDetection with one field is %+v", b)
	}
	if r := istio.Retry; r.Retries.Value != 4 || !slices.Equal(r.On.Value, IstioDefaultRetryOn) {
		t.Errorf("retries with attempts alone are %+v", r)
	}
	if s := (policy.Set{Product: Linkerd, Retry: &policy.Retry{On: say([]string{policy.On5xx})}}).WithDefaults(); s.Retry.Retries.Value != 1 {
		t.Errorf("a condition of Linkerd without a limit retries %d times, want 1", s.Retry.Retries.Value)
	}
	if s := (policy.Set{Product: Dapr, Timeout: &policy.Timeout{PerTry: say(time.Second)}}).WithDefaults(); s.Retry.Retries.Value != 3 {
		t.Errorf("Dapr's own retries are %d, want 3", s.Retry.Retries.Value)
	}
	if s := (policy.Set{Product: Named("unheard of"), Timeout: &policy.Timeout{}}).WithDefaults(); s.Retry != nil {
		t.Errorf("an unknown product retries: %+v", s.Retry)
	}
}

// eachProvenance calls visit for every policy.Setting below v.
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

// say is an explicit setting.
func say[T any](v T) policy.Setting[T] {
	return policy.Declare(v, policy.Source{File: "test.yaml"}.At(1, 0))
}
