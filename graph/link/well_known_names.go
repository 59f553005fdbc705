package link

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
)

// spanNames are the settings that give a service its name in traces.
var spanNames = map[string]bool{
	"OTEL_SERVICE_NAME": true, "DD_SERVICE": true, "JAEGER_SERVICE_NAME": true, "SPRING_APPLICATION_NAME": true,
	"spring.application.name": true, "ELASTIC_APM_SERVICE_NAME": true, "NEW_RELIC_APP_NAME": true, "SW_AGENT_NAME": true,
}

// kindWords are words in names that show the kind of a service.
var kindWords = map[string]graph.Kind{
	"db": graph.KindDatabase, "database": graph.KindDatabase, "postgres": graph.KindDatabase, "postgresql": graph.KindDatabase, "mysql": graph.KindDatabase, "mariadb": graph.KindDatabase,
	"mongo": graph.KindDatabase, "mongodb": graph.KindDatabase, "clickhouse": graph.KindDatabase, "elasticsearch": graph.KindDatabase, "opensearch": graph.KindDatabase, "cassandra": graph.KindDatabase, "mssql": graph.KindDatabase, "oracle": graph.KindDatabase, "neo4j": graph.KindDatabase,
	"redis": graph.KindCache, "memcached": graph.KindCache, "cache": graph.KindCache, "valkey": graph.KindCache,
	"rabbitmq": graph.KindBroker, "kafka": graph.KindBroker, "nats": graph.KindBroker, "activemq": graph.KindBroker, "broker": graph.KindBroker, "pulsar": graph.KindBroker, "mqtt": graph.KindBroker,
	"otel": graph.KindTelemetry, "otelcol": graph.KindTelemetry, "jaeger": graph.KindTelemetry, "zipkin": graph.KindTelemetry, "prometheus": graph.KindTelemetry,
	"grafana": graph.KindTelemetry, "fluentd": graph.KindTelemetry, "loki": graph.KindTelemetry, "tempo": graph.KindTelemetry, "kibana": graph.KindTelemetry, "logstash": graph.KindTelemetry,
	"otelcollector": graph.KindTelemetry, "opentelemetry": graph.KindTelemetry, "opentelemetrycollector": graph.KindTelemetry, "graylog": graph.KindTelemetry,
}

// gatewayRouteKeys are the prefixes of settings that declare the routes of gateways.
var gatewayRouteKeys = []string{"spring.cloud.gateway.", "zuul.routes."}

func isGatewayRoute(key string) bool {
	return slices.ContainsFunc(gatewayRouteKeys, func(prefix string) bool { return strings.HasPrefix(key, prefix) })
}

func wordList(s string) []string { return strings.Fields(s) }

func hasWord(words, list []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(list, w) })
}

// kindByName guesses a kind by the last word of a name, or the first one if it is a
// product: "orders-db", "jaeger-collector", "redis-cart".
func kindByName(name string) graph.Kind {
	words := address.Words(name)
	if len(words) == 0 {
		return graph.KindUnknown
	}
	last := words[len(words)-1]
	if k := kindWords[last]; k != graph.KindUnknown {
		return k
	}
	if k := kindWords[words[0]]; k == graph.KindTelemetry && (last == "collector" || last == "agent" || last == "query" || last == "server") {
		return k
	}
	return graph.KindUnknown
}
