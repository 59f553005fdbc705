package native

import (
	"slices"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/boundary"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/internal/lazy"
)

// The keys forbid, require and allow: architecture rules.

const (
	selectorHint = "write the name of a service, a list, or a mapping: {namespace: shop, kind: database}"
	ruleExample  = "write {name: web-to-ledger, from: web, to: ledger-db}"
)

// aSelector is the shape of what selects services, aCallee of what may also compare them with
// their caller.
var (
	aSelector = selectorShape("selector", nil)
	aCallee   = selectorShape("callee", []schemaKey{
		{name: "same", shape: listOf(wordOf("an attribute", boundary.FieldNames...)), doc: "has the value that the caller has"},
		{name: "other", shape: listOf(wordOf("an attribute", boundary.FieldNames...)), doc: "has another one"},
	})
)

// selectorShape is a name, a mapping of conditions, or a list of both.
func selectorShape(def string, more []schemaKey) *shape {
	keys := []schemaKey{{name: "name", shape: listOf(aText)}, {name: "kind", shape: listOf(aKind)}}
	for _, field := range boundary.FieldNames {
		s := listOf(aText)
		if field == "tier" {
			s = listOf(aTier)
		}
		keys = append(keys, schemaKey{name: field, shape: s})
	}
	keys = append(keys, schemaKey{name: "labels", shape: &shape{is: "a mapping", values: listOf(aText), hint: "write labels: {app: cart}"}})
	keys = append(keys, more...)
	of := func(def string, keys []schemaKey) *shape {
		return listOf(&shape{is: "a service, a mapping", def: def, scalar: aText.scalar, keys: keys, hint: selectorHint, check: checkTerm})
	}
	return of(def, append(slices.Clip(keys), schemaKey{name: "not", shape: of(def+"-not", keys)}))
}

func checkTerm(d *document.Document, n document.Node) {
	for range n.Pairs() {
		return
	}
	d.Problem(graph.Failed, n, selectorHint, "a selector without a condition")
}

// boundaryKeys are the keys of weir.yaml with architecture rules.
func boundaryKeys(severities []string) []schemaKey {
	entries := func(keys ...schemaKey) *shape {
		return &shape{is: "a list", hint: "write a list of rules, each as {from: web, to: ledger-db}", item: &shape{
			is: "a mapping", hint: ruleExample, keys: keys, check: checkBoundary,
		}}
	}
	name := schemaKey{name: "name", shape: scalarOf("the name of a rule", parseRuleName).as(textOf(ruleName.String())), required: "web-to-ledger"}
	from := schemaKey{name: "from", shape: aSelector}
	mode := schemaKey{name: "mode", shape: aMode}
	protocol := schemaKey{name: "protocol", shape: listOf(aText)}
	reach := schemaKey{name: "reach", shape: aTruth, doc: "chains of calls count, too"}
	severity := schemaKey{name: "severity", shape: wordOf("a severity", severities...)}
	comment := schemaKey{name: "comment", shape: aText, doc: "why"}
	to := func(example string) schemaKey { return schemaKey{name: "to", shape: aCallee, required: example} }
	return []schemaKey{
		{name: boundary.Forbid.String(), shape: entries(name, from, to("ledger-db"), reach, schemaKey{name: "via", shape: aSelector, doc: "chains over one of these are right"}, mode, protocol, severity, comment)},
		{name: boundary.Require.String(), shape: entries(name, from, to("audit"), reach, mode, protocol, severity, comment)},
		{name: boundary.Allow.String(), shape: entries(from, to("cart"), mode, protocol, comment)},
	}
}

// checkBoundary looks for keys of a rule that need others.
func checkBoundary(d *document.Document, n document.Node) {
	if via := n.Get("via"); via.Exists() && !isTrue(n.Get("reach")) {
		d.Problem(graph.Failed, via, "write reach: true, or remove via", "a direct call goes via no service")
	}
	if to := n.Get("to"); isTrue(n.Get("reach")) && compares(to) {
		d.Problem(graph.Failed, to, "remove reach", "same and other compare the two ends of a direct call")
	}
}

// compares reports whether a selector compares services with their caller.
func compares(n document.Node) bool {
	return slices.ContainsFunc(n.Items(), func(term document.Node) bool {
		return term.Get("same").Exists() || term.Get("other").Exists() || compares(term.Get("not"))
	})
}

func isTrue(n document.Node) bool {
	is, hint := parseTruth(n.Str())
	return is && hint == ""
}

var ruleName = lazy.NewRegexp(`^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$`)

func parseRuleName(text string) (name, hint string) {
	if !ruleName.MatchString(text) {
		return "", "use lower case letters, digits and dashes: web-to-ledger"
	}
	return text, ""
}

// readBoundaries returns the architecture rules of a configuration, in the order of the file.
func readBoundaries(d *document.Document) []boundary.Rule {
	var rules []boundary.Rule
	first := map[string]graph.Origin{}
	for kind := range boundary.Kind(len(boundary.Kinds)) {
		for _, n := range d.Root.Get(kind.String()).List() {
			r := readBoundary(d, kind, n)
			rules = append(rules, r)
			if at, again := first[r.ID()]; again && r.Name != "" {
				d.Problem(graph.Failed, n.Get("name"), "rename one of them", "two rules are called %q, the first at %s", r.Name, at)
			} else {
				first[r.ID()] = d.At(n.Get("name"))
			}
		}
	}
	return rules
}

func readBoundary(d *document.Document, kind boundary.Kind, n document.Node) boundary.Rule {
	r := boundary.Rule{
		Kind: kind, Name: n.Get("name").Str(), From: readSelector(d, n.Get("from")), To: readSelector(d, n.Get("to")),
		Reach: isTrue(n.Get("reach")), Via: readSelector(d, n.Get("via")), Protocol: n.Get("protocol").Strs(),
		Severity: n.Get("severity").Str(), Comment: n.Get("comment").Str(), Origin: d.At(n),
	}
	if i := slices.Index(graph.Modes, n.Get("mode").Str()); i > 0 {
		r.Mode = graph.Mode(i)
	}
	return r
}

func readSelector(d *document.Document, n document.Node) boundary.Selector {
	s := boundary.Selector{Origin: d.At(n)}
	if n.IsList() && len(n.List()) == 0 {
		d.Problem(graph.Failed, n, `write "*" for all services`, "an empty list selects no service")
	}
	for _, item := range n.Items() {
		s.Terms = append(s.Terms, readTerm(d, item))
	}
	return s
}

func readTerm(d *document.Document, n document.Node) boundary.Term {
	if n.IsScalar() {
		return boundary.Term{Names: []string{n.Str()}}
	}
	t := boundary.Term{Names: n.Get("name").Strs(), Same: n.Get("same").Strs(), Other: n.Get("other").Strs()}
	for _, word := range n.Get("kind").Strs() {
		if kind, ok := graph.ParseKind(word); ok {
			t.Kinds = append(t.Kinds, kind)
		}
	}
	for _, name := range boundary.FieldNames {
		if patterns := n.Get(name).Strs(); patterns != nil {
			t.Fields = append(t.Fields, boundary.Field{Name: name, Patterns: patterns})
		}
	}
	for key, value := range n.Get("labels").Pairs() {
		t.Labels = append(t.Labels, boundary.Label{Key: key.Str(), Patterns: value.Strs()})
	}
	if not := n.Get("not"); not.Exists() {
		s := readSelector(d, not)
		t.Not = &s
	}
	return t
}

// boundaryIDs returns the ids of the architecture rules that a document declares.
func boundaryIDs(root document.Node) []string {
	var ids []string
	for _, kind := range []boundary.Kind{boundary.Forbid, boundary.Require} {
		for _, n := range root.Get(kind.String()).List() {
			ids = append(ids, (&boundary.Rule{Kind: kind, Name: n.Get("name").Str()}).ID())
		}
	}
	if len(root.Get(boundary.Allow.String()).List()) > 0 {
		ids = append(ids, boundary.AllowID)
	}
	return ids
}
