package product

import (
	"github.com/weirgraph/weir/policy"
)

// Native is the native manifest, weir.yaml: what people declare about their code, which does nothing by itself.
var Native = &policy.Product{
	Name: "native", Title: "native manifest",
	Source:    "https://github.com/weirgraph/weir",
	Durations: []*policy.Syntax{NativeDuration},
	Layer:     policy.App, ByHand: true, Transport: true,
}

// NativeDuration is the syntax of weir.yaml.
var NativeDuration = &policy.Syntax{Title: "weir", Read: readGo, Zero: policy.Off, Off: []string{"off", "false"}, Good: `"3s", "250ms" or "1m", or "off" for none`, Unit: "s"}
