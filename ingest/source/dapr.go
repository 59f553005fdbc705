package source

import (
	"strings"

	"github.com/weirgraph/weir/graph"
)

// daprInvoke is a call through the sidecar of Dapr, by the app-id of the callee.
var daprInvoke = &Idiom{
	Name:      "dapr",
	Doc:       `a call through Dapr: client.invokeMethod("cart", "items")`,
	Languages: []string{"csharp", "go", "java", "javascript", "kotlin", "python", "typescript"},
	Words: []string{
		"InvokeMethodAsync", "InvokeMethodWithResponseAsync", "CreateInvokeHttpClient", "CreateInvocationInvoker", "CreateInvokeMethodRequest", "InvokeMethodGrpcAsync",
		"invokeMethod", "InvokeMethod", "InvokeMethodWithContent", "InvokeMethodWithCustomContent", "invoke_method", "invoke",
	},
	find: func(f *file, i int) int {
		open := i + 1
		if f.byte(open) == '<' {
			if open = f.genericEnd(&f.code, open); open == 0 {
				return i
			}
		}
		if f.byte(open) != '(' || f.is(i, "invoke") && f.string(i-2) != "invoker" {
			return i
		}
		for n, at := range f.args(open) {
			if n > 2 {
				break
			}
			if f.kind(at) == word && (f.byte(at+1) == '=' || f.byte(at+1) == ':') {
				if !f.is(at, "app_id") && !f.is(at, "appId") {
					continue
				}
				at += 2
			}
			v, _ := f.eval(at)
			if !v.literal || !isServiceName(v.text) {
				continue
			}
			f.show(at, graph.CodePlace{Kind: graph.CodeName, Way: "source-dapr", Key: f.string(i), Text: v.text})
			return i + 1
		}
		return i
	},
}

// discovery is a look in a registry of services, by the name of the callee. A program may look without
// calling.
var discovery = &Idiom{
	Name:      "discovery",
	Doc:       `a look in a registry: discoveryClient.getInstances("cart")`,
	Languages: []string{"csharp", "java", "kotlin"},
	Words:     []string{"getInstances", "choose", "getNextServerFromEureka", "GetInstances", "getInstancesById", "ServiceInstances", "instances", "getApplication", "resolveService"},
	find: func(f *file, i int) int {
		if f.byte(i-1) != '.' || f.byte(i+1) != '(' {
			return i
		}
		owner := strings.ToLower(f.chainBefore(i + 1))
		if !strings.Contains(owner, "discovery") && !strings.Contains(owner, "balancer") && !strings.Contains(owner, "eureka") && !strings.Contains(owner, "consul") && !strings.Contains(owner, "registry") {
			return i
		}
		args := f.args(i + 1)
		if len(args) == 0 {
			return i
		}
		v, _ := f.eval(args[0])
		if !v.literal || strings.ContainsAny(v.text, "${} /") || len(v.text) < 3 {
			return i
		}
		f.show(args[0], graph.CodePlace{Kind: graph.CodeName, Way: "source-discovery", Key: f.string(i), Text: v.text, Weak: true})
		return args[0]
	},
}

// app is the name under which a program registers itself, by which others find it.
var app = &Idiom{
	Name:      "app",
	Doc:       `the name of a program in a registry: kratos.Name("shop.cart")`,
	Languages: []string{"go"},
	Words:     []string{"Name"},
	find: func(f *file, i int) int {
		if owner := f.string(i - 2); f.byte(i-1) != '.' || f.byte(i+1) != '(' || owner != "kratos" && owner != "micro" && owner != "service" && owner != "web" {
			return i
		}
		v, _ := f.eval(i + 2)
		if !v.literal || !isServiceName(v.text) {
			return i
		}
		f.show(i, graph.CodePlace{Kind: graph.CodeApp, Text: v.text})
		return i + 1
	},
}
