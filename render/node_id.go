package render

import (
	"encoding/hex"
	"hash/fnv"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/lazy"
)

// Identifiers in pictures come from the IDs of services: a service that is added changes the lines
// about it, and no others. They are safe in DOT and Mermaid, whatever a name contains.

// nodeID is the identifier of a service or a box.
func nodeID(g *graph.Graph, n graph.Node) string { return pictureID("n", g.ID(n)) }

// plainID matches the names that are written out. For them the replacements below are unique:
// neither "-" is beside another one or "/", nor is there any other character.
var plainID = lazy.NewRegexp(`^[a-z0-9]+(?:[-/][a-z0-9]+)*$`)

var idReplacements = strings.NewReplacer("/", "__", "-", "_")

// longestID is the longest name that is written out.
const longestID = 80

// pictureID is an identifier of a name, unique for a prefix. A name that cannot be written out is
// its hash.
func pictureID(prefix, name string) string {
	if len(name) <= longestID && plainID.MatchString(name) {
		return prefix + "_" + idReplacements.Replace(name)
	}
	h := fnv.New128a()
	h.Write([]byte(name))
	return prefix + "h_" + hex.EncodeToString(h.Sum(nil))
}
