package proxy

import (
	"path"
	"strings"

	"github.com/weirgraph/weir/ingest/settings"
)

// Grafana Alloy has components in blocks: prometheus.remote_write "all" { endpoint { url = "http://metrics:9009" } }.

func looksLikeAlloy(name, _ string) bool {
	ext := path.Ext(name)
	return ext == ".alloy" || ext == ".river"
}

// readAlloy reads whom the components of Alloy scrape and send to. An expression in the place of an address has none.
func readAlloy(s *settings.Collector, _, text string) bool {
	a := alloyFile{text: text, line: 1}
	depth, component := 0, ""
	key, assigned := "", false
	for {
		t, ok := a.next()
		if !ok {
			return true
		}
		switch {
		case t.text == "{" || t.text == "[" || t.text == "(":
			depth++
			assigned = false
		case t.text == "}" || t.text == "]" || t.text == ")":
			depth--
			assigned = false
		case t.text == "=":
			assigned = true
		case t.quoted && assigned:
			if name := alloyKey(component, key); name != "" {
				s.Add(t.line, t.column, name, t.text)
			}
			assigned = false
		default:
			if depth == 0 && !t.quoted {
				component = t.text
			}
			key, assigned = t.text, false
		}
	}
}

// alloyKey returns the key of a setting of a component that is the address of another program; "" for another setting. Receivers
// and sources listen.
func alloyKey(component, key string) string {
	switch {
	case key == "__address__":
		return component + ".targets"
	case key != "url" && key != "endpoint" || strings.Contains(component, ".receiver.") || strings.Contains(component, ".source."):
		return ""
	}
	return component + "." + key
}

// An alloyToken is a name, a string without its quotes, or a mark.
type alloyToken struct {
	text         string
	quoted       bool
	line, column int
}

// alloyFile is a text that is read token by token.
type alloyFile struct {
	text       string
	i          int
	line, from int // of i, and where its line begins
}

// next returns the next token but commas and comments.
func (a *alloyFile) next() (alloyToken, bool) {
	for a.i < len(a.text) {
		rest := a.text[a.i:]
		switch c := rest[0]; {
		case strings.HasPrefix(rest, "//"):
			a.skip(until(rest, "\n", 0))
		case strings.HasPrefix(rest, "/*"):
			a.skip(until(rest, "*/", 2))
		case c == '"' || c == '`':
			return a.quoted(c), true
		case isAlloyName(c):
			n := 1
			for n < len(rest) && (isAlloyName(rest[n]) || rest[n] == '.') {
				n++
			}
			return a.take(n), true
		case strings.IndexByte("{}[]()=", c) >= 0:
			return a.take(1), true
		default:
			a.skip(1)
		}
	}
	return alloyToken{}, false
}

// quoted takes a string. One in double quotes ends with its line at the latest.
func (a *alloyFile) quoted(quote byte) alloyToken {
	n := 1
	for n < len(a.text)-a.i && a.text[a.i+n] != quote && (quote == '`' || a.text[a.i+n] != '\n') {
		if quote == '"' && a.text[a.i+n] == '\\' {
			n++
		}
		n++
	}
	n = min(n, len(a.text)-a.i)
	t := alloyToken{text: a.text[a.i+1 : a.i+n], quoted: true, line: a.line, column: a.i - a.from + 2}
	a.skip(min(n+1, len(a.text)-a.i))
	return t
}

func (a *alloyFile) take(n int) alloyToken {
	t := alloyToken{text: a.text[a.i : a.i+n], line: a.line, column: a.i - a.from + 1}
	a.i += n
	return t
}

func (a *alloyFile) skip(n int) {
	for end := a.i + n; a.i < end; a.i++ {
		if a.text[a.i] == '\n' {
			a.line++
			a.from = a.i + 1
		}
	}
}

// until returns the length of a text up to the end of a mark in it, which is searched for after the first bytes.
func until(text, mark string, after int) int {
	if n := strings.Index(text[after:], mark); n >= 0 {
		return after + n + len(mark)
	}
	return len(text)
}

func isAlloyName(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}
