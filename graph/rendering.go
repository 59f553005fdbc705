package graph

import "github.com/weirgraph/weir/policy"

// A Rendering says how a chart of Helm or an overlay of kustomize is turned into manifests.
type Rendering struct {
	// Dir is the directory of the chart or overlay. In the facts of a document it is a path of
	// the repository, as seen from any directory above the document; so are Files.
	Dir       string
	Release   string        // the name of the release of a chart; "" is that of the chart
	Namespace string        // of objects that set none; may be empty
	Files     []string      // with values, of which later ones win
	Values    string        // YAML, which wins over Files; may be empty
	Set       []string      // "name=value" in the syntax of Helm's --set, which win over Values
	Strings   []string      // the same, whose values are texts: --set-string
	Origin    policy.Origin // what asks for it
	Lacks     string        // values that are not known: "values from ConfigMaps"; may be empty
}
