package cmd

import "github.com/spf13/cobra"

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
