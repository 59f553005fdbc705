package cmd

import (
	"errors"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest"
)

// needs returns a check that a command got at least the arguments named, which
// may be followed by sources.
func needs(what ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) < len(what) {
			return misuse("weir "+cmd.Use, "%s needs %s", cmd.Name(), what[len(args)])
		}
		return nil
	}
}

// atMost returns a check that a command got no more than n arguments.
func atMost(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > n {
			return misuse("weir "+cmd.Use, "%s takes no argument %q", cmd.Name(), args[n])
		}
		return nil
	}
}

// splitNames splits "a,b", the notation for several services.
func splitNames(list string) ([]string, error) {
	names := strings.Split(list, ",")
	for i, name := range names {
		if names[i] = strings.TrimSpace(name); names[i] == "" {
			return nil, misuse("", "empty service name in %q", list)
		}
	}
	return names, nil
}

// find returns the service of that name; the error has a hint.
func find(g *graph.Graph, name string) (graph.Node, error) {
	v, err := g.Find(name)
	if err == nil {
		return v, nil
	}
	hint := hintOf(err)
	switch {
	case hint != "":
	case isPath(name):
		hint = "name the service before the sources"
	case g.Len() > wordsInHint:
		hint = "weir graph with the same sources lists them"
	default:
		var ids []string
		for v := range graph.Node(g.Len()) {
			ids = append(ids, g.ID(v))
		}
		hint = "the services are " + strings.Join(ids, ", ")
	}
	return 0, misuse(hint, "%w", err)
}

// findAll finds several services, in the order of their names.
func findAll(g *graph.Graph, names []string) ([]graph.Node, error) {
	var nodes []graph.Node
	for _, name := range names {
		v, err := find(g, name)
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, v)
	}
	return nodes, nil
}

// isPath reports whether a word is the name of a file or directory.
func isPath(word string) bool {
	_, err := os.Stat(word)
	return err == nil
}

// takesNoService extends the hint of an error about the first argument, if that is not
// a source: what, a command or a flag, takes no service.
func takesNoService(what string, args []string, err error) error {
	var missing *ingest.SourceError
	var f *exitError
	if errors.As(err, &missing) && errors.As(err, &f) && len(args) > 0 && missing.Source == args[0] {
		f.hint += "; " + what + " takes no service"
	}
	return err
}
