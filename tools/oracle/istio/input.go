package main

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	meshconfig "istio.io/api/mesh/v1alpha1"
	"istio.io/istio/pilot/pkg/config/kube/crd"
	"istio.io/istio/pkg/config"
	"istio.io/istio/pkg/config/mesh"
	"istio.io/istio/pkg/config/schema/collections"
	"istio.io/istio/pkg/config/schema/resource"
	kubelib "istio.io/istio/pkg/kube"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/yaml"

	"github.com/weirgraph/weir/tools/oracle/answer"
)

// An input is what a directory holds.
type input struct {
	objects    []runtime.Object // of Kubernetes and of the Gateway API
	configs    []config.Config  // of Istio, but those that are refused
	mesh       *meshconfig.MeshConfig
	namespaces map[string]map[string]string // labels
	workloads  []workload
	gateways   []gateway
	services   map[string]map[string]string // labels, by namespace/name
	refused    []answer.Line
}

// A workload calls the hosts in its variables.
type workload struct {
	namespace, name string
	labels          map[string]string
	calls           []call
}

type call struct {
	host string
	port int
}

// A gateway is a Gateway of Istio, or of the Gateway API with a class of Istio's.
type gateway struct {
	namespace, name string
	labels          map[string]string // of its proxies
	api             bool
	waypoint        bool
	class           string
}

// manifest has the fields of all kinds that are looked at here.
type manifest struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Metadata   struct {
		Name        string            `json:"name"`
		Namespace   string            `json:"namespace"`
		Labels      map[string]string `json:"labels"`
		Annotations map[string]string `json:"annotations"`
	} `json:"metadata"`
	Spec struct {
		Selector         any    `json:"selector"`
		GatewayClassName string `json:"gatewayClassName"`
		Template         struct {
			Metadata struct {
				Labels      map[string]string `json:"labels"`
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
	Data map[string]string `json:"data"`
}

// parse sorts the documents of a stream.
func parse(text string) (*input, error) {
	in := &input{mesh: mesh.DefaultMeshConfig(), namespaces: map[string]map[string]string{}, services: map[string]map[string]string{}}
	for _, document := range answer.Documents(text) {
		if err := in.document(document); err != nil {
			return nil, fmt.Errorf("%w in %s", err, document)
		}
	}
	return in, nil
}

func (in *input) document(text string) error {
	var m manifest
	if err := yaml.Unmarshal([]byte(text), &m); err != nil {
		return err
	}
	if m.Metadata.Namespace == "" && m.Kind != "Namespace" && m.Kind != "GatewayClass" {
		m.Metadata.Namespace = "default"
	}
	name := m.Metadata.Namespace + "/" + m.Metadata.Name
	group, _, _ := strings.Cut(m.APIVersion, "/")
	switch {
	case m.Kind == "Namespace":
		in.namespaces[m.Metadata.Name] = m.Metadata.Labels
	case m.Kind == "ConfigMap" && m.Metadata.Name == "istio":
		own, err := mesh.ApplyMeshConfig(m.Data["mesh"], in.mesh)
		if err != nil {
			return err
		}
		in.mesh = own
		return nil
	case m.Kind == "Service" && group == "v1":
		in.services[name] = m.Metadata.Labels
	case m.Kind == "Deployment" || m.Kind == "StatefulSet":
		in.workload(&m)
		return nil
	case m.Kind == "Gateway" && group == "gateway.networking.k8s.io":
		in.apiGateway(&m)
	case strings.HasSuffix(group, ".istio.io"):
		return in.istio(text, &m)
	}
	return in.kubernetes(text, m.Metadata.Namespace)
}

// kubernetes takes an object as the API server has it.
func (in *input) kubernetes(text, namespace string) error {
	o, _, err := kubelib.IstioCodec.UniversalDeserializer().Decode([]byte(text), nil, nil)
	if err != nil {
		return nil // of a kind that Istio does not know
	}
	if meta, ok := o.(interface {
		GetNamespace() string
		SetNamespace(string)
	}); ok && meta.GetNamespace() == "" && namespace != "" {
		meta.SetNamespace(namespace)
	}
	in.objects = append(in.objects, o)
	return nil
}

func (in *input) workload(m *manifest) {
	w := workload{namespace: m.Metadata.Namespace, name: m.Metadata.Name, labels: map[string]string{}}
	maps.Copy(w.labels, m.Spec.Template.Metadata.Labels)
	for key, value := range m.Spec.Template.Metadata.Annotations {
		if strings.HasPrefix(key, "sidecar.istio.io/") {
			w.labels[key] = value
		}
	}
	for _, c := range m.Spec.Template.Spec.Containers {
		for _, e := range c.Env {
			u, err := url.Parse(e.Value)
			if err != nil || u.Host == "" {
				continue
			}
			port := 80
			if u.Scheme == "https" {
				port = 443
			}
			if p, err := strconv.Atoi(u.Port()); err == nil {
				port = p
			}
			w.calls = append(w.calls, call{u.Hostname(), port})
		}
	}
	in.workloads = append(in.workloads, w)
}

// apiClasses are the classes of Gateway that Istio implements, and whether they are waypoints.
var apiClasses = map[string]bool{"istio": false, "istio-waypoint": true}

// apiGateway takes a Gateway, with the Service that Istio's controller would make for it.
func (in *input) apiGateway(m *manifest) {
	waypoint, known := apiClasses[m.Spec.GatewayClassName]
	if !known {
		return
	}
	g := gateway{namespace: m.Metadata.Namespace, name: m.Metadata.Name, api: true, waypoint: waypoint, class: m.Spec.GatewayClassName}
	g.labels = map[string]string{"gateway.networking.k8s.io/gateway-name": g.name}
	if waypoint {
		g.labels["gateway.istio.io/managed"] = "istio.io-mesh-controller"
	}
	in.gateways = append(in.gateways, g)
}

// service is the name of the Service of a Gateway of the Gateway API.
func (g *gateway) service() string {
	if g.waypoint {
		return g.name
	}
	return g.name + "-" + g.class
}

// istio takes an object of Istio, if it is not refused.
func (in *input) istio(text string, m *manifest) error {
	var object crd.IstioKind
	if err := yaml.Unmarshal([]byte(text), &object); err != nil {
		return err
	}
	subject := m.Kind + "/" + m.Metadata.Namespace + "/" + m.Metadata.Name
	refuse := func(err error) {
		reason, _, _ := strings.Cut(err.Error(), "\n")
		in.refused = append(in.refused, answer.Line{Refused: subject, Reason: reason})
	}
	gvk := schema.FromAPIVersionAndKind(m.APIVersion, m.Kind)
	s, known := collections.PilotGatewayAPI().FindByGroupVersionAliasesKind(resource.FromKubernetesGVK(&gvk))
	if !known {
		return nil
	}
	c, err := crd.ConvertObject(s, &object, "cluster.local")
	if err != nil {
		refuse(err)
		return nil
	}
	if c.Namespace == "" {
		c.Namespace = m.Metadata.Namespace
	}
	if _, err := s.ValidateConfig(*c); err != nil {
		refuse(err)
		return nil
	}
	if m.Kind == "Gateway" {
		labels, _ := m.Spec.Selector.(map[string]any)
		g := gateway{namespace: m.Metadata.Namespace, name: m.Metadata.Name, labels: map[string]string{}}
		for _, key := range slices.Sorted(maps.Keys(labels)) {
			g.labels[key] = fmt.Sprint(labels[key])
		}
		in.gateways = append(in.gateways, g)
	}
	in.configs = append(in.configs, *c)
	return nil
}

// unsure reports whether no object declares if the pods of a workload have a sidecar.
func (in *input) unsure(w *workload) bool {
	_, declared := in.namespaces[w.namespace]
	return !declared && w.labels["sidecar.istio.io/inject"] == "" && w.labels["istio.io/dataplane-mode"] == ""
}

// injected reports whether the pods of a workload have a sidecar, and whether they are in
// ambient mode. Those of a namespace that is not declared have one.
func (in *input) injected(w *workload) (sidecar, ambient bool) {
	labels := in.namespaces[w.namespace]
	if in.unsure(w) {
		return true, false
	}
	switch own := w.labels["sidecar.istio.io/inject"]; {
	case own == "false":
	case own == "true", labels["istio-injection"] == "enabled", labels["istio-injection"] == "" && labels["istio.io/rev"] != "":
		return true, false
	}
	mode := w.labels["istio.io/dataplane-mode"]
	if mode == "" {
		mode = labels["istio.io/dataplane-mode"]
	}
	return false, mode == "ambient"
}
