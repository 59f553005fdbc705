package fix

import (
	"bytes"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/internal/yaml"
	"github.com/weirgraph/weir/policy"
)

// A lineSyntax is that of files with one setting a line.
type lineSyntax struct {
	between string // name and value
	ends    string // a setting, before the line break
	indents bool   // settings of a block are indented more than the line that opens it
	stops   string // characters that end a value, besides those of a line; empty if a value goes on to the end of its line
	quotes  bool   // values may be in quotes
	blocks  bool   // fields belong to the block that is written at a place, not to the file
	typed   bool   // text is in quotes, and lists are in brackets
}

var (
	properties  = &lineSyntax{between: "="}
	environment = &lineSyntax{between: "=", quotes: true}
	nginx       = &lineSyntax{between: " ", ends: ";", indents: true, stops: " \t;", blocks: true}
	haproxy     = &lineSyntax{between: " ", indents: true, stops: " \t", blocks: true}
	assignments = &lineSyntax{between: " = ", stops: " \t,}]#", quotes: true, indents: true, blocks: true, typed: true}
)

// rewrite replaces the value that begins at a byte.
func (l *lineSyntax) rewrite(f *file, at int, change func(old string) (string, bool)) ([]splice, error) {
	end := lineEnd(f.text, at)
	old := f.text[at:end]
	quote := ""
	switch {
	case l.quotes && len(old) > 0 && (old[0] == '"' || old[0] == '\''):
		stop, ok := quoteEnd(f.text, at)
		if !ok {
			return nil, errOtherValue
		}
		quote = string(old[:1])
		old, end = f.text[at+1:stop-1], stop
	case l.typed && len(old) > 0 && old[0] == '[':
		return l.rewriteList(f, at, change)
	case l.stops != "":
		if i := bytes.IndexAny(old, l.stops); i >= 0 {
			old = old[:i]
		}
		end = at + len(old)
	default:
		old = bytes.TrimRight(old, " \t")
		end = at + len(old)
	}
	now, ok := change(string(old))
	if !ok {
		return nil, errOtherValue
	}
	return []splice{{at, end, quote + now + quote}}, nil
}

// rewriteList replaces a list in brackets, which is within one line.
func (l *lineSyntax) rewriteList(f *file, at int, change func(old string) (string, bool)) ([]splice, error) {
	end := at + 1 + bytes.IndexByte(f.text[at:lineEnd(f.text, at)], ']')
	n := parseValue(string(f.text[at:end]))
	if n.Kind != yaml.SequenceNode { // it goes on in another line
		return nil, errOtherValue
	}
	now, ok := change(flow(n, false))
	if !ok {
		return nil, errOtherValue
	}
	if areStatuses(n) && !areStatuses(parseValue(now)) {
		return nil, errStatuses
	}
	return []splice{{at, end, l.literal(now)}}, nil
}

// literal writes a value.
func (l *lineSyntax) literal(value string) string {
	if l.typed {
		return flow(parseValue(value), true)
	}
	return value
}

// rename gives another name to the setting whose value begins at a byte: of several with dots between them, the last.
func (l *lineSyntax) rename(f *file, at int, name string) ([]splice, error) {
	before, ok := bytes.CutSuffix(bytes.TrimRight(f.text[lineStart(f.text, at):at], " \t"), []byte("="))
	if !ok || !strings.Contains(l.between, "=") {
		return nil, errOtherValue
	}
	before = bytes.TrimRight(before, " \t")
	end := lineStart(f.text, at) + len(before)
	start := end - len(before) + 1 + bytes.LastIndexAny(before, " \t.{,")
	if start == end || bytes.HasSuffix(before, []byte(`"`)) {
		return nil, errOtherValue
	}
	return []splice{{start, end, name}}, nil
}

// set adds a line with a setting: at the end of a file, below the line of its block, or beside the
// setting of the same block at the place.
func (l *lineSyntax) set(f *file, at int, base policy.Base, e *analyze.FieldEdit) ([]splice, error) {
	name := e.Path
	if e.Op == policy.OpRemove || at < 0 || strings.ContainsAny(e.Value, "\n{") {
		return nil, errNoPlace
	}
	start, end := lineStart(f.text, at), lineEnd(f.text, at)
	line := string(f.text[start:end])
	indent := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
	switch {
	case l.blocks:
		opens := strings.HasSuffix(strings.TrimSpace(line), "{") || indent == "" && l == haproxy
		if l == nginx && !opens {
			switch same, other, after := l.conflict(f, at, name, e.Value); {
			case same:
				return nil, nil
			case other:
				return nil, errNoPlace
			case after >= 0:
				return []splice{{after, after, " " + name + l.between + e.Value + l.ends}}, nil
			}
		}
		if opens {
			indent += "    "
		}
		if l.indents && !opens && indent == "" {
			return nil, errNoPlace
		}
	case base == policy.BasePlace: // the sibling of the setting at the place
		key, _, _ := strings.Cut(line, "=")
		for range 1 + strings.Count(e.Path, "/") { // the names that the path has its own for
			key = key[:strings.LastIndexAny(strings.TrimRight(key, "/."), "/.")+1]
		}
		if name = key + e.Path; lineOf(f.text, name) >= 0 {
			return nil, errNoPlace
		}
	default:
		if key := lineOf(f.text, name); key >= 0 {
			return []splice{{key, lineEnd(f.text, key), name + l.between + l.literal(e.Value)}}, nil
		}
	}
	return []splice{{end, end, newline(f.text) + indent + name + l.between + l.literal(e.Value) + l.ends}}, nil
}

// lineOf is the byte where the line with a setting begins, -1 if there is none.
func lineOf(text []byte, name string) int {
	for _, at := range lineStarts(text) {
		key, _, ok := strings.Cut(string(text[at:lineEnd(text, at)]), "=")
		if ok && strings.TrimSpace(key) == name {
			return at
		}
	}
	return -1
}

// conflict looks for a setting in the block of nginx around a byte: it is same if the block has it with this
// value, and other if with another one. Where the block is in one line, after is where a setting is added to it, and
// -1 elsewhere.
func (l *lineSyntax) conflict(f *file, at int, name, value string) (same, other bool, after int) {
	open, end := blockAround(f.text, at)
	if open < 0 {
		return false, false, -1
	}
	depth := 0
	for _, statement := range statements(f.text[open+1 : end]) {
		words := strings.Fields(statement)
		switch {
		case statement == "{":
			depth++
		case statement == "}":
			depth--
		case depth == 0 && len(words) > 0 && words[0] == name:
			same, other = strings.Join(words[1:], " ") == value, strings.Join(words[1:], " ") != value
		}
	}
	after = -1
	if bytes.IndexByte(f.text[open:end], '\n') < 0 {
		if i := bytes.IndexByte(f.text[at:end], ';'); i >= 0 {
			after = at + i + 1
		}
	}
	return same, other, after
}

// blockAround returns the places of the braces around a byte, -1 if there are none.
func blockAround(text []byte, at int) (open, end int) {
	var stack []int
	open = -1
	for i := 0; i < len(text); i++ {
		if i == at && len(stack) > 0 {
			open = stack[len(stack)-1]
		}
		switch text[i] {
		case '#', '"', '\'':
			next := skipped(text, i)
			if at > i && at < next && len(stack) > 0 {
				open = stack[len(stack)-1]
			}
			i = next - 1
		case '{':
			stack = append(stack, i)
		case '}':
			if len(stack) == 0 {
				return -1, -1
			}
			if stack[len(stack)-1] == open {
				return open, i
			}
			stack = stack[:len(stack)-1]
		}
	}
	return -1, -1
}

// skipped is the end of the comment or of the text in quotes that begins at a byte.
func skipped(text []byte, at int) int {
	if text[at] == '#' {
		return lineEnd(text, at)
	}
	for i := at + 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case text[at]:
			return i + 1
		}
	}
	return len(text)
}

// statements splits the text of a block of nginx into its directives, the beginnings of blocks and braces.
func statements(text []byte) []string {
	var list []string
	start := 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '#':
			end := skipped(text, i)
			list, start, i = append(list, string(text[start:i])), end, end-1
		case '"', '\'':
			i = skipped(text, i) - 1
		case ';':
			list, start = append(list, string(text[start:i])), i+1
		case '{', '}':
			list, start = append(list, string(text[start:i]), string(c)), i+1
		}
	}
	return list
}
