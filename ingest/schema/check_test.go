package schema_test

import (
	"strings"
	"testing"

	_ "github.com/weirgraph/weir/internal/testlong"

	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/schema"
)

func TestOf(t *testing.T) {
	for kind, known := range map[string]bool{
		"networking.istio.io/v1 VirtualService": true, "networking.istio.io/v1beta1 VirtualService": true,
		"gateway.networking.k8s.io/v1 Gateway": true, "gateway.networking.k8s.io/v1alpha2 HTTPRoute": false,
		"policy.linkerd.io/v1 HTTPRoute": false, "v1 Service": false,
	} {
		version, name, _ := strings.Cut(kind, " ")
		if k := schema.Of(&document.Head{APIVersion: version, Kind: name}); (k != nil) != known {
			t.Errorf("%s: known is %t", kind, k != nil)
		} else if known && (k.Release == "" || k.Product == nil || k.Product.Order < 0) {
			t.Errorf("%s: is of release %q of %v", kind, k.Release, k.Product)
		}
	}
}
