package ingest_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// TestBind reads every archive in testdata/bind and compares what acts on each
// call, and what each policy object is for, with the file "want" in it. The
// comment of an archive says which rule of its product it is about.
func TestBind(t *testing.T) { testArchives(t, "bind", bindings) }

// bindings writes down what acts on calls, and what policies act on.
func bindings(g *graph.Graph) string {
	var b strings.Builder
	call := func(e graph.Edge) string { return g.ID(g.From(e)) + "->" + g.ID(g.To(e)) }
	for e := range graph.Edge(g.Calls()) {
		for _, r := range g.Routes(e) {
			fmt.Fprintf(&b, "%s", call(e))
			if r.Match != "" {
				fmt.Fprintf(&b, " [%s]", r.Match)
			}
			if len(r.Methods) > 0 {
				fmt.Fprintf(&b, " %s", strings.Join(r.Methods, ","))
			}
			b.WriteByte('\n')
			for i := range r.Layers {
				s := &r.Layers[i]
				fmt.Fprintf(&b, "  %s %s\n", s.Layer, s.Product)
				writeSettings(&b, "    ", reflect.ValueOf(s).Elem())
			}
		}
	}
	for _, p := range g.Policies() {
		fmt.Fprintf(&b, "%s", p.Object)
		if p.Match != "" {
			fmt.Fprintf(&b, " [%s]", p.Match)
		}
		if len(p.Calls) == 0 {
			b.WriteString(" is for no call")
		}
		if p.UnboundReason != graph.NotUnbound {
			fmt.Fprintf(&b, ": %s", p.UnboundReason)
		}
		for _, e := range p.Calls {
			fmt.Fprintf(&b, " %s", call(e))
		}
		for _, e := range p.Outside {
			fmt.Fprintf(&b, "; outside the mesh %s", call(e))
		}
		for _, s := range p.Shadows {
			fmt.Fprintf(&b, "; hidden by %s", s.By.Object)
			for _, e := range s.Calls {
				fmt.Fprintf(&b, " %s", call(e))
			}
		}
		b.WriteByte('\n')
		for _, f := range p.Flaws {
			fmt.Fprintf(&b, "  flaw %s %q: %s (%s)\n", f.Field, f.Text, f.Why, f.Origin)
		}
	}
	return b.String()
}

// writeSettings writes every setting below v that is set.
func writeSettings(b *strings.Builder, indent string, v reflect.Value) {
	for i := range v.NumField() {
		f, name := v.Field(i), v.Type().Field(i).Name
		if f.Kind() == reflect.Pointer {
			if !f.IsNil() && f.Type() != reflect.TypeFor[*policy.Product]() {
				fmt.Fprintf(b, "%s%s\n", indent, strings.ToLower(name))
				writeSettings(b, indent+"  ", f.Elem())
			}
			continue
		}
		if f.Kind() != reflect.Struct || f.NumField() != 3 {
			continue
		}
		p, ok := f.FieldByName("Provenance").Interface().(policy.Provenance)
		if !ok || p == policy.Unknown {
			continue
		}
		fmt.Fprintf(b, "%s%s %v %s %s\n", indent, strings.ToLower(name), f.FieldByName("Value").Interface(), p, f.FieldByName("Origin").Interface())
	}
}
