package link

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph/address"
)

// A storeProduct is a program that keeps data or delivers messages, often as a cluster.
type storeProduct struct {
	name   string
	quorum quorum
	// whole is set if several members of the product are one cluster even if each is named
	// by a setting of its own: it is rare to run several single ones.
	whole bool
	// sql is set if servers of different names have different data, unless one connection
	// string has them all.
	sql bool
	// coordinates is set if stores of other products keep their membership in it.
	coordinates bool
}

// A quorum is how many members of a cluster its clients need.
type quorum uint8

const (
	unknownQuorum quorum = iota // each member may have data that no other one has
	anyMember
	majority
	allButOne // all data is on three members at least
)

// need returns how many of n members are needed, 0 if that is unknown.
func (q quorum) need(n int) int {
	switch q {
	case anyMember:
		return 1
	case majority:
		return n/2 + 1
	case allButOne:
		return max(1, n-1)
	}
	return 0
}

// needOf returns how many of the members that a caller names are needed, of a cluster with n
// members; the others are taken to be up. It is 0 if that is unknown.
func (q quorum) needOf(n int, named []int) int {
	listed := len(slices.Compact(slices.Sorted(slices.Values(named))))
	n = max(n, listed)
	if need := q.need(n); need > 0 {
		return max(1, need-(n-listed))
	}
	return 0
}

// storeProducts are the products by the words in names of images, hosts, protocols and
// settings. The quorum is that of requests, and that of writes where they differ.
var storeProducts = func() map[string]*storeProduct {
	byWord := map[string]*storeProduct{}
	for words, p := range map[string]storeProduct{
		"kafka redpanda bootstrap":            {quorum: anyMember, whole: true},
		"pulsar":                              {quorum: anyMember, whole: true},
		"activemq artemis":                    {quorum: anyMember},
		"nats":                                {quorum: anyMember, whole: true},                   // majority with JetStream
		"rabbitmq rabbit amqp":                {quorum: unknownQuorum},                            // majority with quorum queues; other queues are on one member
		"etcd":                                {quorum: majority, whole: true, coordinates: true}, // Raft
		"zookeeper zookeepers zk zoo":         {quorum: majority, whole: true, coordinates: true}, // Zab
		"consul":                              {quorum: majority, whole: true, coordinates: true}, // Raft
		"mongodb mongo":                       {quorum: majority},                                 // of a replica set, to elect a primary
		"mongos":                              {quorum: anyMember},                                // routers without data
		"sentinel sentinels":                  {quorum: anyMember},                                // any one knows the primary
		"redis valkey keydb dragonfly":        {},                                                 // shards
		"memcached memcache":                  {},                                                 // shards
		"cassandra scylla scylladb":           {},                                                 // depends on replication and consistency
		"elasticsearch opensearch elastic":    {},                                                 // shards
		"solr couchbase clickhouse hazelcast": {},                                                 // shards
		"minio":                               {},                                                 // erasure coding
		"cockroach cockroachdb":               {quorum: allButOne, whole: true},                   // three replicas of each range
		"yugabyte yugabytedb tikv":            {quorum: allButOne, whole: true},                   // the same
		"galera xtradb":                       {quorum: majority, whole: true},                    // of the primary component
		"neo4j":                               {quorum: majority},                                 // Raft
		"mysql mariadb percona":               {sql: true},
		"postgres postgresql timescaledb":     {sql: true},
		"mssql sqlserver":                     {sql: true},
		"oracle":                              {sql: true},
		"db2":                                 {sql: true},
	} {
		list := strings.Fields(words)
		p.name = list[0]
		for _, w := range list {
			byWord[w] = &p
		}
	}
	return byWord
}()

// consoles are images of programs that show people what is in stores of one product, by their names. They call
// nothing else, whatever else the variables say that they share with other programs.
var consoles = map[string]string{
	"pghero": "postgres", "pgweb": "postgres", "pgadmin": "postgres", "pgadmin4": "postgres",
	"phpmyadmin": "mysql", "adminer": "sql", "sqlpad": "sql", "cloudbeaver": "sql",
	"mongo-express": "mongodb", "redis-commander": "redis", "redisinsight": "redis", "elasticvue": "elasticsearch",
}

// storePorts are ports of products that package address does not know: a port of theirs
// alone does not show a kind.
var storePorts = map[int]string{2379: "etcd", 2380: "etcd", 2181: "zookeeper", 8500: "consul", 9200: "elasticsearch", 26379: "sentinel"}

// productOfWords returns the product that one of the words names: the last, which is the
// most specific in "redis-sentinel" and "mariadb-galera"; nil if none does.
func productOfWords(words []string) *storeProduct {
	for i := len(words) - 1; i >= 0; i-- {
		if p := storeProducts[words[i]]; p != nil {
			return p
		}
	}
	return nil
}

// productOfImage returns the product that an image is named after.
func productOfImage(image string) *storeProduct {
	if strings.HasSuffix(image, "cp-server") {
		return storeProducts["kafka"]
	}
	return productOfWords(address.Words(image))
}

// productOfAddress returns the product that a protocol or port implies.
func productOfAddress(scheme string, port int) *storeProduct {
	if p := storeProducts[storePorts[port]]; p != nil {
		return p
	}
	return storeProducts[address.ProtocolOn(scheme, port).Name]
}
