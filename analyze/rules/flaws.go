package rules

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// checkFlaws reports the flaws of one kind, one that several policies share once. what
// completes the message "field of object ..."; its %s is the product.
func checkFlaws(p *Pass, kind graph.FlawKind, what string) {
	type place struct {
		field string
		at    graph.Origin
	}
	seen := map[place]bool{}
	var closer func(*graph.BoundPolicy, *graph.Flaw) bool
	elsewhere := func(part *graph.BoundPolicy, flaw *graph.Flaw) bool { // another flaw is about the field
		if flaw.Form && closer == nil {
			closer = closerFlaws(p.Graph)
		}
		return flaw.Form && closer(part, flaw)
	}
	for _, o := range objects(p.Graph) {
		for _, part := range o.parts {
			unknown := unknownFields(part.Flaws, kind)
			together := map[place]bool{} // reported with another one
			for i := range part.Flaws {
				flaw := &part.Flaws[i]
				at := place{flaw.Field, flaw.Origin}
				if flaw.Kind != kind || flaw.Object != "" && seen[at] || together[at] || elsewhere(part, flaw) {
					continue
				}
				seen[at] = true
				var more []graph.Flaw
				for _, other := range unknown[blockOf(flaw)] {
					if other.Origin != flaw.Origin && !elsewhere(part, other) {
						beside := place{other.Field, other.Origin}
						seen[beside], together[beside] = true, true
						more = append(more, *other)
					}
				}
				reportFlaw(p, part, *flaw, more, fmt.Sprintf(what, part.Product.DisplayName()))
			}
		}
	}
}

// A flawBlock is a block of an object in which fields are unknown, and no other name is known of them: they are from the
// same release of their product, and go together. It is empty for flaws that are none of an unknown field.
type flawBlock struct{ object, why, hint string }

func blockOf(f *graph.Flaw) flawBlock {
	if !f.Unknown {
		return flawBlock{}
	}
	return flawBlock{f.Object, f.Why, f.Hint}
}

// unknownFields returns the flaws of one kind that are unknown fields, in order.
func unknownFields(flaws []graph.Flaw, kind graph.FlawKind) map[flawBlock][]*graph.Flaw {
	blocks := map[flawBlock][]*graph.Flaw{}
	for i := range flaws {
		if f := &flaws[i]; f.Unknown && f.Kind == kind {
			blocks[blockOf(f)] = append(blocks[blockOf(f)], f)
		}
	}
	return blocks
}

// closerFlaws returns whether another flaw than one of form, or a problem of reading, is about the
// field of a flaw.
func closerFlaws(g *graph.Graph) func(*graph.BoundPolicy, *graph.Flaw) bool {
	type field struct{ object, name string }
	fields, places := map[field]bool{}, map[graph.Origin]bool{}
	for _, problem := range g.Coverage().Problems {
		places[problem.Origin] = true
	}
	for _, part := range g.Policies() {
		for _, flaw := range part.Flaws {
			if !flaw.Form {
				fields[field{cmp.Or(flaw.Object, part.Object), flaw.Field}], places[flaw.Origin] = true, true
			}
		}
	}
	return func(part *graph.BoundPolicy, flaw *graph.Flaw) bool {
		return places[flaw.Origin] || fields[field{part.Object, flaw.Field}]
	}
}

// clause is a reason as a clause of its own: one that begins with its verb, as those of
// [policy.ValueError] do, is about the value.
func clause(why string) string {
	switch verb, _, _ := strings.Cut(why, " "); verb {
	case "has", "is", "must":
		return "it " + why
	}
	return why
}

// flawFix writes what is meant where that is known, or the name that is meant, adds what is missing
// beside it, and takes away what the product ignores.
func flawFix(p *Pass, part *graph.BoundPolicy, flaw *graph.Flaw) analyze.Fix {
	e := analyze.FieldEdit{Edit: policy.Edit{Op: policy.OpRemove}, Written: flaw.Origin}
	kind, object, _ := strings.Cut(cmp.Or(flaw.Object, part.Object), "/")
	c := analyze.ObjectEdit{Kind: kind, Object: object, Places: []graph.Origin{flaw.Origin}, Base: policy.BasePlace}
	switch {
	case flaw.Origin.Line == 0:
		return analyze.Fix{None: analyze.NoEdit}
	case flaw.Beside != nil:
		for _, beside := range flaw.Beside {
			c.Edits = append(c.Edits, analyze.FieldEdit{Edit: beside, Beside: flaw.Origin})
		}
		return analyze.Fix{Changes: []analyze.ObjectEdit{c}}
	case flaw.Into != "":
		into, ok := annotated(p, flaw)
		if !ok {
			return analyze.Fix{None: analyze.NoInput}
		}
		c.Edits = []analyze.FieldEdit{e}
		return analyze.Fix{Changes: []analyze.ObjectEdit{into, c}}
	case flaw.Name != "":
		e.Op, e.Value = policy.OpRename, flaw.Name
	case flaw.To != "":
		e.Op, e.Path, e.Value = policy.OpMove, index.ReplaceAllString(flaw.To, "[]"), flaw.Holds
	case flaw.Instead != "":
		e.Was = flaw.Text
		if e.Op, e.Value = policy.OpSet, flaw.Instead; flaw.Form { // of another type than what is written
			e.Written = graph.Origin{}
		}
	case flaw.Goes, flaw.Kind == graph.Inert && !flaw.Partly && !flaw.Info:
	default: // it has an effect, or what is meant is not known
		return analyze.Fix{None: analyze.NoValue}
	}
	c.Edits = []analyze.FieldEdit{e}
	return analyze.Fix{Changes: []analyze.ObjectEdit{c}}
}

// annotated gives the object that a flaw names its annotation, and is false if no input has the
// object.
func annotated(p *Pass, flaw *graph.Flaw) (analyze.ObjectEdit, bool) {
	kind, object, _ := strings.Cut(flaw.Into, "/")
	v, ok := p.Graph.Node(object)
	if !ok {
		return analyze.ObjectEdit{}, false
	}
	return analyze.ObjectEdit{Kind: kind, Object: object, Places: p.Graph.Service(v).Origins, Edits: []analyze.FieldEdit{{
		Edit: policy.Edit{Path: "metadata.annotations[" + flaw.Field + "]", Value: flaw.Text},
	}}}, true
}

// index is the number of an entry of a list in a path.
var index = lazy.NewRegexp(`\[[0-9]+\]`)

// reportFlaw reports a flaw, and with it more of the same cause.
func reportFlaw(p *Pass, part *graph.BoundPolicy, flaw graph.Flaw, more []graph.Flaw, what string) {
	object := cmp.Or(flaw.Object, part.Object)
	f := analyze.Finding{
		Confidence: analyze.Certain,
		Subject:    object,
		Detail:     flaw.Field,
		Hint:       flaw.Hint,
		Fix:        flawFix(p, part, &flaw),
		Values:     []analyze.KeyValue{keyValue("field", flaw.Field)},
		Origins:    []graph.Origin{flaw.Origin},
		Services:   endsOf(p.Graph, part.Calls),
	}
	severity, text := p.rule.Severity, flaw.Field
	switch {
	case flaw.Info: // the setting has an effect
		severity, what = analyze.Info, ""
	case flaw.Reads:
		severity, what = min(severity, analyze.Warning), "is interpreted differently by "+part.Product.DisplayName()
	}
	if flaw.Text != "" {
		f.Values = append(f.Values, keyValue("value", flaw.Text))
		text = fmt.Sprintf("%s: %q", flaw.Field, flaw.Text)
	}
	f.Message, f.Alike.Says = text+" of "+object, "have "+text
	if what != "" {
		f.Message, f.Alike.Says = f.Message+" "+what, f.Alike.Says+", which "+what
	}
	if flaw.Why != "" {
		f.Message, f.Alike.Says = f.Message+": "+clause(flaw.Why), f.Alike.Says+": "+clause(flaw.Why)
	}
	if flaw.Assumed {
		f.Confidence = analyze.Assumed
	}
	if flaw.Unknown { // whatever its value, and wherever it is in a list
		f.Alike.Says = fmt.Sprintf("have %s, which %s: %s", index.ReplaceAllString(flaw.Field, "[]"), what, clause(index.ReplaceAllString(flaw.Why, "[]")))
	}
	if len(more) > 0 {
		withMore(p, part, &f, flaw, more, strings.Replace(what, "is ", "are ", 1))
	}
	f.Alike.Cause, f.Alike.Hint, f.Alike.Objects = f.Alike.Says+"; "+f.Hint, f.Hint, true
	p.At(severity, f)
}

// withMore makes the finding of an unknown field one of several fields of its block.
func withMore(p *Pass, part *graph.BoundPolicy, f *analyze.Finding, flaw graph.Flaw, more []graph.Flaw, what string) {
	fields, inLists := []string{flaw.Field}, []string{index.ReplaceAllString(flaw.Field, "[]")}
	for i := range more {
		fields, inLists = append(fields, more[i].Field), append(inLists, index.ReplaceAllString(more[i].Field, "[]"))
		f.Origins = append(f.Origins, more[i].Origin)
		if other := flawFix(p, part, &more[i]); f.Fix.Applicable() && other.Applicable() { // taken away together
			f.Fix.Changes[0].Edits = append(f.Fix.Changes[0].Edits, other.Changes[0].Edits...)
		}
	}
	why := strings.Replace(flaw.Why, "no such field", "no such fields", 1)
	f.Values = []analyze.KeyValue{keyValue("fields", strings.Join(fields, ", "))}
	f.Hint = strings.Replace(f.Hint, "remove it,", "remove them,", 1)
	f.Hint = strings.Replace(f.Hint, "has it", "has them", 1)
	f.Message = fmt.Sprintf("%s of %s %s: %s", firstOf(fields), f.Subject, what, why)
	f.Alike.Says = fmt.Sprintf("have %s, which %s: %s", firstOf(inLists), what, index.ReplaceAllString(why, "[]"))
}
