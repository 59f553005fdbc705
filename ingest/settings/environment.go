package settings

import (
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/internal/shell"
)

// Programs take settings from their environment as well, in the place of those in
// files: a variable holds a document of its own, or is named after the setting,
// or hands flags to a Java program.

// Environment finds the policies in the variables and arguments of one
// container.
func Environment(values []graph.Value) []graph.Policy {
	var policies []graph.Policy
	signs := ""
	for i := range values {
		v := &values[i]
		text := signOf(v.Text)
		signs += signOf(v.Key) + text
		if text != "" && strings.HasPrefix(strings.TrimSpace(v.Text), "{") && v.Key != springJSON {
			policies = append(policies, Policies(v.Key+".json", v.Text, v.Origin, true)...)
		}
	}
	if signs == "" {
		return policies
	}
	return append(policies, readLibraries("", signs, func(t *builder) {
		for i := range values {
			t.addVariable(&values[i])
		}
	})...)
}

// springJSON is the variable in which Spring Boot takes a document of settings.
const springJSON = "SPRING_APPLICATION_JSON"

// addVariable adds what a variable or an argument sets.
func (t *builder) addVariable(v *graph.Value) {
	if v.Key == springJSON {
		roots, _ := ParseYAML(v.Text)
		for _, root := range roots {
			t.addYAML(t.root, root.Node, func(document.Node) graph.Origin { return v.Origin }, 0)
		}
		return
	}
	for key, text := range shell.Options(v.Text) {
		t.grow(t.root, key, v.Origin).set(text, v.Origin)
	}
	if key := t.variableKey(v.Key); key != "" {
		t.grow(t.root, key, v.Origin).set(v.Text, v.Origin)
	}
}

// variableKey is the key that the name of a variable means: .NET writes two
// underscores for its colon, Spring one for its dot.
func (t *builder) variableKey(name string) string {
	switch {
	case t.sep == ":":
		return strings.ReplaceAll(name, "__", ":")
	case t.sep == "" || strings.Contains(name, "."):
		return name
	}
	words := strings.Split(strings.ToLower(name), "_")
	for _, l := range Libraries {
		if l.Variable == nil {
			continue
		}
		if key := l.Variable(words); key != "" {
			return key
		}
	}
	return strings.Join(words, ".")
}
