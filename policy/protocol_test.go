package policy_test

import (
	"testing"

	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// A mesh forwards the bytes of databases, mail and directories: its retries and timeouts
// for requests have no effect.
func TestProtocolsWithoutRequests(t *testing.T) {
	istio := policy.Set{Layer: policy.ClientProxy, Product: product.Istio, Timeout: &policy.Timeout{Total: say(2 * ms)}}.WithDefaults()
	for _, protocol := range []string{
		"tcp", "tls", "udp", "sql", "postgres", "mysql", "sqlserver", "oracle", "mongodb", "cassandra", "redis", "memcached", "kafka", "amqp", "nats", "mqtt",
		"smtp", "ldap", "TCP",
	} {
		l := policy.Combine([]policy.Set{istio}, policy.CallFacts{Protocol: protocol}).Layers[0]
		if policy.HasRequests(protocol) || l.Attempts != 1 || l.Set.Retry != nil || l.Budget.State != policy.Undeclared {
			t.Errorf("%s: Istio tries %d times within %v, want one try without a limit", protocol, l.Attempts, l.Budget)
		}
	}
	for _, protocol := range []string{"", "http", "https", "grpc"} {
		if l := policy.Combine([]policy.Set{istio}, policy.CallFacts{Protocol: protocol}).Layers[0]; !policy.HasRequests(protocol) || l.Attempts != 3 {
			t.Errorf("%q: Istio tries %d times, want 3", protocol, l.Attempts)
		}
	}
}
