package rules

import (
	"slices"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

func firstLabel(host string) string {
	name, _, _ := strings.Cut(host, ".")
	return name
}

// partyName is the name by which a policy knows a party, "" if it knows it by
// labels.
func partyName(p *graph.EndpointRef) string {
	switch {
	case p.Host.Host != "":
		return p.Host.Host
	case p.Ref.Name != "":
		return p.Ref.Name
	}
	return p.Group.Name
}

func partyNames(parties []graph.EndpointRef) string {
	var names []string
	for i := range parties {
		if name := partyName(&parties[i]); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return quoted(names)
}

// quoted writes `"a"`, `"a" and "b"`.
func quoted(words []string) string {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = strconv.Quote(w)
	}
	return english.List(texts)
}

// namesInstead is the fix that writes another name of a service wherever an object names one: a full
// one, or a short one with what follows there.
func namesInstead(b *graph.BoundPolicy, wrong, right string) analyze.Fix {
	kind, object, _ := strings.Cut(b.Object, "/")
	paths := b.Product.OrNative().Names[kind]
	for _, api := range product.All {
		if paths == nil {
			paths = api.Names[kind]
		}
	}
	if paths == nil {
		return analyze.Fix{None: analyze.NoEdit}
	}
	c := analyze.ObjectEdit{Kind: kind, Object: object, Places: []graph.Origin{b.Origin}}
	for _, path := range paths {
		c.Edits = append(c.Edits, analyze.FieldEdit{Edit: policy.Edit{Op: policy.OpReplace, Path: path, Value: right}, Was: firstLabel(wrong)})
	}
	return analyze.Fix{Changes: []analyze.ObjectEdit{c}}
}
