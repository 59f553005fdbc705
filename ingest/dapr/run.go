package dapr

import (
	"path"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/resource"
)

// isDaprRun reports whether a document is a run file of Dapr's command line,
// which starts several apps at once.
func isDaprRun(h *document.Head) bool {
	return h.HasList("apps") && h.APIVersion == "" && h.Kind == "" && (h.Has("version") || strings.HasPrefix(h.Base, "dapr."))
}

func readDaprRun(d *document.Document, f *graph.Facts) {
	common := d.Root.Get("common", "env")
	for _, app := range d.Root.Get("apps").List() {
		id := app.Get("appID")
		if id.Str() == "" {
			id = app.Get("appDirPath") // its last directory is the app-id then
		}
		name := path.Base(strings.Trim(id.Str(), "/"))
		if id.Str() == "" || name == "." || name == ".." {
			d.Problem(graph.Note, app, "set appID of the app", "an app of this run file has no app-id")
			continue
		}
		thing := graph.Entity{
			Ref: daprApp(name).Ref, Origin: d.At(id), Kind: graph.KindService, Image: app.Get("containerImage").Str(),
		}
		if port := resource.PortNumber(app.Get("appPort")); port > 0 {
			thing.Ports = []graph.Port{{Number: port, Protocol: app.Get("appProtocol").Str()}}
		}
		f.Entities = append(f.Entities, thing)
		joinDaprApps(f, thing.Ref, thing.Origin)
		for _, env := range []document.Node{common, app.Get("env")} {
			for key, value := range env.Pairs() {
				f.Values = append(f.Values, graph.Value{
					Of: thing.Ref, Key: key.Str(), Text: value.Str(), Source: graph.FromEnv, Origin: d.At(value),
				})
			}
		}
		for _, arg := range app.Get("command").List() {
			f.Values = append(f.Values, graph.Value{Of: thing.Ref, Text: arg.Str(), Source: graph.FromArg, Origin: d.At(arg)})
		}
	}
}
