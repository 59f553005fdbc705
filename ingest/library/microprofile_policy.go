package library

import (
	"errors"
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/settings"
	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// MicroProfile Fault Tolerance has its policies in annotations. Configuration overrides
// their parameters: "class/method/Retry/maxRetries" goes before "class/Retry/maxRetries",
// and that before "Retry/maxRetries". Settings for all annotations apply to a known call
// only if a class is named.

var mpKey = lazy.NewRegexp(`^(?:([\w.$]+)/)?(?:([\w$]+)/)?(Retry|Timeout|CircuitBreaker|Bulkhead|Fallback)/(\w+)$`)

// A mpTarget is a class, or one of its methods.
type mpTarget struct{ class, method string }

// A mpScope is the parameters of annotations, "Retry/maxRetries", in the order of
// their precedence: those of a method, of its class, of all.
type mpScope []map[string]*settings.Tree

func (s mpScope) get(parameter string) *settings.Tree {
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

func readMicroProfile(p *settings.LibraryConfig) {
	mpClients(p)
	all := map[mpTarget]map[string]*settings.Tree{}
	var targets []mpTarget
	var disabled *settings.Tree
	for key, o := range p.Options.Leaves(".") {
		if settings.Relaxed(key) == "mpfaulttolerancenonfallbackenabled" && o.Is(false) || strings.EqualFold(key, "mp.fault.tolerance.nonfallback.enabled") && o.Is(false) {
			disabled = o
		}
		m := mpKey.FindStringSubmatch(key)
		if m == nil {
			continue
		}
		t := mpTarget{m[1], m[2]}
		if all[t] == nil {
			all[t] = map[string]*settings.Tree{}
			targets = append(targets, t)
		}
		all[t][m[3]+"/"+m[4]] = o
	}
	for _, t := range targets {
		scope := mpScope{all[t], all[mpTarget{class: t.class}], all[mpTarget{}]}
		switch {
		case t.class != "":
			mpPolicy(p, t, scope, disabled)
		case disabled != nil:
			mpPolicy(p, mpTarget{class: "*"}, scope, disabled) // a setting for all applies to no call then
		}
	}
	for _, t := range targets { // calls of other methods are calls too
		if whole := (mpTarget{class: t.class}); t.method != "" && all[whole] == nil {
			all[whole] = map[string]*settings.Tree{}
			p.AddRest(mpNew(whole, first(all[t]), policy.Set{}, nil))
		}
	}
}

// first is the option that is written first.
func first(options map[string]*settings.Tree) *settings.Tree {
	var first *settings.Tree
	for _, o := range options {
		if first == nil || o.At.Compare(first.At) < 0 {
			first = o
		}
	}
	return first
}

func mpNew(t mpTarget, at *settings.Tree, says policy.Set, flaws []graph.Flaw) graph.Policy {
	name := t.class[strings.LastIndexAny(t.class, ".$")+1:]
	return graph.Policy{
		Origin: at.At, Object: "class/" + t.class, CalleeAlias: dependencyName(name), Match: t.method, Group: "class", Says: says, Flaws: flaws,
	}
}

// mpPolicy adds what is said of a class or method. Where fault tolerance is left
// to a mesh, nothing of it acts.
func mpPolicy(p *settings.LibraryConfig, t mpTarget, s mpScope, disabled *settings.Tree) {
	r := &settings.Reader{}
	if disabled != nil {
		for parameter, o := range s[0] {
			if !strings.HasPrefix(parameter, "Fallback/") {
				r.Inert(o, "MP_Fault_Tolerance_NonFallback_Enabled is false", "set it to true, or remove this setting")
			}
		}
		settings.SortFlaws(r.Flaws)
		p.Add(mpNew(t, first(s[0]), policy.Set{}, r.Flaws))
		return
	}
	says := mpSays(r, s)
	p.Add(mpNew(t, first(s[0]), says, r.Flaws))
}

func mpSays(r *settings.Reader, s mpScope) policy.Set {
	var says policy.Set
	off := func(annotation string) *settings.Tree {
		if o := s.get(annotation + "/enabled"); o.Is(false) {
			return o
		}
		return nil
	}
	if s.has("Timeout") {
		limit := readAmount(r, s.get("Timeout/value"), s.get("Timeout/unit")).limit()
		limit = settings.Unwritten(s.get("Timeout/value"), limit, time.Second)
		if o := off("Timeout"); o != nil {
			limit = policy.Setting[time.Duration]{Provenance: policy.Disabled, Origin: o.At}
		}
		says.Timeout = &policy.Timeout{PerTry: limit}
	}
	if s.has("Retry") {
		says.Retry = mpRetry(r, s, off("Retry"))
	}
	if s.has("CircuitBreaker") {
		says.Breaker = &policy.Breaker{
			Kind:      settings.BuiltIn("call"),
			ErrorRate: r.Ratio(s.get("CircuitBreaker/failureRatio")),
			MinCalls:  r.Count(s.get("CircuitBreaker/requestVolumeThreshold"), 1),
			Open:      readAmount(r, s.get("CircuitBreaker/delay"), s.get("CircuitBreaker/delayUnit")).wait(),
		}
		if o := off("CircuitBreaker"); o != nil {
			says.Breaker.Kind = noBreaker(o)
		}
	}
	if s.has("Bulkhead") && off("Bulkhead") == nil {
		most, queue := s.get("Bulkhead/value"), s.get("Bulkhead/waitingTaskQueue")
		says.Bulkhead = &policy.Bulkhead{
			MaxConcurrent: settings.Unwritten(most, r.Count(most, 1), 10), MaxPending: settings.Unwritten(queue, r.Count(queue, 1), 10),
		}
	}
	return says
}

func mpRetry(r *settings.Reader, s mpScope, off *settings.Tree) *policy.Retry {
	if off != nil {
		return &policy.Retry{Retries: policy.Setting[int]{Provenance: policy.Disabled, Origin: off.At}}
	}
	retry := &policy.Retry{
		Retries:     settings.SwitchedOffAt0(r.Count(s.get("Retry/maxRetries"), -1)), // -1 is without end
		MaxDuration: readAmount(r, s.get("Retry/maxDuration"), s.get("Retry/durationUnit")).limit(),
		Backoff:     &policy.Backoff{Base: readAmount(r, s.get("Retry/delay"), s.get("Retry/delayUnit")).wait()},
	}
	if jitter := readAmount(r, s.get("Retry/jitter"), s.get("Retry/jitterDelayUnit")).wait(); jitter.Set() {
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
	at *settings.Tree // nil if there is none
}

func readAmount(r *settings.Reader, number, unit *settings.Tree) amount {
	if !settings.Readable(number) || unit != nil && !settings.Readable(unit) {
		return amount{}
	}
	d, err := product.ParseAmount(number.Text, unit.Word())
	if err != nil {
		if bad := (*policy.ValueError)(nil); errors.As(err, &bad) && unit != nil && bad.Text == unit.Text {
			number = unit
		}
		r.Invalid(number, err)
		return amount{}
	}
	return amount{d, number}
}

func (a amount) limit() policy.Setting[time.Duration] {
	if a.at == nil {
		return policy.Setting[time.Duration]{}
	}
	return a.Setting(a.at.At)
}

func (a amount) wait() policy.Setting[time.Duration] {
	if a.at == nil {
		return policy.Setting[time.Duration]{}
	}
	return a.Wait(a.at.At)
}

var mpClientKey = lazy.NewRegexp(`^([\w.$\-]+)/mp-rest/(url|uri|connectTimeout|readTimeout)$`)

// mpClients reads the timeouts of REST clients, in milliseconds.
func mpClients(p *settings.LibraryConfig) {
	clients := map[string]map[string]*settings.Tree{}
	var names []string
	for key, o := range p.Options.Leaves(".") {
		if m := mpClientKey.FindStringSubmatch(key); m != nil {
			if clients[m[1]] == nil {
				clients[m[1]] = map[string]*settings.Tree{}
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
		r := &settings.Reader{Syntax: product.MillisDuration}
		says := policy.Set{Timeout: &policy.Timeout{Connect: r.Duration(connect), ReadGap: r.Duration(read)}}
		c := mpNew(mpTarget{class: name}, first(client), says, r.Flaws)
		c.Object, c.Group = "client/"+name, "client"
		for _, word := range []string{"url", "uri"} {
			if host, ok := springTarget(client[word].Word()); ok {
				c.CalleeAlias, c.To = "", []graph.EndpointRef{{Host: host}}
			}
		}
		p.Add(c)
	}
}
