// Package library reads the policies of libraries inside programs: Spring and its
// relatives, resilience4j, gRPC, .NET, MicroProfile and opossum. They are in the
// configuration of the programs, which package settings finds and parses.
package library

import (
	"github.com/weirgraph/weir/ingest/settings"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// Libraries are asked one after the other; a file may configure several.
var Libraries = []settings.Library{
	{
		Product: product.Resilience4j, Layer: policy.App, Sep: ".", Read: readResilience4j, Variable: r4jVariable,
		Signs: []string{"resilience4j"},
	},
	{
		Product: product.SpringGateway, Layer: policy.Gateway, Sep: ".", Read: readSpringGateway,
		Signs: []string{"gateway"},
	},
	{
		Product: product.OpenFeign, Layer: policy.App, Sep: ".", Read: readFeign,
		Signs: []string{"feign"},
	},
	{
		Product: product.Hystrix, Layer: policy.App, Sep: ".", Read: readHystrix,
		Signs: []string{"hystrix"},
	},
	{
		Product: product.Ribbon, Layer: policy.App, Sep: ".", Read: readRibbon,
		Signs: []string{"ribbon"},
	},
	{
		Product: product.MicroProfile, Layer: policy.App, Sep: ".", Read: readMicroProfile,
		Signs: []string{"retry/", "timeout/", "circuitbreaker/", "bulkhead/", "/mprest/"},
	},
	{
		Product: product.DotNet, Layer: policy.App, Sep: ":", Read: readDotnet,
		Signs: []string{"maxretryattempts", "attempttimeout", "totalrequesttimeout", "samplingduration", "breakduration", "failureratio"},
	},
	{
		Product: product.Opossum, Layer: policy.App, Sep: "", Read: readOpossum,
		Signs: []string{"errorthresholdpercentage", "rollingcount", "volumethreshold", "resettimeout"},
	},
	{
		Product: product.GRPC, Layer: policy.App, Sep: "", Read: readGRPC,
		Signs: []string{"methodconfig", "loadbalancing"},
	},
}
