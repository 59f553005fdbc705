package address

import (
	"strings"

	"github.com/weirgraph/weir/graph"
)

// A protocol is what the scheme of an address or a well-known port implies.
type protocol struct {
	Name     string     // as in Evidence.Protocol
	Kind     graph.Kind // what answers there
	Async    bool       // the caller does not wait for an answer
	database bool       // the path of its addresses names a database
}

// ProtocolOf returns what a scheme implies, by its first part:
// "postgresql+psycopg2" is postgres.
func ProtocolOf(scheme string) protocol {
	p, ok := schemes[scheme]
	if !ok {
		head, _, _ := strings.Cut(scheme, "+")
		p = schemes[head]
	}
	return p
}

var schemes = map[string]protocol{
	"http": {Name: "http"}, "https": {Name: "https"}, "h2c": {Name: "http"},
	"ws": {Name: "http"}, "wss": {Name: "https"},
	"grpc": {Name: "grpc"}, "grpcs": {Name: "grpc"}, "dns": {Name: "grpc"}, "xds": {Name: "grpc"},
	"tcp": {Name: "tcp"}, "tls": {Name: "tcp"}, "udp": {Name: "udp"},
	"lb": {Name: "http"}, "thrift": {Name: "thrift"}, "dubbo": {Name: "dubbo"},
	"smtp": {Name: "smtp"}, "smtps": {Name: "smtp"}, "ldap": {Name: "ldap"}, "ldaps": {Name: "ldap"}, "ftp": {Name: "ftp"}, "sftp": {Name: "sftp"},
	"postgres": {"postgres", graph.KindDatabase, false, true}, "postgresql": {"postgres", graph.KindDatabase, false, true},
	"postgis": {"postgres", graph.KindDatabase, false, true}, "cockroachdb": {"postgres", graph.KindDatabase, false, true},
	"mysql": {"mysql", graph.KindDatabase, false, true}, "mysql2": {"mysql", graph.KindDatabase, false, true}, "mariadb": {"mysql", graph.KindDatabase, false, true},
	"mongodb": {"mongodb", graph.KindDatabase, false, true}, "mongodb+srv": {"mongodb", graph.KindDatabase, false, true},
	"sqlserver": {"sqlserver", graph.KindDatabase, false, true}, "mssql": {"sqlserver", graph.KindDatabase, false, true},
	"oracle": {"oracle", graph.KindDatabase, false, true}, "db2": {"db2", graph.KindDatabase, false, true},
	"clickhouse": {"clickhouse", graph.KindDatabase, false, true}, "cassandra": {"cassandra", graph.KindDatabase, false, true},
	"neo4j": {"neo4j", graph.KindDatabase, false, false}, "bolt": {"neo4j", graph.KindDatabase, false, false},
	"couchbase": {"couchbase", graph.KindDatabase, false, false}, "couchdb": {"couchdb", graph.KindDatabase, false, true},
	"influxdb": {"influxdb", graph.KindDatabase, false, false},
	"redis":    {Name: "redis", Kind: graph.KindCache}, "rediss": {Name: "redis", Kind: graph.KindCache}, "redis-sentinel": {Name: "redis", Kind: graph.KindCache},
	"memcached": {Name: "memcached", Kind: graph.KindCache}, "memcache": {Name: "memcached", Kind: graph.KindCache},
	"amqp": {"amqp", graph.KindBroker, true, false}, "amqps": {"amqp", graph.KindBroker, true, false}, "rabbitmq": {"amqp", graph.KindBroker, true, false},
	"pyamqp": {"amqp", graph.KindBroker, true, false}, "kafka": {"kafka", graph.KindBroker, true, false}, "nats": {"nats", graph.KindBroker, true, false},
	"plaintext": {"kafka", graph.KindBroker, true, false}, "sasl_plaintext": {"kafka", graph.KindBroker, true, false},
	"ssl": {Name: "tcp"}, "sasl_ssl": {"kafka", graph.KindBroker, true, false},
	"stan": {"nats", graph.KindBroker, true, false}, "mqtt": {"mqtt", graph.KindBroker, true, false}, "mqtts": {"mqtt", graph.KindBroker, true, false},
	"stomp": {"stomp", graph.KindBroker, true, false}, "pulsar": {"pulsar", graph.KindBroker, true, false}, "pulsar+ssl": {"pulsar", graph.KindBroker, true, false},
	"sb": {"amqp", graph.KindBroker, true, false}, "tibjmsnaming": {"jms", graph.KindBroker, true, false},
	"rtsp": {Name: "rtsp"}, "rtmp": {Name: "rtmp"}, "imap": {Name: "imap"}, "imaps": {Name: "imap"}, "pop3": {Name: "pop3"}, "sip": {Name: "sip"},
	"socks5": {Name: "socks5"}, "socks5h": {Name: "socks5"}, "coap": {Name: "coap"}, "opc.tcp": {Name: "opcua"}, "gelf": {Name: "gelf", Kind: graph.KindTelemetry},
	"syslog": {Name: "syslog", Kind: graph.KindTelemetry}, "trino": {Name: "trino"}, "presto": {Name: "presto"}, "hive2": {Name: "hive"}, "zk": {Name: "zookeeper"}, "zookeeper": {Name: "zookeeper"},
	"etcd": {Name: "etcd"}, "redshift": {"redshift", graph.KindDatabase, false, true}, "snowflake": {"snowflake", graph.KindDatabase, false, false},
	"cockroach": {"postgres", graph.KindDatabase, false, true}, "timescaledb": {"postgres", graph.KindDatabase, false, true}, "valkey": {Name: "redis", Kind: graph.KindCache}, "valkeys": {Name: "redis", Kind: graph.KindCache},
	"zipkin": {Name: "zipkin", Kind: graph.KindTelemetry}, "jaeger": {Name: "jaeger", Kind: graph.KindTelemetry},
	"otlp": {Name: "otlp", Kind: graph.KindTelemetry}, "statsd": {Name: "statsd", Kind: graph.KindTelemetry}, "fluentd": {Name: "fluentd", Kind: graph.KindTelemetry},
}

// nonServiceSchemes are the schemes whose URLs lead to no service.
var nonServiceSchemes = map[string]bool{
	"file": true, "unix": true, "data": true, "classpath": true, "resource": true, "about": true, "urn": true,
	"docker": true, "docker-image": true, "oci": true, "npipe": true, "fd": true, "spiffe": true, "git": true, "ssh": true, "git+ssh": true, "s3": true, "gs": true,
	"s3a": true, "gcs": true, "wasb": true, "abfs": true, "hdfs": true, "mem": true, "memory": true, "sqlite": true, "sqlite3": true, "env": true,
	"vault": true, "secret": true, "arn": true, "chrome": true, "javascript": true, "pkg": true, "jar": true, "hostnqn": true, "inmemory": true,
}

// ports are the well-known ports that imply what answers, without a scheme.
var ports = map[int]string{
	5432: "postgres", 3306: "mysql", 27017: "mongodb", 1433: "sqlserver", 1521: "oracle", 9042: "cassandra", 26257: "postgres",
	8123: "clickhouse", 7687: "neo4j", 5984: "couchdb", 8086: "influxdb", 6379: "redis", 11211: "memcached",
	5672: "amqp", 5671: "amqp", 9092: "kafka", 29092: "kafka", 4222: "nats", 1883: "mqtt", 8883: "mqtt", 61613: "stomp", 6650: "pulsar",
	9411: "zipkin", 14268: "jaeger", 14250: "jaeger", 6831: "jaeger", 6832: "jaeger", 4317: "otlp", 4318: "otlp", 55680: "otlp",
	8125: "statsd", 24224: "fluentd", 50051: "grpc", 80: "http", 443: "https", 25: "smtp", 587: "smtp", 389: "ldap", 636: "ldap",
}

// ProtocolOfPort returns what a well-known port implies.
func ProtocolOfPort(port int) protocol { return schemes[ports[port]] }

// ProtocolOn returns what is known of an address from its scheme, or else from
// its port. Plain tcp, and how a name is resolved, imply less than a port.
func ProtocolOn(scheme string, port int) protocol {
	p := ProtocolOf(scheme)
	if p.Name == "" || p.Name == "tcp" || p.Name == "udp" || scheme == "dns" || scheme == "xds" || scheme == "passthrough" {
		if byPort := ProtocolOfPort(port); byPort.Name != "" {
			return byPort
		}
	}
	return p
}
