package manifest

import (
	"path"
	"regexp"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

// Spring Boot reads the same settings from YAML and from properties, under names
// that it is relaxed about: serviceUrl, service_url and service-url are one.
// Keys are therefore told in one form, lower case with dashes. Placeholders
// "${NAME:default}" are filled in from the file itself, then from their default;
// the environment wins in a running service, and is read where it is set.

var springName = regexp.MustCompile(`^(?:application|bootstrap)(?:[-_][\w.\-]+)?\.(?:ya?ml|properties)$`)

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

func isSpringProperties(all []property) bool {
	for _, p := range all {
		if strings.HasPrefix(p.key, "spring.") || strings.HasPrefix(p.key, "eureka.") {
			return true
		}
	}
	return false
}

func readSpringYAML(s *settings, root yamlRoot) {
	inner := settings{at: s.at}
	inner.flatten(root, "", root.Node, 0)
	s.addSpring(inner.values)
}

func readSpringProperties(s *settings, all []property) {
	inner := settings{at: s.at}
	inner.addProperties(all)
	s.addSpring(inner.values)
}

// addSpring takes flattened settings in Spring's words.
func (s *settings) addSpring(values []graph.Value) {
	texts := make(map[string]string, len(values))
	for i := range values {
		values[i].Key = springKey(values[i].Key)
		if _, twice := texts[values[i].Key]; !twice {
			texts[values[i].Key] = values[i].Text
		}
	}
	for _, v := range values {
		if !springSilent(v.Key) {
			v.Text = fillPlaceholders(v.Text, texts)
			s.values = append(s.values, v)
		}
	}
}

var (
	camelHump = regexp.MustCompile(`([a-z0-9])([A-Z])`)
	listIndex = regexp.MustCompile(`\[\d*\]`)
)

// springKey brings a key into one form: lower case, dashes, no list positions.
func springKey(key string) string {
	key = listIndex.ReplaceAllString(key, "")
	key = camelHump.ReplaceAllString(key, "$1-$2")
	return strings.ReplaceAll(strings.ToLower(key), "_", "-")
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
	for _, own := range springOwn {
		if key == own || strings.HasPrefix(key, own) && key[len(own)] == '.' {
			return true
		}
	}
	return false
}

// maxPlaceholders bounds the placeholders of one text, those in the settings and
// defaults that they lead to among them.
const maxPlaceholders = 200

// fillPlaceholders replaces "${name:default}" by the setting of that name in the
// same file, or by the default. Without either the placeholder stays.
func fillPlaceholders(text string, texts map[string]string) string {
	budget := maxPlaceholders
	return fillWithin(text, texts, &budget)
}

func fillWithin(text string, texts map[string]string, budget *int) string {
	var b strings.Builder
	for {
		start := strings.Index(text, "${")
		end := -1
		if *budget--; start >= 0 && *budget > 0 {
			end = closingBrace(text, start+2)
		}
		if end < 0 {
			b.WriteString(text)
			return b.String()
		}
		b.WriteString(text[:start])
		name, fallback, hasDefault := strings.Cut(text[start+2:end], ":")
		switch value, known := texts[springKey(name)]; {
		case known && !strings.Contains(value, "${"+name):
			b.WriteString(fillWithin(value, texts, budget))
		case hasDefault:
			b.WriteString(fillWithin(fallback, texts, budget))
		default:
			b.WriteString(text[start : end+1])
		}
		text = text[end+1:]
	}
}

// closingBrace finds the brace that closes a placeholder, or -1.
func closingBrace(text string, from int) int {
	depth := 0
	for i := from; i < len(text); i++ {
		switch text[i] {
		case '{':
			depth++
		case '}':
			if depth == 0 {
				return i
			}
			depth--
		}
	}
	return -1
}

// springModule is the folder that names the service whose configuration lies at
// file: the module above src/main/resources, or else the folder itself, unless
// its name only says that configuration is kept there. It returns "" if no
// folder tells.
func springModule(file string) string {
	dir := path.Dir(file)
	if module, _, ok := strings.Cut(dir+"/", "/src/"); ok {
		return folderName(module)
	}
	return nearestFolder(dir)
}

// nearestFolder is the first name on the way up from a folder that says more than
// that configuration is kept there.
func nearestFolder(dir string) string {
	for dir != "." && dir != "/" {
		switch name := path.Base(dir); {
		case strings.HasPrefix(name, "conf"), name == "resources", name == "src", name == "main", name == "etc", name == "..":
			dir = path.Dir(dir)
		default:
			return name
		}
	}
	return ""
}

func folderName(dir string) string {
	if name := path.Base(dir); name != "." && name != "/" && name != ".." {
		return name
	}
	return ""
}
