package link

import (
	"testing"

	"github.com/weirgraph/weir/graph"
)

// The product in the key of an address says what is spoken, and not the port of a proxy beside it.
func TestProtocolOfStore(t *testing.T) {
	for _, tt := range []struct {
		doc, key, protocol, way string
		kind                    graph.Kind
		want                    string
	}{
		{"the port of a proxy", "REDIS_HOST", "http", "env-host", graph.KindCache, "redis"},
		{"no port", "ORDERS_POSTGRES_HOST", "", "env-host", graph.KindDatabase, ""},
		{"a scheme", "NATS_MONITOR", "http", "env-url", graph.KindBroker, "http"},
		{"a program", "REDIS_ADMIN_HOST", "http", "env-host", graph.KindService, "http"},
		{"a product with requests", "ELASTICSEARCH_HOST", "http", "env-host", graph.KindDatabase, "http"},
	} {
		services := []graph.Service{{ID: "a"}, {ID: "b", Kind: tt.kind, Traits: &graph.Traits{}}}
		c := newCall(0, 1, []graph.Evidence{{Way: tt.way, Key: tt.key, Protocol: tt.protocol, Strength: graph.Strong}}, services)
		if c.Protocol != tt.want {
			t.Errorf("%s: %q, want %q", tt.doc, c.Protocol, tt.want)
		}
	}
}
