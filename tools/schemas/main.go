// Schemas writes ingest/schema/table.txt: which fields the objects of products have, from the
// schemas that the products ship. Their modules, or repositories, are downloaded.
//
//	go -C tools run ./schemas
package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

const file = "../ingest/schema/table.txt"

// A source is a release of a product that ships schemas in a Go module, or in a repository.
type source struct {
	product, release string   // as weir names them
	module, version  string   // a repository is a URL, its version a tag
	files            []string // patterns
	kinds            []string // that weir reads, or that hold policies
}

var sources = []source{
	{
		"istio", "1.31", "istio.io/istio", "v0.0.0-20260827124520-eed52ebb66ad", []string{"manifests/charts/base/files/crd-all.gen.yaml"},
		[]string{"VirtualService", "DestinationRule", "Gateway", "ServiceEntry", "Sidecar", "WorkloadEntry"},
	},
	{
		"gateway-api", "1.6", "sigs.k8s.io/gateway-api", "v1.6.1", []string{"config/crd/experimental/gateway*.yaml"},
		[]string{"GatewayClass", "Gateway", "HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute", "UDPRoute", "ListenerSet", "XBackendTrafficPolicy"},
	},
	{
		"envoy-gateway", "1.9", "github.com/envoyproxy/gateway", "v1.9.1", []string{"charts/gateway-crds-helm/templates/generated/gateway.envoyproxy.io_*.yaml"},
		[]string{"BackendTrafficPolicy", "ClientTrafficPolicy", "SecurityPolicy", "EnvoyExtensionPolicy", "Backend"},
	},
	{
		"contour", "1.33", "github.com/projectcontour/contour", "v1.33.8", []string{"examples/contour/01-crds.yaml"},
		[]string{"HTTPProxy", "ExtensionService"},
	},
	{
		"traefik", "3.7", "github.com/traefik/traefik/v3", "v3.7.13", []string{"docs/content/reference/dynamic-configuration/kubernetes-crd-definition-v1.yml"},
		[]string{"IngressRoute", "IngressRouteTCP", "IngressRouteUDP", "Middleware", "TraefikService", "ServersTransport", "ServersTransportTCP"},
	},
	{
		"dapr", "1.16", "github.com/dapr/dapr", "v1.16.0", []string{"charts/dapr/crds/*.yaml"},
		[]string{"Resiliency", "Component", "Configuration", "Subscription", "HTTPEndpoint"},
	},
	{
		"linkerd", "2.20", "https://github.com/linkerd/linkerd2", "version-2.20", []string{"charts/linkerd-crds/templates/serviceprofile.yaml", "charts/linkerd-crds/templates/policy/*.yaml"},
		[]string{"ServiceProfile", "HTTPRoute", "Server", "HTTPLocalRateLimitPolicy"},
	},
	{
		"consul", "2.0", "https://github.com/hashicorp/consul-k8s", "v2.0.3",
		[]string{
			"charts/consul/templates/crd-service*.yaml", "charts/consul/templates/crd-proxydefaults.yaml", "charts/consul/templates/crd-*gateways.yaml",
			"charts/consul/templates/crd-mesh*.yaml", "charts/consul/templates/crd-route*filters.yaml",
		},
		[]string{
			"ServiceRouter", "ServiceSplitter", "ServiceResolver", "ServiceDefaults", "ProxyDefaults", "ServiceIntentions", "IngressGateway", "TerminatingGateway", "Mesh",
			"MeshService", "RouteRetryFilter", "RouteTimeoutFilter",
		},
	},
	{
		"kuma", "2.14", "https://github.com/kumahq/kuma", "v2.14.3", []string{"deployments/charts/kuma/crds/kuma.io_mesh*.yaml"},
		[]string{
			"MeshTimeout", "MeshRetry", "MeshCircuitBreaker", "MeshHealthCheck", "MeshRateLimit", "MeshLoadBalancingStrategy", "MeshFaultInjection", "MeshHTTPRoute",
			"MeshTCPRoute", "MeshService", "MeshExternalService", "MeshMultiZoneService",
		},
	},
	{
		"nginx-ingress", "5.5", "https://github.com/nginx/kubernetes-ingress", "v5.5.4", []string{"config/crd/bases/k8s.nginx.org_*.yaml"},
		[]string{"VirtualServer", "VirtualServerRoute", "TransportServer", "Policy"},
	},
	{
		"kong", "2.0", "https://github.com/Kong/kubernetes-configuration", "v2.0.1", []string{"config/crd/*/configuration.konghq.com_kongclusterplugins.yaml", "config/crd/*/configuration.konghq.com_kongplugins.yaml", "config/crd/*/configuration.konghq.com_kongupstreampolicies.yaml"},
		[]string{"KongPlugin", "KongClusterPlugin", "KongUpstreamPolicy"},
	},
}

// definition is a CustomResourceDefinition.
type definition struct {
	Kind string
	Spec struct {
		Group    string
		Names    struct{ Kind string }
		Versions []struct {
			Name   string
			Served *bool
			Schema struct {
				Fields *schema `yaml:"openAPIV3Schema"`
			}
		}
	}
}

type schema struct {
	Type        string
	Properties  map[string]*schema
	Required    []string
	Items       *schema
	Values      yaml.Node `yaml:"additionalProperties"`
	Open        bool      `yaml:"x-kubernetes-preserve-unknown-fields"`
	IntOrString bool      `yaml:"x-kubernetes-int-or-string"`
	Default     any
}

func main() {
	t := &table{numbers: map[string]int{}}
	for _, s := range sources {
		if err := t.read(&s); err != nil {
			fmt.Fprintf(os.Stderr, "schemas: %s: %v\n", s.module, err)
			os.Exit(1)
		}
	}
	text := "# Written by go -C tools run ./schemas. First kinds: product, release, group, kind, versions, object.\n# Then objects, from number 0: fields and what they hold, \"!\" where one is required. Package schema explains it.\n"
	text += strings.Join(t.kinds, "") + "\n" + strings.Join(t.objects, "\n") + "\n"
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		fmt.Fprintln(os.Stderr, "schemas:", err)
		os.Exit(1)
	}
}

// A table has each object once, whatever holds it.
type table struct {
	kinds   []string
	objects []string
	numbers map[string]int
}

func (t *table) read(s *source) error {
	dir, err := s.download()
	if err != nil {
		return err
	}
	if s.isRepository() {
		defer os.RemoveAll(dir)
	}
	for _, pattern := range s.files {
		names, err := filepath.Glob(filepath.Join(dir, filepath.FromSlash(pattern)))
		if err != nil || len(names) == 0 {
			return cmp.Or(err, fmt.Errorf("no file is %s", pattern))
		}
		for _, name := range names {
			if err := t.readFile(s, name); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	return nil
}

// The lines of a chart around what it holds, and its values.
var (
	templateLine  = regexp.MustCompile(`(?m)^\s*\{\{.*\}\}\s*$`)
	templateValue = regexp.MustCompile(`\{\{[^}]*\}\}`)
)

func (t *table) readFile(s *source, name string) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	data = templateValue.ReplaceAll(templateLine.ReplaceAll(data, nil), []byte("value"))
	for d := yaml.NewDecoder(bytes.NewReader(data)); ; {
		var one definition
		switch err := d.Decode(&one); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if one.Kind != "CustomResourceDefinition" || !slices.Contains(s.kinds, one.Spec.Names.Kind) {
			continue
		}
		versions := map[int][]string{}
		for _, v := range one.Spec.Versions {
			if v.Served == nil || *v.Served {
				n := t.root(v.Schema.Fields)
				versions[n] = append(versions[n], v.Name)
			}
		}
		for _, n := range slices.Sorted(maps.Keys(versions)) {
			t.kinds = append(t.kinds, fmt.Sprintf("%s %s %s %s %s %d\n", s.product, s.release, one.Spec.Group, one.Spec.Names.Kind, strings.Join(versions[n], ","), n))
		}
	}
}

// root is the number of an object with the fields that every one has.
func (t *table) root(s *schema) int {
	all := maps.Clone(s.Properties)
	delete(all, "status")
	for name, what := range map[string]string{"apiVersion": "string", "kind": "string", "metadata": "", "status": ""} {
		all[name] = &schema{Type: what}
	}
	return t.object(&schema{Type: "object", Properties: all, Required: s.Required})
}

// object returns the number of an object with fields.
func (t *table) object(s *schema) int {
	var fields []string
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		p := s.Properties[name]
		required := ""
		if slices.Contains(s.Required, name) && p.Default == nil {
			required = "!"
		}
		fields = append(fields, name+required+"="+t.what(p))
	}
	if s.Open {
		fields = append(fields, "*")
	}
	line := strings.Join(fields, " ")
	n, known := t.numbers[line]
	if !known {
		n = len(t.objects)
		t.numbers[line] = n
		t.objects = append(t.objects, line)
	}
	return n
}

// what is what a field holds: the number of an object, the letter of a scalar or of anything;
// "[" before it is a list of them, and "{" a map of any names to them.
func (t *table) what(s *schema) string {
	switch {
	case s.IntOrString:
		return "x"
	case s.Type == "string":
		return "s"
	case s.Type == "integer":
		return "i"
	case s.Type == "number":
		return "n"
	case s.Type == "boolean":
		return "b"
	case s.Type == "array" && s.Items != nil:
		return "[" + t.what(s.Items)
	case s.Type == "object" && len(s.Properties) > 0:
		return fmt.Sprint(t.object(s))
	case s.Type == "object" && s.Values.Kind == yaml.MappingNode:
		var values schema
		if err := s.Values.Decode(&values); err == nil {
			return "{" + t.what(&values)
		}
	}
	if s.Type == "object" {
		return "{a"
	}
	return "a"
}

func (s *source) isRepository() bool { return strings.HasPrefix(s.module, "https://") }

// download returns a directory with the files of a source, one of its own for a repository.
func (s *source) download() (string, error) {
	if s.isRepository() {
		return s.clone()
	}
	c := exec.Command("go", "mod", "download", "-json", s.module+"@"+s.version)
	c.Stderr = os.Stderr
	out, err := c.Output()
	if err != nil {
		return "", err
	}
	var found struct{ Dir string }
	return found.Dir, json.Unmarshal(out, &found)
}

func (s *source) clone() (string, error) {
	dir, err := os.MkdirTemp("", "schemas")
	if err != nil {
		return "", err
	}
	files := []string{"-C", dir, "checkout", "--quiet", "HEAD", "--"}
	for _, pattern := range s.files {
		files = append(files, ":(glob)"+pattern)
	}
	for _, args := range [][]string{{"clone", "--quiet", "--depth=1", "--no-checkout", "--branch=" + s.version, s.module, dir}, files} {
		c := exec.Command("git", args...)
		c.Stderr = os.Stderr
		if err := c.Run(); err != nil {
			return dir, err
		}
	}
	return dir, nil
}
