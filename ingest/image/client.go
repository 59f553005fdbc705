package image

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/shell"
)

// KindRunning is Kind for a container with a command, its entrypoint with its arguments: a
// client in the image of a store or a broker is none.
func KindRunning(image string, command []string) graph.Kind {
	kind := Kind(image)
	switch kind {
	case graph.KindDatabase, graph.KindCache, graph.KindBroker:
		if runsClient(command) {
			return graph.KindUnknown
		}
	}
	return kind
}

// runsClient reports whether the command of a container, its entrypoint with its arguments,
// runs a client of a store or a broker and no server: "kafka-topics --create" in an image of
// Kafka makes topics on another broker.
func runsClient(command []string) bool {
	client := false
	for _, c := range shell.Commands(command) {
		program := strings.TrimSuffix(c.Program(), ".sh")
		switch {
		case program == "":
		case slices.Contains(clientPrograms, program):
			client = true
		case !slices.Contains(helperPrograms, program):
			return false
		}
	}
	return client
}

var (
	// helperPrograms say nothing about what a container is for.
	helperPrograms = []string{
		"done", "fi", "echo", "sleep", "set", "cat", "printf", "export", "true", "false", "exit", "test", "]", "wait-for-it", "nc", "date", "mkdir", "chmod",
		"chown", "ls", "rm", "cp", "mv", "grep", "sed", "awk", "for", "in", "ready", "pg_isready", "trap", "wait", "source", ".", "case", "esac", "break", "cd",
		"find", "gzip", "gunzip", "tar", "head", "tail", "tee", "xargs", "cut", "wc", "curl", "kafka-ready", ":", "[", "[[", "read", "local", "return", "touch", "env",
	}
	clientPrograms = []string{
		"mysql", "mysqladmin", "mysqldump", "mysqlslap", "mysqlimport", "mysqlcheck", "mariadb", "mariadb-admin", "mariadb-dump",
		"psql", "pg_dump", "pg_dumpall", "pg_restore", "pg_basebackup", "pgbench", "createdb", "createuser", "dropdb",
		"redis-cli", "redis-benchmark", "valkey-cli", "valkey-benchmark", "mongo", "mongosh", "mongodump", "mongorestore", "mongoimport", "mongoexport",
		"kafka-topics", "kafka-configs", "kafka-acls", "kafka-console-consumer", "kafka-console-producer", "kafka-producer-perf-test",
		"kafka-consumer-perf-test", "kafka-consumer-groups", "kafka-broker-api-versions", "cqlsh", "clickhouse-client", "sqlcmd", "influx", "etcdctl", "mc",
		"rabbitmqadmin", "pulsar-perf", "pulsar-admin", "pulsar-client", "nats", "mosquitto_pub", "mosquitto_sub",
	}
)
