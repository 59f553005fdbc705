package proxy

import (
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/lazy"
)

// sidecarURL returns the address at which the sidecar of Dapr answers to a rewritten path,
// "/v1.0/invoke/APP/method/...", up to the method; false for any other path.
func sidecarURL(path string) (string, bool) {
	m := invokePath.FindString(path)
	return "http://localhost:3500" + m, m != ""
}

// invokedApp returns the app of Dapr that a rewritten path calls.
func invokedApp(path string) (graph.Ref, bool) {
	m := invokePath.FindStringSubmatch(path)
	if m == nil {
		return graph.Ref{}, false
	}
	name, namespace, _ := strings.Cut(m[1], ".")
	return graph.Ref{Realm: "dapr", Namespace: namespace, Name: name}, true
}

var invokePath = lazy.NewRegexp(`^/v1\.0/invoke/([\w.-]+)/method(?:/|$)`)
