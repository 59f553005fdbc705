// Package dapr reads the configuration of Dapr: components, subscriptions, resiliency,
// and the annotations and run files that make a program a Dapr app.
package dapr

import (
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/resource"
)

// Reader reads the objects of Dapr and the run files of its command line. Apps
// are named by their app-ids, which workloads carry as an annotation.
var Reader = &document.Reader{
	Name:  "dapr",
	Doc:   "Dapr: components, subscriptions and endpoints of apps, and run files",
	Reads: append(daprKinds.Names(), "dapr.yaml"),
	Match: func(h *document.Head) bool { return daprObject(h) || isDaprRun(h) },
	Read: func(d *document.Document, f *graph.Facts) {
		if isDaprRun(&d.Head) {
			readDaprRun(d, f)
		} else {
			daprKinds.Read(d, f)
		}
	},
}

var daprObject = daprKinds.Match("dapr.io")

var daprKinds = resource.Kinds{
	"Component":     daprComponent,
	"Subscription":  daprSubscription,
	"Configuration": daprConfiguration,
	"Resiliency":    daprResiliency,
	"HTTPEndpoint":  daprEndpoint,
}

// daprApp is the party of the apps with an app-id, in any namespace.
func daprApp(id string) graph.EndpointRef {
	return graph.EndpointRef{Ref: graph.Ref{Realm: "dapr", Name: id}}
}

// localApp is the party of the app with an app-id in the namespace of an object, where the
// sidecars are that read it.
func localApp(r *resource.Object, id string) graph.EndpointRef {
	app := daprApp(id)
	app.Namespace = r.Namespace
	return app
}

// scopes gives one fact for each app that the object is limited to, besides the one that
// it is about. An object without scopes is open to every app, which shows no call of any.
func scopes(r *resource.Object, to graph.EndpointRef, e graph.Evidence) {
	for _, scope := range r.List(r.Root, "scopes") {
		if from := localApp(r, scope.Str()); scope.Str() != "" && from.Ref != to.Ref {
			r.Call(from, to, scope, e)
		}
	}
}

// daprComponent reads a Component: a store, broker or other building block that
// sidecars reach for their apps. It is the group of the hosts that its metadata
// name; a cloud service, which has no address, is an entity of its own.
func daprComponent(r *resource.Object) {
	building, product, _ := strings.Cut(r.Text(r.Spec, "type"), ".")
	block, known := daprBlocks[building]
	if !known || isLocalComponent(product) {
		return
	}
	addressed := false
	for _, entry := range r.List(r.Spec, "metadata") {
		value := entry.Get("value")
		if !isAddressKey(entry.Get("name").Str()) || value.Str() == "" {
			continue
		}
		for _, address := range addressesIn(value.Str()) {
			addressed = true
			r.Member(r.Ref(), graph.EndpointRef{Host: address, Namespace: r.Namespace, Realm: resource.Realm}, value)
		}
	}
	if !addressed {
		r.Facts.Entities = append(r.Facts.Entities, graph.Entity{Ref: r.Ref(), Origin: r.At(r.Root), Kind: block.kindOf(product), KindSure: true})
		r.Member(r.Ref(), graph.EndpointRef{Ref: r.Ref()}, r.Root)
	}
	scopes(r, graph.EndpointRef{Group: r.Ref()}, graph.Evidence{
		Way: "dapr-component", Strength: graph.Strong, Class: block.class, Mode: block.mode,
		Via: daprVia(r.Ref(), building),
	})
	if building == "pubsub" {
		deferRedelivery(r, product)
	}
}

// A daprBlock is what a building block is to the apps that use it.
type daprBlock struct {
	kind  graph.Kind
	class graph.Class
	mode  graph.Mode
}

// daprBlocks are the building blocks that lead to another service, by the first
// part of a component's type. Middleware, name resolution and cryptography run
// inside the sidecar.
var daprBlocks = map[string]daprBlock{
	"state":         {kind: graph.KindDatabase},
	"pubsub":        {kind: graph.KindBroker, mode: graph.Async},
	"bindings":      {kind: graph.KindExternal},
	"lock":          {kind: graph.KindCache},
	"conversation":  {kind: graph.KindExternal},
	"secretstores":  {kind: graph.KindExternal, class: graph.ClassControl},
	"configuration": {kind: graph.KindExternal, class: graph.ClassControl},
}

// kindOf returns the kind of a component by its product, where that is more specific than
// the building block.
func (b daprBlock) kindOf(product string) graph.Kind {
	switch product {
	case "redis", "memcached":
		return graph.KindCache
	case "kafka", "rabbitmq", "mqtt", "mqtt3", "nats", "azure.servicebusqueues", "azure.eventhubs", "aws.sqs", "aws.kinesis", "gcp.pubsub":
		return graph.KindBroker
	}
	return b.kind
}

// isLocalComponent reports whether a component calls no service: it is in the sidecar, on
// its disk or in the cluster's API server.
func isLocalComponent(product string) bool {
	product, _, _ = strings.Cut(product, ".")
	switch product {
	case "in-memory", "local", "localstorage", "cron", "kubernetes", "sqlite", "echo":
		return true
	}
	return false
}

// isAddressKey reports whether a component's setting says where its service is.
func isAddressKey(key string) bool {
	key = strings.TrimSuffix(strings.ToLower(key), "s")
	for _, word := range []string{"host", "hostname", "url", "uri", "endpoint", "server", "broker", "addr", "addres", "address", "connectionstring"} {
		if strings.HasSuffix(key, word) {
			return true
		}
	}
	return false
}

// addressesIn reads a list of addresses, or a data source made of key=value
// pairs ("host=db port=5432 user=app").
func addressesIn(text string) []graph.Address {
	if address.IsLeftToFill(text) {
		return nil
	}
	var addresses []graph.Address
	port := 0
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(", ;\t\n", r) }) {
		if key, value, pair := strings.Cut(word, "="); pair && !strings.Contains(key, "/") {
			switch strings.ToLower(key) {
			case "port":
				port = resource.PortText(value)
				continue
			case "host", "server", "endpoint":
				word = value
			default:
				continue
			}
		}
		if a, ok := address.Parse(word); ok && !address.HasPlaceholder(a.Host) {
			addresses = append(addresses, a)
		}
	}
	if len(addresses) == 1 && addresses[0].Port == 0 {
		addresses[0].Port = port
	}
	return addresses
}

// daprSubscription reads which apps a topic of a broker is delivered to.
func daprSubscription(r *resource.Object) {
	name := r.Text(r.Spec, "pubsubname")
	if name == "" {
		return
	}
	component := r.Group("Component", "", name)
	via := daprVia(component.Group, "pubsub")
	for i := range via {
		via[i] = daprDeliveries(via[i])
	}
	via = append(via, redelivers(r, component.Group)...)
	scopes(r, component, graph.Evidence{
		Way: "dapr-subscription", Strength: graph.Strong, Mode: graph.Async, Via: via, Match: "deliveries",
	})
}

// daprConfiguration reads where sidecars send traces, and which apps may call
// those that use the configuration.
func daprConfiguration(r *resource.Object) {
	tracing := r.Mapping(r.Spec, "tracing")
	for _, product := range []string{"zipkin", "otel"} {
		at := tracing.Get(product, "endpointAddress")
		if address, ok := address.Parse(at.Str()); ok {
			r.Member(r.Ref(), graph.EndpointRef{Host: address, Namespace: r.Namespace, Realm: resource.Realm}, at)
		}
	}
	access := r.Mapping(r.Spec, "accessControl")
	for _, policy := range r.List(access, "policies") {
		if id := r.Text(policy, "appId"); id != "" && policy.Get("defaultAction").Str() != "deny" && access.Get("defaultAction").Str() == "deny" {
			to := graph.EndpointRef{Group: configuredApps(r.Ref())}
			r.Call(daprApp(id), to, policy, graph.Evidence{Way: "dapr-access-control", Strength: graph.Allowed})
		}
	}
}

// configuredApps is the group of the workloads that use a Configuration.
func configuredApps(configuration graph.Ref) graph.Ref {
	configuration.Kind = "Configuration user"
	return configuration
}

// Sidecar reads the annotations of a pod that say how its Dapr sidecar is
// set up: that it is called by an app-id, and where traces go.
func Sidecar(o *resource.Object, annotations document.Node) (alias string) {
	d, f, workload := o.Document, o.Facts, o.Self
	if id := annotations.Get("dapr.io/app-id"); id.Str() != "" {
		joinDaprApps(f, workload, d.At(id))
	}
	config := annotations.Get("dapr.io/config")
	if config.Str() == "" {
		return ""
	}
	ref := graph.Ref{Realm: resource.Realm, Kind: "Configuration", Namespace: workload.Namespace, Name: config.Str()}
	f.Calls = append(f.Calls, graph.CallFact{
		From: graph.EndpointRef{Ref: workload}, To: graph.EndpointRef{Group: ref},
		Evidence: graph.Evidence{
			Origin: d.At(config), Way: "dapr-tracing", Strength: graph.Strong, Class: graph.ClassTelemetry, Mode: graph.Async,
		},
	})
	f.Members = append(f.Members, graph.Member{Of: configuredApps(ref), Party: graph.EndpointRef{Ref: workload}, Origin: d.At(config), Joins: true})
	return ""
}

// daprResiliency reads which calls the apps in scope may make: scopes and targets say for
// which calls there are policies, not that any app makes them.
func daprResiliency(r *resource.Object) {
	e := graph.Evidence{Way: "dapr-resiliency", Strength: graph.Allowed}
	for app := range r.Mapping(r.Spec, "targets", "apps").Pairs() {
		if app.Str() != "" {
			scopes(r, daprApp(app.Str()), e)
		}
	}
	for component := range r.Mapping(r.Spec, "targets", "components").Pairs() {
		if component.Str() != "" {
			e.Via = []graph.Ref{r.RefTo("Component", "", component.Str()), daprComponents(anyBlock)}
			scopes(r, r.Group("Component", "", component.Str()), e)
		}
	}
	deferPolicies(r)
}

// daprEndpoint reads an HTTPEndpoint: a host outside that apps call by a name.
func daprEndpoint(r *resource.Object) {
	at := r.Spec.Get("baseUrl")
	address, ok := address.Parse(at.Str())
	if !ok {
		return
	}
	r.Facts.Names = append(r.Facts.Names, graph.Name{
		Ref: r.Ref(), Origin: r.At(at), Hosts: []string{address.Host}, Outside: true, Kind: graph.KindExternal,
	})
	to := graph.EndpointRef{Host: address, Namespace: r.Namespace, Realm: resource.Realm}
	scopes(r, to, graph.Evidence{Way: "dapr-http-endpoint", Strength: graph.Strong})
}
