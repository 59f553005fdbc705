package settings

import (
	"path"
	"slices"
	"strings"

	"github.com/weirgraph/weir/internal/lazy"
)

var (
	yamlKey       = lazy.NewRegexp(`(?m)^[\w.\-"']+:(?:\s|$)`)
	propertyLine  = lazy.NewRegexp(`^\s*(?:export\s+)?([\w.\-\[\]/]+)\s*[=:]\s*(.*?)\s*$`)
	propertyShape = lazy.NewRegexp(`(?m)^\s*[\w.\-\[\]]+\s*=`)
	sectionLine   = lazy.NewRegexp(`^\s*\[+\s*([^\]\[]+?)\s*\]+\s*(?:#.*|;.*)?$`)
	sectionShape  = lazy.NewRegexp(`(?m)^\s*\[\[?[\w."' :\-/]+\]\]?\s*(?:#.*)?$`)
	quoted        = lazy.NewRegexp(`"(?:[^"\\]|\\.)*"|'[^']*'`)
)

// LooksLikeProperties reports whether a text is lines of keys and values.
func LooksLikeProperties(name, text string) bool {
	switch ext := path.Ext(name); {
	case ext == ".properties" || ext == ".env" || strings.HasPrefix(name, ".env") || name == "env":
		return true
	case slices.Contains([]string{".yml", ".yaml", ".json", ".sh", ".py", ".rb", ".xml", ".toml"}, ext):
		return false
	}
	return mostlyProperties(text) && propertyShape.MatchString(text) && !sectionShape.MatchString(text)
}

// mostlyProperties distinguishes key=value files from programs that assign variables:
// no line may be anything else.
func mostlyProperties(text string) bool {
	continued := false
	for _, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		wasContinued := continued
		continued = strings.HasSuffix(line, `\`)
		if line == "" || wasContinued || line[0] == '#' || line[0] == '!' || line[0] == ';' {
			continue
		}
		if !propertyLine.MatchString(line) {
			return false
		}
	}
	return true
}

// A Property is one line of a key=value file.
type Property struct {
	Line, Column int // of the value
	Key, Text    string
}

// MaxContinued bounds the lines of one value.
const MaxContinued = 500

// Properties reads key=value and "key: value" lines. A backslash at the end
// goes on in the next line.
func Properties(text string) []Property {
	var all []Property
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		first, line := i, strings.TrimRight(lines[i], "\r")
		if trimmed := strings.TrimSpace(line); trimmed == "" || strings.ContainsRune("#!;", rune(trimmed[0])) {
			continue
		}
		for strings.HasSuffix(line, `\`) && !strings.HasSuffix(line, `\\`) && i+1 < len(lines) && i-first < MaxContinued {
			i++
			line = strings.TrimSuffix(line, `\`) + strings.TrimSpace(lines[i])
		}
		m := propertyLine.FindStringSubmatchIndex(line)
		if m == nil {
			continue
		}
		all = append(all, Property{first + 1, m[4] + 1, line[m[2]:m[3]], UnquoteValue(line[m[4]:m[5]])})
	}
	return all
}

// UnquoteValue takes the quotes off a value and the comment off what follows.
func UnquoteValue(v string) string {
	if v != "" && (v[0] == '"' || v[0] == '\'') {
		if end := strings.IndexByte(v[1:], v[0]); end >= 0 {
			return v[1 : end+1]
		}
	}
	if i := strings.Index(v, " #"); i >= 0 {
		v = strings.TrimSpace(v[:i])
	}
	return strings.ReplaceAll(v, `\:`, ":") // properties escape colons
}

func readProperties(s *Collector, _, text string) bool {
	s.AddProperties(Properties(text))
	return true
}

// AddProperties takes properties, hosts with the ports that are given apart.
func (s *Collector) AddProperties(all []Property) {
	ports := map[string]string{}
	for _, p := range all {
		if strings.HasSuffix(strings.ToLower(p.Key), "port") {
			ports[strings.ToLower(p.Key)] = p.Text
		}
	}
	for _, p := range all {
		if hostKey(lastWord(p.Key)) {
			p.Text = WithPort(p.Text, portBeside(ports, p.Key))
		}
		if couldMatter(p.Key, p.Text) {
			s.Add(p.Line, p.Column, p.Key, p.Text)
		}
	}
}

// portBeside looks for the port of the host at key among flattened ports.
func portBeside(ports map[string]string, key string) string {
	key = strings.ToLower(key)
	for _, word := range []string{"hostname", "host", "address", "server"} {
		if stem, ok := strings.CutSuffix(key, word); ok {
			return ports[stem+"port"]
		}
	}
	return ""
}

// lastWord is the last name of a key's path.
func lastWord(key string) string {
	return key[strings.LastIndexAny(key, "._-")+1:]
}

func looksLikeSections(name, text string) bool {
	switch path.Ext(name) {
	case ".toml", ".ini":
		return true
	case ".yml", ".yaml", ".json", ".sh", ".xml", ".py", ".rb":
		return false
	}
	return strings.Contains(text, "[") && strings.Contains(text, "=") && sectionShape.MatchString(text) && propertyShape.MatchString(text)
}

// readSections reads INI and TOML: sections in brackets, key = value under them.
// Strings in lists and inline tables, which may go over several lines, are
// settings under their key.
func readSections(s *Collector, _, text string) bool {
	var all []Property
	section, open := "", Property{}
	depth := 0
	for i, line := range strings.Split(text, "\n") {
		trimmed := strings.TrimSpace(line)
		switch {
		case trimmed == "" || trimmed[0] == '#' || trimmed[0] == ';':
		case depth > 0:
			all = append(all, quotedIn(i+1, 0, open.Key, line)...)
			depth += nesting(line)
		case sectionLine.MatchString(line):
			section = strings.NewReplacer(`"`, "", "'", "").Replace(sectionLine.FindStringSubmatch(line)[1])
		default:
			m := propertyLine.FindStringSubmatchIndex(line)
			if m == nil {
				continue
			}
			p := Property{i + 1, m[4] + 1, joinKey(section, line[m[2]:m[3]]), line[m[4]:m[5]]}
			if strings.HasPrefix(p.Text, "[") || strings.HasPrefix(p.Text, "{") {
				all = append(all, quotedIn(p.Line, m[4], p.Key, p.Text)...)
				depth, open = nesting(p.Text), p
				continue
			}
			p.Text = UnquoteValue(p.Text)
			all = append(all, p)
		}
	}
	s.AddProperties(all)
	return len(all) > 0
}

// quotedIn returns the quoted strings of a line as settings of one key; offset is
// where the text begins in its line.
func quotedIn(line, offset int, key, text string) []Property {
	var all []Property
	end := 0
	for _, m := range quoted.FindAllStringIndex(text, -1) {
		if strings.Contains(text[end:m[0]], "#") {
			break // a comment
		}
		end = m[1]
		all = append(all, Property{line, offset + m[0] + 1, key, text[m[0]+1 : m[1]-1]})
	}
	return all
}

// nesting is how many brackets a line opens more than it closes, outside strings.
func nesting(line string) int {
	line = quoted.ReplaceAllString(line, "")
	if i := strings.IndexByte(line, '#'); i >= 0 {
		line = line[:i]
	}
	return strings.Count(line, "[") + strings.Count(line, "{") - strings.Count(line, "]") - strings.Count(line, "}")
}
