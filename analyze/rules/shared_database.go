package rules

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/lazy"
)

var sharedDatabase = &Rule{
	ID:       "shared-database",
	Title:    "database shared by services of different owners",
	Doc:      sharedDatabaseDoc,
	Severity: analyze.Warning,
	ByPeople: "the data need one owner",
	Check:    checkSharedDatabase,
}

const sharedDatabaseDoc = `
Services that share a database are coupled by its tables: none can change its data
without the others, one heavy query slows down all, and if the database is down all
are down. Within one team that is acceptable; between two it is costly.

Reported for a database that services of different owners use. Owners are compared,
else teams, else systems. Info if they are unknown for some or all of the services.

    services:
    - {name: main, kind: database}
    - {name: orders, team: shop, calls: [{to: main, protocol: sql}]}
    - {name: billing, team: money, calls: [{to: main, protocol: sql}]}

Not reported: addresses with different databases on one server; users with the same
owner; and the parts of one program: users that run one image, or whose names differ only
in the word for a part, such as "orders-api" and "orders-worker", or are such words,
"web" and "worker", or in a number, "orders-p0" and "orders-p1"; and the parts of one product, whose name the database has and
their names begin with. Jobs and migrations do not count, since they belong to
the service they migrate for; nor do backups and administration consoles. A read
replica with an address of its own is another database. Caches, brokers and stores that
coordinate programs, such as ZooKeeper and etcd, are meant to be shared.

    DATABASE_URL: postgres://pg/orders       # in orders
    DATABASE_URL: postgres://pg/billing      # in billing

The members of one pool or failover, such as the hosts of one connection string, are
one database.

Services whose address names no database are compared with each other if their owners
are known to differ, and the finding is then assumed. Only strong evidence counts: a
start order does not prove shared tables.

**Fix.** Give each owner a database of its own on the server, then a server of its own
if load or criticality require it. Let one service own the data and the others call
it, or keep copies fed by its events.

- Kubernetes, compose: put the database name at the end of the address, with a user
  that can access only that database.
- Backstage: declare "owner" and "system" of the components if they are missing.

Source: Soldani et al., microFreshener ("shared persistency"); Taibi and
Lenarduzzi 2018.
`

func checkSharedDatabase(p *Pass) {
	g := p.Analysis.Strong
	for v := range graph.Node(g.Len()) {
		if g.Service(v).Kind != graph.KindDatabase || len(g.In(v)) < 2 || isNamed(g.Service(v), coordinators) {
			continue
		}
		users := map[string][]graph.Edge{}
		for _, e := range g.In(v) {
			if u := g.Service(g.From(e)); u.Kind == graph.KindService && g.From(e) != v && !tendsData(u) && analyze.IsAddressed(g, e) {
				for _, database := range analyze.Databases(g.Call(e)) {
					users[database] = append(users[database], e)
				}
			}
		}
		for _, database := range slices.Sorted(maps.Keys(users)) {
			if len(users[database]) > 1 && !isLaterMember(g, v, users[database]) {
				reportShared(p, v, database, users[database])
			}
		}
	}
}

// isLaterMember reports whether the users of v use it as a member of pools or failovers with
// a database before it, which all of them use, too, so that the finding is about that one.
func isLaterMember(g *graph.Graph, v graph.Node, users []graph.Edge) bool {
	var before []graph.Node // that all users so far have
	for i, e := range users {
		others := analyze.Others(g, e)
		if others == graph.NoGroup {
			return false
		}
		members := group(g.CallsIn(others)).callees(g)
		if i > 0 {
			members = slices.DeleteFunc(members, func(w graph.Node) bool { return !slices.Contains(before, w) })
		}
		before = members
	}
	return len(before) > 0 && before[0] < v
}

// tendsData reports whether a program is there for a database and not the other way
// round: it migrates it, saves it, or shows it to administrators.
func tendsData(s *graph.Service) bool { return isNamed(s, tenders) }

// coordinators are stores through which programs find and lock each other: to be shared is
// what they are for.
var coordinators = map[string]bool{"zookeeper": true, "zookeepers": true, "etcd": true, "consul": true}

var tenders = map[string]bool{
	"migrate": true, "migrator": true, "migration": true, "migrations": true, "dbmigrate": true, "flyway": true, "liquibase": true, "alembic": true, "seed": true, "seeder": true,
	"backup": true, "backups": true, "exporter": true,
	"pgadmin": true, "pgadmin4": true, "pgweb": true, "adminer": true, "phpmyadmin": true, "cloudbeaver": true, "dbgate": true, "pgbouncer": true, "pgpool": true,
	"pghero": true, "sampledata": true,
}

// oneProgram reports whether services are parts of one program: all run one image, whatever
// its tag and registry, or their names differ only in the words for a part of a program. An
// image without a path, "python:3", may run any program.
func oneProgram(g *graph.Graph, services []graph.Node) bool {
	images, stem := repositories(g.Service(services[0])), withoutPart(g.Service(services[0]).Name)
	alike := true
	for _, v := range services[1:] {
		of := repositories(g.Service(v))
		images = slices.DeleteFunc(images, func(image string) bool { return !slices.Contains(of, image) })
		alike = alike && withoutPart(g.Service(v).Name) == stem
	}
	return len(images) > 0 || alike
}

// isNamedAfter reports whether a database has the name of the product that all its users have before their own: "shop"
// of shop-web and shop-worker.
func isNamedAfter(g *graph.Graph, database string, users []graph.Node) bool {
	product := plainLetters(database)
	if len(product) < minProduct {
		return false
	}
	return !slices.ContainsFunc(users, func(v graph.Node) bool { return !strings.HasPrefix(plainLetters(g.Service(v).Name), product) })
}

// minProduct is how long the name of a product is at least: shorter ones, "app" and "db", begin names of every product.
const minProduct = 4

// repositories returns the names of the images of a service that have a path.
func repositories(s *graph.Service) []string {
	var list []string
	for _, image := range s.Images {
		if strings.Contains(image, "/") {
			list = append(list, graph.ImageName(image))
		}
	}
	return list
}

// withoutPart returns the name of a program without the word for a part of it at the end, or the number of
// a replica or a partition, in letters and digits: "orders" for "orders-worker", "OrdersAPI", "orders2" and "orders-p1",
// "" for "worker" and "web-api", which are parts of the one program that there is.
func withoutPart(name string) string {
	if number := replicaNumber.FindStringIndex(name); number != nil {
		name = name[:number[0]]
	}
	name = plainLetters(name)
	for cut := true; cut; {
		cut = false
		for _, part := range partsOfPrograms {
			if stem, ok := strings.CutSuffix(name, part); ok {
				name, cut = stem, true
			}
		}
	}
	return name
}

// replicaNumber is what sets replicas and partitions apart that are declared one by one.
var replicaNumber = lazy.NewRegexp(`(?i)(?:[-_.](?:p|part|partition|shard|replica|node|instance))?[-_.]?\d+$`)

// plainLetters returns a name in lower case without the marks between its words.
func plainLetters(name string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || r == '.' {
			return -1
		}
		return r
	}, strings.ToLower(name))
}

// partsOfPrograms are the words by which deployments name the processes of one program.
var partsOfPrograms = []string{
	"api", "web", "worker", "workers", "server", "service", "backend", "app", "admin", "scheduler", "beat", "cron", "consumer", "producer",
	"eventhandler", "handler", "listener", "processor", "job", "jobs", "queue", "celery", "sidekiq", "command", "query", "read", "write", "main", "init",
	"grpc", "rest", "background", "reader", "writer", "dbmanager", "dbmigrator", "migrator",
}

func reportShared(p *Pass, v graph.Node, database string, calls []graph.Edge) {
	g := p.Analysis.Strong
	users := make([]graph.Node, len(calls))
	for i, e := range calls {
		users[i] = g.From(e)
	}
	among, known := owners(g, users)
	if among == "" && (known || database == "" || oneProgram(g, users) || isNamedAfter(g, database, users)) {
		return
	}
	f := analyze.Finding{
		Confidence: analyze.Certain,
		Subject:    g.ID(v),
		Message:    fmt.Sprintf("%s is the database of %s", g.ID(v), someIDs(g, users)),
		Hint:       "give each owner a database of its own, or let one service own the data and the others call it",
		Values:     []analyze.KeyValue{number("services", len(users))},
		Origins:    written(g, calls),
		Services:   append([]graph.Node{v}, users...),
		Owners:     []graph.Node{v},
	}
	if database != "" {
		f.Subject += "/" + database
		f.Message = fmt.Sprintf("database %q on %s is used by %s", database, g.ID(v), someIDs(g, users))
		f.Values = append(f.Values, keyValue("database", database))
	} else {
		f.Confidence = analyze.Assumed
		f.Hint = "if they use different databases on it, name them in the addresses; " + f.Hint
	}
	if among == "" {
		f.Message += ", whose owners are unknown"
		p.At(analyze.Info, f)
		return
	}
	f.Message += ", which belong to " + among
	p.Report(f)
}

// owners is to whom services belong, if that is more than one, and whether it
// is known of all. What is compared is what the most of them have: an owner, a
// team or a system.
func owners(g *graph.Graph, services []graph.Node) (among string, known bool) {
	for _, of := range []func(*graph.Service) string{
		func(s *graph.Service) string { return s.Owner },
		func(s *graph.Service) string { return s.Team },
		func(s *graph.Service) string { return s.System },
	} {
		var names []string
		all := true
		for _, v := range services {
			if name := of(g.Service(v)); name != "" {
				names = append(names, name)
			} else {
				all = false
			}
		}
		slices.SortFunc(names, cmp.Compare[string])
		names = slices.Compact(names)
		switch {
		case len(names) > 2:
			return fmt.Sprintf("%s, %s and %d more", names[0], names[1], len(names)-2), true
		case len(names) == 2:
			return names[0] + " and " + names[1], true
		case len(names) == 1 && all:
			return "", true
		}
	}
	return "", false
}
