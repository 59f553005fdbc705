package link

import (
	"strings"

	"github.com/weirgraph/weir/graph"
)

// A program's configuration may be in several files that refer to each other by names: the
// servers of an upstream in one, the locations that pass requests to it in another. The
// settings with such a name (graph.Value.Part) act in the places of those that refer to them.

// putParts replaces the settings of the scope that refer to others by those. Settings with a
// name that none refers to act only if they are loose.
func (s *scope) putParts() {
	p := partsOf(s.values)
	if p == nil {
		return
	}
	s.parts = p
	for i := range s.values {
		if v := &s.values[i]; v.Part == "" {
			p.put(v.copy(), 0)
		}
	}
	for i := range s.values {
		if v := &s.values[i]; v.Part != "" && v.Loose && !p.referred[v.Part] {
			p.put(v.copy(), 0)
		}
	}
	s.values = p.values
}

// parts are the settings of a program by the names under which others refer to them.
type parts struct {
	named    map[string][]setting
	referred map[string]bool
	values   []setting // that act
}

// partsOf returns nil if no setting refers to others, or has a name for that.
func partsOf(values []setting) *parts {
	var p *parts
	for i := range values {
		v := &values[i]
		if v.Part == "" && v.Refers == "" {
			continue
		}
		if p == nil {
			p = &parts{named: map[string][]setting{}, referred: map[string]bool{}}
		}
		if v.Part != "" {
			p.named[v.Part] = append(p.named[v.Part], *v)
		}
	}
	return p
}

// maxParts bounds settings that refer to settings that refer to settings.
const maxParts = 10

// put adds what acts in the place of a setting, which it may change.
func (p *parts) put(v setting, depth int) {
	found := p.named[v.Refers]
	if v.Refers == "" || len(found) == 0 || depth > maxParts {
		if v.Part, v.Loose, v.Refers = "", false, ""; v.Text != "" {
			p.values = append(p.values, v)
		}
		return
	}
	p.referred[v.Refers] = true
	copies := map[*graph.GroupFact]*graph.GroupFact{}
	scheme, _, hasScheme := strings.Cut(v.Text, "://")
	for _, part := range found {
		part = part.copy()
		part.In = nested(copies, part.In, v.In)
		if hasScheme && !strings.Contains(part.Text, "://") && part.Text != "" {
			part.Text = scheme + "://" + part.Text
		}
		p.put(part, depth+1)
	}
}

// nested returns a place in copies of its groups, the outermost of which is in the place around.
func nested(copies map[*graph.GroupFact]*graph.GroupFact, p, around *graph.Place) *graph.Place {
	if p == nil || p.Group == nil {
		return around
	}
	c := copies[p.Group]
	if c == nil {
		own := *p.Group
		own.In = nested(copies, p.Group.In, around)
		c = &own
		copies[p.Group] = c
	}
	q := *p
	q.Group = c
	return &q
}

// hosts returns the addresses of the settings with a name, those that they refer to included.
func (p *parts) hosts(name string, depth int) []string {
	var all []string
	if p == nil || depth > maxParts {
		return nil
	}
	for _, v := range p.named[name] {
		switch {
		case v.Refers != "" && len(p.named[v.Refers]) > 0:
			all = append(all, p.hosts(v.Refers, depth+1)...)
		case v.Text != "":
			all = append(all, v.Text)
		}
	}
	return all
}
