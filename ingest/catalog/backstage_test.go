package catalog

import (
	"testing"

	"github.com/weirgraph/weir/graph"
)

func TestParseEntityRef(t *testing.T) {
	none := graph.Ref{}
	for _, tt := range []struct {
		text, kind, namespace string
		want                  graph.Ref
	}{
		{"component:default/cart", "", "shop", graph.Ref{Realm: "backstage", Kind: "component", Name: "cart"}},
		{"Component:Shop/Cart", "", "", graph.Ref{Realm: "backstage", Kind: "component", Namespace: "shop", Name: "cart"}},
		{"resource:redis", "", "shop", graph.Ref{Realm: "backstage", Kind: "resource", Namespace: "shop", Name: "redis"}},
		{"shop/cart", "component", "", graph.Ref{Realm: "backstage", Kind: "component", Namespace: "shop", Name: "cart"}},
		{"cart", "", "default", graph.Ref{Realm: "backstage", Name: "cart"}},
		{"pricing.v1", "api", "", graph.Ref{Realm: "backstage", Kind: "api", Name: "pricing.v1"}},
		{"", "api", "", none},
		{"component:", "", "", none},
		{"component:a/", "", "", none},
		{"a/b/c", "", "", none},
		{"a:b:c", "", "", none},
		{"${{ values.name }}", "", "", none},
	} {
		if got, ok := parseEntityRef(tt.text, tt.kind, tt.namespace); got != tt.want || ok != (tt.want != none) {
			t.Errorf("parseEntityRef(%q, %q, %q) = %+v, %v, want %+v", tt.text, tt.kind, tt.namespace, got, ok, tt.want)
		}
	}
}

func TestEntityKind(t *testing.T) {
	for _, tt := range []struct {
		entity, name, typ string
		want              graph.Kind
	}{
		{"resource", "invoices-db", "database", graph.KindDatabase},
		{"resource", "kafka", "database", graph.KindBroker},
		{"resource", "redis", "database", graph.KindCache},
		{"resource", "orders-kafka", "database", graph.KindBroker},
		{"resource", "invoices", "s3-bucket", graph.KindDatabase},
		{"resource", "invoices", "postgresql", graph.KindDatabase},
		{"resource", "orders", "sqs-queue", graph.KindTopic},
		{"resource", "orders", "kafka-topic", graph.KindTopic},
		{"resource", "orders", "kubernetes-cluster", graph.KindUnknown},
		{"component", "cart", "service", graph.KindService},
		{"component", "kafka-consumer", "service", graph.KindService},
		{"component", "redis-cart", "service", graph.KindService},
		{"component", "grafana", "service", graph.KindTelemetry},
		{"component", "postgres", "service", graph.KindDatabase},
		{"component", "nightly", "cron-job", graph.KindJob},
		{"component", "sdk", "library", graph.KindUnknown},
	} {
		if got := entityKind(tt.entity, tt.name, tt.typ); got != tt.want {
			t.Errorf("entityKind(%q, %q, %q) = %v, want %v", tt.entity, tt.name, tt.typ, got, tt.want)
		}
	}
}
