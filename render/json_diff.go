package render

import (
	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/wire"
	"github.com/weirgraph/weir/policy"
)

func diffJSON(d *analyze.Diff) wire.Diff {
	return wire.Diff{
		Services: convert(d.Services, serviceChangeJSON),
		Calls:    convert(d.Calls, callChangeJSON),
		Policies: convert(d.Policies, policyChangeJSON),
		Found:    convert(d.Found, findingJSON),
		Gone:     convert(d.Gone, findingJSON),
		Effects:  effectsJSON(d),
	}
}

// changeWord is what became of something that a state has or not.
func changeWord(was, is bool) string {
	return markWords[markOf(was, is)]
}

func fieldsJSON(list []analyze.FieldChange) []wire.FieldChange {
	if list == nil {
		return nil
	}
	return convert(list, func(f analyze.FieldChange) wire.FieldChange { return wire.FieldChange(f) })
}

func serviceChangeJSON(c analyze.ServiceChange) wire.ServiceChange {
	s := c.New
	if s == nil {
		s = c.Old
	}
	return wire.ServiceChange{ID: c.ID, Change: changeWord(c.Old != nil, c.New != nil), Fields: fieldsJSON(c.Fields), Origins: wire.FromOrigins(s.Origins)}
}

func callChangeJSON(c analyze.CallChange) wire.CallChange {
	call := c.New
	if call == nil {
		call = c.Old
	}
	var origins []graph.Origin
	for _, e := range call.Evidence {
		origins = append(origins, e.Origin)
	}
	return wire.CallChange{From: c.From, To: c.To, Change: changeWord(c.Old != nil, c.New != nil), Fields: fieldsJSON(c.Fields), Origins: wire.FromOrigins(origins)}
}

func policyChangeJSON(c analyze.PolicyChange) wire.PolicyChange {
	w := wire.PolicyChange{
		From: c.From, To: c.To, Match: c.Match, Layer: c.Layer.String(), Field: c.Field, Change: changeWord(c.Old != nil, c.New != nil),
	}
	if c.Product != nil {
		w.Product = c.Product.Name
	}
	text := func(d *policy.Decision) string {
		if d == nil {
			return ""
		}
		w.Origin = wire.KnownOrigin(d.Origin)
		return decisionText(d)
	}
	w.Old, w.New = text(c.Old), text(c.New)
	return w
}

func effectsJSON(d *analyze.Diff) wire.Effects {
	e := &d.Effects
	number := func(n analyze.NumberChange) wire.NumberChange {
		return wire.NumberChange{ID: n.ID, Old: finite(n.Old), New: finite(n.New), Path: n.Path}
	}
	return wire.Effects{
		Radii: convert(e.Radii, func(r analyze.RadiusChange) wire.RadiusChange {
			return wire.RadiusChange{
				ID: r.ID, Added: r.Added, More: convert(r.More, same), Fewer: convert(r.Fewer, same), Entries: convert(r.Entries, same),
				Failing: r.Failing, Previous: r.Previous,
			}
		}),
		Bottlenecks:  convert(e.Bottlenecks, func(b analyze.BottleneckChange) wire.BottleneckChange { return wire.BottleneckChange(b) }),
		Loops:        convert(e.Loops, func(c analyze.Cycle) []string { return rawIDs(d.New, c.Services) }),
		Amplified:    convert(e.Amplified, number),
		Availability: convert(e.Availability, number),
	}
}
