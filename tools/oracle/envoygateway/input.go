package main

import (
	"context"
	"fmt"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	gwapiv1 "sigs.k8s.io/gateway-api/apis/v1"
	gwapiv1b1 "sigs.k8s.io/gateway-api/apis/v1beta1"
	"sigs.k8s.io/yaml"

	egv1a1 "github.com/envoyproxy/gateway/api/v1alpha1"
	"github.com/envoyproxy/gateway/internal/envoygateway"
	"github.com/envoyproxy/gateway/internal/gatewayapi/resource"

	"github.com/weirgraph/weir/tools/oracle/answer"
)

// An input is what the control plane reads.
type input struct {
	classes   []*gwapiv1.GatewayClass
	resources *resource.Resources
	spaces    map[string]bool // that have an object
}

// parse reads YAML, as the API server does: what it refuses is a line of the answer. Kinds that
// Envoy Gateway does not read are left out.
func parse(text string) (*input, []answer.Line, error) {
	in := &input{resources: resource.NewResources(), spaces: map[string]bool{}}
	var refused []answer.Line
	for _, document := range answer.Documents(text) {
		var content map[string]any
		if err := yaml.Unmarshal([]byte(document), &content); err != nil {
			return nil, nil, err
		}
		u := &unstructured.Unstructured{Object: content}
		if err := in.add(u); err != nil {
			refused = append(refused, answer.Line{Refused: u.GetKind() + "/" + u.GetNamespace() + "/" + u.GetName(), Reason: err.Error()})
		}
	}
	for _, n := range in.resources.Namespaces {
		delete(in.spaces, n.Name)
	}
	for name := range in.spaces {
		in.resources.Namespaces = append(in.resources.Namespaces, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}})
	}
	for i, s := range in.resources.Services {
		if s.Spec.ClusterIP == "" {
			s.Spec.ClusterIP = "10.1.0." + strconv.Itoa(i+1)
		}
	}
	in.resources.Sort()
	return in, refused, nil
}

// add adds an object; an error is why the API server refuses it.
func (in *input) add(u *unstructured.Unstructured) error {
	kind := u.GroupVersionKind()
	if kind.Group == egv1a1.GroupName || kind.Group == gwapiv1.GroupName {
		if u.GetNamespace() == "" && kind.Kind != "GatewayClass" {
			u.SetNamespace("default")
		}
		data, err := yaml.Marshal(u.Object)
		if err != nil {
			return err
		}
		if err := resource.GetDefaultValidator().Validate(data); err != nil {
			return err
		}
		if u, err = resource.GetGatewaySchemaDefaulter().ApplyDefault(u); err != nil {
			return err
		}
	} else if kind.Kind != "Service" && kind.Kind != "Namespace" {
		return nil
	}
	if u.GetNamespace() != "" {
		in.spaces[u.GetNamespace()] = true
	}
	scheme := envoygateway.GetScheme()
	object, err := scheme.New(kind)
	if err != nil {
		return err
	}
	if err := scheme.Convert(u, object, context.Background()); err != nil {
		return err
	}
	object.GetObjectKind().SetGroupVersionKind(kind) // selectors look at it
	r := in.resources
	switch o := object.(type) {
	case *gwapiv1.GatewayClass:
		if o.Spec.ControllerName == egv1a1.GatewayControllerName {
			in.classes = append(in.classes, o)
		}
	case *gwapiv1.Gateway:
		r.Gateways = append(r.Gateways, o)
	case *gwapiv1.ListenerSet:
		r.ListenerSets = append(r.ListenerSets, o)
	case *gwapiv1.HTTPRoute:
		r.HTTPRoutes = append(r.HTTPRoutes, o)
	case *gwapiv1.GRPCRoute:
		r.GRPCRoutes = append(r.GRPCRoutes, o)
	case *gwapiv1.TCPRoute:
		r.TCPRoutes = append(r.TCPRoutes, o)
	case *gwapiv1b1.ReferenceGrant:
		r.ReferenceGrants = append(r.ReferenceGrants, o)
	case *egv1a1.BackendTrafficPolicy:
		r.BackendTrafficPolicies = append(r.BackendTrafficPolicies, o)
	case *egv1a1.ClientTrafficPolicy:
		r.ClientTrafficPolicies = append(r.ClientTrafficPolicies, o)
	case *egv1a1.SecurityPolicy:
		r.SecurityPolicies = append(r.SecurityPolicies, o)
	case *egv1a1.Backend:
		r.Backends = append(r.Backends, o)
	case *egv1a1.HTTPRouteFilter:
		r.HTTPRouteFilters = append(r.HTTPRouteFilters, o)
	case *corev1.Service:
		if o.Namespace == "" {
			o.Namespace = "default"
		}
		r.Services = append(r.Services, o)
	case *corev1.Namespace:
		r.Namespaces = append(r.Namespaces, o)
	default:
		return fmt.Errorf("the kind %s is not read here", kind.Kind)
	}
	return nil
}
