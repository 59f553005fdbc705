package cmd

import (
	"encoding/json"

	"github.com/spf13/cobra"
	"github.com/weirgraph/weir/ingest/native"
	"github.com/weirgraph/weir/render"
)

// A schema is a JSON Schema that weir prints.
type schema struct {
	name, of string
	make     func() any
}

// schemas are kept in docs/schema, where editors find them.
var schemas = []schema{
	{"config", "weir.yaml", func() any { return native.ConfigSchema(configRules()) }},
	{"report", "what -o json writes", render.JSONSchema},
	{"native", "native manifests: services and aliases", native.ManifestSchema},
}

func schemaNames() []string {
	var names []string
	for _, s := range schemas {
		names = append(names, s.name)
	}
	return names
}

func newSchema(r *run) *cobra.Command {
	return &cobra.Command{
		Use:   "schema <config|report|native>",
		Short: "Print a JSON Schema: of weir.yaml, of reports, of native manifests.",
		Long: `config is weir.yaml, report what -o json writes, native a manifest with services
and aliases only. "weir init" writes a weir.yaml that names its schema, so that
editors complete and check it.`,
		Example: `weir schema config > weir-schema.json`,
		Args: func(cmd *cobra.Command, args []string) error {
			if err := needs("the name of a schema")(cmd, args); err != nil {
				return err
			}
			return atMost(1)(cmd, args)
		},
		ValidArgs: schemaNames(),
		RunE: func(_ *cobra.Command, args []string) error {
			for _, s := range schemas {
				if s.name == args[0] {
					e := json.NewEncoder(r.out)
					e.SetEscapeHTML(false)
					e.SetIndent("", " ")
					return e.Encode(s.make())
				}
			}
			return misuse(oneOf(args[0], schemaNames()), "no schema %q", args[0])
		},
	}
}
