package compose

import (
	"maps"
	"slices"
	"strings"

	"github.com/weirgraph/weir/ingest/settings"
)

// variables are what a compose file may refer to: those of the project's .env
// file. The environment of the process that runs weir is not among them, so that
// a result depends on the inputs alone.
type variables struct {
	values  map[string]string
	missing map[string]bool // names asked for that have neither value nor default
	growth  *growth
	used    int // how often a value was used
}

func newVariables() *variables {
	return &variables{values: map[string]string{}, missing: map[string]bool{}, growth: &growth{}}
}

// within returns variables for a file that the one with these variables refers to, which have the
// same values.
func (v *variables) within() *variables {
	return &variables{values: maps.Clone(v.values), missing: v.missing, growth: v.growth}
}

// A growth is by how much the values of a project are longer than they are written, because
// of variables in them. A value that refers four times to one that does the same could otherwise
// take any memory.
type growth struct {
	bytes   int
	refused bool // a value that is too long is left out
}

// Bounds of what variables make of one value, as long as the system allows the variable of a
// process to be, and of all values of a project.
const (
	maxValue  = 128 << 10
	maxGrowth = 4 << 20
)

// allows reports whether a value that is written in so many bytes may have another length.
func (g *growth) allows(written, length int) bool {
	if length <= written {
		return true
	}
	if length > maxValue || g.bytes+length-written > maxGrowth {
		g.refused = true
		return false
	}
	return true
}

// names returns the missing ones, sorted.
func (v *variables) names() []string {
	names := make([]string, 0, len(v.missing))
	for name := range v.missing {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// maxExpand bounds defaults inside defaults.
const maxExpand = 20

// expand replaces the variables in text as compose does:
//
//	$NAME ${NAME}              value, or nothing
//	${NAME:-text} ${NAME-text} text if NAME is unset (or empty, with the colon)
//	${NAME:?text} ${NAME?text} value; compose stops without it, weir goes on
//	${NAME:+text} ${NAME+text} text if NAME is set (and not empty)
//	$$                         a dollar sign
//
// It returns nothing for a value that becomes too long.
func (v *variables) expand(text string) string {
	if strings.IndexByte(text, '$') < 0 {
		return text
	}
	expanded, ok := v.expandNested(text, 0)
	if !ok {
		return ""
	}
	v.growth.bytes += max(0, len(expanded)-len(text))
	return expanded
}

// expandNested reports false if the text becomes too long.
func (v *variables) expandNested(text string, depth int) (expanded string, ok bool) {
	if strings.IndexByte(text, '$') < 0 || depth > maxExpand {
		return text, true
	}
	var b strings.Builder
	for i := 0; i < len(text); {
		if !v.growth.allows(len(text), b.Len()) {
			return "", false
		}
		if text[i] != '$' || i+1 == len(text) {
			b.WriteByte(text[i])
			i++
			continue
		}
		switch next := text[i+1]; {
		case next == '$':
			b.WriteByte('$')
			i += 2
		case next == '{':
			end := settings.ClosingBrace(text, i+2)
			if end < 0 {
				b.WriteString(text[i:])
				return b.String(), true
			}
			value, ok := v.braced(text[i+2:end], depth)
			if !ok {
				return "", false
			}
			b.WriteString(value)
			i = end + 1
		case isNameByte(next, true):
			end := nameEnd(text, i+1)
			b.WriteString(v.get(text[i+1 : end]))
			i = end
		default:
			b.WriteByte('$')
			i++
		}
	}
	return b.String(), v.growth.allows(len(text), b.Len())
}

// braced is the value of the expression between the braces. It reports false if that becomes too
// long.
func (v *variables) braced(inner string, depth int) (string, bool) {
	end := nameEnd(inner, 0)
	name, rest := inner[:end], inner[end:]
	value, set := v.values[name]
	if strings.HasPrefix(rest, ":") {
		rest, set = rest[1:], value != ""
	}
	switch {
	case name == "":
		return "${" + inner + "}", true
	case rest == "" || rest[0] == '?':
		return v.get(name), true
	case rest[0] == '-' && !set:
		return v.expandNested(rest[1:], depth+1)
	case rest[0] == '+' && set:
		return v.expandNested(rest[1:], depth+1)
	case rest[0] == '+':
		return "", true
	}
	return value, true
}

// get returns a variable's value and remembers that it is missing if it is.
func (v *variables) get(name string) string {
	value, set := v.values[name]
	if !set {
		v.missing[name] = true
	} else {
		v.used++
	}
	return value
}

func nameEnd(text string, i int) int {
	start := i
	for i < len(text) && isNameByte(text[i], i == start) {
		i++
	}
	return i
}

func isNameByte(c byte, first bool) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || !first && c >= '0' && c <= '9'
}

// An envLine is one setting of an environment file.
type envLine struct {
	line, column int // of the value
	key, text    string
	bare         bool // a name alone, whose value comes from elsewhere
}

// envFile reads an environment file: NAME=value, "export" allowed, values in
// single quotes as they are, in double quotes with escapes, and variables in
// all but single quotes replaced by lookup and by earlier lines.
func envFile(text string, lookup *variables) []envLine {
	scope := lookup.within()
	scope.missing = map[string]bool{}
	var all []envLine
	lines := strings.Split(strings.TrimPrefix(text, "\ufeff"), "\n")
	for i := 0; i < len(lines); i++ {
		line := strings.TrimRight(lines[i], "\r")
		name, value, found := strings.Cut(line, "=")
		if !found {
			name, value, found = strings.Cut(line, ": ")
		}
		name = strings.TrimSpace(name)
		name = strings.TrimSpace(strings.TrimPrefix(name, "export "))
		if name == "" || name[0] == '#' || strings.ContainsAny(name, " \t'\"") {
			continue
		}
		e := envLine{line: i + 1, column: strings.Index(line, value) + 1, key: name, bare: !found}
		value = strings.TrimSpace(value)
		if found && value != "" && (value[0] == '"' || value[0] == '\'') {
			// A quoted value may go over several lines.
			for j := i; quoteEnd(value) < 0 && j+1 < len(lines) && j-i < settings.MaxContinued; {
				j++
				value += "\n" + strings.TrimRight(lines[j], "\r")
				if quoteEnd(value) >= 0 {
					i = j
				}
			}
		}
		e.text = envText(value, scope)
		if found {
			scope.values[name] = e.text
		}
		all = append(all, e)
	}
	return all
}

// envText takes quotes and comments off a value and replaces its variables.
func envText(value string, scope *variables) string {
	if value == "" {
		return ""
	}
	end := quoteEnd(value)
	switch {
	case value[0] == '\'' && end > 0:
		return value[1:end]
	case value[0] == '"' && end > 0:
		return scope.expand(envEscapes.Replace(value[1:end]))
	case value[0] == '#':
		return ""
	}
	if i := strings.Index(value, " #"); i >= 0 {
		value = strings.TrimSpace(value[:i])
	}
	return scope.expand(value)
}

var envEscapes = strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\"`, `"`, `\\`, `\`)

// quoteEnd returns where the quote that begins value ends, or -1.
func quoteEnd(value string) int {
	for i := 1; i < len(value); i++ {
		switch {
		case value[i] == '\\' && value[0] == '"':
			i++
		case value[i] == value[0]:
			return i
		}
	}
	return -1
}
