package library

import (
	"path"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/settings"
	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy/product"
)

// Files reads files that contain policies of libraries, and the settings of programs of .NET. A file that no workload
// mounts is, as a guess, for the calls of the service that its directory is named after.
var Files = &document.Reader{
	Name: "libraries",
	Doc:  "policies of libraries: gRPC service config, .NET resilience, MicroProfile Fault Tolerance, opossum; settings of .NET programs",
	Reads: []string{
		"methodConfig (a top-level key)", "appsettings*.json", "ocelot*.json", "yarp*.json", "microprofile-config.properties", "errorThresholdPercentage and resetTimeout (opossum)",
	},
	Match: isLibraryHead,
	Read:  readLibraryFile,
}

var libraryFile = lazy.NewRegexp(`^(?:microprofile-config(?:-[\w\-]+)?\.properties|.*opossum.*\.(?:json|ya?ml)|.*service[-_.]?config\.json)$`)

func isLibraryHead(h *document.Head) bool {
	switch {
	case h.Kind != "" && h.APIVersion != "":
		return false
	case libraryFile.MatchString(h.Base), settings.IsDotnetFile(h.Base):
		return true
	case h.Text:
		return false
	}
	return h.HasList("methodConfig") || h.Has("errorThresholdPercentage") || h.Has("rollingCountTimeout")
}

func readLibraryFile(d *document.Document, f *graph.Facts) {
	policies := settings.FilePolicies(d)
	var values []graph.Value
	if settings.IsDotnetFile(d.File) { // of the program whose project is beside it
		values = settings.FileValues(d)
	}
	if len(policies)+len(values) == 0 {
		return
	}
	directory := libraryDirectory(d.File)
	for i := range policies {
		p := &policies[i]
		switch {
		case p.Product == product.GRPC && p.CalleeAlias != "": // what a service publishes for all its clients
			p.From = []graph.EndpointRef{{Host: graph.Address{Host: "*"}}}
		case directory != "":
			p.From = []graph.EndpointRef{{Ref: graph.Ref{Name: directory}}}
		}
	}
	start := settings.FileStart(d)
	f.Configs = append(f.Configs, graph.Config{
		Ref: settings.FileRef(d.File), Origin: start, Entries: []graph.Entry{{Key: path.Base(d.File), Values: values, Policies: policies, Origin: start}},
	})
}

// libraryDirectory is the directory that can name a service, in the way of names of
// services. Only Java's projects have their sources in a directory of each module.
func libraryDirectory(file string) string {
	file = path.Clean(file)
	name := settings.NearestDirectory(path.Dir(file))
	if strings.Contains("/"+file, "/src/main/") {
		name = settings.SpringModule(file)
	}
	return strings.ToLower(strings.ReplaceAll(name, ".", "-"))
}
