package ingest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/weirgraph/weir/graph/link"
	"github.com/weirgraph/weir/internal/testlong"
)

// TestMultiplied reads short inputs that multiply what they declare: they are refused, or read with
// a problem, long before a run keeps more than it can.
func TestMultiplied(t *testing.T) {
	testlong.OneSize(t)
	lines := func(n int, line string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(strings.ReplaceAll(line, "#", fmt.Sprint(i)))
		}
		return b.String()
	}
	workload := "{apiVersion: apps/v1, kind: Deployment, metadata: {name: w#, namespace: n}, spec: {template: {metadata: {labels: {app: w#}}, spec: {containers: [{image: x, envFrom: [{configMapRef: {name: c}}]}]}}}}\n---\n"
	tests := []struct {
		name  string
		files map[string]string
		want  string // in the error; of the one problem if it begins with "aliases"
	}{
		{"one ConfigMap of many workloads", map[string]string{
			"a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: n}\ndata:\n" + lines(245, "  A#_URL: http://a#\n") + "---\n" + lines(245, workload),
		}, "calls"},
		{"one ConfigMap without addresses", map[string]string{
			"a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: n}\ndata:\n" + lines(600, "  A#: b\n") + "---\n" + lines(600, workload),
		}, "settings of programs"},
		{"one list of many services", map[string]string{
			"compose.yaml": "services:\n  a:\n    image: x\n    depends_on: &all\n" + lines(400, "    - s#\n") + lines(400, "  s#: {image: x, depends_on: *all}\n"),
		}, "aliases expand to more than"},
		{"one long variable of many settings", map[string]string{
			"a.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: w}\nspec:\n  template:\n    spec:\n      containers:\n      - image: x\n        env:\n" +
				"        - {name: X, value: " + strings.Repeat("a", 60_000) + "}\n" + lines(400, "        - {name: A#, value: $(X)}\n"),
		}, "bytes that variables add to settings"},
		{"one env_file of many services", map[string]string{
			".e": lines(245, "A#_URL=http://s#\n"), "compose.yaml": "services:\n" + lines(245, "  s#: {image: x, env_file: .e}\n"),
		}, "calls"},
	}
	for _, tt := range tests {
		write(t, tt.files)
		var b link.Builder
		err := Read(context.Background(), []string{"."}, Options{}, &b)
		if err == nil {
			b.Build()
			if b.Over != nil {
				err = b.Over
			}
		}
		var over *link.BudgetError
		switch {
		case strings.HasPrefix(tt.want, "aliases"):
			if err != nil || len(b.Coverage.Problems) != 1 || !strings.HasPrefix(b.Coverage.Problems[0].Message, tt.want) {
				t.Errorf("%s: error %v, problems %v", tt.name, err, b.Coverage.Problems)
			}
		case !errors.As(err, &over) || over.Kind != tt.want || over.Bytes == 0:
			t.Errorf("%s: error %v, want one about %s", tt.name, err, tt.want)
		}
	}
}

// TestManyDocuments refuses documents before they are read.
func TestManyDocuments(t *testing.T) {
	testlong.OneSize(t)
	write(t, map[string]string{"a.yaml": strings.Repeat("a: 1\n---\n", mostDocuments+2)})
	var b link.Builder
	err := Read(context.Background(), []string{"."}, Options{Workers: 1}, &b)
	if err == nil || err.Error() != "a.yaml: the inputs have more than 500000 documents" || b.Coverage.Documents > 0 {
		t.Errorf("Read returns %v, after %d documents", err, b.Coverage.Documents)
	}
}
