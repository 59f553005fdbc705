package link

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/distinct"
	"github.com/weirgraph/weir/policy"
)

// A codeName is a name of a module in the code of a program.
type codeName struct {
	owner  int
	symbol string
}

// A codeCall is a request in the code of a program, with the policies that act on it.
type codeCall struct {
	of    *graph.CodePlace // the place in the facts
	place *graph.CodePlace // the same with what is known of its client
	owner int
	sets  []*policy.Set // outermost first
	at    []graph.Origin
	steps [][]graph.CodeStep // of each set
	file  *graph.CodeFile
	loose *graph.Loose
	made  []codeEvidence
	// instances are policies of configurations, by their numbers, that the code uses for the call.
	instances []int
}

// codeEvidence is evidence that was made of a codeCall.
type codeEvidence struct {
	key [2]int
	at  int
}

// indexPolicies finds what places of other files of a program refer to.
func (c *codeLinker) indexPolicies() {
	c.texts, c.wrappers, c.process = map[codeName]string{}, map[codeName]*graph.CodePlace{}, map[codeName][]*graph.CodePlace{}
	c.clients = map[string]*graph.CodePlace{}
	for i := range c.f.Code {
		f := &c.f.Code[i]
		for j := range f.Places {
			if p := &f.Places[j]; p.Kind == graph.CodeClient {
				if _, again := c.clients[p.Symbol]; again {
					p = nil
				}
				c.clients[f.Places[j].Symbol] = p
			}
		}
		named := func(p *graph.CodePlace) string {
			if p.Kind == graph.CodeConstant && strings.Contains(p.Symbol, "#") {
				return p.Symbol
			}
			return p.Name
		}
		var owners []int
		for j := range f.Places {
			p := &f.Places[j]
			name := named(p)
			if name == "" && p.Kind != graph.CodeWrapper && p.Kind != graph.CodeProcess {
				continue
			}
			if owners == nil {
				if owners = c.directories.ownerAbove(path.Dir(path.Clean(f.Origin.File()))); len(owners) == 0 {
					owners = []int{anyOwner}
				}
			}
			for _, owner := range owners {
				switch p.Kind {
				case graph.CodeWrapper:
					key := codeName{owner, p.Symbol}
					if _, again := c.wrappers[key]; again {
						p = nil
					}
					c.wrappers[key] = p
				case graph.CodeProcess:
					key := codeName{owner, p.Symbol}
					c.process[key] = append(c.process[key], p)
				default:
					key := codeName{owner, name}
					if text, again := c.texts[key]; again && text != p.Text {
						c.texts[key] = ""
					} else {
						c.texts[key] = p.Text
					}
				}
				if p == nil {
					break
				}
			}
		}
	}
}

// anyOwner is the owner of code of which it is not known which programs have it.
const anyOwner = -1

// withoutClient returns a place as it is if nothing is known of the client that is given to its file: what the request
// says itself, which is the last policy, counts.
func withoutClient(p *graph.CodePlace) *graph.CodePlace {
	bare := *p
	bare.Common = ""
	says := func(cp *graph.CodePolicy) bool {
		return !cp.Says.Empty() || len(cp.Amounts) > 0 || len(cp.Steps) > 0 || cp.Refers != ""
	}
	if n := len(p.Policies); n > 0 && says(&p.Policies[n-1]) {
		if bare.Loose == nil {
			bare.Loose = &graph.Loose{Origin: p.Origin, Text: p.Common}
		}
		return &bare
	}
	bare.Request, bare.Methods, bare.Path, bare.Policies = false, nil, "", nil
	for i := range p.Policies {
		if says(&p.Policies[i]) {
			bare.Policies = append(bare.Policies, p.Policies[i])
		}
	}
	if len(bare.Policies) == 0 {
		bare.Loose = nil
	}
	return &bare
}

// callOf returns what acts on the request at a place, nil if that is none of which the policies are read.
func (c *codeLinker) callOf(owner int, p *graph.CodePlace) *codeCall {
	of := p
	if p.Injected && len(c.process[codeName{owner, p.Common}]) != 1 {
		p = withoutClient(p)
	}
	if !p.Request && len(p.Policies) == 0 && !p.Fallback && p.Loose == nil {
		return nil
	}
	call := &codeCall{of: of, place: p, owner: owner, loose: p.Loose, file: c.file}
	for i := range p.Policies {
		cp := &p.Policies[i]
		if name, more := strings.CutSuffix(cp.Refers, "?"); strings.Contains(name, "#") {
			w := c.wrappers[codeName{owner, name}]
			switch {
			case w != nil && w.Loose == nil && !more:
				for j := range w.Policies {
					call.take(c, &w.Policies[j], cp.Origin)
				}
			case w != nil || isPolicyName(name[strings.IndexByte(name, '#')+1:]):
				call.loose = &graph.Loose{Origin: cp.Origin, Text: name[strings.IndexByte(name, '#')+1:]}
			}
			continue
		}
		if at := c.instanceOf(owner, cp); at >= 0 {
			call.instances = append(call.instances, at)
			if len(cp.Steps) == 0 {
				continue
			}
			own := *cp
			own.Says = policy.Set{Layer: cp.Says.Layer, Product: cp.Says.Product}
			call.take(c, &own, cp.Origin)
			continue
		}
		call.take(c, cp, cp.Origin)
	}
	if p.Common != "" {
		for _, common := range c.process[codeName{anyOwner, p.Common}] {
			if call.loose = common.Loose; call.loose == nil {
				call.loose = &graph.Loose{Origin: common.Origin, Text: common.Symbol}
			}
		}
		for _, common := range c.process[codeName{owner, p.Common}] {
			if common.Loose != nil {
				call.loose = common.Loose
			}
			for j := range common.Policies {
				call.underlay(c, &common.Policies[j])
			}
		}
	}
	if call.loose != nil && p.Request && len(call.sets) > 0 {
		call.sets[len(call.sets)-1].Partial = true // what its client does else is not known
	}
	if n := len(call.sets); p.Request && n > 0 && !call.sets[n-1].Partial {
		placeAbsent(call.sets[n-1], p.Origin)
	}
	c.calls = append(c.calls, call)
	return call
}

// placeAbsent gives what a client that only code configures has no default for the place of its request.
func placeAbsent(set *policy.Set, at graph.Origin) {
	p := set.Product.OrNative()
	if way, ok := p.Remediation(policy.TotalTimeout); !ok || way.Base != policy.BaseCode {
		return
	}
	for _, d := range p.Defaults.Decisions() {
		if d.Provenance == policy.Absent && len(set.DecisionsOn(d.Field)) == 0 {
			set.Put(d.Field, nil, policy.Absent, at)
		}
	}
}

// instanceOf returns the policy in the configuration of a program that code refers to by the name of an instance, -1
// if it is not there.
func (c *codeLinker) instanceOf(owner int, p *graph.CodePolicy) int {
	module, name, ok := strings.Cut(p.Refers, "/")
	if !ok || name == "" {
		return -1
	}
	if c.instances == nil {
		c.instances = map[string][]int{}
		for i := range c.f.Policies {
			last := path.Base(c.f.Policies[i].Object)
			c.instances[last] = append(c.instances[last], i)
		}
	}
	for _, i := range c.instances[path.Base(name)] {
		o := &c.f.Policies[i]
		if o.Product != p.Says.Product || !strings.HasPrefix(o.Object, module+"/") || !strings.HasSuffix(o.Object, "/"+name) || len(o.From) == 0 {
			continue
		}
		if root, ok := c.lookup(o.From[0].Ref); ok && c.find(root) == c.find(owner) {
			return i
		}
	}
	return -1
}

// isPolicyName reports whether a function that is not among the inputs may try again or end what it is given.
func isPolicyName(name string) bool {
	lower := strings.ToLower(name)
	return slices.ContainsFunc([]string{"retry", "retries", "breaker", "timeout", "backoff", "resilien", "attempt", "guard"}, func(w string) bool { return strings.Contains(lower, w) })
}

// take adds a policy, with the settings of the program in it.
func (call *codeCall) take(c *codeLinker, p *graph.CodePolicy, at graph.Origin) {
	set := p.Says.Clone()
	call.fill(c.scopeOf(call.owner), set, p.Amounts)
	call.sets, call.at, call.steps = append(call.sets, set), append(call.at, at), append(call.steps, p.Steps)
}

// underlay adds a policy that all requests of the program have, unless the request has its own.
func (call *codeCall) underlay(c *codeLinker, p *graph.CodePolicy) {
	for i, own := range call.sets {
		if own.Product != p.Says.Product {
			continue
		}
		if !own.Partial {
			set := p.Says.Clone()
			call.fill(c.scopeOf(call.owner), set, p.Amounts)
			*own = policy.Overlay(*set, *own)
		}
		call.sets[i] = own
		return
	}
	last := len(call.sets) - 1
	call.take(c, p, p.Origin)
	if last >= 0 { // the client is the innermost
		n := len(call.sets) - 1
		call.sets[last], call.sets[n] = call.sets[n], call.sets[last]
		call.at[last], call.at[n] = call.at[n], call.at[last]
		call.steps[last], call.steps[n] = call.steps[n], call.steps[last]
	}
}

// fill gives the settings of a policy the values that the program has for them. One that cannot be read, or that
// neither the inputs nor the code give, is unknown.
func (call *codeCall) fill(s *codeScope, set *policy.Set, amounts []graph.CodeAmount) {
	for _, a := range amounts {
		text, ok := s.setting(a.Setting)
		if !ok {
			if len(set.DecisionsOn(a.Field)) == 0 {
				call.loose = &graph.Loose{Origin: a.Origin, Text: a.Setting}
			}
			continue
		}
		origin := s.origins[relaxed(a.Setting)]
		n, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		d, bad := time.ParseDuration(strings.TrimSpace(text))
		switch {
		case s.differ[relaxed(a.Setting)]: // which one acts is not known
			set.Put(a.Field, nil, policy.Unknown, origin)
			set.Partial = true
			call.loose = &graph.Loose{Origin: origin, Text: a.Setting}
		case err == nil && n == 0 && a.ZeroOff:
			set.Put(a.Field, nil, policy.Disabled, origin)
		case err == nil && n >= 0 && n < 1e9 && a.Unit > 0:
			set.Put(a.Field, time.Duration(n*float64(a.Unit)), policy.Explicit, origin)
		case bad == nil && d >= 0 && a.Unit > 0:
			set.Put(a.Field, d, policy.Explicit, origin)
		case err == nil && n >= 0 && n < 1e6 && a.Unit == 0 && a.Tries:
			set.Put(a.Field, max(int(n)-1, 0), policy.Explicit, origin)
		case err == nil && n >= 0 && n < 1e6 && a.Unit == 0:
			set.Put(a.Field, int(n), policy.Explicit, origin)
		default:
			set.Put(a.Field, nil, policy.Unknown, origin)
			set.Partial = true
			call.loose = &graph.Loose{Origin: origin, Text: a.Setting}
		}
	}
}

// add adds the evidence of a call, one for each product that acts on it.
func (call *codeCall) add(l *linker, from, to int, e graph.Evidence) {
	e.Methods, e.Fallback, e.Loose = call.place.Methods, call.place.Fallback, call.loose
	slices.Sort(e.Methods)
	note := func(e graph.Evidence) {
		if at := l.addEvidence(from, to, e); at >= 0 {
			call.made = append(call.made, codeEvidence{[2]int{from, to}, at})
		}
	}
	for _, i := range call.instances {
		p, callee := &l.f.Policies[i], graph.EndpointRef{Ref: l.entities[to].ref}
		if p.CalleeAlias != "" { // where the code uses it is known
			p.CalleeAlias, p.To = "", nil
		}
		if !slices.ContainsFunc(p.To, func(o graph.EndpointRef) bool { return o.Ref == callee.Ref }) {
			p.To = append(p.To, callee)
		}
	}
	n := len(call.sets)
	if n == 0 {
		note(e)
		return
	}
	for i, set := range call.sets {
		own := e
		if own.Says = set; i < n-1 || !call.place.Request {
			own.Origin = call.at[i]
			own.Way = "source-policy"
		}
		note(own)
	}
	if !call.place.Request {
		note(e)
	}
}

// finishCalls names the parts of calls that not the same policies act on, and what is done when they fail.
func (c *codeLinker) finishCalls() {
	byCall := map[[2]int][]*codeCall{}
	var order [][2]int
	for _, call := range c.calls {
		for i, set := range call.sets {
			if steps := c.stepsOf(call, call.steps[i]); steps != nil {
				set.Fallback = &policy.Fallback{Steps: steps}
			}
		}
		for _, m := range call.made {
			if list := byCall[m.key]; len(list) == 0 {
				order = append(order, m.key)
				byCall[m.key] = []*codeCall{call}
			} else if list[len(list)-1] != call {
				byCall[m.key] = append(list, call)
			}
		}
	}
	for _, key := range order {
		c.nameParts(key, byCall[key])
	}
}

// nameParts names the calls of a list on which not the same policies act as on another one with the same
// methods: by their methods and path and, if another one has both, by their place.
func (c *codeLinker) nameParts(key [2]int, list []*codeCall) {
	methods, names := map[string]*distinct.List[string]{}, map[string]*distinct.List[string]{}
	acting := make([]string, len(list))
	see := func(in map[string]*distinct.List[string], name, acts string) {
		if in[name] == nil {
			in[name] = &distinct.List[string]{}
		}
		in[name].Add(acts)
	}
	name := func(o *codeCall) string {
		return strings.TrimSpace(strings.Join(o.place.Methods, ",") + " " + o.place.Path)
	}
	for i, o := range list {
		acting[i] = o.acting()
		see(methods, strings.Join(o.place.Methods, ","), acting[i])
		see(names, name(o), acting[i])
	}
	for _, call := range list {
		if len(methods[strings.Join(call.place.Methods, ",")].All()) < 2 {
			continue
		}
		match := name(call)
		if match == "" || len(names[match].All()) > 1 {
			o := call.place.Origin
			match = strings.TrimSpace(match + " in " + path.Base(o.File()) + ":" + strconv.Itoa(int(o.Line)))
		}
		for _, m := range call.made {
			if m.key == key {
				c.edges[key][m.at].Match = match
			}
		}
	}
}

// acting writes what acts on a call, wherever it is declared: two calls are alike if it is the same.
func (call *codeCall) acting() string {
	var b strings.Builder
	fmt.Fprint(&b, call.loose != nil, call.place.Fallback)
	for _, set := range call.sets {
		fmt.Fprintf(&b, "\n%s", set.Product.OrNative().Name)
		for _, d := range set.Decisions() {
			fmt.Fprintf(&b, " %s=%T:%v:%d", d.Field, d.Value, d.Value, d.Provenance)
		}
	}
	return b.String()
}

// stepsOf returns what is done when a call fails.
func (c *codeLinker) stepsOf(call *codeCall, steps []graph.CodeStep) []policy.FallbackStep {
	var list []policy.FallbackStep
	for _, s := range steps {
		step := policy.FallbackStep{Kind: policy.Declare(s.Kind, s.Origin)}
		if s.Kind == "service" {
			place := &call.file.Places[s.Place]
			asked := c.madeAt(place, call.owner)
			if asked == nil {
				continue
			}
			step.To = c.entities[asked.made[0].key[1]].ref.Name
		}
		list = append(list, step)
	}
	return list
}

// madeAt returns the first call of a program that was made of a place, nil if there is none.
func (c *codeLinker) madeAt(place *graph.CodePlace, owner int) *codeCall {
	if c.byPlace == nil {
		c.byPlace = map[*graph.CodePlace][]*codeCall{}
		for _, o := range c.calls {
			if len(o.made) > 0 {
				c.byPlace[o.of] = append(c.byPlace[o.of], o)
			}
		}
	}
	for _, o := range c.byPlace[place] {
		if o.owner == owner {
			return o
		}
	}
	return nil
}
