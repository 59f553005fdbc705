package cmd

import (
	"context"
	"runtime/debug"

	"github.com/spf13/cobra"
	"github.com/weirgraph/weir/analyze/rules"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest"
	"github.com/weirgraph/weir/ingest/native"
	"github.com/weirgraph/weir/ingest/summary"
	"github.com/weirgraph/weir/render"
	"github.com/weirgraph/weir/serve"
)

// A run is one execution of weir: its streams, the flags that commands share, and the
// state that decides the exit code.
type run struct {
	console
	ctx   context.Context // ends when the run is interrupted
	leave *leftovers
	sharedFlags

	command    *cobra.Command // from prepare on, as the next two
	config     *config
	outputsTo  []output
	estateAt   []string          // absolute, of estate
	leaveBelow string            // the native manifest in a directory below the configuration that declares nothing
	known      []*rules.Known    // findings that were there before
	failed     bool              // some input could not be read
	endless    bool              // the run ends by a signal, as it should
	named      []string          // what was read, for the titles of pictures
	reported   map[string]bool   // messages about the inputs of several variants
	found      *serve.Found      // gets what is read, if it is not nil
	edited     map[string][]byte // see ingest.Options
}

// sharedFlags are the flags that several commands have, as the user set them.
type sharedFlags struct {
	configPath    string
	namespace     string
	columns       summary.Columns
	maxMemory     int64 // 0 for no limit
	render        bool
	followOutside bool
	noSource      bool
	source        bool     // false for noSource, too: the flag is as old as what it turned on
	noIgnore      bool     // what is ignored counts too
	estate        []string // graphs of other repositories, as the user names them
	variants      []string // nil for all
	quiet         bool
	verbose       bool
	outputs       []string
	color         string
	look          render.Look // of pictures
}

// version is the version of the module that the binary was built from, as recorded by
// the Go tool: a tag, or a pseudo-version of the commit.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}

// A config has the settings of weir.yaml. Its sources are as seen from the current
// directory.
type config struct {
	native.Config
	File      string         // as the user would name it; "" if there is none
	Dir       string         // from where it is in effect: its own if the current one is below, else that of the weir.yaml that is found
	Revision  string         // "git:main" if it is read from there; then nothing that is in the inputs excuses findings
	Parts     []string       // it and the files that it extends, by their paths
	Manifests []string       // those of Parts that also declare services or aliases
	Texts     []ingest.Text  // the same of a revision
	Below     []graph.Ignore // of the configurations below it in the revision
}

// An output is one format that a report is written in, and where to.
type output struct {
	format *render.Format
	file   string // "" for standard output
}
