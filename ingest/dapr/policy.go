package dapr

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/field"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/internal/lazy"
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
	find    func(graph.Ref) []any // the other objects with a definition
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

// deferPolicies has the policies of a Resiliency read as soon as the others are known: Dapr has one
// table for the definitions of all that are for an app, whichever object names them.
func deferPolicies(r *resource.Object) {
	d := &daprResilience{Object: r, fields: field.New(r.Document, product.DaprDuration)}
	named := map[graph.Ref]bool{}
	for _, group := range []string{"apps", "actors"} {
		for _, target := range r.Spec.Get("targets", group).Pairs() {
			d.names(target, named)
		}
	}
	for _, target := range r.Spec.Get("targets", "components").Pairs() {
		d.names(target.Get("inbound"), named)
		d.names(target.Get("outbound"), named)
	}
	for _, kind := range daprPolicyKinds {
		for name, n := range r.Spec.Get("policies", kind.section).Pairs() {
			r.Facts.Deferred = append(r.Facts.Deferred, graph.Deferred{
				Ref: d.ref(kind, name.Str()), Origin: r.At(n), Object: d,
				Complete: func(func(graph.Ref) []any) *graph.Facts {
					if named[d.ref(kind, name.Str())] {
						return &graph.Facts{}
					}
					return d.unused(kind, name, n)
				},
			})
		}
	}
	r.Facts.Deferred = append(r.Facts.Deferred, graph.Deferred{
		Ref: r.Ref(), Origin: r.At(r.Root), Uses: slices.Collect(maps.Keys(named)), Object: d,
		Complete: func(find func(graph.Ref) []any) *graph.Facts {
			facts := &graph.Facts{}
			d.Object, d.find = r.Into(facts), find
			d.policies()
			return facts
		},
	})
}

// ref is what a definition is found by.
func (d *daprResilience) ref(kind daprPolicyKind, name string) graph.Ref {
	return graph.Ref{Realm: resource.Realm, Kind: "Resiliency " + kind.section, Namespace: d.Namespace, Name: name}
}

// names adds the definitions that a target names.
func (d *daprResilience) names(target document.Node, named map[graph.Ref]bool) {
	for _, kind := range daprPolicyKinds {
		if name := target.Get(kind.key).Str(); name != "" {
			named[d.ref(kind, name)] = true
		}
	}
}

// policies reads what a Resiliency says about the calls of the apps in scope.
func (d *daprResilience) policies() {
	r := d.Object
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
		if by, n := d.definition(kind, name, field); n.Exists() {
			says = kind.read(by, name.Str(), n)
			if by != d && !says.Empty() {
				says.Objects = policy.Objects{by.Subject(), d.Subject()}
				if only := by.appsOf(d); only != nil { // the other apps find no definition
					p := p
					p.From, p.Rank = only, p.Rank+1
					d.give(p, says)
					says = policy.Set{}
				}
			}
		}
		if says.Empty() {
			says = kind.none(p.Origin)
		}
		d.give(p, says)
	}
}

// definition returns the policy that a target names and the object that defines it, absent if
// there is none. Of several objects for the apps in scope the last of the directory acts.
func (d *daprResilience) definition(kind daprPolicyKind, name document.Node, field string) (by *daprResilience, n document.Node) {
	if name.Str() == "" {
		return nil, document.Node{}
	}
	get := func(o *daprResilience) document.Node { return o.Spec.Get("policies", kind.section, name.Str()) }
	if own := get(d); own.Exists() {
		by = d
	}
	for _, found := range d.find(d.ref(kind, name.Str())) {
		other := found.(*daprResilience)
		beside := path.Dir(other.File) == path.Dir(d.File)
		switch {
		case other == d, !other.inScopeOf(d):
		case by == nil, by != d && !beside, beside && other.Name > by.Name:
			by = other
		}
	}
	if by == nil {
		d.fields.Flaw(graph.Inert, name, field+"."+kind.key, "policies."+kind.section+" has no policy of this name",
			"define it there, or in another Resiliency for the same apps")
		return nil, document.Node{}
	}
	return by, get(by)
}

// inScopeOf reports whether an object is for some of the apps that another one is for.
func (d *daprResilience) inScopeOf(other *daprResilience) bool {
	own, others := d.Root.Get("scopes").Strs(), other.Root.Get("scopes").Strs()
	return len(own) == 0 || len(others) == 0 || slices.ContainsFunc(others, func(app string) bool { return slices.Contains(own, app) })
}

// appsOf returns the apps of another object that d is for, nil if it is for all of them.
func (d *daprResilience) appsOf(other *daprResilience) []graph.EndpointRef {
	own, others := d.Root.Get("scopes").Strs(), other.Root.Get("scopes").Strs()
	if len(own) == 0 || len(others) > 0 && !slices.ContainsFunc(others, func(app string) bool { return !slices.Contains(own, app) }) {
		return nil
	}
	var apps []graph.EndpointRef
	for _, app := range own {
		if len(others) == 0 || slices.Contains(others, app) {
			apps = append(apps, localApp(d.Object, app))
		}
	}
	return apps
}

var daprDefault = lazy.NewRegexp(`^Default(?:(App|Actor)|([A-Z][a-z]*?)?Component(Inbound|Outbound)?)?$`)

// byDefault gives a policy whose name says that it is a default.
func (d *daprResilience) byDefault(kind daprPolicyKind, name string, n document.Node) {
	if kind.key == "retry" && name == daprBuiltIn {
		p := d.Policy(product.Dapr, kind.key, n)
		p.To, p.Default = []graph.EndpointRef{{Group: daprApps}}, true
		d.give(p, d.builtIn(n))
		return
	}
	scope, isDefault := strings.CutSuffix(name, kind.suffix)
	m := daprDefault.FindStringSubmatch(scope)
	if !isDefault || m == nil {
		return
	}
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

// daprBuiltIn is the name of the retries that Dapr makes by itself where a call has no target. They
// are at least three, whatever a policy of this name says.
const daprBuiltIn = "DaprBuiltInServiceRetries"

// builtIn reads the policy that takes the place of the retries that Dapr makes by itself.
func (d *daprResilience) builtIn(n document.Node) policy.Set {
	r, at := d.retries(daprBuiltIn, n), n.Get("maxRetries")
	if r.Retries.Value < daprLeastBuiltIn {
		if at.Exists() {
			d.fields.Flaw(graph.Inert, at, "policies.retries."+daprBuiltIn+".maxRetries", "Dapr makes at least 3 retries by itself", "name a policy with fewer retries in a target")
		}
		r.Retries = field.Supplied(d.fields, field.OrNode(at, n), daprLeastBuiltIn)
	}
	r.On = product.Dapr.Defaults.Retry.On
	s := daprSet()
	s.Retry = &r
	return s
}

const daprLeastBuiltIn = 3

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

// unused reports a definition that no target names.
func (d *daprResilience) unused(kind daprPolicyKind, name, n document.Node) *graph.Facts {
	facts := &graph.Facts{}
	if strings.HasPrefix(name.Str(), "DaprBuiltIn") || strings.HasPrefix(name.Str(), "Default") {
		return facts
	}
	fields := field.New(d.Document, product.DaprDuration)
	fields.Remark(graph.Inert, n, "policies."+kind.section+"."+name.Str(), "no target names this policy", "name it in a target, or remove it", field.Remove)
	p := d.Policy(product.Dapr, "", d.Root)
	p.Flaws = fields.TakeFlaws()
	facts.Policies = append(facts.Policies, p)
	return facts
}

// give adds a policy for the apps in scope.
func (d *daprResilience) give(p graph.Policy, says policy.Set) {
	if says.Empty() {
		return
	}
	if p.From == nil {
		p.From = d.callers
	}
	p.NeedsMesh, p.Says, p.Lookup = true, says, graph.CallersOwn
	d.Facts.Policies = append(d.Facts.Policies, p)
}
