package catalog

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/image"
)

// entityKind returns the kind of an entity. Catalogs call every store a "database", so
// the name wins over the type if it is the name of a product: a Resource "redis" or
// "orders-kafka" is a cache and a broker. Of a Component only the whole name counts,
// "kafka-consumer" being a service.
func entityKind(entity, name, typ string) graph.Kind {
	if kind := image.Kinds[name]; kind != graph.KindUnknown {
		return kind
	}
	if entity == "resource" {
		if kind := lastKnown(name, image.Kinds); kind != graph.KindUnknown {
			return kind
		}
	}
	return lastKnown(typ, image.Kinds, typeKinds)
}

// lastKnown returns the kind of the last word that one of the tables knows: the
// noun, in "kafka-topic" and "redis-cluster".
func lastKnown(text string, tables ...map[string]graph.Kind) graph.Kind {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return strings.ContainsRune("-_. /", r) })
	for _, w := range slices.Backward(words) {
		for _, table := range tables {
			if kind := table[w]; kind != graph.KindUnknown {
				return kind
			}
		}
	}
	return graph.KindUnknown
}

// typeKinds are words that catalogs use in spec.type, which is free text:
// "s3-bucket", "sqs-queue", "cloud-sql".
var typeKinds = image.Table(map[graph.Kind]string{
	graph.KindService:   "service website app application frontend backend api",
	graph.KindJob:       "job cronjob batch pipeline workflow",
	graph.KindDatabase:  "database databases db sql rds aurora dynamodb bigquery redshift snowflake spanner firestore cosmosdb table bucket s3 gcs blob storage datastore store warehouse filesystem volume search",
	graph.KindCache:     "cache elasticache memorystore",
	graph.KindTopic:     "topic queue sqs sns subscription",
	graph.KindBroker:    "broker kinesis eventhub eventhubs servicebus eventbus pubsub msk eventbridge stream messaging",
	graph.KindGateway:   "gateway ingress loadbalancer",
	graph.KindExternal:  "external saas vendor",
	graph.KindTelemetry: "monitoring observability telemetry logging metrics tracing dashboard dashboards",
})
