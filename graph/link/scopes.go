package link

import "github.com/weirgraph/weir/graph"

// scopes returns the settings of every container, including those from configs. They are
// collected at the first call.
func (l *linker) scopes() []*scope {
	if l.allScopes == nil {
		l.allScopes = l.collectScopes()
	}
	return l.allScopes
}

// scopesByRoot returns the settings of each root, as the entities are joined now.
func (l *linker) scopesByRoot() map[int][]*scope {
	by := map[int][]*scope{}
	for _, s := range l.scopes() {
		if r, ok := l.lookup(s.of); ok {
			by[r] = append(by[r], s)
		}
	}
	return by
}

func (l *linker) collectScopes() []*scope {
	list := []*scope{}
	by := map[graph.Ref]map[string]*scope{}
	grown := &growth{most: l.budget.grown, exceeded: func(at graph.Origin) { l.exceed(l.budget.grown, "bytes that variables add to settings", at) }}
	get := func(of graph.Ref, name string) *scope {
		if by[of] == nil {
			by[of] = map[string]*scope{}
		}
		s := by[of][name]
		if s == nil {
			s = &scope{of: of, name: name, growth: grown}
			by[of][name] = s
			list = append(list, s)
		}
		return s
	}
	for i := range l.f.Values {
		v := &l.f.Values[i]
		s := get(v.Of, v.Scope)
		if v.Open {
			if s.open == nil {
				s.open = map[string]bool{}
			}
			s.open[relaxed(v.Key)] = true
			continue
		}
		s.values = append(s.values, setting{Value: v})
	}
	configs, locations := l.configs(), l.locations()
	n := len(l.f.Values)
	for i := range l.f.Uses {
		u := &l.f.Uses[i]
		for _, c := range configs.of(u) {
			n += len(c.Entries)
		}
		if n > l.budget.settings {
			l.exceed(l.budget.settings, "settings of programs", u.Origin)
			return nil
		}
		s := get(u.Of, u.Scope)
		s.bundle = s.bundle || u.Key == "" && !u.File && u.Config.Kind == "ConfigMap" && len(configs.of(u)) == 0
		for _, c := range configs.of(u) {
			s.values = append(s.values, values(u, c, locations[u.Of])...)
		}
	}
	for _, s := range list {
		s.putParts()
	}
	l.chooseSettings(list)
	for _, s := range list {
		s.findSwitches()
	}
	return list
}

// configs are all bundles of settings by their refs.
type configs map[graph.Ref][]*graph.Config

func (l *linker) configs() configs {
	all := configs{}
	for i := range l.f.Configs {
		c := &l.f.Configs[i]
		all[c.Ref] = append(all[c.Ref], c)
	}
	return all
}

// of returns the bundles of a use: those in its namespace, else those of objects whose
// namespace is unknown.
func (c configs) of(u *graph.Use) []*graph.Config {
	found := c[u.Config]
	if found == nil && u.Config.Namespace != "" {
		anywhere := u.Config
		anywhere.Namespace = ""
		found = c[anywhere]
	}
	return found
}

// values returns the settings that a use takes from a config, of files those that are read.
func values(u *graph.Use, c *graph.Config, where *location) []setting {
	var list []setting
	for i := range c.Entries {
		e := &c.Entries[i]
		if u.Key != "" && u.Key != e.Key || u.File && !where.reads(e.Key) {
			continue
		}
		if u.File && len(e.Values) > 0 {
			for _, v := range e.Values {
				v.Of, v.Scope, v.Init, v.Guess = u.Of, u.Scope, u.Init, u.Guess
				list = append(list, setting{&v, c, true})
			}
			continue
		}
		v := graph.Value{Of: u.Of, Scope: u.Scope, Key: e.Key, Text: e.Text, Source: graph.FromEnv, Init: u.Init, Origin: e.Origin}
		switch {
		case u.File:
			v.Source = graph.FromFile
		case u.Key != "" && u.As != "":
			v.Key = u.As
		case u.Key == "":
			v.Key = u.As + e.Key
		}
		list = append(list, setting{&v, c, u.Key == "" || u.File})
	}
	return list
}
