package main

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/hashicorp/hcl"
	"sigs.k8s.io/yaml"

	"github.com/hashicorp/consul/agent/structs"
	"github.com/weirgraph/weir/tools/oracle/answer"
)

// An input is what a directory holds.
type input struct {
	workloads []workload
	entries   []structs.ConfigEntry
	written   map[structs.ConfigEntry]string // by which names they are refused
	refused   []answer.Line
}

// A workload has a sidecar, and calls services by URLs, or by upstreams that are declared.
type workload struct {
	name    string // namespace/name
	service string // in Consul's catalog
	calls   []call
}

type call struct {
	service  string
	explicit bool
}

type manifest struct {
	Kind     string `json:"kind"`
	Metadata struct {
		Name      string `json:"name"`
		Namespace string `json:"namespace"`
	} `json:"metadata"`
	Spec struct {
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

// parse sorts the documents of a stream: YAML, or HCL of one entry each.
func parse(text string) (*input, error) {
	in := &input{written: map[structs.ConfigEntry]string{}}
	for _, document := range answer.Documents(text) {
		if strings.HasPrefix(strings.TrimSpace(document), "Kind") {
			if err := in.hcl(document); err != nil {
				return nil, err
			}
			continue
		}
		var m manifest
		var content map[string]any
		if err := yaml.Unmarshal([]byte(document), &content); err != nil {
			return nil, err
		}
		if err := yaml.Unmarshal([]byte(document), &m); err != nil {
			continue // of a kind that does not matter here
		}
		if m.Metadata.Namespace == "" {
			m.Metadata.Namespace = "default"
		}
		if group, _ := content["apiVersion"].(string); strings.HasPrefix(group, "consul.hashicorp.com/") {
			spec, _ := content["spec"].(map[string]any)
			if spec == nil {
				spec = map[string]any{}
			}
			spec["Kind"], spec["Name"] = kebab(m.Kind), m.Metadata.Name
			in.entry(spec, m.Kind+"/"+m.Metadata.Namespace+"/"+m.Metadata.Name)
		} else if m.Kind == "Deployment" {
			in.workload(&m)
		}
	}
	return in, nil
}

func (in *input) hcl(text string) error {
	var raw map[string]any
	if err := hcl.Decode(&raw, text); err != nil {
		return err
	}
	in.entry(raw, fmt.Sprint(raw["Kind"], "/", raw["Name"]))
	return nil
}

func (in *input) entry(raw map[string]any, name string) {
	e, err := structs.DecodeConfigEntry(raw)
	if err == nil {
		err = e.Normalize()
	}
	if err == nil {
		err = e.Validate()
	}
	if err != nil {
		in.refused = append(in.refused, answer.Line{Refused: name, Reason: err.Error()})
		return
	}
	in.entries, in.written[e] = append(in.entries, e), name
}

func kebab(kind string) string {
	var b strings.Builder
	for i, r := range kind {
		if i > 0 && r >= 'A' && r <= 'Z' {
			b.WriteByte('-')
		}
		b.WriteRune(r)
	}
	return strings.ToLower(b.String())
}

func (in *input) workload(m *manifest) {
	annotations := m.Spec.Template.Metadata.Annotations
	if annotations["consul.hashicorp.com/connect-inject"] != "true" {
		return
	}
	w := workload{name: m.Metadata.Namespace + "/" + m.Metadata.Name, service: m.Metadata.Name}
	if name := annotations["consul.hashicorp.com/connect-service"]; name != "" {
		w.service = name
	}
	for _, upstream := range strings.Split(annotations["consul.hashicorp.com/connect-service-upstreams"], ",") {
		if service, _, found := strings.Cut(strings.TrimSpace(upstream), ":"); found {
			w.calls = append(w.calls, call{service, true})
		}
	}
	for _, c := range m.Spec.Template.Spec.Containers {
		for _, e := range c.Env {
			if u, err := url.Parse(e.Value); err == nil && u.Host != "" && u.Hostname() != "localhost" {
				name, _, _ := strings.Cut(u.Hostname(), ".")
				w.calls = append(w.calls, call{name, false})
			}
		}
	}
	in.workloads = append(in.workloads, w)
}

// name is namespace/name of the workload of a service, or the name of one that has none.
func (in *input) name(service string) string {
	if i := slices.IndexFunc(in.workloads, func(w workload) bool { return w.service == service }); i >= 0 {
		return in.workloads[i].name
	}
	return service
}

func (in *input) registered(service string) bool {
	return slices.ContainsFunc(in.workloads, func(w workload) bool { return w.service == service })
}
