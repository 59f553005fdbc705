// Command dapr asks Dapr's own code which timeouts, retries and circuit breakers its sidecars
// apply to the calls of apps and to the operations of their components. It prints sorted lines
// of JSON, as tools/oracle/istio does:
//
//	go -C tools/oracle/dapr run . DIRECTORY
//	go -C tools/oracle/dapr run . -record ../../../testdata/oracle/dapr/*.txtar
package main

import (
	"cmp"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unsafe"

	resiliencyv1alpha "github.com/dapr/dapr/pkg/apis/resiliency/v1alpha1"
	"github.com/dapr/dapr/pkg/resiliency"
	"github.com/dapr/dapr/pkg/resiliency/breaker"
	"github.com/dapr/kit/logger"
	"github.com/dapr/kit/retry"
	"sigs.k8s.io/yaml"

	"github.com/weirgraph/weir/tools/oracle/answer"
)

var log = logger.NewLogger("oracle")

func main() {
	log.SetOutputLevel(logger.FatalLevel)
	answer.Main("github.com/dapr/dapr", ask)
}

// manifest has the fields of all kinds that are looked at here.
type manifest struct {
	Kind     string `json:"kind"`
	Metadata struct {
		Name      string `json:"name"`
		Namespace string `json:"namespace"`
	} `json:"metadata"`
	Scopes []string `json:"scopes"`
	Spec   struct {
		Type       string `json:"type"`
		PubSubName string `json:"pubsubname"`
		Metadata   []struct {
			Value string `json:"value"`
		} `json:"metadata"`
		Template struct {
			Metadata struct {
				Annotations map[string]string `json:"annotations"`
			} `json:"metadata"`
			Spec struct {
				Containers []struct {
					Env []struct {
						Value string `json:"value"`
					} `json:"env"`
				} `json:"containers"`
			} `json:"spec"`
		} `json:"template"`
	} `json:"spec"`
}

// input is what a stream of YAML holds.
type input struct {
	apps, components, subscriptions []manifest
	resiliencies                    map[string][]string // texts, by namespace
}

func ask(text string) ([]answer.Line, error) {
	in := &input{resiliencies: map[string][]string{}}
	for _, document := range answer.Documents(text) {
		var m manifest
		if err := yaml.Unmarshal([]byte(document), &m); err != nil {
			return nil, err
		}
		if m.Metadata.Namespace == "" {
			m.Metadata.Namespace = "default"
		}
		switch m.Kind {
		case "Deployment":
			if m.Spec.Template.Metadata.Annotations["dapr.io/enabled"] == "true" {
				in.apps = append(in.apps, m)
			}
		case "Component":
			in.components = append(in.components, m)
		case "Subscription":
			in.subscriptions = append(in.subscriptions, m)
		case "Resiliency":
			in.resiliencies[m.Metadata.Namespace] = append(in.resiliencies[m.Metadata.Namespace], document)
		}
	}
	var lines []answer.Line
	for i := range in.apps {
		own, err := in.app(&in.apps[i])
		if err != nil {
			return nil, err
		}
		lines = append(lines, own...)
	}
	return append(lines, in.refused()...), nil
}

func appID(m *manifest) string {
	if id := m.Spec.Template.Metadata.Annotations["dapr.io/app-id"]; id != "" {
		return id
	}
	return m.Metadata.Name
}

func name(m *manifest) string { return m.Metadata.Namespace + "/" + m.Metadata.Name }

// refused returns the objects that Dapr does not take.
func (in *input) refused() []answer.Line {
	var lines []answer.Line
	for namespace, texts := range in.resiliencies {
		for _, text := range texts {
			var r resiliencyv1alpha.Resiliency
			err := yaml.Unmarshal([]byte(text), &r)
			if err == nil {
				err = resiliency.FromConfigurations(log).DecodeConfiguration(&r)
			}
			if err != nil {
				lines = append(lines, answer.Line{Refused: "Resiliency/" + namespace + "/" + r.Name, Reason: err.Error()})
			}
		}
	}
	return lines
}

// app returns what the sidecar of an app does.
func (in *input) app(app *manifest) ([]answer.Line, error) {
	dir, err := os.MkdirTemp("", "oracle")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	for i, text := range in.resiliencies[app.Metadata.Namespace] {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%03d.yaml", i)), []byte(text), 0o666); err != nil {
			return nil, err
		}
	}
	r := resiliency.FromConfigurations(log, resiliency.LoadLocalResiliency(log, appID(app), dir)...)
	var lines []answer.Line
	for _, c := range app.Spec.Template.Spec.Containers {
		for _, e := range c.Env {
			_, rest, found := strings.Cut(e.Value, "/v1.0/invoke/")
			if !found {
				continue
			}
			id, _, _ := strings.Cut(rest, "/")
			id, namespace, _ := strings.Cut(id, ".")
			if namespace == "" {
				namespace = app.Metadata.Namespace
			}
			for i := range in.apps {
				callee := &in.apps[i]
				if appID(callee) != id || callee.Metadata.Namespace != namespace {
					continue
				}
				own := answer.Line{Caller: name(app), Callee: name(callee), Proxy: "dapr"}
				around := policy(own, r.EndpointPolicy(id, id+":method"))
				if r.PolicyDefined(id, resiliency.EndpointPolicy{}) {
					lines = append(lines, around)
					continue
				}
				lines = append(lines, policy(own, r.BuiltInPolicy(resiliency.BuiltInServiceRetries)))
				if !reflect.DeepEqual(around, own) { // a default
					around.Proxy = "dapr-default"
					lines = append(lines, around)
				}
			}
		}
	}
	for i := range in.components {
		c := &in.components[i]
		if c.Metadata.Namespace != app.Metadata.Namespace {
			continue
		}
		kind := componentTypes[strings.Split(c.Spec.Type, ".")[0]]
		if slices.Contains(c.Scopes, appID(app)) {
			l := answer.Line{Caller: name(app), Callee: host(c), Proxy: "dapr"}
			lines = append(lines, policy(l, r.ComponentOutboundPolicy(c.Metadata.Name, kind)))
		}
		for j := range in.subscriptions {
			s := &in.subscriptions[j]
			if s.Metadata.Namespace == c.Metadata.Namespace && s.Spec.PubSubName == c.Metadata.Name && slices.Contains(s.Scopes, appID(app)) {
				l := answer.Line{Caller: name(app), Callee: host(c), Proxy: "dapr"}
				lines = append(lines, policy(l, r.ComponentInboundPolicy(c.Metadata.Name, kind)))
			}
		}
	}
	return lines, nil
}

var componentTypes = map[string]resiliency.ComponentType{
	"state": resiliency.Statestore, "pubsub": resiliency.Pubsub, "bindings": resiliency.Binding, "lock": resiliency.Lock,
	"secretstores": resiliency.Secretstore, "configuration": resiliency.Configuration,
}

// host is where a component is.
func host(c *manifest) string {
	for _, entry := range c.Spec.Metadata {
		if u, err := url.Parse("tcp://" + entry.Value); err == nil && u.Port() != "" {
			return u.Hostname()
		}
	}
	return name(c)
}

// policy adds what a definition says. Its fields are those that its String prints.
func policy(l answer.Line, d *resiliency.PolicyDefinition) answer.Line {
	v := reflect.ValueOf(d).Elem()
	l.PerTry = answer.Duration(*field[time.Duration](v, "t"))
	if r := *field[*retry.Config](v, "r"); r != nil && r.MaxRetries != 0 {
		l.Retries = int(r.MaxRetries)
		if r.Policy == retry.PolicyConstant {
			l.Backoff, l.Multiplier = answer.Duration(r.Duration), 1
		} else {
			l.Backoff, l.Max, l.Until = answer.Duration(r.InitialInterval), answer.Duration(r.MaxInterval), answer.Duration(r.MaxElapsedTime)
			l.Multiplier, _ = strconv.ParseFloat(fmt.Sprint(r.Multiplier), 64)
		}
	}
	if cb := *field[*breaker.CircuitBreaker](v, "cb"); cb != nil {
		l.Breaker = &answer.Breaker{Opens: opens(cb), Share: share(cb), Open: cmp.Or(answer.Duration(cb.Timeout), "1m0s"), Interval: answer.Duration(cb.Interval)}
	}
	return l
}

// field is a field of a struct that has no name outside of its package.
func field[T any](v reflect.Value, name string) *T {
	return (*T)(unsafe.Pointer(v.FieldByName(name).UnsafeAddr()))
}

// opens returns after how many calls, which all fail, a breaker opens.
func opens(cb *breaker.CircuitBreaker) int {
	if cb.Trip == nil {
		return 6 // gobreaker: more than five failures in a row
	}
	return least(10_000, func(n int64) bool { return holds(cb, n, n, n) })
}

// share is the share of failed calls at which a breaker opens, 0 if it does not go by shares.
func share(cb *breaker.CircuitBreaker) float64 {
	of := func(calls int64) int { return least(calls, func(n int64) bool { return holds(cb, calls, n, 1) }) }
	if cb.Trip == nil || of(2000) != 2*of(1000) {
		return 0
	}
	return float64(of(1000)) / 1000
}

func least(most int64, holds func(int64) bool) int {
	for n := int64(1); n <= most; n++ {
		if holds(n) {
			return int(n)
		}
	}
	return 0
}

func holds(cb *breaker.CircuitBreaker, calls, failures, inARow int64) bool {
	result, err := cb.Trip.Eval(map[string]any{
		"requests": calls, "totalSuccesses": calls - failures, "totalFailures": failures, "consecutiveSuccesses": int64(0), "consecutiveFailures": inARow,
	})
	open, _ := result.(bool)
	return err == nil && open
}
