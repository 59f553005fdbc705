package gateway

import (
	"slices"

	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/policy"
)

// AWSAnnotations are those of the AWS Load Balancer Controller 2.13, "Ingress annotations" of its guide.
var AWSAnnotations = resource.AnnotationTable{
	Product:  &policy.Product{Name: "aws-load-balancer-controller", Title: "AWS Load Balancer Controller", Layer: policy.Gateway},
	Prefixes: []string{awsPrefix},
	On:       map[string][]string{"Service": awsOfServices, "Ingress": slices.Concat(awsOfServices, resource.Prefixed(awsPrefix, awsOfIngresses))},
}

const awsPrefix = "alb.ingress.kubernetes.io/"

// awsOfServices are read on an Ingress and on the Services behind it, which go first.
var awsOfServices = resource.Prefixed(awsPrefix, `tags target-type backend-protocol backend-protocol-version target-group-attributes healthcheck-port healthcheck-protocol healthcheck-path
	healthcheck-interval-seconds healthcheck-timeout-seconds healthy-threshold-count unhealthy-threshold-count success-codes auth-type
	auth-idp-cognito auth-idp-oidc auth-on-unauthenticated-request auth-scope auth-session-cookie auth-session-timeout target-node-labels
	multi-cluster-target-group`)

const awsOfIngresses = `load-balancer-name group.name group.order ip-address-type scheme subnets security-groups
	manage-backend-security-group-rules customer-owned-ipv4-pool load-balancer-attributes wafv2-acl-arn wafv2-acl-name waf-acl-id
	shield-advanced-protection listen-ports ssl-redirect inbound-cidrs security-group-prefix-lists certificate-arn ssl-policy actions.
	conditions. transforms. mutual-authentication listener-attributes. minimum-load-balancer-capacity ipam-ipv4-pool-id
	load-balancer-capacity-reservation enable-frontend-nlb frontend-nlb-scheme frontend-nlb-subnets frontend-nlb-security-groups`
