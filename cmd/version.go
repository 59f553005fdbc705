package cmd

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func newVersion(r *run) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version.",
		Args:  atMost(0),
		RunE:  func(*cobra.Command, []string) error { return runVersion(r) },
	}
}

func runVersion(r *run) error {
	_, err := fmt.Fprintf(r.out, "weir %s\n", version())
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
