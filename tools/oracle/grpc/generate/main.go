// Command generate writes inputs for the oracle: service configs that vary names of services and
// methods, timeouts, retries, their parts and what is refused.
//
//	go -C tools/oracle/grpc run ./generate ../../../testdata/oracle/grpc 40
package main

import (
	"fmt"
	"strings"

	"github.com/weirgraph/weir/tools/oracle/answer/vary"
)

func main() {
	vary.Main([]vary.Kind{{Name: "config", Write: config}, {Name: "refused", Write: refused}})
}

func calls(s *vary.System) {
	s.File("weir.yaml")
	s.Add("services:\n- {name: orders, calls: [{to: billing, protocol: grpc}, {to: stock, protocol: grpc}]}\n- {name: billing}\n- {name: stock}\n")
	s.File("orders/service_config.json")
}

func timeout(s *vary.System) string {
	return `"timeout": "` + s.One("1s", "0.25s", "30s", "1.500s") + `"`
}

func retry(s *vary.System) string {
	return fmt.Sprintf(`"retryPolicy": {"maxAttempts": %s, "initialBackoff": "%s", "maxBackoff": "%s", "backoffMultiplier": %s, "retryableStatusCodes": [%s]}`,
		s.One("2", "3", "5", "9"), s.One("0.1s", "1s", ".05s"), s.One("1s", "5s", "0.02s"), s.One("1", "1.5", "2"),
		s.One(`"UNAVAILABLE"`, `"UNAVAILABLE", "ABORTED"`, `"DEADLINE_EXCEEDED", 14`, `"RESOURCE_EXHAUSTED"`, `"CANCELLED", "UNKNOWN"`))
}

func entry(s *vary.System, names string) string {
	return `{"name": [` + names + `]` + strings.TrimSuffix(", "+s.Some(65, timeout(s), retry(s)), ", ") + `}`
}

func config(s *vary.System) {
	calls(s)
	var entries []string
	for _, names := range []string{
		`{"service": "shop.Billing", "method": "Charge"}`, `{"service": "shop.Billing"}`, `{"service": "shop.Stock", "method": "Take"}, {"service": "shop.Stock", "method": "Put"}`,
		`{"service": "shop.Stock"}`, `{}`,
	} {
		if s.Chance(55) {
			entries = append(entries, entry(s, names))
		}
	}
	if len(entries) == 0 {
		entries = append(entries, entry(s, `{"service": "shop.Billing"}, {"service": "shop.Stock"}`))
	}
	s.Add(`{"methodConfig": [%s]%s}`+"\n", strings.Join(entries, ", "), s.One("", `, "loadBalancingConfig": [{"round_robin": {}}]`))
}

// refused is a config with one mistake.
func refused(s *vary.System) {
	calls(s)
	names := `{"service": "shop.Billing"}`
	one := s.One(
		`{"name": [`+names+`], "timeout": "1s", "retryPolicy": {"maxAttempts": 3, "initialBackoff": "0.1s", "maxBackoff": "1s", "backoffMultiplier": 2}}`,
		`{"name": [`+names+`], "timeout": "1s", "retryPolicy": {"maxAttempts": 1, "initialBackoff": "0.1s", "maxBackoff": "1s", "backoffMultiplier": 2, "retryableStatusCodes": ["UNAVAILABLE"]}}`,
		`{"name": [`+names+`], "timeout": "2"}`, `{"name": [`+names+`], "timeout": "100ms"}`,
		`{"name": [`+names+`], "timeout": "1s"}, {"name": [`+names+`], "timeout": "3s"}`,
		`{"name": [{"method": "Charge"}], "timeout": "1s"}`,
		`{"name": [`+names+`], "retryPolicy": {"maxAttempts": 3, "initialBackoff": "0s", "maxBackoff": "1s", "backoffMultiplier": 2, "retryableStatusCodes": ["UNAVAILABLE"]}}`,
		`{"name": [`+names+`], "retryPolicy": {"maxAttempts": 3, "initialBackoff": "0.1s", "maxBackoff": "1s", "backoffMultiplier": 2, "retryableStatusCodes": ["GONE"]}}`)
	rest := s.One("", "", `, "retryThrottling": {"maxTokens": 2000, "tokenRatio": 0.1}`)
	s.Add(`{"methodConfig": [%s, %s]%s}`+"\n", one, entry(s, `{"service": "shop.Stock"}`), rest)
}
