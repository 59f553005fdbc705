package rules

import (
	"fmt"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
)

// mistake is the finding about a mistake of the inputs.
func mistake(p *Pass, m *graph.Mistake) analyze.Finding {
	f := analyze.Finding{
		Confidence: analyze.Certain,
		Subject:    m.Object,
		Detail:     m.Field,
		Message:    fmt.Sprintf("%s of %s %s", m.Field, m.Object, m.Why),
		Hint:       m.Hint,
		Values:     []analyze.KeyValue{keyValue("field", m.Field)},
		Origins:    []graph.Origin{m.Origin},
	}
	if v, ok := p.Graph.Node(m.Service); ok {
		f.Services = []graph.Node{v}
	}
	return f
}
