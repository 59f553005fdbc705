package resource

import (
	"strings"

	"github.com/weirgraph/weir/internal/lazy"
)

// TraefikHosts returns the names that a rule of a router matches, lower case: "Host(`shop.example.com`)", and
// "Host:shop.example.com" as version 1 writes it.
func TraefikHosts(rule string) []string {
	var hosts []string
	for _, m := range traefikHost.FindAllStringSubmatch(rule, -1) {
		for _, host := range strings.Split(m[1]+m[2], ",") {
			if host = HostName(strings.Trim(host, " `\"")); host != "" {
				hosts = append(hosts, host)
			}
		}
	}
	return hosts
}

var traefikHost = lazy.NewRegexp(`\bHost(?:SNI)?(?:\(([^)*]*)\)|:([^;*()]*))`)
