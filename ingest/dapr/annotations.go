package dapr

import (
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/policy/product"
)

// Annotations are those that the injector of Dapr 1.14 reads: pkg/injector/annotations/annotations.go.
var Annotations = resource.AnnotationTable{
	Product:  product.Dapr,
	Prefixes: []string{"dapr.io/"},
	On: map[string][]string{"Pod": resource.Prefixed("dapr.io/", `api-token-secret app-channel-address app-health-check-path app-health-probe-interval
		app-health-probe-timeout app-health-threshold app-id app-max-concurrency app-port app-protocol app-ssl app-token-secret
		block-shutdown-duration component-container config debug-port disable-builtin-k8s-secret-store enable-api-logging
		enable-app-health-check enable-debug enable-metrics enable-profiling enabled env graceful-shutdown-seconds
		http-max-request-size http-read-buffer-size inject-pluggable-components log-as-json log-level max-body-size metrics-port
		placement-host-address pluggable-components read-buffer-size scheduler-host-address
		sidecar-cpu-limit sidecar-cpu-request sidecar-image sidecar-listen-addresses sidecar-liveness-probe-delay-seconds
		sidecar-liveness-probe-period-seconds sidecar-liveness-probe-threshold sidecar-liveness-probe-timeout-seconds
		sidecar-memory-limit sidecar-memory-request sidecar-readiness-probe-delay-seconds sidecar-readiness-probe-period-seconds
		sidecar-readiness-probe-threshold sidecar-readiness-probe-timeout-seconds sidecar-seccomp-profile-type
		unix-domain-socket-path volume-mounts volume-mounts-rw`)},
}
