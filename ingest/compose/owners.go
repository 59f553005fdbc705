package compose

import (
	"path"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/internal/shell"
)

// findOwners finds whose network each service shares: it is a sidecar, a part of that
// service, unless others wait for its end. A container that only holds a network for one program is a part of the program;
// several programs that share the network of such a container are services of their own.
func (p *composeProject) findOwners() {
	p.owners = map[string]string{}
	byContainer := map[string]string{}
	for _, name := range p.order {
		if container := p.services[name].containerName.text; container != "" {
			byContainer[container] = name
		}
	}
	guests, kinds := map[string][]string{}, p.kinds()
	for _, name := range p.order {
		mode, owner, _ := strings.Cut(p.services[name].networkMode.text, ":")
		if mode == "container" {
			owner = byContainer[owner]
		}
		if p.services[owner] != nil && owner != name && kinds[name] != graph.KindJob && (mode == "service" || mode == "container") {
			guests[owner] = append(guests[owner], name)
		}
	}
	for _, owner := range p.order {
		switch list := guests[owner]; {
		case !networkHolder.MatchString(path.Base(p.services[owner].image.text)):
			for _, guest := range list {
				p.owners[guest] = owner
			}
		case len(list) == 1:
			p.owners[owner] = list[0]
		}
	}
	p.guests = map[string][]string{}
	for _, name := range p.order {
		if owner := p.owner(name); owner != name {
			p.guests[owner] = append(p.guests[owner], name)
		}
	}
}

// networkHolder matches images that do nothing but hold a network for others.
var networkHolder = lazy.NewRegexp(`(?i)^(?:pause|gluetun|tailscale|wireguard|(?:.*[-_])?(?:open)?vpn(?:[-_].*)?)(?:[:@]|$)`)

// owner returns the service that a service is a part of, else itself.
func (p *composeProject) owner(name string) string {
	for range len(p.owners) {
		owner, ok := p.owners[name]
		if !ok {
			break
		}
		name = owner
	}
	return name
}

// daprAppID returns the app-id that a sidecar of Dapr serves, "" if the service is none.
func daprAppID(s *composeService) string {
	if base := path.Base(s.image.text); base != "daprd" && !strings.HasPrefix(base, "daprd:") && base != "dapr" && !strings.HasPrefix(base, "dapr:") {
		return ""
	}
	for _, c := range shell.Commands(s.commandLine()) {
		var words []string
		for _, w := range c.Words {
			words = append(words, w.Text)
		}
		if id, ok := shell.Flag(words, "app-id"); ok {
			return id
		}
	}
	return ""
}
