package cmd

import (
	"fmt"

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
