package dapr

import (
	"regexp"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/field"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// A daprResilience is a Resiliency while its policies are read. Policies are
// defined by name, and act where a target names them or where their own name says
// that they are a default. A target is taken whole: what it leaves out is filled in by no
// default, and it ends the retries that Dapr makes by itself. Where there is no target, the
// default of the type goes before that of all, for timeout, retry and breaker apart
// (EndpointPolicy, ComponentOutboundPolicy and PolicyDefined of Dapr's pkg/resiliency).
type daprResilience struct {
	*resource.Object
	fields  *field.Reader
	callers []graph.EndpointRef
	used    map[string]bool // definitions, "retries.important"
}

// A daprPolicyKind is one of the three things that a Resiliency defines.
type daprPolicyKind struct {
	section string // where it is defined
	key     string // what a target calls it
	suffix  string // the end of the names of defaults
	read    func(d *daprResilience, name string, n document.Node) policy.Set
	none    func(at graph.Origin) policy.Set // of a target that does not name it
}

var daprRetries = daprPolicyKind{"retries", "retry", "RetryPolicy", (*daprResilience).retry, noDaprRetry}

var daprPolicyKinds = []daprPolicyKind{
	{"timeouts", "timeout", "TimeoutPolicy", (*daprResilience).timeout, noDaprTimeout},
	daprRetries,
	{"circuitBreakers", "circuitBreaker", "CircuitBreakerPolicy", (*daprResilience).breaker, noDaprBreaker},
}

// Precedence of the policies of one call: a target's own, those of the building
// block's kind and direction, those of the type of target, those for everything.
const (
	daprRankNone = iota // below all: components without a default for retries
	daprRankAll
	daprRankType
	daprRankDirection
	daprRankBlock
	daprRankNamed
)

// daprPolicies reads what a Resiliency says about the calls of the apps in scope.
func daprPolicies(r *resource.Object) {
	d := &daprResilience{Object: r, fields: field.New(r.Document, product.DaprDuration), used: map[string]bool{}}
	for _, scope := range r.List(r.Root, "scopes") {
		if scope.Str() != "" {
			d.callers = append(d.callers, localApp(r, scope.Str()))
		}
	}
	start := len(r.Facts.Policies)
	for _, path := range [][]string{{"policies", "timeouts"}, {"policies", "retries"}, {"policies", "circuitBreakers"}, {"targets", "actors"}} {
		r.Mapping(r.Spec, path...) // the other two are checked where calls are read
	}
	d.apps()
	d.components()
	d.actors()
	for _, kind := range daprPolicyKinds {
		for name, n := range r.Spec.Get("policies", kind.section).Pairs() {
			d.byDefault(kind, name.Str(), n)
		}
	}
	d.unused()
	if flaws := d.fields.TakeFlaws(); len(flaws) > 0 {
		if start == len(r.Facts.Policies) {
			r.Facts.Policies = append(r.Facts.Policies, d.Policy(product.Dapr, "", r.Root))
		}
		r.Facts.Policies[start].Flaws = flaws
	}
}

// apps reads the policies of calls to single apps.
func (d *daprResilience) apps() {
	for name, target := range d.Spec.Get("targets", "apps").Pairs() {
		d.target(target, "targets.apps."+name.Str(), func(kind daprPolicyKind) graph.Policy {
			p := d.Policy(product.Dapr, kind.key, target)
			p.To, p.Rank = []graph.EndpointRef{daprApp(name.Str())}, daprRankNamed
			return p
		})
		d.Facts.Members = append(d.Facts.Members, graph.Member{Of: daprApps, Party: daprApp(name.Str()), Origin: d.At(name), Joins: true})
	}
}

// components reads the policies of calls to building blocks, and of what those
// deliver to apps. A component that is named for one direction is so for the other.
func (d *daprResilience) components() {
	for name, target := range d.Spec.Get("targets", "components").Pairs() {
		for _, direction := range []string{"outbound", "inbound"} {
			n := target.Get(direction)
			d.target(n, "targets.components."+name.Str()+"."+direction, func(kind daprPolicyKind) graph.Policy {
				return d.component(kind, direction, d.RefTo("Component", "", name.Str()), daprRankNamed, field.OrNode(n, target))
			})
		}
	}
}

// component starts a policy of the calls that go via a component or a set of
// them, or of what those deliver.
func (d *daprResilience) component(kind daprPolicyKind, direction string, via graph.Ref, rank int, at document.Node) graph.Policy {
	p := d.Policy(product.Dapr, kind.key+" "+direction, at)
	p.Of, p.Rank = via, rank
	if direction == "inbound" {
		p.Of = daprDeliveries(via)
	}
	return p
}

// actors checks the policies of actors for mistakes. Which app has an actor is in its
// code, so they are bound to no call.
func (d *daprResilience) actors() {
	for name, target := range d.Spec.Get("targets", "actors").Pairs() {
		for _, kind := range daprPolicyKinds {
			d.definition(kind, target.Get(kind.key), "targets.actors."+name.Str())
		}
		d.Problem(graph.Note, name, "", "policies of the actor %q are bound to no call: only code shows which app has it", name.Str())
	}
}

// target gives the policies that a target names and, of each kind that it does not name,
// none.
func (d *daprResilience) target(target document.Node, field string, start func(daprPolicyKind) graph.Policy) {
	for _, kind := range daprPolicyKinds {
		name := target.Get(kind.key)
		p, says := start(kind), policy.Set{}
		if n := d.definition(kind, name, field); n.Exists() {
			says = kind.read(d, name.Str(), n)
		}
		if says.Empty() {
			says = kind.none(p.Origin)
		}
		d.give(p, says)
	}
}

// definition returns the policy that a target names, absent if there is none.
func (d *daprResilience) definition(kind daprPolicyKind, name document.Node, field string) document.Node {
	if name.Str() == "" {
		return document.Node{}
	}
	n := d.Spec.Get("policies", kind.section, name.Str())
	if !n.Exists() {
		d.fields.Flaw(graph.Inert, name, field+"."+kind.key, "policies."+kind.section+" has no policy of this name",
			"define it in the same object")
	}
	d.used[kind.section+"."+name.Str()] = true
	return n
}

var daprDefault = regexp.MustCompile(`^Default(?:(App|Actor)|([A-Z][a-z]*?)?Component(Inbound|Outbound)?)?$`)

// byDefault gives a policy whose name says that it is a default.
func (d *daprResilience) byDefault(kind daprPolicyKind, name string, n document.Node) {
	scope, isDefault := strings.CutSuffix(name, kind.suffix)
	m := daprDefault.FindStringSubmatch(scope)
	if !isDefault || m == nil {
		return
	}
	d.used[kind.section+"."+name] = true
	says := kind.read(d, name, n)
	target, block, direction := m[1], m[2], strings.ToLower(m[3])
	if target == "App" || scope == "Default" {
		p := d.Policy(product.Dapr, kind.key, n)
		p.To, p.Default = []graph.EndpointRef{{Group: daprApps}}, true
		if target == "App" {
			p.Rank = daprRankType
		}
		outer := says // around the retries that Dapr makes by itself
		outer.Product = product.DaprDefault
		d.give(p, outer)
	}
	if target != "" {
		return
	}
	via, rank := daprComponents(daprBlockNames[block]), daprRankAll
	switch {
	case block != "":
		rank = daprRankBlock
	case direction != "":
		rank = daprRankDirection
	case scope != "Default":
		rank = daprRankType
	}
	for _, way := range []string{"outbound", "inbound"} {
		if direction == "" || direction == way {
			p := d.component(kind, way, via, rank, n)
			p.Default = true
			d.give(p, says)
			if kind.key != "retry" { // Dapr makes none by itself
				none := d.component(daprRetries, way, via, daprRankNone, n)
				none.Default = true
				d.give(none, noDaprRetry(none.Origin))
			}
		}
	}
}

// daprApps is the group of all apps that are called through a sidecar.
var daprApps = graph.Ref{Realm: "dapr", Kind: "group", Name: "apps"}

// joinDaprApps makes a workload a member of all apps.
func joinDaprApps(f *graph.Facts, app graph.Ref, at graph.Origin) {
	f.Members = append(f.Members, graph.Member{Of: daprApps, Party: graph.EndpointRef{Ref: app}, Origin: at, Joins: true})
}

// daprComponents refers to all components of a building block, named by the prefix of
// their types, or of any.
func daprComponents(block string) graph.Ref {
	return graph.Ref{Realm: "dapr", Kind: "components", Name: block}
}

const anyBlock = "any"

// daprVia is what a call to a component of a building block goes through.
func daprVia(component graph.Ref, block string) []graph.Ref {
	return []graph.Ref{component, daprComponents(anyBlock), daprComponents(block)}
}

// daprDeliveries refers to what a component, or a set of them, delivers to apps.
func daprDeliveries(via graph.Ref) graph.Ref {
	via.Kind += " deliveries"
	return via
}

// daprBlockNames are the building blocks by the names they have in defaults.
var daprBlockNames = map[string]string{
	"": anyBlock, "Statestore": "state", "Pubsub": "pubsub", "Binding": "bindings", "Secretstore": "secretstores",
	"Configuration": "configuration", "Lock": "lock",
}

// unused reports definitions that no target names.
func (d *daprResilience) unused() {
	for _, kind := range daprPolicyKinds {
		for name, n := range d.Spec.Get("policies", kind.section).Pairs() {
			if field := kind.section + "." + name.Str(); !d.used[field] && !strings.HasPrefix(name.Str(), "DaprBuiltIn") && !strings.HasPrefix(name.Str(), "Default") {
				d.fields.Remark(graph.Inert, n, "policies."+field, "no target names this policy", "name it in a target")
			}
		}
	}
}

// give adds a policy for the apps in scope.
func (d *daprResilience) give(p graph.Policy, says policy.Set) {
	if says.Empty() {
		return
	}
	p.From, p.NeedsMesh, p.Says, p.Lookup = d.callers, true, says, graph.CallersOwn
	d.Facts.Policies = append(d.Facts.Policies, p)
}
