package policy

import "strings"

// HasRequests reports whether proxies can see the requests in calls of a protocol. Of
// other protocols they forward the bytes, and timeouts, retries and limits for requests
// have no effect. An unknown protocol may have requests.
func HasRequests(protocol string) bool { return !withoutRequests[strings.ToLower(protocol)] }

// withoutRequests are the protocols without requests, under all names that schemes,
// ports and traces have for them.
var withoutRequests = map[string]bool{
	"tcp": true, "tls": true, "udp": true, "ftp": true, "sftp": true, "smtp": true, "ldap": true,
	// Databases and caches.
	"sql": true, "jdbc": true, "postgres": true, "postgresql": true, "mysql": true, "mariadb": true, "mssql": true, "sqlserver": true,
	"oracle": true, "db2": true, "mongodb": true, "mongo": true, "cassandra": true, "neo4j": true, "redis": true, "memcached": true,
	// Brokers.
	"kafka": true, "amqp": true, "nats": true, "mqtt": true, "stomp": true, "pulsar": true, "jms": true,
}
