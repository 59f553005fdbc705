package render

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/analyze/failure"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/graphtest"
	"github.com/weirgraph/weir/policy"
)

// fixtures are the reports that every format is tried on, by the name of their
// golden file.
func fixtures() map[string]*analyze.Report {
	shop := shopGraph()
	node := func(id string) graph.Node {
		n, ok := shop.Node(id)
		if !ok {
			panic("fixture without " + id)
		}
		return n
	}
	var (
		cart, db, gw     = node("shop/cart"), node("data/orders-db"), node("edge/gateway")
		orders, pay, web = node("shop/orders"), node("shop/payment"), node("shop/web")
	)
	calls := analyze.Scope(shop, graph.Weak)
	blast := func(mode string, i failure.Injection, nodes ...graph.Node) []analyze.Incident {
		s := analyze.Scenario{Mode: mode, Inject: map[graph.Node]failure.Injection{}}
		for _, v := range nodes {
			s.Inject[v] = i
		}
		return []analyze.Incident{analyze.Simulate(calls, s)}
	}
	stopped, hung := failure.Injection{Mode: failure.Stop}, failure.Injection{Mode: failure.Hang}
	findings := fixtureFindings([]graph.Node{cart, orders}, db)
	return map[string]*analyze.Report{
		"empty":      {Graph: graph.New(nil, nil), Drawn: true},
		"single":     {Graph: graphtest.Parse("alone"), Drawn: true, Made: &analyze.Made{Revision: "0123456789abcdef0123456789abcdef01234567", Time: "2026-11-28T10:00:00Z"}},
		"marks":      {Graph: graphtest.Parse("a:b,c~,d?,e!,f~?!,a b:c"), Drawn: true},
		"groups":     {Graph: groupedGraph(), Drawn: true},
		"shop":       {Graph: shop, Drawn: true},
		"clean":      {Graph: shop, Check: &analyze.Check{FailOn: analyze.Error, Rules: fixtureRules()}},
		"unread":     {Graph: graph.New(nil, nil), Check: &analyze.Check{FailOn: analyze.Error, Rules: fixtureRules()}},
		"check":      {Graph: shop, Check: &analyze.Check{FailOn: analyze.Error, Rules: fixtureRules(), Excused: fixtureExcused(findings[1]), Findings: findings, Found: [analyze.Error + 1]int{analyze.Error: 1, analyze.Warning: 1}}},
		"variants":   {Check: variantsCheck(shop, findings)},
		"blast":      {Graph: shop, Impacts: blast("stop", stopped, pay)},
		"blast-hang": {Graph: shop, Impacts: blast("hang", hung, pay), Explored: analyze.Explore(shop, calls)},
		"blast-none": {Graph: shop, Impacts: blast("stop", stopped, gw)},
		"blast-two":  {Graph: shop, Impacts: blast("stop", stopped, db, pay)},
		"ranking":    {Graph: shop, Ranking: analyze.BlastAll(calls)},
		"fates":      {Graph: shop, Fates: analyze.SharedFates(calls)},
		"no-fate":    {Graph: shop, Fates: &analyze.Fates{}},
		"contracts":  {Graph: shop, Contracts: []analyze.Contracts{analyze.FindContracts(shop, calls, orders), analyze.FindContracts(shop, calls, gw)}},
		"cycles":     {Graph: shop, Cycles: analyze.Loops(calls)},
		"no-cycle":   {Graph: shop, Cycles: &analyze.Cycles{}},
		"fanout":     {Graph: shop, Fan: analyze.Metrics(calls)},
		"path":       {Graph: shop, Path: analyze.Paths(calls, web, db)},
		"show":       {Graph: shop, Focus: analyze.DescribeService(shop, calls, orders, &analyze.Check{Findings: findings})},
		"policies":   {Graph: shop, Matrix: analyze.PolicyMatrix(shop, calls, analyze.MatrixFilter{})},
		"diff":       exploredChange(fixtureDiff(shop, changedShop(shop), findings)),
		"no-diff":    {Graph: shop, Diff: fixtureDiff(shop, shop, nil)},
		"odd-names":  {Graph: oddGraph(), Drawn: true},
	}
}

// groupedGraph has groups of every kind, one in another one, pools that two callers share,
// within a namespace and across some, a member that is also needed by itself, and a gateway
// with routes.
func groupedGraph() *graph.Graph {
	g := graphtest.Parse("gate:{shop/web=90|shop/web-next=10},{old|[n1|n2]} shop/web:[log/1|log/2|log/3]2,shop/db,(rates|shop/rates)" +
		" shop/web-next:[log/1|log/2|log/3]2,[shop/cache-1|shop/cache-2],shop/cache-1 jobs:[shop/mq~|log/3~] edge/in:[shop/n3|shop/n4] edge/out:[shop/n3|shop/n4],{[shop/n5|shop/n6]=80|shop/n7=20}")
	d := graph.Details{Groups: g.Groups()}
	for i := range d.Groups {
		if d.Groups[i].Kind == graph.Pool && len(d.Groups[i].Members) == 3 {
			d.Groups[i].Name, d.Groups[i].Checked = "the log", true
		}
	}
	return g.With(d)
}

// variantsCheck has one finding in both of two variants, and one in the second.
func variantsCheck(shop *graph.Graph, findings []analyze.Finding) *analyze.Check {
	both, second := findings[0], findings[1]
	both.Variants, second.Variants = []string{"dev", "prod"}, []string{"prod"}
	return &analyze.Check{
		FailOn: analyze.Error, Rules: fixtureRules(), Findings: []analyze.Finding{both, second}, Found: [analyze.Error + 1]int{analyze.Error: 1, analyze.Warning: 1},
		Variants: []analyze.Variant{{Name: "dev", Graph: graph.New(nil, nil)}, {Name: "prod", Graph: shop, Ignored: 1}},
	}
}

// changedShop is the shop with a service more, without the mail job, with other calls and with
// another timeout.
func changedShop(shop *graph.Graph) *graph.Graph {
	fraud := shop.Services()[8]
	fraud.ID, fraud.Name = "shop/fraud", "fraud"
	var services []graph.Service
	at := map[string]graph.Node{}
	for _, s := range append(shop.Services()[:len(shop.Services()):len(shop.Services())], fraud) {
		if s.ID == "shop/orders" {
			own := *s.Traits
			own.Replicas = policy.Declare(1, s.Replicas.Origin)
			s.Traits = &own
		}
		if s.ID != "shop/mail" {
			services = append(services, s)
		}
	}
	slices.SortFunc(services, func(a, b graph.Service) int { return strings.Compare(a.ID, b.ID) })
	for i := range services {
		at[services[i].ID] = graph.Node(i)
	}
	var calls []graph.Call
	for e := range graph.Edge(shop.Calls()) {
		c := shop.Call(e)
		from, to := shop.ID(c.From), shop.ID(c.To)
		if from == "shop/mail" || from == "shop/cart" && to == "ops/collector" {
			continue
		}
		if from == "shop/orders" && to == "shop/payment" {
			says := *c.Evidence[0].Says
			says.Timeout = &policy.Timeout{Total: policy.Declare(5*time.Second, says.Timeout.Total.Origin)}
			c.Evidence = slices.Clone(c.Evidence)
			c.Evidence[0].Says = &says
		}
		if from == "shop/web" && to == "shop/cart" {
			c.Need = graph.Hard
		}
		c.From, c.To = at[from], at[to]
		calls = append(calls, c)
	}
	calls = append(calls,
		graph.Call{From: at["shop/payment"], To: at["shop/fraud"], Strength: graph.Strong, Mode: graph.Sync, Need: graph.Hard, Protocol: "http", Declared: true},
		graph.Call{From: at["shop/fraud"], To: at["shop/orders"], Strength: graph.Strong, Mode: graph.Sync, Need: graph.Hard, Protocol: "http", Declared: true})
	return graphtest.New(services, calls)
}

// fixtureDiff has the first finding as a new one, and the second as one that is gone.
func fixtureDiff(old, now *graph.Graph, findings []analyze.Finding) *analyze.Diff {
	d := analyze.Compare(analyze.State{Graph: old}, analyze.State{Graph: now})
	if findings != nil {
		d.Found, d.Gone, d.FailOn = findings[:1], findings[1:], analyze.Error
	}
	return d
}

// fixtureExcused has a finding that is excused in each way.
func fixtureExcused(f analyze.Finding) []analyze.Excused {
	var list []analyze.Excused
	for by := analyze.ByConfiguration; by <= analyze.ByBase; by++ {
		e := analyze.Excused{Finding: f, By: by, Reason: []string{"planned for May", "the client does it", "it may fail", "weir-baseline.json", "git:main"}[by]}
		e.Subject, e.Message, e.Fingerprint = f.Subject+"-"+by.String(), f.Subject+"-"+by.String()+" runs 1 replica", f.Fingerprint[:15]+fmt.Sprint(by)[:1]
		switch by {
		case analyze.ByConfiguration:
			e.Origin = graph.Source{File: "weir.yaml"}.At(3, 3)
		case analyze.ByComment:
			e.Origin = graph.Source{File: "deploy/db.yaml"}.At(3, 5)
		}
		list = append(list, e)
	}
	return list
}

func fixtureRules() []analyze.RuleInfo {
	rules := []analyze.RuleInfo{
		{ID: "sync-cycle", Title: "synchronous cycle", Doc: "Services wait for each other.\n\nFix: use an event.\n", Severity: analyze.Error},
		{ID: "redundancy-below-tier", Title: "too few replicas", Doc: "One replica is none.\n", Severity: analyze.Warning},
	}
	for _, id := range []string{"one", "two", "three", "four", "five"} {
		rules = append(rules, analyze.RuleInfo{ID: "rule-" + id, Title: "rule " + id, Doc: "A rule.\n", Severity: analyze.Info})
	}
	return rules
}

func fixtureFindings(loop []graph.Node, db graph.Node) []analyze.Finding {
	at := func(file string, line int32) graph.Origin {
		return graph.Source{Reader: "kubernetes", File: file}.At(line, 9)
	}
	return []analyze.Finding{
		{
			Rule: "sync-cycle", Severity: analyze.Error, Confidence: analyze.Certain,
			Subject: "shop/cart,shop/orders", Services: loop, Fingerprint: "00112233445566aa",
			Message: "shop/cart calls shop/orders, which calls shop/cart again; while one of them waits for the other neither can answer",
			Hint:    "let shop/orders receive the cart as an event, or take the prices along in the call",
			Origins: []graph.Origin{at("deploy/cart.yaml", 31), at("deploy/orders.yaml", 28)},
			Values:  []analyze.KeyValue{{Key: "length", Value: "2"}},
		},
		{
			Rule: "redundancy-below-tier", Severity: analyze.Warning, Confidence: analyze.Default,
			Subject: "data/orders-db", Services: []graph.Node{db}, Fingerprint: "00112233445566bb",
			Message: "data/orders-db runs 1 replica and 4 services fail with it",
			Origins: []graph.Origin{at("deploy/db.yaml", 4)},
		},
	}
}

// shopGraph has every kind of node and call that a drawing distinguishes.
func shopGraph() *graph.Graph {
	at := func(file string, line int32) graph.Origin {
		return graph.Source{Reader: "kubernetes", File: "deploy/" + file + ".yaml"}.At(line, 9)
	}
	service := func(ns, name string, kind graph.Kind, team string) graph.Service {
		id := name
		if ns != "" {
			id = ns + "/" + name
		}
		return graph.Service{
			ID: id, Name: name, Namespace: ns, Kind: kind, Traits: &graph.Traits{Team: team},
			Defined: kind != graph.KindExternal, Origins: []graph.Origin{at(name, 1)},
		}
	}
	services := []graph.Service{
		service("", "api.stripe.com", graph.KindExternal, ""),
		service("data", "events", graph.KindBroker, "data"),
		service("data", "orders-db", graph.KindDatabase, "data"),
		service("edge", "gateway", graph.KindGateway, ""),
		service("ops", "collector", graph.KindTelemetry, ""),
		service("shop", "cart", graph.KindService, "front"),
		service("shop", "mail", graph.KindJob, "front"),
		service("shop", "orders", graph.KindService, "back"),
		service("shop", "payment", graph.KindService, "back"),
		service("shop", "web", graph.KindService, "front"),
	}
	orders := &services[7]
	own := orders.Own()
	own.Tier = policy.Declare(1, at("orders", 6))
	own.Replicas = policy.Declare(3, at("orders", 9))
	own.Probes = graph.Probes{Known: true, Readiness: true, Liveness: true}
	orders.Aliases = []string{"orders.shop.svc", "order-api"}
	own.Versions = []string{"orders-v1", "orders-v2"}
	own.Scaling = &graph.Scaler{Min: 2, Max: 10, Origin: at("hpa", 1)}

	call := func(from, to graph.Node, file string, line int32, change func(*graph.Call)) graph.Call {
		c := graph.Call{From: from, To: to, Strength: graph.Strong, Mode: graph.Sync, Need: graph.Hard, Protocol: "http", Declared: true}
		if change != nil {
			change(&c)
		}
		c.Evidence = []graph.Evidence{{
			Origin: at(file, line), Way: "env-url", Strength: c.Strength, Class: c.Class,
			Mode: c.Mode, Need: c.Need, Protocol: c.Protocol, Key: "ADDR",
		}}
		return c
	}
	paid := call(7, 8, "orders", 30, nil)
	paid.Evidence[0].Says = &policy.Set{
		Timeout: &policy.Timeout{Total: policy.Declare(2*time.Second, at("orders", 33))},
		Retry: &policy.Retry{
			Retries: policy.Declare(2, at("orders", 34)),
			Backoff: &policy.Backoff{Kind: policy.Declare("exponential", at("orders", 35)), Base: policy.Declare(100*time.Millisecond, at("orders", 35))},
		},
		Breaker: &policy.Breaker{Kind: policy.Setting[string]{Provenance: policy.Disabled, Origin: at("orders", 36)}},
	}
	g := graphtest.New(services, []graph.Call{
		call(3, 9, "gateway", 12, func(c *graph.Call) { c.Class = graph.ClassIngress }),
		call(9, 5, "web", 31, func(c *graph.Call) { c.Need = graph.Soft }),
		call(5, 7, "cart", 31, func(c *graph.Call) { c.Protocol = "grpc" }),
		call(7, 5, "orders", 28, nil),
		call(7, 2, "orders", 29, func(c *graph.Call) { c.Protocol = "sql" }),
		paid,
		call(8, 0, "payment", 40, nil),
		call(6, 1, "mail", 20, func(c *graph.Call) { c.Mode, c.Protocol = graph.Async, "kafka" }),
		call(6, 7, "mail", 21, func(c *graph.Call) { c.Mode = graph.Async; c.Strength = graph.Weak }),
		call(9, 8, "policy", 7, func(c *graph.Call) { c.Strength = graph.Allowed }),
		call(5, 4, "cart", 50, func(c *graph.Call) { c.Class, c.Need = graph.ClassTelemetry, graph.Soft }),
		call(7, 4, "orders", 50, func(c *graph.Call) { c.Class, c.Need = graph.ClassTelemetry, graph.Soft }),
	})
	*g.Coverage() = graph.Coverage{
		Files: 9, Documents: 31, Bytes: 12_345,
		Read:    []graph.Count{{Name: "gatewayapi", Count: 2}, {Name: "kubernetes", Count: 25}},
		Skipped: []graph.Count{{Name: "ServiceMonitor", Count: 3, First: at("monitor", 1)}, {Name: "Widget", Count: 1, First: at("widget", 8)}},
		Unresolved: []graph.Unresolved{
			{Address: "ledger:9000", From: "shop/payment", Key: "LEDGER_ADDR", Why: "no service has this name", Origin: at("payment", 22)},
		},
		Problems: []graph.Problem{
			{Origin: at("broken", 3), Message: `mapping value "a: b: c" is not allowed here`, Level: graph.Failed},
			{Origin: at("chart", 1), Message: "this is a template", Hint: `render it first: "helm template"`, Level: graph.Skipped},
		},
		Silent: []graph.Node{4},
	}
	return g
}
