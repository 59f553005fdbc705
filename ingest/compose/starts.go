package compose

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
	"github.com/weirgraph/weir/internal/english"
)

// dropOff drops the services of profiles that are off, unless one that is on names them: then
// the profile is meant to be on. COMPOSE_PROFILES in the project's .env file switches
// profiles on. If every service has a profile, but for those that only prepare others, it is unknown
// which are on, and all are kept.
func (p *composeProject) dropOff(vars *variables) {
	active := strings.FieldsFunc(vars.values["COMPOSE_PROFILES"], func(r rune) bool { return r == ',' || r == ' ' })
	on := map[string]bool{}
	var queue []string
	for _, name := range p.order {
		s := p.services[name]
		if len(s.profiles) == 0 || slices.Contains(active, "*") || slices.ContainsFunc(s.profiles, func(t composeText) bool { return slices.Contains(active, t.text) }) {
			on[name] = true
			queue = append(queue, name)
		}
	}
	if len(queue) == len(p.order) || !slices.ContainsFunc(queue, func(name string) bool { return !p.prepares(name) }) {
		return
	}
	for len(queue) > 0 {
		named := p.services[queue[0]].names()
		queue = queue[1:]
		for _, name := range p.order {
			if !on[name] && named[name] {
				on[name] = true
				queue = append(queue, name)
			}
		}
	}
	var off []string
	p.order = slices.DeleteFunc(p.order, func(name string) bool {
		if !on[name] {
			off = append(off, name)
			delete(p.services, name)
		}
		return !on[name]
	})
	if len(off) > 0 {
		p.main.Problem(graph.Note, p.main.Root, "set COMPOSE_PROFILES in .env next to the file to read them",
			"services of profiles that are off: %s", strings.Join(off, ", "))
	}
}

// prepares reports whether a service runs to its end before others begin: some wait for that.
func (p *composeProject) prepares(name string) bool {
	return p.isAwaited(name, "service_completed_successfully")
}

// isAwaited reports whether a service waits until another one meets a condition.
func (p *composeProject) isAwaited(name, condition string) bool {
	if p.awaited == nil {
		p.awaited = map[[2]string]bool{}
		for _, other := range p.order {
			for _, need := range p.services[other].dependsOn {
				p.awaited[[2]string{need.text, need.condition}] = true
			}
		}
	}
	return p.awaited[[2]string{name, condition}]
}

// names returns the words in the settings of s that may be names of services.
func (s *composeService) names() map[string]bool {
	named := map[string]bool{}
	text := func(t string) {
		for _, word := range address.NamesIn(t) {
			named[word] = true
		}
	}
	for _, need := range s.dependsOn {
		if !need.optional {
			named[need.text] = true
		}
	}
	for _, v := range mergePairs(s.envFiles, s.environment) {
		text(v.text)
	}
	for _, list := range [][]composeText{s.links, s.volumesFrom, s.entrypoint, s.command, {s.networkMode}} {
		for _, t := range list {
			text(t.text)
		}
	}
	return named
}

// circles returns for every service the ones that it waits for at the start, and that wait
// for it in turn: Compose does not start such a project.
func (p *composeProject) circles() map[string]map[string]bool {
	circles := map[string]map[string]bool{}
	for _, name := range p.order {
		path := p.circleOf(name)
		if path == nil || circles[name] != nil {
			continue
		}
		together := map[string]bool{}
		for _, other := range path {
			together[other] = true
		}
		for _, other := range path {
			circles[other] = together
		}
		at := p.services[name].at
		for _, need := range p.services[name].dependsOn {
			if together[need.text] {
				at = need.at
			}
		}
		message := `"` + name + `" depends on itself; Compose does not start the project`
		if len(path) > 1 {
			message = "depends_on makes a circle of " + english.List(path) + "; Compose does not start the project"
		}
		p.main.Facts.Problems = append(p.main.Facts.Problems, graph.Problem{
			Origin: at, Message: message, Hint: "remove one of the entries of depends_on", Level: graph.Failed,
		})
	}
	return circles
}

// circleOf returns the shortest circle of start orders through a service, from itself; nil if
// there is none.
func (p *composeProject) circleOf(name string) []string {
	from := map[string]string{}
	queue := []string{name}
	for len(queue) > 0 {
		next := queue[0]
		queue = queue[1:]
		for _, need := range p.services[next].dependsOn {
			_, seen := from[need.text]
			switch {
			case next == name && need.text == name && need.at.File() != p.services[name].at.File():
				// the service that it extends waits for it
			case need.text == name:
				var path []string
				for ; next != name; next = from[next] {
					path = append(path, next)
				}
				path = append(path, name)
				slices.Reverse(path)
				return path
			case !seen && p.services[need.text] != nil:
				from[need.text] = next
				queue = append(queue, need.text)
			}
		}
	}
	return nil
}
