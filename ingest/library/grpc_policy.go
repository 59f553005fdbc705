package library

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/field"
	"github.com/weirgraph/weir/ingest/settings"
	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// A gRPC service config says for methods, for the services that they belong to,
// or for everything how it is to be called. Of several that fit a call, the one
// for the method is all that counts, then the one for the service. What holds for
// the channel as a whole holds with each of them.

// grpcTries is what gRPC cuts a number of tries down to, and says nothing.
const grpcTries = 5

func readGRPC(p *settings.LibraryConfig) {
	isConfig := func(o *settings.Tree) bool {
		return o.Has("methodConfig") || o.Has("retryThrottling") && o.Has("loadBalancingConfig")
	}
	for config := range p.Options.Find(isConfig) {
		grpcConfig(p, config)
	}
}

// A grpcEntry is an entry of methodConfig.
type grpcEntry struct {
	*settings.Tree
	names []*settings.Tree
	says  policy.Set
	r     *settings.Reader
}

// grpcConfig reads a service config. One with a mistake is refused as a whole.
func grpcConfig(p *settings.LibraryConfig, config *settings.Tree) {
	channel := &settings.Reader{}
	own := grpcChannel(channel, config)
	entries := grpcEntries(config, own)
	if len(entries) == 0 {
		p.Add(grpcPolicy(config, "", "", own, channel))
	}
	refused := slices.ContainsFunc(channel.Flaws, refuses)
	for i := range entries {
		refused = refused || slices.ContainsFunc(entries[i].r.Flaws, refuses)
	}
	everything, whole := own, map[string]bool{} // what is for all services, and services that an entry is for as a whole
	for i := range entries {
		for _, name := range entries[i].names {
			if name.Has("method") {
				continue
			}
			service := name.Get("service").Word()
			if whole[service] = true; service == "" {
				everything = entries[i].says
			}
		}
	}
	for i := range entries {
		e := &entries[i]
		if refused {
			e.says = policy.Set{}
		}
		if i == 0 {
			e.r.Flaws = append(channel.Flaws, e.r.Flaws...)
		}
		for _, name := range e.names {
			service, method := name.Get("service").Word(), name.Get("method").Word()
			if service == "" && method != "" {
				continue
			}
			if service != "" && !isProtoService(service) {
				e.r.Flaw(graph.Unbound, name.Get("service"), "it is the full name of a proto service, and no name of a program or host",
					`write the callee's, as in "package.Service"`)
				p.Add(grpcPolicy(e.Tree, service, method, policy.Set{}, e.r))
				e.r.Flaws = nil
				continue
			}
			add := p.Add
			if service != "" && !refused {
				add = p.AddRest // nothing else is for it, even if this sets nothing
			}
			add(grpcPolicy(e.Tree, service, method, e.says, e.r))
			if method != "" && !whole[service] && !refused { // its other methods are called too
				whole[service] = true
				p.AddRest(grpcPolicy(e.Tree, service, "", everything, &settings.Reader{}))
			}
			e.r.Flaws = nil // reported once
		}
		if len(e.r.Flaws) > 0 { // no name can have them
			p.Add(grpcPolicy(e.Tree, "", "", policy.Set{}, e.r))
		}
	}
}

// grpcEntries reads the entries of methodConfig.
func grpcEntries(config *settings.Tree, own policy.Set) []grpcEntry {
	var entries []grpcEntry
	seen := map[string]bool{}
	for entry := range config.Get("methodConfig").All() {
		r := &settings.Reader{Syntax: product.GRPCDuration}
		e := grpcEntry{Tree: entry, r: r, names: slices.Collect(entry.Get("name").All()), says: policy.Overlay(own, grpcMethod(r, entry))}
		for _, name := range e.names {
			service, method := name.Get("service").Word(), name.Get("method")
			if method.Word() != "" && service == "" {
				r.Flaw(graph.Invalid, method, "is a method without a service", "set service next to method")
			}
			if key := service + "/" + method.Word(); seen[key] {
				r.Flaw(graph.Invalid, name, "is named in two entries; gRPC refuses the config", "leave it in one of them")
			} else {
				seen[key] = true
			}
		}
		entries = append(entries, e)
	}
	return entries
}

// refuses reports whether gRPC refuses a config with a flaw.
func refuses(f graph.Flaw) bool { return f.Kind == graph.Invalid && !f.Info }

// isProtoService reports whether a name can be that of a service in a proto file: identifiers
// with dots in between, the last of which begins with a capital by the style guide.
func isProtoService(name string) bool { return protoService.MatchString(name) }

var protoService = lazy.NewRegexp(`^(?:[A-Za-z_]\w*\.)*[A-Z]\w*$`)

func grpcPolicy(at *settings.Tree, service, method string, says policy.Set, r *settings.Reader) graph.Policy {
	c := graph.Policy{
		Origin: at.At, Object: "methodConfig/*", Match: method, Group: "methodConfig",
		Protocols: []string{"grpc"}, Says: says, Flaws: r.Flaws,
	}
	if service != "" {
		c.Object, c.Rank, c.Protocols = "methodConfig/"+service, settings.RankSpecific, nil
		c.CalleeAlias = service[strings.LastIndexByte(service, '.')+1:]
	}
	return c
}

// grpcMethod reads one entry of methodConfig.
func grpcMethod(r *settings.Reader, entry *settings.Tree) policy.Set {
	says := policy.Set{Timeout: &policy.Timeout{Total: r.Duration(entry.Get("timeout"))}}
	retry, hedge := entry.Get("retryPolicy"), entry.Get("hedgingPolicy")
	if retry != nil {
		says.Retry = grpcRetry(r, retry)
	}
	switch {
	case retry != nil && hedge != nil:
		r.Flaw(graph.Invalid, hedge, "is set together with retryPolicy; gRPC refuses a config with both", "keep one of them", field.Remove)
	case hedge != nil:
		says.Hedge = grpcHedge(r, hedge)
	}
	return says
}

// grpcRequired are the fields of a retry policy, none of which may be missing.
var grpcRequired = []string{"maxAttempts", "initialBackoff", "maxBackoff", "backoffMultiplier", "retryableStatusCodes"}

// grpcUsual are values of these, for what gRPC refuses without.
var grpcUsual = map[string]string{
	"maxAttempts": "2", "initialBackoff": `"0.1s"`, "maxBackoff": `"1s"`, "backoffMultiplier": "2", "retryableStatusCodes": `["UNAVAILABLE"]`,
}

// grpcRetry reads a retry policy. One that gRPC refuses does not retry.
func grpcRetry(r *settings.Reader, o *settings.Tree) *policy.Retry {
	before := len(r.Flaws)
	for _, name := range grpcRequired {
		if !o.Has(name) {
			r.Flaw(graph.Invalid, o, "has no "+name+"; gRPC refuses the config", "write "+strings.Join(grpcRequired, ", "), field.Beside(name, grpcUsual[name]))
		}
	}
	codes := o.Get("retryableStatusCodes")
	retry := &policy.Retry{
		Retries: grpcAttempts(r, o.Get("maxAttempts")),
		On:      r.RetryOn(product.GRPCRetryCodes, codes),
		Backoff: &policy.Backoff{
			Base:       r.Duration(o.Get("initialBackoff")),
			Max:        r.Duration(o.Get("maxBackoff")),
			Multiplier: r.Factor(o.Get("backoffMultiplier")),
		},
	}
	if codes != nil && !codes.Leaf && len(codes.Kids) == 0 {
		r.Flaw(graph.Invalid, codes, "has no status codes; gRPC refuses the config", `write ["UNAVAILABLE"]`, field.Instead(grpcUsual["retryableStatusCodes"]))
	}
	if slices.ContainsFunc(r.Flaws[before:], func(f graph.Flaw) bool { return !f.Info }) {
		return nil
	}
	return retry
}

// grpcAttempts reads a number of tries as one of retries.
func grpcAttempts(r *settings.Reader, o *settings.Tree) policy.Setting[int] {
	n := r.Tries(o, 2)
	if n.Value >= grpcTries {
		n.Value = grpcTries - 1
		if v := o.Text; v != fmt.Sprint(grpcTries) {
			r.Flaw(graph.Invalid, o, fmt.Sprintf("is limited to %d by gRPC", grpcTries), fmt.Sprintf("write at most %d", grpcTries))
			flaw := &r.Flaws[len(r.Flaws)-1]
			flaw.Info, flaw.Instead = true, fmt.Sprint(grpcTries)
		}
	}
	return n
}

func grpcHedge(r *settings.Reader, o *settings.Tree) *policy.Hedge {
	h := &policy.Hedge{Copies: grpcAttempts(r, o.Get("maxAttempts")), Delay: r.Wait(o.Get("hedgingDelay"))}
	if !o.Has("hedgingDelay") {
		h.Delay = settings.BuiltIn(h.Delay.Value)
	}
	r.RetryOn(product.GRPCRetryCodes, o.Get("nonFatalStatusCodes"))
	return h
}

// grpcChannel reads what is said for all calls of a channel: a budget of retries,
// which grows by tokenRatio with every call that succeeds, and the balancing.
func grpcChannel(r *settings.Reader, config *settings.Tree) policy.Set {
	var says policy.Set
	throttling := config.Get("retryThrottling")
	if tokens := throttling.Get("maxTokens"); tokens != nil {
		if n, err := strconv.ParseFloat(tokens.Text, 64); err != nil || n <= 0 || n > 1000 {
			r.Flaw(graph.Invalid, tokens, "is not from 0 to 1000; gRPC refuses the config", "write at most 1000", atMost(n, 1000))
		}
	}
	if ratio := throttling.Get("tokenRatio"); ratio != nil {
		says.Retry = &policy.Retry{Budget: (&settings.Reader{}).Factor(ratio)}
	}
	for _, name := range []string{"loadBalancingConfig", "loadBalancingPolicy"} {
		o := config.Get(name)
		if o == nil {
			continue
		}
		if !o.Leaf { // a list of alternatives, each with the name as its key
			for kid := range o.All() {
				for choice := range kid.All() {
					o = choice
					break
				}
				break
			}
			o = &settings.Tree{Name: name, Text: o.Name, Leaf: true, At: o.At}
		}
		says.Balance = &policy.Balance{Strategy: policy.Declare(strings.ReplaceAll(strings.ToLower(o.Text), "_", "-"), o.At)}
		break
	}
	return says
}

// atMost writes the most that is taken for a number that is more.
func atMost(n float64, most int) field.Fix {
	if n > float64(most) {
		return field.Instead(strconv.Itoa(most))
	}
	return func(*graph.Flaw) {}
}
