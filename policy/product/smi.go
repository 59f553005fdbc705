package product

import (
	"github.com/weirgraph/weir/policy"
)

// SMI is the Service Mesh Interface, an interface too.
var SMI = &policy.Product{
	Name: "smi", Title: "Service Mesh Interface",
	Source: "https://smi-spec.io",
	Layer:  policy.ClientProxy, Mesh: true, Contract: true,
	Inexpressible: allBut(),
}
