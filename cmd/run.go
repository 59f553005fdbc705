package cmd

import (
	"context"
	"runtime/debug"

	"github.com/spf13/cobra"
	"github.com/weirgraph/weir/analyze/rules"
	"github.com/weirgraph/weir/ingest/summary"
)

// A run is one execution of weir: its streams, the flags that commands share, and the
// state that decides the exit code.
type run struct {
	console
	ctx   context.Context // ends when the run is interrupted
	leave *leftovers

	configPath    string
	namespace     string
	columns       summary.Columns
	maxMemory     int64 // 0 for no limit
	render        bool
	followOutside bool
	noIgnore      bool     // what is ignored counts too
	estate        []string // graphs of other repositories, as the user names them
	variants      []string // nil for all
	quiet         bool
	verbose       bool
	outputs       []string
	color         string

	command    *cobra.Command // from prepare on, as the next two
	config     *config
	outputsTo  []output
	estateAt   []string        // absolute, of estate
	leaveBelow string          // the native manifest in a directory below the configuration that declares nothing
	known      []*rules.Known  // findings that were there before
	failed     bool            // some input could not be read
	reported   map[string]bool // messages about the inputs of several variants
}

// prepare completes the flags from the environment and validates them before any input
// is read. Flags override the environment, which overrides the configuration.
func (r *run) prepare(cmd *cobra.Command) error {
	r.command = cmd
	if err := setFromEnvironment(cmd); err != nil {
		return err
	}
	var err error
	if cmd.Flags().Lookup("output") != nil {
		if r.outputsTo, err = parseOutputs(r.outputs); err != nil {
			return err
		}
		if err = r.checkOutputs(); err != nil {
			return err
		}
	}
	r.config = &config{}
	if cmd.Flags().Lookup("config") != nil {
		if r.config, err = readSettings(r.ctx, r.configPath, r.followOutside); err == nil {
			err = r.config.checkVariants(r.variants)
		}
	}
	if err == nil {
		err = r.findEstate()
	}
	return err
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
