// Package envoy says what Envoy's configuration means, in lines of an answer: for the oracles of
// products whose proxies are Envoys.
package envoy

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	cluster "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	route "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/weirgraph/weir/tools/oracle/answer"
)

// Own are the limits of a cluster that sets none.
var Own = answer.Limits{Connections: 1024, Pending: 1024, Requests: 1024, Retries: 3}

// Retries adds the retries of a route; nil is none.
func Retries(l *answer.Line, r *route.RetryPolicy) {
	if r == nil {
		return
	}
	l.Retries, l.PerTry = int(value(r.NumRetries, 1)), Duration(r.PerTryTimeout)
	for _, word := range strings.Split(r.RetryOn, ",") {
		if word == "retriable-status-codes" {
			for _, code := range r.RetriableStatusCodes {
				l.On = append(l.On, strconv.Itoa(int(code)))
			}
		} else if word != "" {
			l.On = append(l.On, word)
		}
	}
	slices.Sort(l.On)
	if r.RetryBackOff != nil {
		l.Backoff, l.Max = Duration(r.RetryBackOff.BaseInterval), Duration(r.RetryBackOff.MaxInterval)
	}
}

// Cluster adds what a cluster says. The limits are those that it does not set, and panic is
// the threshold where it has none.
func Cluster(l *answer.Line, c *cluster.Cluster, unset answer.Limits, panic float64) {
	l.Connect = Duration(c.ConnectTimeout)
	l.Outliers = outliers(c, panic)
	limits := unset
	for _, t := range c.GetCircuitBreakers().GetThresholds() {
		limits = answer.Limits{
			Connections: limit(t.MaxConnections, unset.Connections), Pending: limit(t.MaxPendingRequests, unset.Pending),
			Requests: limit(t.MaxRequests, unset.Requests), Retries: limit(t.MaxRetries, unset.Retries),
		}
		if budget := t.GetRetryBudget(); budget != nil {
			share := 20.0
			if budget.BudgetPercent != nil {
				share = budget.BudgetPercent.Value
			}
			limits.Budget = &share
		}
	}
	if limits != (answer.Limits{}) {
		l.Limits = &limits
	}
	l.Balance = strings.ToLower(c.LbPolicy.String())
	for _, p := range c.GetLoadBalancingPolicy().GetPolicies() {
		l.Balance = strings.TrimPrefix(p.TypedExtensionConfig.Name, "envoy.load_balancing_policies.")
	}
	if l.Balance == "ring_hash" || l.Balance == "maglev" {
		l.Balance = "consistent_hash"
	}
}

func outliers(c *cluster.Cluster, panic float64) *answer.Outliers {
	o := c.OutlierDetection
	if o == nil {
		return nil
	}
	if t := c.GetCommonLbConfig().GetHealthyPanicThreshold(); t != nil {
		panic = t.Value
	}
	a := &answer.Outliers{
		Failures: int(value(o.Consecutive_5Xx, 5)), Gateway: int(value(o.ConsecutiveGatewayFailure, 0)),
		Interval: cmp.Or(Duration(o.Interval), "10s"), Ejection: cmp.Or(Duration(o.BaseEjectionTime), "30s"),
		Share: float64(value(o.MaxEjectionPercent, 10)), Panic: panic,
	}
	if value(o.EnforcingConsecutive_5Xx, 100) == 0 {
		a.Failures = 0
	}
	if value(o.EnforcingConsecutiveGatewayFailure, 0) == 0 {
		a.Gateway = 0
	}
	return a
}

func value(v *wrapperspb.UInt32Value, unset uint32) uint32 {
	if v == nil {
		return unset
	}
	return v.Value
}

// limit is 0 for the largest number, which products set where they want no limit.
func limit(v *wrapperspb.UInt32Value, unset int) int {
	switch {
	case v == nil:
		return unset
	case v.Value == 1<<32-1:
		return 0
	}
	return int(v.Value)
}

// Duration is empty for none.
func Duration(d *durationpb.Duration) string { return answer.Duration(d.AsDuration()) }
