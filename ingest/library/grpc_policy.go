package library

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/settings"
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

func grpcConfig(p *settings.LibraryConfig, config *settings.Tree) {
	methods := config.Get("methodConfig")
	if methods == nil || len(methods.Kids) == 0 {
		r := &settings.Reader{}
		p.Add(grpcPolicy(config, "", "", grpcChannel(r, config), r))
	}
	whole := map[string]bool{} // services that an entry is for as a whole
	for entry := range methods.All() {
		for name := range entry.Get("name").All() {
			if !name.Has("method") {
				whole[name.Get("service").Word()] = true
			}
		}
	}
	for entry := range methods.All() {
		r := &settings.Reader{Syntax: product.GRPCDuration}
		says := grpcMethod(r, entry)
		says = policy.Overlay(grpcChannel(r, config), says)
		names := slices.Collect(entry.Get("name").All())
		for _, name := range names {
			if method := name.Get("method"); method.Word() != "" && name.Get("service").Word() == "" {
				r.Flaw(graph.Invalid, method, "is a method without a service", "set service next to method")
			}
		}
		for _, name := range names {
			service, method := name.Get("service").Word(), name.Get("method").Word()
			if service == "" && method != "" {
				continue
			}
			if service != "" && !isProtoService(service) {
				r.Flaw(graph.Unbound, name.Get("service"), "it is the full name of a proto service, and no name of a program or host",
					`write the callee's, as in "package.Service"`)
				p.Add(grpcPolicy(entry, service, method, policy.Set{}, r))
				r.Flaws = nil
				continue
			}
			p.Add(grpcPolicy(entry, service, method, says, r))
			if method != "" && !whole[service] { // its other methods are called too
				whole[service] = true
				p.AddRest(grpcPolicy(entry, service, "", grpcChannel(r, config), &settings.Reader{}))
			}
			r.Flaws = nil // reported once
		}
	}
}

// isProtoService reports whether a name can be that of a service in a proto file: identifiers
// with dots in between, the last of which begins with a capital by the style guide.
func isProtoService(name string) bool { return protoService.MatchString(name) }

var protoService = regexp.MustCompile(`^(?:[A-Za-z_]\w*\.)*[A-Z]\w*$`)

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
		r.Flaw(graph.Invalid, hedge, "is set together with retryPolicy; gRPC refuses a config with both", "keep one of them")
	case hedge != nil:
		says.Hedge = grpcHedge(r, hedge)
	}
	return says
}

// grpcRequired are the fields of a retry policy, none of which may be missing.
var grpcRequired = []string{"maxAttempts", "initialBackoff", "maxBackoff", "backoffMultiplier", "retryableStatusCodes"}

// grpcRetry reads a retry policy. One that gRPC refuses does not retry.
func grpcRetry(r *settings.Reader, o *settings.Tree) *policy.Retry {
	before := len(r.Flaws)
	for _, field := range grpcRequired {
		if !o.Has(field) {
			r.Flaw(graph.Invalid, o, "has no "+field+"; gRPC refuses the config", "write "+strings.Join(grpcRequired, ", "))
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
		r.Flaw(graph.Invalid, codes, "has no status codes; gRPC refuses the config", `write ["UNAVAILABLE"]`)
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
			r.Flaws[len(r.Flaws)-1].Info = true
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
	if ratio := config.Get("retryThrottling", "tokenRatio"); ratio != nil {
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
