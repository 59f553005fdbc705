// Package match says which requests a route of Envoy takes.
package match

import (
	"strings"

	route "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	matcher "github.com/envoyproxy/go-control-plane/envoy/type/matcher/v3"
)

// Text is which requests a route takes, in the words of weir: "GET /cart*".
func Text(m *route.RouteMatch) string {
	var words []string
	for _, h := range m.Headers {
		if h.Name == ":method" {
			words = append(words, text(h.GetStringMatch()))
		}
	}
	switch {
	case m.GetPath() != "":
		words = append(words, m.GetPath())
	case m.GetPathSeparatedPrefix() != "":
		words = append(words, m.GetPathSeparatedPrefix()+"*")
	case m.GetPrefix() != "" && m.GetPrefix() != "/":
		words = append(words, m.GetPrefix()+"*")
	case m.GetSafeRegex() != nil:
		words = append(words, "~"+m.GetSafeRegex().Regex)
	}
	for _, h := range m.Headers {
		if h.Name != ":method" {
			without := ""
			if h.InvertMatch {
				without = "without "
			}
			words = append(words, strings.TrimSpace(without+"header "+h.Name+" "+text(h.GetStringMatch())))
		}
	}
	for _, q := range m.QueryParameters {
		words = append(words, strings.TrimSpace("query "+q.Name+" "+text(q.GetStringMatch())))
	}
	return strings.Join(words, " ")
}

func text(m *matcher.StringMatcher) string {
	switch {
	case m.GetExact() != "":
		return m.GetExact()
	case m.GetPrefix() != "":
		return m.GetPrefix() + "*"
	case m.GetSuffix() != "":
		return "*" + m.GetSuffix()
	case m.GetSafeRegex() != nil:
		return "~" + m.GetSafeRegex().Regex
	}
	return ""
}
