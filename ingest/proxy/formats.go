package proxy

import (
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/settings"
	"github.com/weirgraph/weir/policy/product"
)

// TextFormats find the addresses in files with a grammar of their own.
var TextFormats = []settings.TextFormat{
	{Match: looksLikeAlloy, Read: readAlloy},
	{Match: looksLikeNginx, Read: readNginx},
	{Match: looksLikeHAProxy, Read: readHAProxy},
	{Match: looksLikeCaddy, Read: readCaddy},
	{Match: looksLikePostfix, Read: readPostfix},
	{Match: looksLikeFluentd, Read: readFluentd},
	{Match: looksLikeFluentBit, Read: readFluentBit},
}

// YAMLFormats find the addresses in YAML files of proxies and telemetry programs.
var YAMLFormats = []settings.YAMLFormat{
	{Match: isPromtail, Read: readPromtail},
	{Match: isPrometheus, Read: readPrometheus},
	{Match: isAlertmanager, Read: readAlertmanager},
	{Match: isCollector, Read: readCollector},
	{Match: isDatasources, Read: readDatasources},
	{Match: isFluentBitYAML, Read: readFluentBitYAML},
	{Match: isEnvoy, Read: readEnvoyClusters},
	{Match: isYARP, Read: readYARP},
	{Match: isOcelot, Read: readOcelot},
	{Match: isCloudflared, Read: readCloudflared},
}

// TextPolicies find the policies in files with a grammar of their own.
var TextPolicies = []settings.TextPolicy{
	{Match: looksLikeNginx, Read: nginxPolicies},
	{Match: looksLikeHAProxy, Read: haproxyPolicies},
}

// EnvoyPolicies finds the policies in a static configuration of Envoy.
var EnvoyPolicies = settings.YAMLPolicy{
	Sign: envoySign, Match: func(root document.Node) bool { return isEnvoy("", root) }, Syntax: product.EnvoyDuration, Read: envoyPolicies,
}
