package address

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/graph"
)

// Parse reads a single address as manifests write them: "host",
// "host:port", "scheme://user:password@host:port/path". It reports false if there
// is no host name in it. Credentials are dropped.
func Parse(s string) (graph.Address, bool) {
	s = strings.TrimSpace(s)
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok {
		scheme, rest = "", s
	} else if !isScheme(scheme) {
		return graph.Address{}, false
	}
	list := parseAuthority(strings.ToLower(scheme), rest)
	if len(list) != 1 {
		return graph.Address{}, false
	}
	return list[0], true
}

// isScheme reports whether s can precede "://". Kafka's listeners put
// underscores into theirs.
func isScheme(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i] | 0x20
		if (c < 'a' || c > 'z') && (i == 0 || (s[i] < '0' || s[i] > '9') && s[i] != '+' && s[i] != '.' && s[i] != '-' && s[i] != '_') {
			return false
		}
	}
	return s != ""
}

// parseAuthority reads what follows "scheme://": credentials, one or several
// hosts, and what comes after them.
func parseAuthority(scheme, s string) []graph.Address {
	authority, tail := s, ""
	if i := strings.IndexAny(s, "/?#;"); i >= 0 {
		authority, tail = s[:i], s[i:]
	}
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		authority = authority[i+1:]
	}
	db := ""
	if ProtocolOf(scheme).database {
		db = databaseOf(tail)
	}
	var list []graph.Address
	for _, host := range strings.Split(authority, ",") {
		h, port, ok := SplitHostPort(host)
		if !ok {
			return nil
		}
		list = append(list, graph.Address{Scheme: scheme, Host: h, Port: port, Path: pathOf(tail), Database: db})
	}
	return list
}

func pathOf(tail string) string {
	if !strings.HasPrefix(tail, "/") {
		return ""
	}
	if i := strings.IndexAny(tail, "?#;"); i >= 0 {
		return tail[:i]
	}
	return tail
}

// databaseOf finds the database in what follows the host of a data source:
// "/orders?ssl=true", ";databaseName=orders".
func databaseOf(tail string) string {
	if strings.HasPrefix(tail, "/") {
		name := strings.Trim(pathOf(tail), "/")
		name, _, _ = strings.Cut(name, "/")
		return name
	}
	for _, kv := range strings.FieldsFunc(tail, func(r rune) bool { return r == ';' || r == '?' || r == '&' }) {
		if k, v, _ := strings.Cut(kv, "="); strings.EqualFold(k, "databaseName") || strings.EqualFold(k, "database") {
			return v
		}
	}
	return ""
}

// SplitHostPort reads "host", "host:port", "[v6]:port". It reports false if the
// host is no name or address, or the port no port.
func SplitHostPort(s string) (host string, port int, ok bool) {
	if strings.HasPrefix(s, "[") {
		host, rest, found := strings.Cut(s[1:], "]")
		if _, err := netip.ParseAddr(host); !found || err != nil {
			return "", 0, false
		}
		port, _ := strconv.Atoi(strings.TrimPrefix(rest, ":"))
		return strings.ToLower(host), port, true
	}
	host, p, has := strings.Cut(s, ":")
	if has && p != "" && !HasPlaceholder(p) {
		n, err := strconv.Atoi(p)
		if err != nil || n < 1 || n > 65535 {
			return "", 0, false
		}
		port = n
	}
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if !isHostName(host) {
		return "", 0, false
	}
	return host, port, true
}

// isHostName reports whether s can be a host: labels of letters, digits, hyphens
// and underscores, which compose allows. Unexpanded variables are let through, so
// that they can be reported.
func isHostName(s string) bool {
	if s == "" || len(s) > 253 {
		return false
	}
	if HasPlaceholder(s) {
		return strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789.-_${}<>%()") == ""
	}
	for _, label := range strings.Split(s, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' {
			return false
		}
		for i := 0; i < len(label); i++ {
			c := label[i]
			if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
				return false
			}
		}
	}
	return true
}

// HasPlaceholder reports whether a host holds a variable or a placeholder that
// nothing in the inputs gives a value to.
func HasPlaceholder(s string) bool { return strings.ContainsAny(s, "${}<>%") }

// isIP reports whether a host is an IP address in digits.
func isIP(host string) bool {
	if host == "" || host[0] > '9' && !strings.Contains(host, ":") {
		return false // the common case, without the parser
	}
	_, err := netip.ParseAddr(host)
	return err == nil
}

// IsLocal reports whether a host means the machine that says it: such an address
// is listened on, or leads to a sidecar that says elsewhere whom it calls.
func IsLocal(host string) bool {
	switch host {
	case "localhost", "0.0.0.0", "::", "::1", "host.docker.internal", "kubernetes.docker.internal", "localhost.localdomain":
		return true
	}
	return strings.HasPrefix(host, "127.") && isIP(host) || strings.HasSuffix(host, ".localhost")
}

// IsDomain reports whether a host without scheme or port can only be a domain
// name: several labels, the last one of letters and no file's suffix.
func IsDomain(host string) bool {
	i := strings.LastIndexByte(host, '.')
	if i <= 0 || len(host)-i < 3 || HasPlaceholder(host) {
		return false
	}
	for _, c := range host[i+1:] {
		if c < 'a' || c > 'z' {
			return false
		}
	}
	return !isFile(host)
}

// isFile reports whether a word reads as the name of a file.
func isFile(word string) bool {
	i := strings.LastIndexByte(word, '.')
	return i >= 0 && fileSuffix[word[i+1:]]
}

// fileSuffix holds the endings that are taken for a file's, also where a domain
// could have them.
var fileSuffix = wordSet(`yaml yml json xml toml ini conf cfg config properties env txt log csv md html htm
	js mjs cjs ts tsx jsx css py rb go rs java class jar war kt cs dll exe sh bash bat php sql db sqlite proto so
	pem crt cer key pub jks pfx csr tar gz tgz zip zst png jpg jpeg svg gif ico pdf sock pid lock tmp bin dat tpl`)

// A Protocol is what the scheme of an address or a well-known port implies.
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
	"zipkin": {Name: "zipkin", Kind: graph.KindTelemetry}, "jaeger": {Name: "jaeger", Kind: graph.KindTelemetry},
	"otlp": {Name: "otlp", Kind: graph.KindTelemetry}, "statsd": {Name: "statsd", Kind: graph.KindTelemetry}, "fluentd": {Name: "fluentd", Kind: graph.KindTelemetry},
}

// notAddressed are the schemes whose URLs lead to no service.
var notAddressed = map[string]bool{
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
// its port. Plain tcp implies less than a port.
func ProtocolOn(scheme string, port int) protocol {
	p := ProtocolOf(scheme)
	if p.Name == "" || p.Name == "tcp" || p.Name == "udp" {
		if byPort := ProtocolOfPort(port); byPort.Name != "" {
			return byPort
		}
	}
	return p
}
