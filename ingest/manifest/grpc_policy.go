package manifest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// A gRPC service config says for methods, for the services that they belong to,
// or for everything how it is to be called. Of several that fit a call, the one
// for the method is all that counts, then the one for the service. What holds for
// the channel as a whole holds with each of them.

// grpcTries is what gRPC cuts a number of tries down to, and says nothing.
const grpcTries = 5

func readGRPC(p *program) {
	isConfig := func(o *option) bool {
		return o.has("methodConfig") || o.has("retryThrottling") && o.has("loadBalancingConfig")
	}
	for config := range p.options.find(isConfig) {
		p.grpcConfig(config)
	}
}

func (p *program) grpcConfig(config *option) {
	methods := config.get("methodConfig")
	if methods == nil || len(methods.kids) == 0 {
		r := &reading{}
		p.add(grpcPolicy(config, "", "", r.grpcChannel(config), r))
	}
	whole := map[string]bool{} // services that an entry is for as a whole
	for entry := range methods.all() {
		for name := range entry.get("name").all() {
			if !name.has("method") {
				whole[name.get("service").word()] = true
			}
		}
	}
	for entry := range methods.all() {
		r := &reading{syntax: product.GRPCDuration}
		says := r.grpcMethod(entry)
		says = policy.Overlay(r.grpcChannel(config), says)
		names := slices.Collect(entry.get("name").all())
		for _, name := range names {
			if method := name.get("method"); method.word() != "" && name.get("service").word() == "" {
				r.flaw(graph.Invalid, method, "is a method of no service", "write the service beside it")
			}
		}
		for _, name := range names {
			service, method := name.get("service").word(), name.get("method").word()
			if service == "" && method != "" {
				continue
			}
			p.add(grpcPolicy(entry, service, method, says, r))
			if method != "" && !whole[service] { // its other methods are called too
				whole[service] = true
				p.addRest(grpcPolicy(entry, service, "", r.grpcChannel(config), &reading{}))
			}
			r.flaws = nil // told once
		}
	}
}

func grpcPolicy(at *option, service, method string, says policy.Set, r *reading) graph.Policy {
	c := graph.Policy{
		Origin: at.at, Object: "methodConfig/*", Match: method, Group: "methodConfig",
		Protocols: []string{"grpc"}, Says: says, Flaws: r.flaws,
	}
	if service != "" {
		c.Object, c.Rank, c.Protocols = "methodConfig/"+service, rankSpecific, nil
		c.CalleeAlias = service[strings.LastIndexByte(service, '.')+1:]
	}
	return c
}

// grpcMethod reads one entry of methodConfig.
func (r *reading) grpcMethod(entry *option) policy.Set {
	says := policy.Set{Timeout: &policy.Timeout{Total: r.limit(entry.get("timeout"))}}
	retry, hedge := entry.get("retryPolicy"), entry.get("hedgingPolicy")
	if retry != nil {
		says.Retry = r.grpcRetry(retry)
	}
	switch {
	case retry != nil && hedge != nil:
		r.flaw(graph.Invalid, hedge, "stands beside retryPolicy; gRPC refuses a config with both", "keep one of them")
	case hedge != nil:
		says.Hedge = r.grpcHedge(hedge)
	}
	return says
}

// grpcRequired are the fields of a retry policy, none of which may be missing.
var grpcRequired = []string{"maxAttempts", "initialBackoff", "maxBackoff", "backoffMultiplier", "retryableStatusCodes"}

// grpcRetry reads a retry policy. One that gRPC refuses does not retry.
func (r *reading) grpcRetry(o *option) *policy.Retry {
	before := len(r.flaws)
	for _, field := range grpcRequired {
		if !o.has(field) {
			r.flaw(graph.Invalid, o, "has no "+field+"; gRPC refuses the config", "write "+strings.Join(grpcRequired, ", "))
		}
	}
	codes := o.get("retryableStatusCodes")
	retry := &policy.Retry{
		Retries: r.grpcAttempts(o.get("maxAttempts")),
		On:      r.conditions(product.GRPCRetryCodes, codes),
		Backoff: &policy.Backoff{
			Base:       r.limit(o.get("initialBackoff")),
			Max:        r.limit(o.get("maxBackoff")),
			Multiplier: r.number(o.get("backoffMultiplier")),
		},
	}
	if codes != nil && !codes.leaf && len(codes.kids) == 0 {
		r.flaw(graph.Invalid, codes, "names no status; gRPC refuses the config", `write ["UNAVAILABLE"]`)
	}
	if slices.ContainsFunc(r.flaws[before:], func(f graph.Flaw) bool { return !f.Info }) {
		return nil
	}
	return retry
}

// grpcAttempts reads a number of tries as one of retries.
func (r *reading) grpcAttempts(o *option) policy.Setting[int] {
	n := r.tries(o, 2)
	if n.Value >= grpcTries {
		n.Value = grpcTries - 1
		if v := o.text; v != fmt.Sprint(grpcTries) {
			r.flaw(graph.Invalid, o, fmt.Sprintf("counts as %d, the most that gRPC makes", grpcTries), fmt.Sprintf("write at most %d", grpcTries))
			r.flaws[len(r.flaws)-1].Info = true
		}
	}
	return n
}

func (r *reading) grpcHedge(o *option) *policy.Hedge {
	h := &policy.Hedge{Copies: r.grpcAttempts(o.get("maxAttempts")), Delay: r.wait(o.get("hedgingDelay"))}
	if !o.has("hedgingDelay") {
		h.Delay = builtIn(h.Delay.Value)
	}
	r.conditions(product.GRPCRetryCodes, o.get("nonFatalStatusCodes"))
	return h
}

// grpcChannel reads what is said for all calls of a channel: a budget of retries,
// which grows by tokenRatio with every call that succeeds, and the balancing.
func (r *reading) grpcChannel(config *option) policy.Set {
	var says policy.Set
	if ratio := config.get("retryThrottling", "tokenRatio"); ratio != nil {
		says.Retry = &policy.Retry{Budget: (&reading{}).number(ratio)}
	}
	for _, name := range []string{"loadBalancingConfig", "loadBalancingPolicy"} {
		o := config.get(name)
		if o == nil {
			continue
		}
		if !o.leaf { // a list of alternatives, each with the name as its key
			for kid := range o.all() {
				for choice := range kid.all() {
					o = choice
					break
				}
				break
			}
			o = &option{name: name, text: o.name, leaf: true, at: o.at}
		}
		says.Balance = &policy.Balance{Strategy: policy.Declare(strings.ReplaceAll(strings.ToLower(o.text), "_", "-"), o.at)}
		break
	}
	return says
}
