package manifest

import (
	"errors"
	"regexp"
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// MicroProfile Fault Tolerance has its policies in annotations. Configuration
// overrides their parameters: "class/method/Retry/maxRetries" goes before
// "class/Retry/maxRetries", and that before "Retry/maxRetries". What is set
// for all annotations tells nothing about a single call unless a class is named.

var mpKey = regexp.MustCompile(`^(?:([\w.$]+)/)?(?:([\w$]+)/)?(Retry|Timeout|CircuitBreaker|Bulkhead|Fallback)/(\w+)$`)

// A mpTarget is a class, or one of its methods.
type mpTarget struct{ class, method string }

// A mpScope is the parameters of annotations, "Retry/maxRetries", in the order of
// their precedence: those of a method, of its class, of all.
type mpScope []map[string]*option

func (s mpScope) get(parameter string) *option {
	for _, scope := range s {
		if o := scope[parameter]; o != nil {
			return o
		}
	}
	return nil
}

// has reports whether the annotation is spoken of, otherwise than for all.
func (s mpScope) has(annotation string) bool {
	for _, scope := range s[:len(s)-1] {
		for parameter := range scope {
			if strings.HasPrefix(parameter, annotation+"/") {
				return true
			}
		}
	}
	return false
}

func readMicroProfile(p *program) {
	p.mpClients()
	all := map[mpTarget]map[string]*option{}
	var targets []mpTarget
	var disabled *option
	for key, o := range p.options.leaves(".") {
		if relaxed(key) == "mpfaulttolerancenonfallbackenabled" && o.is(false) || strings.EqualFold(key, "mp.fault.tolerance.nonfallback.enabled") && o.is(false) {
			disabled = o
		}
		m := mpKey.FindStringSubmatch(key)
		if m == nil {
			continue
		}
		t := mpTarget{m[1], m[2]}
		if all[t] == nil {
			all[t] = map[string]*option{}
			targets = append(targets, t)
		}
		all[t][m[3]+"/"+m[4]] = o
	}
	for _, t := range targets {
		scope := mpScope{all[t], all[mpTarget{class: t.class}], all[mpTarget{}]}
		switch {
		case t.class != "":
			p.mpPolicy(t, scope, disabled)
		case disabled != nil:
			p.mpPolicy(mpTarget{class: "*"}, scope, disabled) // what is set for all is for nobody then
		}
	}
	for _, t := range targets { // calls of other methods are calls too
		if whole := (mpTarget{class: t.class}); t.method != "" && all[whole] == nil {
			all[whole] = map[string]*option{}
			p.addRest(mpNew(whole, first(all[t]), policy.Set{}, nil))
		}
	}
}

// first is the option that is written first.
func first(options map[string]*option) *option {
	var first *option
	for _, o := range options {
		if first == nil || o.at.Compare(first.at) < 0 {
			first = o
		}
	}
	return first
}

func mpNew(t mpTarget, at *option, says policy.Set, flaws []graph.Flaw) graph.Policy {
	name := t.class[strings.LastIndexAny(t.class, ".$")+1:]
	return graph.Policy{
		Origin: at.at, Object: "class/" + t.class, CalleeAlias: dependencyName(name), Match: t.method, Group: "class", Says: says, Flaws: flaws,
	}
}

// mpPolicy adds what is said of a class or method. Where fault tolerance is left
// to a mesh, nothing of it acts.
func (p *program) mpPolicy(t mpTarget, s mpScope, disabled *option) {
	r := &reading{}
	if disabled != nil {
		for parameter, o := range s[0] {
			if !strings.HasPrefix(parameter, "Fallback/") {
				r.inert(o, "does nothing: MP_Fault_Tolerance_NonFallback_Enabled is false", "set it to true, or take this out")
			}
		}
		sortFlaws(r.flaws)
		p.add(mpNew(t, first(s[0]), policy.Set{}, r.flaws))
		return
	}
	says := r.mpSays(s)
	p.add(mpNew(t, first(s[0]), says, r.flaws))
}

func (r *reading) mpSays(s mpScope) policy.Set {
	var says policy.Set
	off := func(annotation string) *option {
		if o := s.get(annotation + "/enabled"); o.is(false) {
			return o
		}
		return nil
	}
	if s.has("Timeout") {
		limit := r.amount(s.get("Timeout/value"), s.get("Timeout/unit")).limit()
		limit = unwritten(s.get("Timeout/value"), limit, time.Second)
		if o := off("Timeout"); o != nil {
			limit = policy.Setting[time.Duration]{Provenance: policy.Disabled, Origin: o.at}
		}
		says.Timeout = &policy.Timeout{PerTry: limit}
	}
	if s.has("Retry") {
		says.Retry = r.mpRetry(s, off("Retry"))
	}
	if s.has("CircuitBreaker") {
		says.Breaker = &policy.Breaker{
			Kind:      builtIn("call"),
			ErrorRate: r.ratio(s.get("CircuitBreaker/failureRatio")),
			MinCalls:  r.count(s.get("CircuitBreaker/requestVolumeThreshold"), 1),
			Open:      r.amount(s.get("CircuitBreaker/delay"), s.get("CircuitBreaker/delayUnit")).wait(),
		}
		if o := off("CircuitBreaker"); o != nil {
			says.Breaker.Kind = noBreaker(o)
		}
	}
	if s.has("Bulkhead") && off("Bulkhead") == nil {
		most, queue := s.get("Bulkhead/value"), s.get("Bulkhead/waitingTaskQueue")
		says.Bulkhead = &policy.Bulkhead{
			MaxConcurrent: unwritten(most, r.count(most, 1), 10), MaxPending: unwritten(queue, r.count(queue, 1), 10),
		}
	}
	return says
}

func (r *reading) mpRetry(s mpScope, off *option) *policy.Retry {
	if off != nil {
		return &policy.Retry{Retries: policy.Setting[int]{Provenance: policy.Disabled, Origin: off.at}}
	}
	retry := &policy.Retry{
		Retries:     switchedOffAt0(r.count(s.get("Retry/maxRetries"), -1)), // -1 is without end
		MaxDuration: r.amount(s.get("Retry/maxDuration"), s.get("Retry/durationUnit")).limit(),
		Backoff:     &policy.Backoff{Base: r.amount(s.get("Retry/delay"), s.get("Retry/delayUnit")).wait()},
	}
	if jitter := r.amount(s.get("Retry/jitter"), s.get("Retry/jitterDelayUnit")).wait(); jitter.Set() {
		retry.Backoff.Jitter = policy.Declare(policy.Jitter{Kind: "partial", UpTo: jitter.Value}, jitter.Origin)
		if jitter.Value == 0 {
			retry.Backoff.Jitter.Value = policy.Jitter{Kind: "none"}
		}
	}
	return retry
}

// An amount is a duration whose unit has a key of its own.
type amount struct {
	policy.Duration
	at *option // nil if there is none
}

func (r *reading) amount(number, unit *option) amount {
	if !readable(number) || unit != nil && !readable(unit) {
		return amount{}
	}
	d, err := product.ParseAmount(number.text, unit.word())
	if err != nil {
		if bad := (*policy.ValueError)(nil); errors.As(err, &bad) && unit != nil && bad.Text == unit.text {
			number = unit
		}
		r.invalid(number, err)
		return amount{}
	}
	return amount{d, number}
}

func (a amount) limit() policy.Setting[time.Duration] {
	if a.at == nil {
		return policy.Setting[time.Duration]{}
	}
	return a.Setting(a.at.at)
}

func (a amount) wait() policy.Setting[time.Duration] {
	if a.at == nil {
		return policy.Setting[time.Duration]{}
	}
	return a.Wait(a.at.at)
}

var mpClientKey = regexp.MustCompile(`^([\w.$\-]+)/mp-rest/(url|uri|connectTimeout|readTimeout)$`)

// mpClients reads the timeouts of REST clients, in milliseconds.
func (p *program) mpClients() {
	clients := map[string]map[string]*option{}
	var names []string
	for key, o := range p.options.leaves(".") {
		if m := mpClientKey.FindStringSubmatch(key); m != nil {
			if clients[m[1]] == nil {
				clients[m[1]] = map[string]*option{}
				names = append(names, m[1])
			}
			clients[m[1]][m[2]] = o
		}
	}
	for _, name := range names {
		client := clients[name]
		connect, read := client["connectTimeout"], client["readTimeout"]
		if connect == nil && read == nil {
			continue
		}
		r := &reading{syntax: product.MillisDuration}
		says := policy.Set{Timeout: &policy.Timeout{Connect: r.limit(connect), ReadGap: r.limit(read)}}
		c := mpNew(mpTarget{class: name}, first(client), says, r.flaws)
		c.Object, c.Group = "client/"+name, "client"
		for _, word := range []string{"url", "uri"} {
			if host, ok := springTarget(client[word].word()); ok {
				c.CalleeAlias, c.To = "", []graph.EndpointRef{{Host: host}}
			}
		}
		p.add(c)
	}
}
