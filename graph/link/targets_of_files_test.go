package link

import (
	"fmt"
	"testing"

	"github.com/weirgraph/weir/graph"
)

// Kustomizations that list the next one twice, through many levels, deploy each file once.
func TestKustomizationsListedOften(t *testing.T) {
	all := &targets{by: map[string]*graph.DeploymentTarget{}, given: map[string]map[string]bool{}}
	for i := range 100 {
		next := fmt.Sprintf("d%d", i+1)
		all.by[fmt.Sprintf("d%d", i)] = &graph.DeploymentTarget{
			Directory: fmt.Sprintf("d%d", i), Directories: []string{next, next, "d0"}, Files: []string{fmt.Sprintf("d%d/a.yaml", i)},
		}
	}
	all.by["d0"].Namespace = "shop"
	all.start(all.by["d0"], "")
	all.start(all.by["d99"], "other")
	if n := len(all.deployed[0].files); n != 100 {
		t.Errorf("%d files are deployed, want 100", n)
	}
	all.settle()
	if ns := all.one("d50/a.yaml"); ns != "" {
		t.Errorf("what goes to two namespaces has %q", ns)
	}
}
