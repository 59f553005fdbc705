package manifest

import (
	"fmt"
	"reflect"
	"slices"
	"sort"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// printFacts writes facts one a line, policies inside of configuration too: the
// kind of fact, what is told apart from its zero value, and the place. Facts of one kind are in the order of their
// places, which is the order in which a person reads the input.
func printFacts(f *graph.Facts) []string {
	var lines []string
	flat := *f
	flat.Configs, flat.Policies = slices.Clone(f.Configs), slices.Clone(f.Policies)
	for i := range flat.Configs {
		c := &flat.Configs[i]
		c.Entries = slices.Clone(c.Entries)
		for j := range c.Entries {
			flat.Policies = append(flat.Policies, c.Entries[j].Policies...)
			c.Entries[j].Policies = nil
		}
	}
	all := reflect.ValueOf(flat)
	for i := range all.NumField() {
		list, word := all.Field(i), factWord(all.Type().Field(i).Name)
		var group []printedFact
		for j := range list.Len() {
			at := originOf(list.Index(j))
			p := printer{file: at.File}
			group = append(group, printedFact{at, word + " " + p.fields(list.Index(j)) + " @" + at.String()})
		}
		slices.SortFunc(group, func(a, b printedFact) int {
			if c := a.at.Compare(b.at); c != 0 {
				return c
			}
			return strings.Compare(a.text, b.text)
		})
		for _, fact := range group {
			lines = append(lines, fact.text)
		}
	}
	return lines
}

type printedFact struct {
	at   graph.Origin
	text string
}

// factWord makes "thing" of "Things" and "policy" of "Policies".
func factWord(field string) string {
	if stem, found := strings.CutSuffix(field, "ies"); found {
		field = stem + "y"
	}
	return strings.TrimSuffix(lowerFirst(field), "s")
}

func lowerFirst(name string) string {
	r, n := utf8.DecodeRuneInString(name)
	return string(unicode.ToLower(r)) + name[n:]
}

// originOf is the place of a fact, which is always a field called Origin.
func originOf(fact reflect.Value) graph.Origin {
	return fact.FieldByName("Origin").Interface().(graph.Origin)
}

// A printer writes values found in one fact. Places in the fact's own file are
// written without the file.
type printer struct{ file string }

// fields writes the fields of a struct that are not zero, embedded ones inline.
func (p printer) fields(v reflect.Value) string {
	var words []string
	for i := range v.NumField() {
		field, value := v.Type().Field(i), v.Field(i)
		_, isOrigin := value.Interface().(graph.Origin)
		switch {
		case value.IsZero(), isOrigin && (field.Name == "Origin" || field.Name == "Document"): // told at the end, or not needed
		case field.Anonymous && field.Type != reflect.TypeFor[graph.Ref]():
			words = append(words, p.fields(value))
		case field.Anonymous:
			words = append(words, p.value(value))
		default:
			words = append(words, lowerFirst(field.Name)+"="+p.value(value))
		}
	}
	return strings.Join(words, " ")
}

// value writes one value in the shortest form that still tells all of it.
func (p printer) value(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case graph.Ref:
		return printRef(x)
	case graph.Address:
		return p.fields(v)
	case graph.Origin:
		return p.place(x)
	case graph.Labels:
		return printLabels(x)
	case graph.Port:
		return "{" + p.fields(v) + "}"
	case fmt.Stringer:
		return x.String()
	case string:
		return printText(x)
	}
	switch v.Kind() {
	case reflect.Pointer:
		return p.value(v.Elem())
	case reflect.Slice:
		var items []string
		for i := range v.Len() {
			items = append(items, p.value(v.Index(i)))
		}
		return "[" + strings.Join(items, " ") + "]"
	case reflect.Struct:
		if how := v.FieldByName("Provenance"); how.IsValid() {
			return p.setting(v.FieldByName("Value"), how.Interface().(policy.Provenance), v.FieldByName("Origin").Interface().(graph.Origin))
		}
		return "{" + p.fields(v) + p.innerOrigin(v) + "}"
	}
	return fmt.Sprint(v.Interface())
}

// setting writes "2s(explicit 14:9)".
func (p printer) setting(v reflect.Value, how policy.Provenance, at graph.Origin) string {
	return p.value(v) + "(" + strings.TrimSpace(how.String()+" "+p.place(at)) + ")"
}

// innerOrigin writes the place of a part of a fact that has its own.
func (p printer) innerOrigin(v reflect.Value) string {
	o := v.FieldByName("Origin")
	if !o.IsValid() || o.IsZero() {
		return ""
	}
	return " @" + p.place(o.Interface().(graph.Origin))
}

func (p printer) place(o graph.Origin) string {
	if o.File == p.file && o.Line > 0 {
		return fmt.Sprintf("%d:%d", o.Line, o.Column)
	}
	return o.String()
}

// printRef writes realm:Kind/namespace/name without the parts that are empty.
func printRef(r graph.Ref) string {
	var parts []string
	for _, part := range []string{r.Kind, r.Namespace, r.Name} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	text := printText(strings.Join(parts, "/"))
	if r.Realm == "" {
		return text
	}
	return r.Realm + ":" + text
}

func printLabels(labels graph.Labels) string {
	var pairs []string
	for k, v := range labels {
		pairs = append(pairs, k+":"+printText(v))
	}
	sort.Strings(pairs)
	return "{" + strings.Join(pairs, " ") + "}"
}

// printText quotes only what would be misread in a line of words.
func printText(s string) string {
	if s == "" || strings.ContainsAny(s, " \t\r\n\"{}[]") || !utf8.ValidString(s) {
		return fmt.Sprintf("%q", s)
	}
	return s
}

// checkFacts fails when a fact breaks what the builder relies on: every fact has
// a place in a file, names a thing, and a party is named in one way.
func checkFacts(t *testing.T, f *graph.Facts) {
	t.Helper()
	all := reflect.ValueOf(*f)
	for i := range all.NumField() {
		for j := range all.Field(i).Len() {
			fact := all.Field(i).Index(j)
			if at := originOf(fact); at.File == "" || at.Reader == "" || at.Line < 1 {
				t.Errorf("%s %+v has no place in a file", factWord(all.Type().Field(i).Name), fact.Interface())
			}
		}
	}
	for _, thing := range f.Entities {
		checkRef(t, "thing", thing.Ref)
	}
	for _, name := range f.Names {
		checkRef(t, "name", name.Ref)
	}
	for _, config := range f.Configs {
		checkRef(t, "config", config.Ref)
	}
	for _, use := range f.Uses {
		checkRef(t, "user of a config", use.Of)
		checkRef(t, "used config", use.Config)
	}
	for _, value := range f.Values {
		checkRef(t, "owner of a value", value.Of)
	}
	for _, scaler := range f.Scalers {
		checkRef(t, "scaled thing", scaler.Of)
	}
	for _, m := range f.Members {
		checkRef(t, "group", m.Of)
		checkParty(t, graph.CallFact{Evidence: graph.Evidence{Origin: m.Origin}}, "member", m.Party)
	}
	for _, call := range f.Calls {
		checkParty(t, call, "caller", call.From)
		checkParty(t, call, "callee", call.To)
		if call.Way == "" {
			t.Errorf("%s: call without a way: %+v", call.Origin, call)
		}
	}
	for i := range f.Policies {
		checkPolicy(t, &f.Policies[i])
	}
	for _, c := range f.Configs {
		for _, e := range c.Entries {
			for i := range e.Policies {
				checkPolicy(t, &e.Policies[i])
			}
		}
	}
}

// checkPolicy fails when a policy cannot be bound or its findings cannot be told.
func checkPolicy(t *testing.T, p *graph.Policy) {
	t.Helper()
	if p.Product == nil || p.Object == "" {
		t.Errorf("%s: policy of no product or object: %+v", p.Origin, p)
	}
	for _, party := range p.From {
		checkParty(t, graph.CallFact{Evidence: graph.Evidence{Origin: p.Origin}}, "policy's caller", party)
	}
	for _, party := range p.To {
		checkParty(t, graph.CallFact{Evidence: graph.Evidence{Origin: p.Origin}}, "policy's callee", party)
	}
	for _, flaw := range p.Flaws {
		if flaw.Field == "" || flaw.Why == "" || flaw.Origin.Line < 1 {
			t.Errorf("%s: flaw without field, reason or place: %+v", p.Origin, flaw)
		}
	}
}

func checkRef(t *testing.T, what string, r graph.Ref) {
	t.Helper()
	if r.IsZero() {
		t.Errorf("%s without a name: %+v", what, r)
	}
}

func checkParty(t *testing.T, call graph.CallFact, end string, p graph.EndpointRef) {
	t.Helper()
	named := 0
	for _, set := range []bool{!p.Ref.IsZero(), !p.Group.IsZero(), p.Host.Host != "", !p.Pods.IsZero(), p.Account != ""} {
		if set {
			named++
		}
	}
	if named != 1 {
		t.Errorf("%s: %s is named in %d ways, want 1: %+v", call.Origin, end, named, p)
	}
}
