// Command grpc asks grpc-go what a service config says of the methods of the services shop.Billing
// and shop.Stock. It prints sorted lines of JSON, as tools/oracle/istio does:
//
//	go -C tools/oracle/grpc run . DIRECTORY
//	go -C tools/oracle/grpc run . -record ../../../testdata/oracle/grpc/*.txtar
package main

import (
	"encoding/json"
	"slices"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/internal"
	"google.golang.org/grpc/serviceconfig"

	"github.com/weirgraph/weir/tools/oracle/answer"
)

func main() { answer.Main("google.golang.org/grpc", ask) }

func ask(text string) ([]answer.Line, error) {
	var lines []answer.Line
	for _, document := range answer.Documents(text) {
		if !strings.HasPrefix(strings.TrimSpace(document), "{") {
			continue // the declaration of the calls
		}
		result := internal.ParseServiceConfig.(func(string) *serviceconfig.ParseResult)(document)
		if result.Err != nil {
			return []answer.Line{{Refused: "service_config.json", Reason: result.Err.Error()}}, nil
		}
		config := result.Config.(*grpc.ServiceConfig)
		for _, service := range []string{"Billing", "Stock"} {
			methods := []string{""}
			for path := range config.Methods {
				if method, found := strings.CutPrefix(path, "/shop."+service+"/"); found {
					methods = append(methods, method)
				}
			}
			for _, method := range methods {
				l := answer.Line{Caller: "orders", Callee: strings.ToLower(service), Match: method}
				lines = append(lines, says(l, config, "/shop."+service+"/", method))
			}
		}
	}
	return lines, nil
}

// says adds what the config says of a method, as getMethodConfig of clientconn.go looks it up.
func says(l answer.Line, config *grpc.ServiceConfig, service, method string) answer.Line {
	m, found := config.Methods[service+method]
	if !found {
		m, found = config.Methods[service]
	}
	if !found {
		m = config.Methods[""]
	}
	if m.Timeout != nil {
		l.Timeout = answer.Duration(*m.Timeout)
	}
	if r := m.RetryPolicy; r != nil {
		l.Retries, l.Multiplier = r.MaxAttempts-1, r.BackoffMultiplier
		l.Backoff, l.Max = answer.Duration(r.InitialBackoff), answer.Duration(r.MaxBackoff)
		for code := range r.RetryableStatusCodes {
			l.On = append(l.On, words[code])
		}
		slices.Sort(l.On)
	}
	return l
}

// words are the codes as a config has them.
var words = func() map[codes.Code]string {
	words := map[codes.Code]string{}
	for _, word := range []string{"CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED"} {
		var code codes.Code
		if err := json.Unmarshal([]byte(`"`+word+`"`), &code); err == nil {
			words[code] = word
		}
	}
	return words
}()
