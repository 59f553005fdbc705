// Package image guesses from the name of a container image which kind of program it runs.
package image

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
)

// Kind guesses what runs in a container by the name of its image. It
// answers KindUnknown for images that it does not know, and for programs that
// only deal with a database or broker: clients, operators, consoles, migrations.
func Kind(image string) graph.Kind {
	path := imagePath(image)
	name := path[strings.LastIndexByte(path, '/')+1:]
	for _, known := range [...]string{ownerAndName(path), name} {
		if kind, ok := Kinds[known]; ok {
			return kind
		}
	}
	words := strings.FieldsFunc(name, func(r rune) bool { return r == '-' || r == '_' || r == '.' })
	if len(words) == 0 {
		return graph.KindUnknown
	}
	if last := words[len(words)-1]; last == "exporter" {
		return graph.KindTelemetry
	}
	for _, w := range words {
		if slices.Contains(notTheThing, w) {
			return ownDatabase(words)
		}
	}
	return wordsKind(words)
}

// ownDatabase is the kind of an image that is called the database of a program
// ("orders-api-db"), and not of something that is done to one ("seed-db").
func ownDatabase(words []string) graph.Kind {
	n := len(words) - 1
	switch words[n] {
	case "db", "database":
		if n > 0 && slices.Contains(programs, words[n-1]) {
			return graph.KindDatabase
		}
	}
	return graph.KindUnknown
}

// programs end the name of a program that may have a database.
var programs = []string{"api", "service", "app", "web", "backend", "server"}

// wordsKind guesses by the words of a name: a program with words that only name its
// edition ("redis-stack-server", "cp-kafka"), or something called a database.
func wordsKind(words []string) graph.Kind {
	i := 0
	for i < len(words)-1 && slices.Contains(packagers, words[i]) {
		i++
	}
	kind := Kinds[words[i]]
	for _, w := range words[i+1:] {
		if !slices.Contains(editions, w) && !isVersion(w) {
			kind = graph.KindUnknown
		}
	}
	if kind != graph.KindUnknown {
		return kind
	}
	switch words[len(words)-1] {
	case "db", "database", "mysqldb", "mongodb":
		return graph.KindDatabase
	}
	return graph.KindUnknown
}

// packagers are before the name of a program, editions after it.
var (
	packagers = []string{"cp", "docker", "bitnami", "library", "official", "amazon", "aws", "eclipse", "cassandra4"}
	editions  = []string{
		"alpine", "debian", "ubuntu", "slim", "server", "cluster", "ha", "stack", "community", "enterprise", "native",
		"replicaset", "repmgr", "galera", "classic", "artemis", "all", "standalone", "streaming", "management", "broker",
		"node", "master", "slave", "replica", "primary", "secondary", "main", "single", "db", "sentinel", "distributed",
		"patroni", "postgis", "oss", "contrib", "kubernetes", "daemonset", "collector", "agent", "query", "ingester",
		"distributor", "querier", "frontend", "compactor", "gateway", "k8s", "elasticsearch", "cloudwatch", "forward",
	}
	// notTheThing are the words of programs that work on what their image is named after.
	notTheThing = []string{
		"operator", "express", "ui", "admin", "client", "clients", "cli", "backup", "restore", "proxy", "router", "manager",
		"init", "migrate", "migrator", "migration", "migrations", "seed", "seeder", "wait", "test", "tests", "demo", "app",
		"adapter", "dashboard", "console", "tools", "tool", "web", "webui", "commander", "insight", "gui", "monitor",
		"bouncer", "connect", "rest", "registry", "bridge", "mirror", "maker", "control", "ksql", "ksqldb", "producer",
		"consumer", "worker", "service", "api", "reload", "reloader", "webhook", "configurator", "setup", "job", "cron",
	}
)

// isVersion reports whether a word is a number with or without points and a "v".
func isVersion(word string) bool {
	return strings.Trim(strings.TrimPrefix(word, "v"), "0123456789") == ""
}

// Kinds are the kinds of well-known programs by the last part of their
// image's name, or the last two where one alone says too little.
var Kinds = Table(map[graph.Kind]string{
	graph.KindDatabase: `postgres postgresql postgis pgvector timescaledb timescaledb-ha spilo mysql mariadb percona
		percona-xtradb-cluster percona-server-mongodb mongo mongodb cassandra scylla scylladb cockroach cockroachdb yugabyte
		yugabytedb tidb tikv couchdb couchbase neo4j arangodb dgraph janusgraph orientdb elasticsearch opensearch solr
		meilisearch typesense influxdb clickhouse questdb mssql mssql/server azure-sql-edge oracle database/free
		gvenzl/oracle-free gvenzl/oracle-xe db2 db2_community_edition/db2 rethinkdb ravendb surrealdb etcd zookeeper minio
		dynamodb-local qdrant weaviate milvus chroma crate cratedb trino presto hbase firebird immudb edgedb ferretdb
		vitess/lite singlestore memgraph azurite h2 mysqldb cloudnative-pg/postgresql zalando/spilo infiniflow/infinity
		oceanbase oceanbase-ce seekdb pgsty/silo rustfs garage seaweedfs starrocks apache/doris lancedb tigerbeetle`,
	graph.KindCache: `redis valkey keydb dragonfly memcached hazelcast ignite infinispan varnish redis-stack
		redis-stack-server kvrocks garnet twemproxy`,
	graph.KindBroker: `rabbitmq kafka cp-kafka cp-server redpanda nats nats-streaming nats-server pulsar pulsar-all activemq
		activemq-artemis activemq-classic artemis mosquitto eclipse-mosquitto emqx hivemq4 hivemq-ce vernemq rocketmq
		nsq nsqd ibm-mq mq elasticmq elasticmq-native beanstalkd solace-pubsub-standard goaws rabbitmq-server`,
	graph.KindTelemetry: `zipkin zipkin-slim jaeger all-in-one jaegertracing/all-in-one jaeger-collector jaeger-query
		jaeger-agent opentelemetry-collector opentelemetry-collector-contrib opentelemetry-collector-k8s otel-collector otelcol
		otelcol-contrib adot-collector aws-otel-collector prometheus grafana kibana opensearch-dashboards fluentd fluent-bit
		fluentbit aws-for-fluent-bit filebeat metricbeat heartbeat apm-server logstash loki promtail grafana/tempo
		grafana/mimir mimir grafana/alloy grafana/agent thanos cortex alertmanager timberio/vector telegraf chronograf statsd
		graphite graphite-statsd datadog/agent datadog/cluster-agent heapster heapster-amd64 kube-state-metrics node-exporter
		cadvisor pushgateway fluxcd/notification-controller victoria-metrics vmagent vminsert vmselect vmstorage vmalert skywalking-oap-server skywalking-ui
		kiali datalust/seq signoz sentry graylog splunk splunk-otel-collector aspecto parca pyroscope fluentd-kubernetes-daemonset
		cloudwatch-agent aws-xray-daemon xray-daemon newrelic-infrastructure dynatrace-oneagent hotrod-collector metrics-server
		stackdriver-metadata-agent`,
})

func Table(kinds map[graph.Kind]string) map[string]graph.Kind {
	table := map[string]graph.Kind{}
	for kind, names := range kinds {
		for _, name := range strings.Fields(names) {
			table[name] = kind
		}
	}
	return table
}

// IsProxy reports whether an image is that of a program that passes requests on, each to one of
// the programs behind it.
func IsProxy(image string) bool {
	switch name := Name(image); name {
	case "nginx", "nginx-unprivileged", "nginx-plus", "nginx-proxy", "openresty", "angie", "tengine", "haproxy", "envoy", "traefik", "caddy", "httpd":
		return true
	default:
		return strings.HasPrefix(name, "envoy-v") || strings.HasPrefix(name, "envoy-distroless")
	}
}

// imagePath is an image's name in lower case without tag, digest and quotes.
func imagePath(image string) string {
	path, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(image)), "@")
	if i := strings.LastIndexByte(path, ':'); i > strings.LastIndexByte(path, '/') {
		path = path[:i]
	}
	return path
}

// Name is the last part of an image's path.
func Name(image string) string {
	path := imagePath(image)
	return path[strings.LastIndexByte(path, '/')+1:]
}

// ownerAndName are the last two parts of an image's path.
func ownerAndName(path string) string {
	i := strings.LastIndexByte(path, '/')
	if i < 0 {
		return path
	}
	return path[strings.LastIndexByte(path[:i], '/')+1:]
}

// Ports returns the ports at which a stock image answers without any setting, by its name; nil
// if they are not known.
func Ports(image string) []int {
	switch Name(image) {
	case "postgres", "postgis", "timescaledb", "pgvector":
		return []int{5432}
	case "mysql", "mariadb", "percona":
		return []int{3306}
	case "mongo", "mongodb":
		return []int{27017}
	case "redis", "valkey", "keydb":
		return []int{6379}
	case "memcached":
		return []int{11211}
	case "rabbitmq":
		return []int{5672, 15672}
	case "kafka", "cp-kafka", "cp-server", "redpanda":
		return []int{9092}
	case "zookeeper", "cp-zookeeper":
		return []int{2181}
	case "nats":
		return []int{4222}
	case "elasticsearch", "opensearch":
		return []int{9200}
	case "consul":
		return []int{8500}
	case "zipkin":
		return []int{9411}
	case "jaeger", "all-in-one":
		return []int{4317, 4318, 14250, 14268, 16686}
	case "prometheus":
		return []int{9090}
	case "loki":
		return []int{3100}
	}
	return nil
}
