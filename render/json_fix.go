package render

import (
	"cmp"
	"fmt"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/wire"
)

// fixJSON returns a fix, nil if there is neither one nor a reason why there is none.
func fixJSON(f *analyze.Fix) *wire.Fix {
	if !f.Applicable() && f.None == "" {
		return nil
	}
	w := &wire.Fix{Why: f.Why, None: string(f.None)}
	for i := range f.Changes {
		c := &f.Changes[i]
		for j := range c.Edits {
			e := &c.Edits[j]
			at := cmp.Or(e.Written, e.Beside)
			if at == (graph.Origin{}) && len(c.Places) > 0 {
				at = c.Places[0]
			}
			w.Edits = append(w.Edits, wire.FixEdit{
				Op: e.Op.String(), Kind: c.Kind, Object: c.Object, New: c.New != nil, Path: e.Path, Was: wasText(e.Was), Value: e.Value, At: wire.KnownOrigin(at),
			})
		}
	}
	return w
}

// wasText writes a value that is replaced, as people write it.
func wasText(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}
