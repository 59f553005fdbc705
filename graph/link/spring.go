package link

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/shell"
)

// A program of Spring reads some of the files that it is given: those that a setting names,
// and of these the documents whose profiles are active.

// profileSettings are the settings that activate profiles, in their relaxed form.
var profileSettings = []string{"springprofilesactive", "springprofilesinclude"}

// testProfiles are active when a program is tested, and not when it is deployed.
var testProfiles = []string{"test", "tests", "testing", "it", "e2e", "ci", "integration-test", "unit-test"}

// options calls yield with the settings in a value of an environment or a command line:
// the variable itself, and -Dname=value and --name=value in its words.
func options(v *graph.Value, yield func(name, text string)) {
	if v.Key != "" {
		yield(relaxed(v.Key), v.Text)
	}
	for name, text := range shell.Options(v.Text) {
		yield(relaxed(name), text)
	}
}

// profilesOf returns the active profiles of a program by its scopes: what its environment
// and its command line say goes before what its files say, also where it is unknown what they say.
func profilesOf(scopes []*scope) *profiles {
	var said [2]profiles // in the environment, in files
	groups := map[string]string{}
	for _, s := range scopes {
		for i := range s.values {
			v := s.values[i].Value
			if v.Profile != "" {
				continue
			}
			p := &said[0]
			if v.Source == graph.FromFile {
				p = &said[1]
			}
			options(v, func(name, text string) {
				if group, ok := strings.CutPrefix(name, "springprofilesgroup"); ok {
					groups[group] += "," + text
				}
				if !slices.Contains(profileSettings, name) {
					return
				}
				if text = s.expand(text); text == "" || strings.ContainsAny(text, "$@{") {
					return // filled in when it is built, or started
				}
				p.known = true
				p.active = append(p.active, splitProfiles(text)...)
			})
		}
	}
	p := &said[0]
	if !p.known {
		if isOpen(scopes, profileSettings) {
			return &profiles{}
		}
		p = &said[1]
	}
	if p.known && slices.ContainsFunc(scopes, func(s *scope) bool { return s.of.Realm == kubernetes }) {
		p.active = append(p.active, "kubernetes") // which Spring Cloud Kubernetes activates in a pod
	}
	for i := 0; i < len(p.active) && i < maxProfiles; i++ {
		p.active = append(p.active, splitProfiles(groups[relaxed(p.active[i])])...)
	}
	return p
}

// isOpen reports whether a program may take one of some settings from variables whose values no
// input has.
func isOpen(scopes []*scope, names []string) bool {
	return slices.ContainsFunc(scopes, func(s *scope) bool {
		return s.bundle || slices.ContainsFunc(names, func(name string) bool { return s.open[name] })
	})
}

// maxProfiles bounds the profiles of one program, whose groups may be circles.
const maxProfiles = 20

func splitProfiles(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
}

// chooseSettings leaves the programs the settings that act: those of active profiles, and
// of a setting in several places that with the highest precedence. Where the active profiles
// are not declared all are kept, as a guess where two profiles differ.
func (l *linker) chooseSettings(scopes []*scope) {
	programs := map[int][]*scope{}
	var order []int
	for _, s := range scopes {
		root, ok := l.byRef(s.of)
		if !ok {
			continue
		}
		root = l.find(root)
		if programs[root] == nil {
			order = append(order, root)
		}
		programs[root] = append(programs[root], s)
	}
	l.settings, l.profiles = programs, nil
	for _, root := range order {
		list := programs[root]
		for _, s := range list {
			s.program = list
		}
		if slices.ContainsFunc(list, func(s *scope) bool {
			return slices.ContainsFunc(s.values, func(v setting) bool { return v.Profile != "" })
		}) {
			chooseProfiles(list, l.activeProfiles(root))
		}
		dropOverridden(list)
	}
}

// activeProfiles returns the profiles of a program of Spring, or the environment of one of .NET, by
// its root. They are found at the first call.
func (l *linker) activeProfiles(root int) *profiles {
	p := l.profiles[root]
	if p == nil {
		if p = environmentOf(l.settings[root]); p == nil {
			p = profilesOf(l.settings[root])
		}
		if l.profiles == nil {
			l.profiles = map[int]*profiles{}
		}
		l.profiles[root] = p
	}
	return p
}

// developmentProfiles are those of a developer's machine or a test. Where it is unknown which
// profiles are active, they are the last to be thought of.
var developmentProfiles = append([]string{"dev", "development", "local"}, testProfiles...)

// dropInactive drops the routes and the policies that programs declare for profiles that are not
// active, and ranks the policies that are left by the precedence of their profiles.
func (l *linker) dropInactive() {
	l.scopes()
	// acts returns the rank of a profile in a program, and whether its active profiles are known.
	acts := func(of graph.Ref, profile string) (rank int, known bool) {
		root, ok := l.lookup(of)
		if !ok {
			return 0, false
		}
		p := l.activeProfiles(root)
		return p.rank(profile), p.known
	}
	l.f.Calls = slices.DeleteFunc(l.f.Calls, func(c graph.CallFact) bool {
		if c.In == nil || c.In.Profile == "" {
			return false
		}
		if rank, known := acts(c.From.Ref, c.In.Profile); known {
			return rank < 0
		}
		return slices.Contains(testProfiles, c.In.Profile)
	})
	l.f.Policies = slices.DeleteFunc(l.f.Policies, func(c graph.Policy) bool {
		if c.Profile == "" || len(c.From) == 0 {
			return false
		}
		rank, known := acts(c.From[0].Ref, c.Profile)
		return known && rank < 0
	})
	for i := range l.f.Policies {
		c := &l.f.Policies[i]
		if c.Profile == "" {
			continue
		}
		rank, known := 1, false
		if len(c.From) > 0 {
			rank, known = acts(c.From[0].Ref, c.Profile)
		}
		switch {
		case known:
			c.Rank += min(rank, maxRank)
		case slices.Contains(developmentProfiles, strings.ToLower(c.Profile)):
			c.Rank--
		default:
			c.Rank++
		}
	}
}

// maxRank is the greatest precedence of a profile among the policies of a program: what its
// environment says has a greater one.
const maxRank = 4

func chooseProfiles(list []*scope, p *profiles) {
	type spot struct {
		key string
		of  graph.Ref
	}
	highest := map[spot]int{}
	texts := map[string]map[string]string{} // by key, the profile by text
	for _, s := range list {
		s.values = slices.DeleteFunc(s.values, func(v setting) bool {
			if p.known {
				return p.rank(v.Profile) < 0
			}
			return slices.Contains(testProfiles, v.Profile)
		})
		for i := range s.values {
			v := &s.values[i]
			if v.Source != graph.FromFile {
				continue
			}
			if p.known {
				at := spot{v.Key, s.of}
				highest[at] = max(highest[at], p.rank(v.Profile))
			}
			if v.Profile != "" {
				if texts[v.Key] == nil {
					texts[v.Key] = map[string]string{}
				}
				texts[v.Key][v.Profile+"="+v.Text] = v.Profile
			}
		}
	}
	for _, s := range list {
		s.values = slices.DeleteFunc(s.values, func(v setting) bool {
			return p.known && v.Source == graph.FromFile && p.rank(v.Profile) < highest[spot{v.Key, s.of}]
		})
		for i := range s.values {
			if v := &s.values[i]; !p.known && v.Profile != "" && differs(texts[v.Key]) {
				v.Guess = true
			}
		}
	}
}

// differs reports whether two profiles have different texts of one setting.
func differs(texts map[string]string) bool {
	seen := map[string]bool{}
	profiles := map[string]bool{}
	for both, profile := range texts {
		seen[strings.TrimPrefix(both, profile+"=")] = true
		profiles[profile] = true
	}
	return len(seen) > 1 && len(profiles) > 1
}

// dropOverridden drops the settings of files that a variable of the same program replaces:
// SPRING_DATA_REDIS_HOST that of spring.data.redis.host, Ledger__Url that of Ledger:Url. The
// variable takes the place of the setting in its group.
func dropOverridden(list []*scope) {
	set := map[string]bool{}
	for _, s := range list {
		for i := range s.values {
			if v := &s.values[i]; v.Source == graph.FromEnv && v.Key != "" && strings.ContainsAny(v.Key, "_.:") {
				set[settingOf(v.Key)] = true
			}
		}
	}
	if len(set) == 0 {
		return
	}
	places := map[string]*graph.Place{}
	for _, s := range list {
		s.values = slices.DeleteFunc(s.values, func(v setting) bool {
			key := cmp.Or(v.Full, v.Key)
			gone := v.Source == graph.FromFile && strings.ContainsAny(key, ".:") && set[relaxed(key)]
			if gone && v.In != nil {
				places[relaxed(key)] = v.In
			}
			return gone
		})
	}
	for _, s := range list {
		for i := range s.values {
			if v := &s.values[i]; v.Source == graph.FromEnv && v.In == nil && len(places) > 0 {
				v.In = places[settingOf(v.Key)]
			}
		}
	}
}

// A location is where a program of Spring looks for its files instead of the usual places.
type location struct {
	files []string // by name
	any   bool     // a directory is named
}

// locations returns the locations that settings name, by the entity.
func (l *linker) locations() map[graph.Ref]*location {
	all := map[graph.Ref]*location{}
	for i := range l.f.Values {
		v := &l.f.Values[i]
		options(v, func(name, text string) {
			if name != "springconfiglocation" || v.Open || strings.ContainsAny(text, "${}") {
				return
			}
			if all[v.Of] == nil {
				all[v.Of] = &location{}
			}
			for _, place := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' }) {
				if strings.HasSuffix(place, "/") {
					all[v.Of].any = true
				} else {
					all[v.Of].files = append(all[v.Of].files, strings.ToLower(path.Base(place)))
				}
			}
		})
	}
	return all
}

// reads reports whether a program that looks in a location reads a file that it is given.
func (loc *location) reads(name string) bool {
	name = strings.ToLower(path.Base(name))
	ext := path.Ext(name)
	if loc == nil || ext != ".yml" && ext != ".yaml" && ext != ".properties" {
		return true
	}
	stem := strings.TrimSuffix(name, ext)
	if loc.any && (strings.HasPrefix(stem, "application") || strings.HasPrefix(stem, "bootstrap")) {
		return true
	}
	return slices.ContainsFunc(loc.files, func(file string) bool {
		return name == file || strings.HasPrefix(stem, strings.TrimSuffix(file, path.Ext(file))+"-") && ext == path.Ext(file)
	})
}

// dropUnread drops the uses of files that programs are given and do not read. Of several
// files that say which program they are for a program reads its own: a configuration
// server hands the others out.
func (l *linker) dropUnread() {
	locations := l.locations()
	owner := map[graph.Ref]*graph.Entity{}
	for i := range l.f.Configs {
		if c := &l.f.Configs[i]; c.OwnerSaid && c.Owner != nil && c.Realm == "file" {
			owner[c.Ref] = c.Owner
		}
	}
	owners := map[graph.Ref]set[string]{}
	for i := range l.f.Uses {
		if u := &l.f.Uses[i]; owner[u.Config] != nil {
			put(owners, u.Of, owner[u.Config].Name)
		}
	}
	l.f.Uses = slices.DeleteFunc(l.f.Uses, func(u graph.Use) bool {
		if u.Config.Realm != "file" {
			return false
		}
		if o := owner[u.Config]; o != nil && owners[u.Of].len > 1 && o.Name != u.Of.Name && locations[u.Of] == nil {
			return true
		}
		return !locations[u.Of].reads(u.Config.Name)
	})
}
