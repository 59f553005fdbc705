package image

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
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
	for _, program := range programsOf(command) {
		program = strings.TrimSuffix(program, ".sh")
		switch {
		case slices.Contains(clientPrograms, program):
			client = true
		case !slices.Contains(helperPrograms, program):
			return false
		}
	}
	return client
}

// programsOf returns the names of the programs that a command runs: its first word, and if that
// is a shell, the first words of the commands in its script.
func programsOf(command []string) []string {
	if len(command) == 0 {
		return nil
	}
	if len(command) == 1 {
		return scriptPrograms(command[0])
	}
	first := programName(command[0])
	if !slices.Contains(shells, first) {
		return []string{first}
	}
	for _, word := range command[1:] {
		if !strings.HasPrefix(word, "-") {
			return scriptPrograms(word)
		}
	}
	return nil
}

// scriptPrograms returns the names of the programs that a script in one text runs.
func scriptPrograms(script string) []string {
	var list []string
	begins := true // a command begins at the next word
	for _, word := range strings.FieldsFunc(commandBreaks.Replace(script), func(r rune) bool { return r == ' ' || r == '\t' || r == '\r' }) {
		switch {
		case word == "\n":
			begins = true
		case !begins, slices.Contains(shellWords, word), strings.HasPrefix(word, "-") && len(list) == 0:
		case strings.Contains(word, "=") && !strings.HasPrefix(word, "="): // a variable for the command
		default:
			if name := programName(word); !slices.Contains(shells, name) {
				list = append(list, name)
				begins = false
			}
		}
	}
	return list
}

// commandBreaks puts a line break of its own wherever a command can begin.
var commandBreaks = strings.NewReplacer("\n", " \n ", ";", " \n ", "&", " \n ", "|", " \n ", "(", " \n ", ")", " \n ", "'", " ", `"`, " ", "`", " \n ")

func programName(word string) string {
	word = strings.Trim(word, `'"`)
	return word[strings.LastIndexByte(word, '/')+1:]
}

var (
	shells     = []string{"sh", "bash", "ash", "dash", "cub"}
	shellWords = []string{"until", "while", "if", "then", "do", "else", "!", "exec", "time", "sudo", "[", "eval", "nohup"}
	// helperPrograms say nothing about what a container is for.
	helperPrograms = []string{
		"done", "fi", "echo", "sleep", "set", "cat", "printf", "export", "true", "false", "exit", "test", "]", "wait-for-it", "nc", "date", "mkdir", "chmod",
		"chown", "ls", "rm", "cp", "mv", "grep", "sed", "awk", "for", "in", "ready", "pg_isready", "trap", "wait", "source", ".", "case", "esac", "break", "cd",
		"find", "gzip", "gunzip", "tar", "head", "tail", "tee", "xargs", "cut", "wc", "curl", "kafka-ready", ":", "read", "local", "return", "touch", "env",
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
