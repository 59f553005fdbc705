package settings

import (
	"path"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/internal/lazy"
)

// FileRef is the Config of a configuration file, whoever comes upon it.
func FileRef(file string) graph.Ref {
	return graph.Ref{Realm: "file", Kind: "file", Name: path.Clean(file)}
}

// FileStart is the first line of a document's file.
func FileStart(d *document.Document) graph.Origin { return d.Line(1, 1) }

// FilePolicies finds the policies in a document that is configuration.
func FilePolicies(d *document.Document) []graph.Policy {
	if d.Head.Text {
		return Policies(d.File, string(d.Text), FileStart(d), false)
	}
	s := &Collector{At: FileStart(d)}
	return rootPolicies(ConfigBase(d.File), "", YAMLRoot{Node: d.Root, doc: d}, s.place)
}

// AddFile adds a configuration file with its settings and policies.
func AddFile(d *document.Document, f *graph.Facts, values []graph.Value, owner *graph.Entity, said bool) {
	policies := FilePolicies(d)
	if len(values) == 0 && len(policies) == 0 && !said {
		return
	}
	start := FileStart(d)
	f.Configs = append(f.Configs, graph.Config{
		Ref: FileRef(d.File), Origin: start, Owner: owner, OwnerSaid: said,
		Entries: []graph.Entry{{Key: path.Base(d.File), Values: values, Policies: policies, Origin: start}},
	})
}

// FileValues finds the settings of a document that is configuration.
func FileValues(d *document.Document) []graph.Value {
	if d.Head.Text {
		return Values(d.File, string(d.Text), FileStart(d))
	}
	s := &Collector{At: FileStart(d), File: ConfigBase(d.File)}
	s.readYAMLRoot(ConfigBase(d.File), YAMLRoot{Node: d.Root, doc: d})
	return forEnvironment(ConfigBase(d.File), s.Values)
}

// MaxMountedFiles bounds the files of one mounted directory.
const MaxMountedFiles = 100

// dotnetFile matches the files with the settings of a .NET program, those of its gateways among them.
var dotnetFile = lazy.NewRegexp(`^(?:appsettings|ocelot|yarp)(?:\.[\w\-]+)?\.json$`)

// IsDotnetFile reports whether a file has the settings of a .NET program, by its name.
func IsDotnetFile(file string) bool { return dotnetFile.MatchString(ConfigBase(file)) }
