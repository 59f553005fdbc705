package image

import (
	"testing"

	"github.com/weirgraph/weir/graph"
	_ "github.com/weirgraph/weir/internal/testlong"
)

func TestKind(t *testing.T) {
	tests := []struct {
		image string
		want  graph.Kind
	}{
		{"postgres", graph.KindDatabase},
		{"docker.io/library/postgres:16-alpine", graph.KindDatabase},
		{"registry.example.com:5000/bitnami/postgresql-repmgr@sha256:00", graph.KindDatabase},
		{"mongo:7", graph.KindDatabase},
		{"mongodb/mongodb-community-server", graph.KindDatabase},
		{"mcr.microsoft.com/mssql/server:2022-latest", graph.KindDatabase},
		{"docker.elastic.co/elasticsearch/elasticsearch:8.1.0", graph.KindDatabase},
		{"example/orders-db:1.0", graph.KindDatabase},
		{"example/orders-api-db:1.0", graph.KindDatabase},
		{"cockroachdb/cockroach:v23.1", graph.KindDatabase},
		{"timescale/timescaledb-ha:pg16", graph.KindDatabase},
		{"Redis:7", graph.KindCache},
		{"redis/redis-stack-server", graph.KindCache},
		{"bitnami/redis-cluster", graph.KindCache},
		{"valkey/valkey:8", graph.KindCache},
		{"memcached", graph.KindCache},
		{"rabbitmq:3-management-alpine", graph.KindBroker},
		{"confluentinc/cp-kafka:7.6.0", graph.KindBroker},
		{"apache/kafka-native", graph.KindBroker},
		{"nats:2.10", graph.KindBroker},
		{"apachepulsar/pulsar-all", graph.KindBroker},
		{"eclipse-mosquitto", graph.KindBroker},
		{"openzipkin/zipkin-slim", graph.KindTelemetry},
		{"jaegertracing/all-in-one:1.57", graph.KindTelemetry},
		{"otel/opentelemetry-collector-contrib:0.100.0", graph.KindTelemetry},
		{"prom/prometheus", graph.KindTelemetry},
		{"grafana/tempo", graph.KindTelemetry},
		{"oliver006/redis_exporter", graph.KindTelemetry},

		{"", graph.KindUnknown},
		{":", graph.KindUnknown},
		{"shop/tempo", graph.KindUnknown}, // a metronome, for all that is known
		{"shop/agent", graph.KindUnknown},
		{"mongo-express", graph.KindUnknown},
		{"provectuslabs/kafka-ui", graph.KindUnknown},
		{"dpage/pgadmin4", graph.KindUnknown},
		{"strimzi/kafka-operator", graph.KindUnknown},
		{"confluentinc/cp-kafka-connect", graph.KindUnknown},
		{"shop/redis-worker", graph.KindUnknown},
		{"shop/order-postgres-service", graph.KindUnknown},
		{"shop/migrate-db", graph.KindUnknown},
		{"shop/api-seed-db", graph.KindUnknown},
		{"shop/checkout", graph.KindUnknown},
		{"kubernetes-sigs/prometheus-adapter", graph.KindUnknown},
	}
	for _, tt := range tests {
		if got := Kind(tt.image); got != tt.want {
			t.Errorf("Kind(%q) = %v, want %v", tt.image, got, tt.want)
		}
	}
}
