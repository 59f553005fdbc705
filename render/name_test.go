package render

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/graphtest"
	"github.com/weirgraph/weir/render/pen"
)

// hostileNames are names that break a format without escaping.
var hostileNames = []string{
	"",
	" ",
	"a b",
	`pay"ments`,
	`back\slash`,
	`ends\`,
	`\N\G\L`,
	"line\nbreak",
	"carriage\rreturn\ttab",
	"<b>bold</b>",
	"&amp;",
	"#quot;",
	"a;b",
	"[x](y){z}|w|",
	"a->b",
	"a --> b",
	"%% comment",
	"// comment",
	"end",
	"graph",
	"subgraph x",
	"n0",
	"\x1b[31mred\x1b[0m",
	"\x1b]8;;http://evil\x07link\x1b]8;;\x07",
	"nul\x00byte",
	"bell\a",
	"not\xffutf8",
	"\u202Egpj.exe",
	"zero\u200bwidth",
	"payé-支払い-🙂",
	"a-b",
	"a_b",
	"`tick`",
	"</script><script>",
	"{{ .Values.name }}",
	strings.Repeat("x", 1000),
	strings.Repeat("é", 1000),
}

// oddGraph is a ring of services with hostile names, in namespaces with hostile
// names.
func oddGraph() *graph.Graph { return ring(hostileNames) }

// ring is a graph in which each service calls the next; all names are kept, each
// once.
func ring(names []string) *graph.Graph {
	names = slices.Sorted(slices.Values(names))
	names = slices.Compact(names)
	services := make([]graph.Service, len(names))
	calls := make([]graph.Call, len(names))
	for i, name := range names {
		services[i] = graph.Service{ID: name, Name: name, Namespace: names[i/3], Traits: &graph.Traits{Team: name}, Kind: graph.KindService, Defined: true}
		calls[i] = graph.Call{
			From: graph.Node(i), To: graph.Node((i + 1) % len(names)), Protocol: name,
			Strength: graph.Strong, Mode: graph.Sync, Need: graph.Hard, Declared: true,
		}
	}
	return graphtest.New(services, calls)
}

func TestCleanLeavesNothingThatActs(t *testing.T) {
	for _, name := range hostileNames {
		got := pen.Clean(name)
		if got == "" {
			t.Errorf("pen.Clean(%q) is empty, and invisible", name)
		}
		for _, r := range got {
			if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) && r != '\u200D' {
				t.Errorf("pen.Clean(%q) = %q still has %U", name, got, r)
			}
		}
	}
}
