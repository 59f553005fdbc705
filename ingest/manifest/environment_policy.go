package manifest

import (
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

// Programs take settings from their environment as well, in the place of those in
// files: a variable holds a document of its own, or is named after the setting,
// or hands flags to a Java program.

// environmentPolicies finds the policies in the variables and arguments of one
// container.
func environmentPolicies(values []graph.Value) []graph.Policy {
	var policies []graph.Policy
	signs := ""
	for i := range values {
		v := &values[i]
		text := signOf(v.Text)
		signs += signOf(v.Key) + text
		if text != "" && strings.HasPrefix(strings.TrimSpace(v.Text), "{") && v.Key != springJSON {
			policies = append(policies, programPolicies(v.Key+".json", v.Text, v.Origin, true)...)
		}
	}
	if signs == "" {
		return policies
	}
	return append(policies, readLibraries("", signs, func(t *optionTree) {
		for i := range values {
			t.addVariable(&values[i])
		}
	})...)
}

// springJSON is the variable in which Spring Boot takes a document of settings.
const springJSON = "SPRING_APPLICATION_JSON"

// addVariable adds what a variable or an argument sets.
func (t *optionTree) addVariable(v *graph.Value) {
	if v.Key == springJSON {
		roots, _ := parseYAML(v.Text)
		for _, root := range roots {
			t.addYAML(t.root, root.Node, func(document.Node) graph.Origin { return v.Origin }, 0)
		}
		return
	}
	for _, word := range strings.Fields(v.Text) {
		for _, flag := range []string{"-D", "--"} {
			if key, text, ok := strings.Cut(strings.TrimPrefix(word, flag), "="); ok && strings.HasPrefix(word, flag) {
				t.grow(t.root, key, v.Origin).set(text, v.Origin)
			}
		}
	}
	if key := t.variableKey(v.Key); key != "" {
		t.grow(t.root, key, v.Origin).set(v.Text, v.Origin)
	}
}

// variableKey is the key that the name of a variable stands for: .NET writes two
// underscores for its colon, Spring one for its dot.
func (t *optionTree) variableKey(name string) string {
	switch {
	case t.sep == ":":
		return strings.ReplaceAll(name, "__", ":")
	case t.sep == "" || strings.Contains(name, "."):
		return name
	}
	words := strings.Split(strings.ToLower(name), "_")
	if key := r4jVariable(words); key != "" {
		return key
	}
	return strings.Join(words, ".")
}

// r4jVariable is the key of a setting of resilience4j that the words of a variable
// stand for. What separates them may also stand within a name, so that
// "RESILIENCE4J_RETRY_INSTANCES_CARD_BANK_MAX_ATTEMPTS" is told by what it ends in.
func r4jVariable(words []string) string {
	if words[0] != "resilience4j" {
		return ""
	}
	for _, m := range r4jModules {
		for _, group := range []string{"instances", "configs"} {
			prefix := relaxed(m.key) + group
			first := 1 // of the name
			for text := ""; first < len(words) && len(text) < len(prefix); first++ {
				text += words[first]
			}
			if strings.Join(words[1:first], "") != prefix {
				continue
			}
			for end := first + 1; end < len(words); end++ {
				if option := m.known[strings.Join(words[end:], "")]; option != "" {
					return strings.Join([]string{words[0], m.key, group, strings.Join(words[first:end], "-"), option}, ".")
				}
			}
		}
	}
	return ""
}
