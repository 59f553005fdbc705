package link

import (
	"path"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/lazy"
)

// environmentOf returns the environment of a program of .NET as its one active profile, nil if
// it is none, or nothing but its files is known. In a container it is Production unless a
// variable says another one; without a variable it is unknown if there are files for a
// further one, but for development.
func environmentOf(scopes []*scope) *profiles {
	dotnet, runs, hosted, other := false, false, false, false
	named := map[string]string{}
	for _, s := range scopes {
		hosted = hosted || hosting(s.of.Realm)
		for i := range s.values {
			switch v := &s.values[i]; {
			case v.Source == graph.FromFile:
				dotnet = dotnet || strings.HasPrefix(strings.ToLower(path.Base(v.Origin.File())), "appsettings")
				other = other || v.Profile != "" && !slices.Contains(developmentProfiles, strings.ToLower(v.Profile))
			default:
				runs = true
				if name := relaxed(v.Key); slices.Contains(environmentVariables, name) {
					named[name] = s.expand(v.Text)
				}
			}
		}
	}
	if !dotnet || !runs && (!hosted || other) { // its image may choose another one than Production
		return nil
	}
	if isOpen(scopes, environmentVariables) {
		return &profiles{}
	}
	p := &profiles{active: []string{"production"}, known: true}
	for _, name := range environmentVariables {
		if text := named[name]; strings.ContainsAny(text, "${}") {
			return &profiles{}
		} else if text != "" {
			p.active[0] = strings.ToLower(text)
		}
	}
	return p
}

// environmentVariables choose the environment of a program of .NET, the last first.
var environmentVariables = []string{"dotnetenvironment", "aspnetcoreenvironment"}

// connectionPrefix matches what the name of a variable begins with in whose rest .NET sees the
// name of a connection string.
var connectionPrefix = lazy.NewRegexp(`^(?:CUSTOM|SQL|SQLAZURE|MYSQL|POSTGRESQL)CONNSTR_`)

// settingOf returns the relaxed name of the setting whose place a variable takes.
func settingOf(variable string) string {
	if prefix := connectionPrefix.FindString(variable); prefix != "" {
		return "connectionstrings" + relaxed(variable[len(prefix):])
	}
	return relaxed(variable)
}
