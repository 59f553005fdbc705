package rules

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// fix is r as data, with values for its edits: a time for a duration, a number of retries, a share,
// classes of failures. An edit that takes another value than these, and has none of its own, is
// left out. It is the zero Fix if no edit is left, r is not in the inputs, or the pass is without fixes.
func (r remedy) fix(p *Pass, values ...any) analyze.Fix {
	switch {
	case !p.fixes:
		return analyze.Fix{}
	case r.Base == policy.BaseCode || r.layer == nil:
		return analyze.Fix{None: analyze.InCode}
	case r.instead != "":
		return analyze.Fix{None: analyze.NoEdit}
	}
	c := analyze.ObjectEdit{Kind: r.Kind, Object: r.object, Base: r.Base, Places: r.places(p)}
	if e, ok := r.entryForOthers(p, values); ok {
		c.Edits = append(c.Edits, e)
	} else {
		for i := range r.Edits {
			if e, ok := r.edit(&r.Edits[i], values); ok {
				c.Edits = append(c.Edits, e)
			}
		}
	}
	if slices.ContainsFunc(c.Edits, func(e analyze.FieldEdit) bool { return e.Written.File() != "" }) {
		c.Edits = slices.DeleteFunc(c.Edits, func(e analyze.FieldEdit) bool { return e.Names }) // which leads to the value already
	}
	beside := func(e analyze.FieldEdit) bool { return e.Written.File() != "" || e.Beside.File() != "" }
	if len(c.Edits) == 0 || r.IfWritten && !slices.ContainsFunc(c.Edits, beside) {
		return analyze.Fix{None: analyze.NoEdit}
	}
	if r.object == "" && r.Base == policy.BaseObject {
		c.Object, c.New = r.addition(p)
	}
	if len(c.Places) == 0 {
		return analyze.Fix{None: analyze.NoEdit}
	}
	f := analyze.Fix{Changes: []analyze.ObjectEdit{c}}
	if c.New != nil && r.Refers != nil {
		names := analyze.ObjectEdit{Kind: r.Refers.Kind, Places: c.Places}
		for _, e := range r.Refers.Edits {
			e.Value = r.fill(p, e.Value)
			names.Edits = append(names.Edits, analyze.FieldEdit{Edit: e})
		}
		f.Changes = append(f.Changes, names)
	}
	return f
}

// with is r in the way of a product, with the names of the call filled in. A name that leads to a
// value that is written already is not that of the callee.
func (r remedy) with(p *Pass, way policy.Remediation) remedy {
	r.Remediation, r.way = way, way
	r.Edits = slices.Clone(way.Edits)
	port := r.ofPort(p)
	for i := range r.Edits {
		e := &r.Edits[i]
		if block := orNative(r.in).PortSettings[r.Kind]; port != nil {
			e.Path = strings.Replace(e.Path, block[0], block[1], 1)
		}
		if path := r.ownPath(p, e); path != "" {
			e.Path, r.own = path, path
		}
		if at, _ := r.writtenSetting(e); at.File() != "" {
			e.Path = strings.ReplaceAll(e.Path, "["+policy.CalleeName+"]", "[]")
		}
		e.Path, e.Fill = r.fill(p, e.Path), r.fill(p, e.Fill)
	}
	return r
}

// ownPath is where an object of the call has the setting of an edit, if it is not where its product has
// it otherwise.
func (r remedy) ownPath(p *Pass, e *policy.Edit) string {
	at, _ := r.writtenSetting(e)
	if at.File() == "" {
		return ""
	}
	for _, b := range policiesOf(p)[r.call] {
		for _, field := range r.fields(e) {
			if path := b.Paths[field]; path != "" && slices.ContainsFunc(b.Says.DecisionsOn(field), func(d policy.Decision) bool { return d.Origin == at }) {
				return path
			}
		}
	}
	return ""
}

// entryForOthers is the edit that adds an entry for the part of the call that none of the object's
// entries is for, and false if one is, or the object cannot have it.
func (r remedy) entryForOthers(p *Pass, values []any) (analyze.FieldEdit, bool) {
	hasEntries := func(b *graph.BoundPolicy) bool { return b.Object == r.Kind+"/"+r.object && b.Match != "" }
	if r.Others == nil || r.part == nil || r.part.Match != "" || !slices.ContainsFunc(policiesOf(p)[r.call], hasEntries) {
		return analyze.FieldEdit{}, false
	}
	e := *r.Others
	d, ok := amountOf[time.Duration](values)
	if !ok {
		return analyze.FieldEdit{}, false
	}
	text, ok := r.syntax(&e).Write(d)
	e.Value = strings.ReplaceAll(e.Value, policy.DurationValue, text)
	return analyze.FieldEdit{Edit: e}, ok
}

// edit gives an edit of r its value, and false if there is none.
func (r remedy) edit(e *policy.Edit, values []any) (analyze.FieldEdit, bool) {
	f := analyze.FieldEdit{Edit: *e, By: r.writers()}
	if at, _ := r.writtenSetting(e); at.File() == "" && strings.Contains(e.Path, ".*") { // of no known name
		return f, false
	}
	var ok bool
	switch e.Value {
	case policy.BlockValue, policy.NameValue:
		f.Value, f.Names = e.Fill, e.Value == policy.NameValue
		return f, e.Fill != "" && e.Path != ""
	case policy.DurationValue:
		var d time.Duration
		if d, ok = amountOf[time.Duration](values); ok {
			f.Now = d
			f.Value, ok = r.syntax(e).Write(d)
		}
	case policy.CountValue, policy.TriesValue:
		var n int
		if n, ok = amountOf[int](values); ok && n == 0 && e.Off != "" {
			f.Path, _ = cutLast(f.Path)
			f.Path, f.Value = strings.TrimRight(f.Path, "."), e.Off
			return f, true
		} else if ok {
			f.Now = n
			if e.Value == policy.TriesValue {
				n++
			}
			f.Value = strconv.Itoa(n)
		}
	case policy.PercentValue:
		var share float64
		if share, ok = amountOf[float64](values); ok {
			f.Now = share
			f.Value = strconv.FormatFloat(share*100, 'f', -1, 64)
			switch e.Fill {
			case "%":
				f.Value += "%"
			case "of one":
				f.Value = strconv.FormatFloat(share, 'f', -1, 64)
			}
		}
	case policy.ConditionsValue:
		var on []string
		if on, ok = amountOf[[]string](values); ok {
			f.Now = on
			if f.Value, ok = policy.Rewrite(f.By, e.Fill, nil, on); !ok { // the product has no words for what is left
				f.Written, f.Was = r.writtenSetting(e)
				f.Op = policy.OpRemove
				return f, f.Written.File() != ""
			}
		}
	default:
		if e.Op == policy.OpRemove {
			f.Written, f.Was = r.writtenSetting(e)
			return f, f.Written.File() != ""
		}
		return r.besideOthers(f), true
	}
	if ok {
		f.Written, f.Was = r.writtenSetting(e)
	}
	if f.Path == r.own && f.Was == nil { // what switches it off is the block around it
		f.Written = graph.Origin{}
		return f, ok
	}
	return r.besideOthers(f), ok
}

// besideOthers finds the block of a field by another one that is written in it, if the path of the
// field does not lead there.
func (r remedy) besideOthers(f analyze.FieldEdit) analyze.FieldEdit {
	if f.Written.File() != "" || orNative(r.in).ByHand {
		return f
	}
	if at := r.breakerBlock(); at.Line > 0 && !strings.HasPrefix(f.Path, "metadata.annotations") {
		_, f.Path = cutLast(f.Path)
		f.Beside = at
		return f
	}
	for purpose := range policy.NumPurposes {
		other := r
		way, ok := orNative(r.in).RemediationIn(r.layer.Layer, purpose, r.Kind)
		if other.purpose = purpose; !ok || way.Kind != r.Kind {
			continue
		}
		for i := range way.Edits {
			block, _ := cutLast(way.Edits[i].Path)
			rest, within := strings.CutPrefix(f.Path, block)
			if at, _ := other.writtenSetting(&way.Edits[i]); at.File() != "" && within && (block != "" || r.Base == policy.BasePlace) && (r.Base != policy.BaseObject || isByName(block)) {
				f.Beside, f.Path = at, rest
				return f
			}
		}
	}
	return f
}

// breakerBlock is where the breaker that acts is written, for a remedy that changes one of its
// settings.
func (r remedy) breakerBlock() graph.Origin {
	b := r.layer.Breaker
	changes := r.purpose == policy.EjectionShare || r.purpose == policy.BreakerWindow || r.purpose == policy.BreakerOpenTime
	if !changes || b == nil || !b.Kind.IsExplicit() {
		return graph.Origin{}
	}
	return b.Kind.Origin
}

// isByName reports whether the last entry of a path is one of a mapping by name.
func isByName(block string) bool {
	return strings.HasSuffix(block, "[].") && strings.Contains(block, "spec.policies.")
}

// cutLast cuts the name of a field from its path, which keeps the separator.
func cutLast(path string) (block, field string) {
	i := strings.LastIndexAny(path, ".:/") + 1
	return path[:i], path[i:]
}

// amountOf returns the first of the values that has a type.
func amountOf[T any](values []any) (T, bool) {
	for _, v := range values {
		if v, ok := v.(T); ok {
			return v, true
		}
	}
	var none T
	return none, false
}

// syntax is how the durations of an edit are written.
func (r remedy) syntax(e *policy.Edit) *policy.Syntax {
	if e.Syntax != nil {
		return e.Syntax
	}
	for _, p := range r.writers() {
		if len(p.Durations) > 0 {
			return p.Durations[0]
		}
	}
	return product.NativeDuration
}

// writers are the products whose way to write a value may be that of the object of r: one that
// carries out the routes of an API has values that the API writes, too.
func (r remedy) writers() []*policy.Product {
	var by []*policy.Product
	for _, p := range append([]*policy.Product{orNative(r.in)}, product.All...) {
		if way, ok := p.RemediationIn(r.layer.Layer, r.purpose, r.Kind); p.Contract && ok && way.Kind == r.Kind {
			return []*policy.Product{p}
		}
	}
	for _, p := range append([]*policy.Product{orNative(r.in)}, product.All...) {
		if p == orNative(r.in) && len(by) == 0 || p.Contract {
			by = append(by, p)
		}
	}
	return by
}

// writtenSetting returns where the setting of an edit is written, and what it means.
func (r remedy) writtenSetting(e *policy.Edit) (graph.Origin, any) {
	for _, field := range r.fields(e) {
		for _, d := range r.layer.DecisionsOn(field) {
			written := d.Provenance == policy.Explicit || d.Provenance == policy.MeshDefault || d.Provenance == policy.Disabled
			if written && d.Origin.Line > 0 {
				return d.Origin, d.Value
			}
		}
	}
	return graph.Origin{}, nil
}

// fields are the settings that an edit of r may be about, the likeliest first.
func (r remedy) fields(e *policy.Edit) []string {
	switch r.purpose {
	case policy.TotalTimeout, policy.AttemptTimeout:
		if strings.HasSuffix(e.Path, "maxDuration") {
			return []string{"retry.maxDuration"}
		}
		switch {
		case r.boundsAttempts():
			return []string{"timeout.perTry", "timeout.total", "timeout.readGap"}
		case r.purpose == policy.TotalTimeout:
			return []string{"timeout.total", "timeout.readGap"}
		}
		return []string{"timeout.perTry"}
	case policy.Retries:
		if e.Value == policy.ConditionsValue {
			return []string{"retry.on"}
		}
		return []string{"retry.retries"}
	case policy.RetryBackoff:
		switch {
		case strings.Contains(e.Path, "jitter"):
			return []string{"retry.backoff.jitter"}
		case e.Value != policy.DurationValue && e.Op != policy.OpRemove:
			return nil
		}
		return []string{"retry.backoff.base"}
	case policy.RetryBudget:
		return []string{"retry.budget"}
	case policy.EjectionShare:
		return []string{"breaker.maxEject"}
	case policy.BreakerWindow:
		return []string{"breaker.window"}
	case policy.BreakerOpenTime:
		return []string{"breaker.open"}
	case policy.ConcurrencyLimit:
		return []string{"bulkhead.maxConcurrent"}
	}
	return nil
}

// fixOf is the fix that edits the object of a policy.
func fixOf(of *graph.Policy, edits ...policy.Edit) analyze.Fix {
	kind, object, _ := strings.Cut(of.Object, "/")
	c := analyze.ObjectEdit{Kind: kind, Object: object, Places: []graph.Origin{of.Origin}}
	for _, e := range edits {
		c.Edits = append(c.Edits, analyze.FieldEdit{Edit: e})
	}
	return analyze.Fix{Changes: []analyze.ObjectEdit{c}}
}

// removeWritten is the fix that takes a value away where an object has it.
func removeWritten(object string, at graph.Origin) analyze.Fix {
	if at.Line == 0 {
		return analyze.Fix{None: analyze.NoEdit}
	}
	kind, name, _ := strings.Cut(object, "/")
	return analyze.Fix{Changes: []analyze.ObjectEdit{{
		Kind: kind, Object: name, Places: []graph.Origin{at}, Base: policy.BasePlace,
		Edits: []analyze.FieldEdit{{Edit: policy.Edit{Op: policy.OpRemove}, Written: at}},
	}}}
}

// protocolFix declares the ports of a Service without a protocol as those of HTTP.
func (p *Pass) protocolFix(callee *graph.Service) analyze.Fix {
	return analyze.Fix{Changes: []analyze.ObjectEdit{{
		Kind: "Service", Object: callee.ID, Places: callee.Origins,
		Edits: []analyze.FieldEdit{{Edit: policy.Edit{Path: "spec.ports[].appProtocol", Value: "http"}}},
	}}}
}

// boundsAttempts reports whether the timeout that r sets is one of each attempt.
func (r remedy) boundsAttempts() bool {
	total, _ := orNative(r.in).RemediationIn(r.layer.Layer, policy.TotalTimeout, r.Kind)
	attempt, ok := orNative(r.in).RemediationIn(r.layer.Layer, policy.AttemptTimeout, r.Kind)
	return ok && len(total.Edits) > 0 && total.Edits[0].Path == attempt.Edits[0].Path
}

// nativeFix edits what a native manifest says of a service, if nothing else declares it.
func nativeFix(s *graph.Service, e policy.Edit) analyze.Fix {
	for _, o := range s.Origins {
		if o.Reader() != product.Native.Name {
			return analyze.Fix{}
		}
	}
	return analyze.Fix{Changes: []analyze.ObjectEdit{{
		Kind: product.NativeService, Object: s.ID, Places: s.Origins, Base: policy.BasePlace, Edits: []analyze.FieldEdit{{Edit: e}},
	}}}
}
