package source

import (
	"bytes"
	"encoding/json"
	"path"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

// A dependencyFile is a kind of file in which a program names the libraries that it is built with. Those for its
// tests, its development or other programs are not among them.
type dependencyFile struct {
	is    func(base string) bool // in lower case
	names map[string]string      // products by the names of their client libraries
	// list returns the libraries with the places of their names. What does not follow the format is passed over.
	list func(text []byte) []dependency
	// form makes a name that is looked up of a library's, nil if they are the same.
	form func(string) string
}

// A dependency is the name of a library in a file.
type dependency struct {
	name string
	at   int // its first byte
}

func base(name string) func(string) bool { return func(base string) bool { return base == name } }

// dependencyFiles are the known ones, one for each package manager.
var dependencyFiles = []*dependencyFile{
	{base("package.json"), nodeClients, func(text []byte) []dependency { return jsonDependencies(text, "dependencies") }, nil},
	{base("composer.json"), phpClients, func(text []byte) []dependency { return jsonDependencies(text, "require") }, nil},
	{base("pom.xml"), jvmClients, mavenDependencies, nil},
	{func(base string) bool { return base == "build.gradle" || base == "build.gradle.kts" }, jvmClients, gradleDependencies, nil},
	{base("go.mod"), goClients, goDependencies, withoutMajor},
	{base("requirements.txt"), pythonClients, requirements, pythonName},
	{base("pyproject.toml"), pythonClients, pythonDependencies, pythonName},
	{base("pipfile"), pythonClients, tableKeys("packages"), pythonName},
	{func(base string) bool { return path.Ext(base) == ".csproj" || path.Ext(base) == ".fsproj" }, dotnetClients, packageReferences, strings.ToLower},
	{base("gemfile"), rubyClients, gems, nil},
	{base("cargo.toml"), rustClients, tableKeys("dependencies"), nil},
}

// clientsOf makes products by library of lines "product: library library".
func clientsOf(lines string) map[string]string {
	m := map[string]string{}
	for line := range strings.Lines(lines) {
		product, names, _ := strings.Cut(strings.TrimSpace(line), ":")
		for _, name := range strings.Fields(names) {
			m[name] = product
		}
	}
	return m
}

// The client libraries by their products, as images and protocols name these.
var (
	nodeClients = clientsOf(`postgres: pg pg-promise postgres pg-pool
		mysql: mysql mysql2 mariadb
		mssql: mssql tedious
		mongodb: mongodb mongoose
		redis: redis ioredis connect-redis bull bullmq
		memcached: memcached memjs
		rabbitmq: amqplib amqp-connection-manager
		kafka: kafkajs node-rdkafka
		nats: nats @nats-io/transport-node
		cassandra: cassandra-driver
		elasticsearch: @elastic/elasticsearch
		neo4j: neo4j-driver`)
	pythonClients = clientsOf(`postgres: psycopg2 psycopg2-binary psycopg asyncpg pg8000 aiopg
		mysql: pymysql mysqlclient mysql-connector-python aiomysql asyncmy
		mssql: pymssql
		mongodb: pymongo motor mongoengine beanie flask-pymongo
		redis: redis aioredis django-redis
		memcached: pymemcache python-memcached pylibmc
		rabbitmq: pika aio-pika
		kafka: kafka-python confluent-kafka aiokafka
		nats: nats-py
		cassandra: cassandra-driver
		elasticsearch: elasticsearch elasticsearch-dsl
		neo4j: neo4j`)
	goClients = clientsOf(`postgres: github.com/lib/pq github.com/jackc/pgx gorm.io/driver/postgres github.com/go-pg/pg
		mysql: github.com/go-sql-driver/mysql gorm.io/driver/mysql
		mssql: github.com/microsoft/go-mssqldb github.com/denisenkom/go-mssqldb gorm.io/driver/sqlserver
		mongodb: go.mongodb.org/mongo-driver gopkg.in/mgo.v2 github.com/globalsign/mgo
		redis: github.com/redis/go-redis github.com/go-redis/redis github.com/gomodule/redigo
		memcached: github.com/bradfitz/gomemcache
		rabbitmq: github.com/rabbitmq/amqp091-go github.com/streadway/amqp
		kafka: github.com/segmentio/kafka-go github.com/ibm/sarama github.com/shopify/sarama github.com/confluentinc/confluent-kafka-go github.com/twmb/franz-go
		nats: github.com/nats-io/nats.go github.com/nats-io/stan.go
		cassandra: github.com/gocql/gocql
		elasticsearch: github.com/elastic/go-elasticsearch github.com/olivere/elastic
		neo4j: github.com/neo4j/neo4j-go-driver`)
	jvmClients = clientsOf(`postgres: postgresql r2dbc-postgresql quarkus-jdbc-postgresql quarkus-reactive-pg-client vertx-pg-client
		mysql: mysql-connector-java mysql-connector-j mariadb-java-client quarkus-jdbc-mysql quarkus-jdbc-mariadb quarkus-reactive-mysql-client
		mssql: mssql-jdbc quarkus-jdbc-mssql
		mongodb: spring-boot-starter-data-mongodb spring-boot-starter-data-mongodb-reactive mongodb-driver-sync mongodb-driver-reactivestreams mongo-java-driver quarkus-mongodb-client quarkus-mongodb-panache micronaut-mongo-sync micronaut-mongo-reactive
		redis: spring-boot-starter-data-redis spring-boot-starter-data-redis-reactive jedis lettuce-core redisson quarkus-redis-client micronaut-redis-lettuce
		memcached: spymemcached xmemcached
		rabbitmq: spring-boot-starter-amqp spring-rabbit spring-cloud-starter-stream-rabbit spring-cloud-stream-binder-rabbit amqp-client quarkus-messaging-rabbitmq micronaut-rabbitmq
		kafka: spring-kafka kafka-clients spring-cloud-starter-stream-kafka spring-cloud-stream-binder-kafka quarkus-messaging-kafka quarkus-smallrye-reactive-messaging-kafka micronaut-kafka
		nats: jnats
		cassandra: spring-boot-starter-data-cassandra spring-boot-starter-data-cassandra-reactive java-driver-core cassandra-driver-core
		elasticsearch: spring-boot-starter-data-elasticsearch elasticsearch-java elasticsearch-rest-high-level-client
		neo4j: spring-boot-starter-data-neo4j neo4j-java-driver`)
	dotnetClients = clientsOf(`postgres: npgsql npgsql.entityframeworkcore.postgresql marten
		mysql: mysql.data mysqlconnector pomelo.entityframeworkcore.mysql mysql.entityframeworkcore
		mssql: microsoft.data.sqlclient system.data.sqlclient microsoft.entityframeworkcore.sqlserver
		mongodb: mongodb.driver mongodb.entityframeworkcore
		redis: stackexchange.redis microsoft.extensions.caching.stackexchangeredis servicestack.redis
		memcached: enyimmemcachedcore
		rabbitmq: rabbitmq.client masstransit.rabbitmq easynetq rebus.rabbitmq
		kafka: confluent.kafka masstransit.kafka
		nats: nats.client nats.net
		cassandra: cassandracsharpdriver
		elasticsearch: nest elastic.clients.elasticsearch elasticsearch.net
		neo4j: neo4j.driver`)
	rubyClients = clientsOf(`postgres: pg
		mysql: mysql2 trilogy
		mssql: tiny_tds activerecord-sqlserver-adapter
		mongodb: mongo mongoid
		redis: redis sidekiq resque redis-rails
		memcached: dalli
		rabbitmq: bunny sneakers
		kafka: ruby-kafka rdkafka karafka
		nats: nats-pure
		elasticsearch: elasticsearch elasticsearch-model searchkick`)
	phpClients = clientsOf(`postgres: ext-pgsql ext-pdo_pgsql
		mysql: ext-mysqli ext-pdo_mysql
		mssql: ext-sqlsrv ext-pdo_sqlsrv
		mongodb: mongodb/mongodb ext-mongodb mongodb/laravel-mongodb
		redis: predis/predis ext-redis
		memcached: ext-memcached
		rabbitmq: php-amqplib/php-amqplib ext-amqp
		kafka: ext-rdkafka
		elasticsearch: elasticsearch/elasticsearch
		neo4j: laudis/neo4j-php-client`)
	rustClients = clientsOf(`postgres: tokio-postgres postgres deadpool-postgres
		mysql: mysql mysql_async
		mssql: tiberius
		mongodb: mongodb
		redis: redis fred deadpool-redis bb8-redis
		memcached: memcache
		rabbitmq: lapin amqprs
		kafka: rdkafka
		nats: async-nats
		cassandra: scylla cdrs-tokio
		elasticsearch: elasticsearch
		neo4j: neo4rs`)
)

// isDependencies reports whether a file names libraries, by its name in lower case.
func isDependencies(base string) bool {
	return slices.ContainsFunc(dependencyFiles, func(m *dependencyFile) bool { return m.is(base) })
}

// readDependencies reads which client libraries a program is built with: one of each product, the first.
func readDependencies(d *document.Document, f *graph.Facts) {
	for _, m := range dependencyFiles {
		if !m.is(d.Head.Base) {
			continue
		}
		seen := map[string]bool{}
		for _, dep := range m.list(d.Text) {
			name := dep.name
			if m.form != nil {
				name = m.form(name)
			}
			product := m.names[name]
			if product == "" || seen[product] {
				continue
			}
			seen[product] = true
			before := d.Text[:dep.at]
			line, column := bytes.Count(before, []byte("\n"))+1, dep.at-bytes.LastIndexByte(before, '\n')
			f.CodeLibraries = append(f.CodeLibraries, graph.CodeLibrary{Name: dep.name, Product: product, Origin: d.Line(line, column)})
		}
	}
}

// jsonDependencies returns the keys of an object of a file of JSON. A workspace of packages has none of its own.
func jsonDependencies(text []byte, key string) []dependency {
	var top map[string]json.RawMessage
	if json.Unmarshal(text, &top) != nil || top["workspaces"] != nil {
		return nil
	}
	block, start := top[key], max(bytes.Index(text, []byte(`"`+key+`"`)), 0)
	n := bytes.Index(text[start:], block)
	var values map[string]json.RawMessage
	if len(block) == 0 || n < 0 || json.Unmarshal(block, &values) != nil {
		return nil
	}
	start += n
	var list []dependency
	for name := range values {
		if at := bytes.Index(block, []byte(`"`+name+`"`)); at >= 0 {
			list = append(list, dependency{name, start + at + 1})
		}
	}
	slices.SortFunc(list, func(a, b dependency) int { return a.at - b.at })
	return list
}

// mavenDependencies returns the artifacts that a module of Maven is built with and run with.
func mavenDependencies(text []byte) []dependency {
	if bytes.Contains(text, []byte("<packaging>pom</packaging>")) {
		return nil
	}
	var list []dependency
	skip := 0 // up to which byte others are declared: versions, plugins
	for at := 0; ; {
		n := bytes.IndexByte(text[at:], '<')
		if n < 0 {
			return list
		}
		at += n
		rest := text[at:]
		for _, block := range []string{"dependencyManagement", "build", "profiles", "reporting"} {
			if bytes.HasPrefix(rest, []byte("<"+block+">")) {
				skip = max(skip, after(text, at, "</"+block+">"))
			}
		}
		if bytes.HasPrefix(rest, []byte("<!--")) {
			at = after(text, at, "-->")
			continue
		}
		if at < skip || !bytes.HasPrefix(rest, []byte("<dependency>")) {
			at++
			continue
		}
		end := after(text, at, "</dependency>")
		element := text[at:end]
		if open := bytes.Index(element, []byte("<artifactId>")); open >= 0 && !bytes.Contains(element, []byte("<scope>test</scope>")) && !bytes.Contains(element, []byte("testcontainers")) {
			open += len("<artifactId>")
			if n := bytes.IndexByte(element[open:], '<'); n > 0 {
				list = append(list, trimmed(element[open:open+n], at+open))
			}
		}
		at = end
	}
}

// trimmed is a dependency without the blanks around its name.
func trimmed(name []byte, at int) dependency {
	left := bytes.TrimLeft(name, " \t\r\n")
	return dependency{string(bytes.TrimSpace(name)), at + len(name) - len(left)}
}

// eachLine calls f with the lines of a text, and where they begin.
func eachLine(text []byte, f func(line []byte, at int)) {
	at := 0
	for line := range bytes.Lines(text) {
		f(line, at)
		at += len(line)
	}
}

// quoted returns what is between the first quotes of a line, and where it begins.
func quoted(line []byte) (string, int) {
	open := bytes.IndexAny(line, `"'`)
	if open < 0 {
		return "", 0
	}
	n := bytes.IndexByte(line[open+1:], line[open])
	if n < 0 {
		return "", 0
	}
	return string(line[open+1 : open+1+n]), open + 1
}

// gradleDependencies returns the artifacts of the configurations of a build of Gradle that its program runs with.
func gradleDependencies(text []byte) []dependency {
	var list []dependency
	eachLine(text, func(line []byte, at int) {
		word := bytes.TrimLeft(line, " \t")
		n := bytes.IndexFunc(word, func(r rune) bool { return r < 'A' || r > 'z' })
		if n <= 0 {
			return
		}
		switch string(word[:n]) {
		case "implementation", "api", "compile", "runtimeOnly", "runtime":
			coordinates, open := quoted(line)
			if parts := strings.Split(coordinates, ":"); len(parts) >= 2 && parts[0] != "" && parts[0] != "org.testcontainers" {
				list = append(list, dependency{parts[1], at + open + len(parts[0]) + 1})
			}
		}
	})
	return list
}

// goDependencies returns the modules that a module of Go requires itself.
func goDependencies(text []byte) []dependency {
	var list []dependency
	inside := false
	eachLine(text, func(line []byte, at int) {
		rest := bytes.TrimSpace(line)
		switch {
		case bytes.HasPrefix(rest, []byte("require (")):
			inside = true
			return
		case bytes.HasPrefix(rest, []byte(")")):
			inside = false
			return
		case bytes.HasPrefix(rest, []byte("require ")):
			rest = rest[len("require "):]
		case !inside:
			return
		}
		if name, _, ok := bytes.Cut(rest, []byte(" ")); ok && !bytes.Contains(rest, []byte("// indirect")) && !bytes.HasPrefix(rest, []byte("//")) {
			list = append(list, dependency{string(name), at + bytes.Index(line, name)})
		}
	})
	return list
}

// withoutMajor is the path of a module in small letters, without the major version.
func withoutMajor(name string) string {
	name = strings.ToLower(name)
	parts := strings.Split(name, "/")
	if n := len(parts); n > 2 && len(parts[n-1]) > 1 && parts[n-1][0] == 'v' && strings.Trim(parts[n-1][1:], "0123456789") == "" {
		parts = parts[:n-1]
	}
	return strings.Join(parts, "/")
}

// requirements returns the packages of a list for pip.
func requirements(text []byte) []dependency {
	var list []dependency
	eachLine(text, func(line []byte, at int) {
		if name := requirement(string(bytes.TrimSpace(line))); name != "" {
			list = append(list, dependency{name, at + bytes.Index(line, []byte(name))})
		}
	})
	return list
}

// requirement returns the name at the beginning of a requirement, "" if it begins with none.
func requirement(s string) string {
	end := strings.IndexFunc(s, func(r rune) bool {
		return r != '-' && r != '_' && r != '.' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
	if end < 0 {
		end = len(s)
	}
	return strings.Trim(s[:end], "-._")
}

// pythonName is the form in which names of packages are compared.
func pythonName(name string) string {
	return strings.NewReplacer("_", "-", ".", "-").Replace(strings.ToLower(name))
}

// pythonDependencies returns the packages that a project of Python needs: the strings of "dependencies", or the keys of
// the table of Poetry.
func pythonDependencies(text []byte) []dependency {
	list := tableKeys("tool.poetry.dependencies")(text)
	table, inside := "", false
	eachLine(text, func(line []byte, at int) {
		rest := strings.TrimSpace(string(line))
		if strings.HasPrefix(rest, "[") && !inside {
			table = strings.Trim(rest, "[] ")
			return
		}
		if key, value, ok := strings.Cut(rest, "="); !inside && table == "project" && ok && strings.TrimSpace(key) == "dependencies" {
			inside = strings.HasPrefix(strings.TrimSpace(value), "[")
		}
		if !inside {
			return
		}
		for open := 0; open < len(line); {
			name, start := quoted(line[open:])
			if start == 0 {
				break
			}
			if short := requirement(name); short != "" {
				list = append(list, dependency{short, at + open + start})
			}
			open += start + len(name) + 1
		}
		if strings.HasSuffix(strings.TrimSuffix(rest, ","), "]") {
			inside = false
		}
	})
	return list
}

// tableKeys returns the keys of a table of TOML, and what the names of tables below it end with.
func tableKeys(table string) func([]byte) []dependency {
	return func(text []byte) []dependency {
		var list []dependency
		inside := false
		eachLine(text, func(line []byte, at int) {
			rest := strings.TrimSpace(string(line))
			if strings.HasPrefix(rest, "[") {
				name := strings.Trim(rest, "[] ")
				if inside = name == table; strings.HasPrefix(name, table+".") {
					key := strings.Trim(name[len(table)+1:], `"'`)
					list = append(list, dependency{key, at + bytes.Index(line, []byte(key))})
				}
				return
			}
			key, _, ok := strings.Cut(rest, "=")
			if key = strings.Trim(strings.TrimSpace(key), `"'`); inside && ok && key != "" && !strings.HasPrefix(key, "#") {
				list = append(list, dependency{key, at + bytes.Index(line, []byte(key))})
			}
		})
		return list
	}
}

// packageReferences returns the packages of a project of .NET.
func packageReferences(text []byte) []dependency { return included(text, "PackageReference") }

// included returns what the elements of a name in a project of .NET include.
func included(text []byte, name string) []dependency {
	tag := []byte("<" + name + " ")
	var list []dependency
	for at := 0; ; {
		n := bytes.Index(text[at:], []byte("<"))
		if n < 0 {
			return list
		}
		at += n
		switch rest := text[at:]; {
		case bytes.HasPrefix(rest, []byte("<!--")):
			at = after(text, at, "-->")
			continue
		case bytes.HasPrefix(rest, tag):
			element := rest[:max(bytes.IndexByte(rest, '>'), 0)]
			if include := bytes.Index(element, []byte("Include=")); include >= 0 {
				if name, open := quoted(element[include:]); name != "" {
					list = append(list, dependency{name, at + include + open})
				}
			}
		}
		at++
	}
}

// gems returns the gems of a Gemfile that are in no group of tests or development.
func gems(text []byte) []dependency {
	var list []dependency
	left := false
	eachLine(text, func(line []byte, at int) {
		rest := bytes.TrimSpace(line)
		switch {
		case bytes.HasPrefix(rest, []byte("group ")):
			left = !bytes.Contains(rest, []byte(":production")) && !bytes.Contains(rest, []byte(":default"))
		case bytes.Equal(rest, []byte("end")):
			left = false
		case bytes.HasPrefix(rest, []byte("gem ")) && !left && !bytes.Contains(rest, []byte("group:")) && !bytes.Contains(rest, []byte(":group")):
			if name, open := quoted(line); name != "" {
				list = append(list, dependency{name, at + open})
			}
		}
	})
	return list
}
