package library

import (
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/settings"
	"github.com/weirgraph/weir/internal/lazy"
)

// Spring Boot reads the same settings from YAML and from properties, under names
// that it is relaxed about: serviceUrl, service_url and service-url are one.
// Keys are therefore in one form, lower case with dashes. Placeholders
// "${NAME:default}" are filled in from the file itself, then from their default;
// the environment wins in a running service, and is read where it is set.

// SpringProperties finds the addresses in Spring's properties.
var SpringProperties = settings.TextFormat{Match: settings.LooksLikeProperties, Read: readSpringProperties}

// SpringYAML finds the addresses in Spring's YAML.
var SpringYAML = settings.YAMLFormat{Match: isSpringYAML, Read: readSpringYAML}

var springName = lazy.NewRegexp(`^(?:application|bootstrap)(?:[-_][\w.\-]+)?\.(?:ya?ml|properties)$`)

// isSpringName holds of the names that Spring Boot looks for.
func isSpringName(name string) bool { return springName.MatchString(name) }

func isSpringYAML(name string, root document.Node) bool {
	if isSpringName(name) {
		return true
	}
	if strings.HasPrefix(name, "values") {
		return false // a chart's own words
	}
	for k := range root.Pairs() {
		if word, _, _ := strings.Cut(k.Str(), "."); word == "spring" || word == "eureka" || word == "zuul" || word == "hystrix" {
			return true
		}
	}
	return false
}

// readSpringProperties reads properties that are Spring's by the name of their
// file or by their keys.
func readSpringProperties(s *settings.Collector, name, text string) bool {
	all := settings.Properties(text)
	if !isSpringName(name) && !isSpringProperties(all) {
		return false
	}
	inner := settings.Collector{At: s.At}
	inner.AddProperties(all)
	documents := strings.Split(text, "\n#---")
	if len(documents) == 1 {
		addSpring(s, inner.Values, profileOf(s.File, inner.Values))
		return true
	}
	first := 1
	for _, document := range documents {
		last := first + strings.Count(document, "\n")
		var own []graph.Value
		for i, p := range inner.Values {
			if at := int(p.Origin.Line - s.At.Line); at+1 >= first && at+1 <= last {
				own = append(own, inner.Values[i])
			}
		}
		addSpring(s, own, profileOf(s.File, own))
		first = last + 1
	}
	return true
}

func isSpringProperties(all []settings.Property) bool {
	for _, p := range all {
		if strings.HasPrefix(p.Key, "spring.") || strings.HasPrefix(p.Key, "eureka.") {
			return true
		}
	}
	return false
}

func readSpringYAML(s *settings.Collector, root settings.YAMLRoot) {
	inner := settings.Collector{At: s.At}
	inner.Flatten(root, "", root.Node, 0)
	placeGatewayRoutes(&inner, root, inner.Values)
	addSpring(s, inner.Values, profileOf(s.File, inner.Values))
}

// profileOf returns the profiles that a document is for, by its settings or the name of its
// file.
func profileOf(file string, values []graph.Value) string {
	for _, v := range values {
		switch settings.SpringKey(v.Key) {
		case "spring.config.activate.on-profile", "spring.profiles":
			return v.Text
		}
	}
	name, _, _ := strings.Cut(file, ".")
	if m := springOfProfile.FindStringSubmatch(name); m != nil {
		return m[1]
	}
	if m := springProfile.FindString(name); m != "" && !isSpringName(file) {
		return m[1:]
	}
	return ""
}

// springOfProfile matches the name of an application's file for one profile.
var springOfProfile = lazy.NewRegexp(`^(?:application|bootstrap)-([\w\-]+)$`)

// addSpring takes flattened settings in Spring's words, those of one document.
func addSpring(s *settings.Collector, values []graph.Value, profile string) {
	texts := make(map[string]string, len(values))
	for i := range values {
		values[i].Key = settings.SpringKey(values[i].Key)
		if _, twice := texts[values[i].Key]; !twice {
			texts[values[i].Key] = values[i].Text
		}
	}
	for _, v := range values {
		if !springSilent(v.Key) {
			v.Text, v.Profile = settings.FillDefaults(v.Text, texts), profile
			s.Values = append(s.Values, v)
		}
	}
}

// springOwn are the settings of Spring that are about the service itself, or
// hold names that are no addresses.
var springOwn = []string{
	"spring.application", "spring.profiles", "spring.config.activate", "spring.jpa", "spring.main",
	"spring.cloud.stream.bindings", "spring.cloud.gateway.routes.id", "spring.cloud.gateway.routes.predicates",
	"spring.cloud.gateway.routes.filters", "spring.security.oauth2.client.registration", "spring.mvc", "spring.jackson",
	"spring.thymeleaf", "spring.messages", "spring.flyway.locations", "spring.liquibase.change-log",
	"server", "logging", "info", "springdoc", "management.endpoints", "management.endpoint", "management.server",
	"eureka.instance", "resilience4j", "hystrix", "spring.cloud.circuitbreaker",
}

func springSilent(key string) bool {
	if key == "server.port" || key == "spring.profiles.active" || key == "spring.profiles.include" || strings.HasPrefix(key, "spring.profiles.group.") {
		return false // the linker needs them
	}
	for _, own := range springOwn {
		if key == own || strings.HasPrefix(key, own) && key[len(own)] == '.' {
			return true
		}
	}
	return false
}
