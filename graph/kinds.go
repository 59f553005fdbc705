package graph

import "strings"

// declaredKinds returns for every root what its cells are declared to be: what a
// document says outright, else the most telling of what they show.
func (l *linker) declaredKinds() []Kind {
	kinds := make([]Kind, len(l.cells))
	sure := make([]bool, len(l.cells))
	for c := range l.cells {
		cell, root := &l.cells[c], l.find(c)
		switch {
		case cell.sure != KindUnknown && !sure[root]:
			kinds[root], sure[root] = cell.sure, true
		case sure[root], cell.hint == KindUnknown:
		case kinds[root] == KindUnknown || kinds[root] == KindService:
			kinds[root] = cell.hint
		}
		if cell.family() == gateways && kinds[root] == KindUnknown {
			kinds[root] = KindGateway
		}
	}
	return kinds
}

// kindWords tell by its name what something is that no document describes.
var kindWords = map[string]Kind{
	"db": KindDatabase, "database": KindDatabase, "postgres": KindDatabase, "postgresql": KindDatabase, "mysql": KindDatabase, "mariadb": KindDatabase,
	"mongo": KindDatabase, "mongodb": KindDatabase, "clickhouse": KindDatabase, "elasticsearch": KindDatabase, "opensearch": KindDatabase, "cassandra": KindDatabase, "mssql": KindDatabase, "oracle": KindDatabase, "neo4j": KindDatabase,
	"redis": KindCache, "memcached": KindCache, "cache": KindCache, "valkey": KindCache,
	"rabbitmq": KindBroker, "kafka": KindBroker, "nats": KindBroker, "activemq": KindBroker, "broker": KindBroker, "pulsar": KindBroker, "mqtt": KindBroker,
	"otel": KindTelemetry, "otelcol": KindTelemetry, "jaeger": KindTelemetry, "zipkin": KindTelemetry, "prometheus": KindTelemetry,
	"grafana": KindTelemetry, "fluentd": KindTelemetry, "loki": KindTelemetry, "tempo": KindTelemetry, "kibana": KindTelemetry, "logstash": KindTelemetry,
	"otelcollector": KindTelemetry, "opentelemetry": KindTelemetry, "opentelemetrycollector": KindTelemetry, "graylog": KindTelemetry,
}

// kindByName guesses from the last word of a name, or the first where it is a
// product: "orders-db", "jaeger-collector", "redis-cart".
func kindByName(name string) Kind {
	words := keyWords(name)
	if len(words) == 0 {
		return KindUnknown
	}
	last := words[len(words)-1]
	if k := kindWords[last]; k != KindUnknown {
		return k
	}
	if k := kindWords[words[0]]; k == KindTelemetry && (last == "collector" || last == "agent" || last == "query" || last == "server") {
		return k
	}
	return KindUnknown
}

// kindOf settles the kind of a root: as declared; else what the calls that reach
// it speak, where a program behind it does not say otherwise; else its name; an
// address that nothing in the inputs declares is external.
func (l *linker) kindOf(root int, members []int, name string, spoken Kind) Kind {
	kind := KindUnknown
	if root < len(l.kinds) {
		kind = l.kinds[root]
	} else {
		kind = l.cells[root].hint
	}
	if kind != KindUnknown && kind != KindService && kind != KindExternal {
		return kind
	}
	for _, c := range members {
		if l.cells[c].sure != KindUnknown {
			return kind
		}
	}
	declared, outside := false, true // outside: by name only, and every name says so
	for _, c := range members {
		declared = declared || len(l.cells[c].things)+len(l.cells[c].names) > 0
		outside = outside && len(l.cells[c].things) == 0
		for _, n := range l.cells[c].names {
			outside = outside && n.Outside
		}
	}
	if !declared {
		switch c := &l.cells[root]; { // its ref may tell, though nothing declares it
		case c.family() == gateways:
			return KindGateway
		case c.ref.Realm == "dapr":
			return KindService
		}
	}
	if spoken != KindUnknown && spoken != KindTelemetry {
		return spoken
	}
	// A host outside is a place, whatever it is called: db.example.com may be a site.
	byName := kindByName(name)
	if strings.Contains(name, ".") {
		byName = KindUnknown
	}
	switch {
	case kind == KindExternal:
		return kind
	case !declared && spoken == KindTelemetry:
		return KindTelemetry
	case kind == KindUnknown && byName != KindUnknown, byName == KindTelemetry:
		return byName
	case declared && outside:
		return KindExternal
	case declared, kind == KindService:
		return KindService
	}
	return KindExternal
}
