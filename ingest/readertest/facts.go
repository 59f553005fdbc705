package readertest

import (
	"fmt"
	"reflect"
	"slices"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// printFacts writes facts one a line, policies inside of configuration too: the kind of
// fact, the fields that are not zero, and the place. Facts of one kind are in the order
// of their places, which is the order in which a person reads the input.
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
			p := printer{file: at.File()}
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
		_, isKind := value.Interface().(graph.GroupKind)
		switch {
		case isKind: // a split, too, which is zero
			words = append(words, value.Interface().(graph.GroupKind).String())
		case value.IsZero(), isOrigin && (field.Name == "Origin" || field.Name == "Document"): // written at the end, or not needed
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

// value writes one value in the shortest form without loss.
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
	if o.File() == p.file && o.Line > 0 {
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
