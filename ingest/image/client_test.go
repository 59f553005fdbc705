package image

import "testing"

func TestRunsClient(t *testing.T) {
	for _, c := range []struct {
		name    string
		command []string
		client  bool
	}{
		{"none", nil, false},
		{"server", []string{"postgres", "-c", "max_connections=300"}, false},
		{"server in one text", []string{"redis-server --appendonly yes"}, false},
		{"client in one text", []string{"redis-cli -h cache ping"}, true},
		{"client", []string{"mongosh", "--host", "mongo:27017", "--eval", "rs.initiate()"}, true},
		{"host that is called as a client", []string{"mongod", "--bind_ip", "localhost,mongo", "--replSet", "mongo"}, false},
		{"script of a client", []string{"/bin/sh", "-c", "until pg_isready -h pg; do sleep 1; done; PGPASSWORD=x psql -h pg -f /seed.sql"}, true},
		{"client and server", []string{"bash", "-c", "redis-server & sleep 3 && redis-cli ping && wait"}, false},
		{"path and ending", []string{"sh", "-c", "/opt/kafka/bin/kafka-topics.sh --create --topic a\nexit 0\n"}, true},
		{"script of its own", []string{"bash", "/setup.sh"}, false},
		{"script in quotes", []string{`bash -c "bin/pulsar-perf consume -m 1 topic"`}, true},
		{"start script", []string{"sh", "-c", "kafka-storage format -c x && kafka-server-start server.properties"}, false},
		{"server that redpanda's tool starts", []string{"rpk", "redpanda", "start", "--smp", "1"}, false},
		{"subcommand of a server", []string{"server", "/data"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := runsClient(c.command); got != c.client {
				t.Errorf("runsClient(%q) = %t", c.command, got)
			}
		})
	}
}
