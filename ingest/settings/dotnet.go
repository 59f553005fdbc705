package settings

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/lazy"
)

// A .NET program reads appsettings.json, then appsettings.Production.json or that of another
// environment, then its variables; what comes later has precedence.

// environmentFile matches the files for one environment. What a program has in further files,
// such as secrets, it reads in any.
var environmentFile = lazy.NewRegexp(`^(?:appsettings|ocelot|yarp)\.([\w\-]+)\.json$`)

// anyEnvironment matches the second words in names of files that are for any environment.
var anyEnvironment = lazy.NewRegexp(`^(?:secrets?|shared|common|global|logging|serilog)$`)

// forEnvironment says of the settings of a .NET program's file which environment they are for,
// and leaves out the issuer of tokens, which the program compares and does not call. name is as
// ConfigBase has it.
func forEnvironment(name string, values []graph.Value) []graph.Value {
	if !strings.HasPrefix(name, "appsettings") && !environmentFile.MatchString(name) {
		return values
	}
	values = slices.DeleteFunc(values, func(v graph.Value) bool {
		return strings.EqualFold(v.Key[strings.LastIndexByte(v.Key, '.')+1:], "Issuer")
	})
	if m := environmentFile.FindStringSubmatch(name); m != nil && !anyEnvironment.MatchString(m[1]) {
		for i := range values {
			values[i].Profile = m[1]
		}
	}
	return values
}
