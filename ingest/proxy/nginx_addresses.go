package proxy

import (
	"path"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/graph/address"
	"github.com/weirgraph/weir/ingest/settings"
	"github.com/weirgraph/weir/internal/lazy"
)

// nginx says where requests go with directives named *_pass. Their target may be
// written in full, be the name of an upstream block in the same file, or hold
// variables that the file sets; the first two are resolved here, the third as
// far as `set` and `map` go.

var nginxShape = lazy.NewRegexp(`(?m)(?:^|[{};])\s*(?:(?:proxy|grpc|fastcgi|uwsgi|scgi|memcached)_pass\s+\S|upstream\s+\S+\s*\{|server\s*\{|location\s+[^{\n]*\{|worker_connections\s+\d)`)

func looksLikeNginx(name, text string) bool {
	switch path.Ext(name) {
	case ".yml", ".yaml", ".json", ".toml", ".properties", ".xml":
		return false
	}
	return strings.Contains(text, ";") && nginxShape.MatchString(text)
}

// A directive of an nginx-like file: its words, and the block under it.
type directive struct {
	line, column int
	words        []string
	places       [][2]int // line and column of each word
	block        []directive
}

func readNginx(s *settings.Collector, _, text string) bool {
	tree, ok := parseDirectives(text)
	if !ok {
		return false
	}
	n := newNginx(s)
	n.define(tree)
	r := newNginxRoutes(n, tree)
	r.walk(tree, nginxBlock{})
	r.ask()
	r.offer()
	return true
}

type nginx struct {
	*settings.Collector
	upstreams map[string]nginxUpstream
	variables map[string][]string    // what `set` and `map` may give a variable
	chosen    map[string][]nginxPart // of `map` and `split_clients`, how
	expanded  map[string][]string    // the texts that words expand to
	grown     int                    // by how much these are longer than the words
}

func newNginx(s *settings.Collector) *nginx {
	return &nginx{
		Collector: s, upstreams: map[string]nginxUpstream{}, variables: map[string][]string{}, chosen: map[string][]nginxPart{}, expanded: map[string][]string{},
	}
}

// An nginxUpstream is an upstream block with its servers.
type nginxUpstream struct {
	directive
	servers []directive
}

// An nginxPart is a value that a variable may have.
type nginxPart struct {
	match string
	share float64 // percent of the requests; 0 is unknown
}

// define collects upstreams and variables, which may be after their use.
func (n *nginx) define(tree []directive) {
	for _, d := range tree {
		switch {
		case d.words[0] == "upstream" && len(d.words) > 1:
			u := n.upstreams[d.words[1]]
			u.directive = d
			for _, server := range d.block {
				if server.words[0] == "server" && len(server.words) > 1 {
					u.servers = append(u.servers, server)
				}
			}
			n.upstreams[d.words[1]] = u
			continue
		case d.words[0] == "set" && len(d.words) > 2:
			n.variables[d.words[1]] = append(n.variables[d.words[1]], d.words[2])
		case (d.words[0] == "map" || d.words[0] == "split_clients") && len(d.words) > 2:
			name := d.words[2]
			rest := 100.0
			for _, entry := range d.block {
				if len(entry.words) != 2 {
					continue
				}
				n.variables[name] = append(n.variables[name], entry.words[1])
				part := nginxPart{match: entry.words[0]}
				if d.words[0] == "split_clients" {
					part.match, part.share = "", rest
					if percent, ok := strings.CutSuffix(entry.words[0], "%"); ok {
						part.share, _ = strconv.ParseFloat(percent, 64)
					}
					rest -= part.share
				}
				n.chosen[name] = append(n.chosen[name], part)
			}
			continue
		}
		n.define(d.block)
	}
}

// splitTarget takes a target of a *_pass directive apart. The target comes back
// without what of it is the path of the request.
func splitTarget(target string) (_, scheme, rest, host string) {
	if path := requestPath.FindStringIndex(target); path != nil {
		target = target[:path[0]]
	}
	scheme, rest, ok := strings.Cut(target, "://")
	if !ok {
		scheme, rest = "", target
	}
	host, _, _ = strings.Cut(rest, "/")
	return target, scheme, rest, host
}

// requestPath matches variables that are the path of the request, or a part of it.
var requestPath = lazy.NewRegexp(`\$(?:request_uri|uri|document_uri|is_args|args|query_string|[1-9])\b`)

func prefixScheme(scheme, address string) string {
	if scheme == "" {
		return address
	}
	return scheme + "://" + address
}

var nginxVariable = lazy.NewRegexp(`\$\w+|\$\{\w+\}`)

// maxExpansions bounds the values of a variable made of variables, and maxGrown what variables add to the words of
// a file: long values could otherwise be in many others.
const (
	maxExpansions = 200
	maxGrown      = 4 << 20
)

// expand returns the texts that a word can expand to. Variables that the file does
// not set stay as they are, and so do those that make a text too long.
func (n *nginx) expand(word string) []string {
	if !strings.Contains(word, "$") {
		return []string{word}
	}
	texts, known := n.expanded[word]
	if !known {
		texts = n.expandFrom(word, 0)
		n.expanded[word] = texts
	}
	return texts
}

func (n *nginx) expandFrom(word string, depth int) []string {
	texts := []string{word}
	if depth > 5 {
		return texts
	}
	for _, m := range nginxVariable.FindAllString(word, 5) {
		values := n.variables["$"+strings.Trim(m, "${}")]
		if len(values) == 0 {
			continue
		}
		var next []string
		for _, text := range texts {
			for _, v := range values {
				if len(next) < maxExpansions {
					next = append(next, n.replace(text, m, v))
				}
			}
		}
		texts = next
	}
	if len(texts) == 1 && texts[0] == word {
		return texts
	}
	var all []string
	for _, text := range texts {
		if len(all) < maxExpansions {
			all = append(all, n.expandFrom(text, depth+1)...)
		}
	}
	return all
}

// replace puts the value of a variable into a text.
func (n *nginx) replace(text, variable, value string) string {
	if len(text)+len(value) > address.MaxText || n.grown > maxGrown {
		return text
	}
	n.grown += max(0, len(value)-len(variable))
	return strings.Replace(text, variable, value, 1)
}

// maxBlocks bounds the nesting of blocks in a hostile file.
const maxBlocks = 60

// parseDirectives reads words, quotes, comments, blocks and semicolons. It
// returns false if the braces do not fit, so that text of another format is
// not taken for nginx.
func parseDirectives(text string) (tree []directive, ok bool) {
	stack := [][]directive{nil}
	heads := []directive{}
	var current directive
	line, start := 1, 0 // start is the offset of the line's first byte
	word := func(at int, text string) {
		if current.words == nil {
			current.line, current.column = line, at-start+1
		}
		current.words = append(current.words, text)
		current.places = append(current.places, [2]int{line, at - start + 1})
	}
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == '\n':
			line, start = line+1, i+1
			i++
		case c == ' ' || c == '\t' || c == '\r':
			i++
		case c == '#':
			for i < len(text) && text[i] != '\n' {
				i++
			}
		case c == ';':
			if current.words != nil {
				stack[len(stack)-1] = append(stack[len(stack)-1], current)
				current = directive{}
			}
			i++
		case c == '{':
			if current.words == nil || len(stack) > maxBlocks {
				return nil, false
			}
			if strings.HasSuffix(current.words[0], "_by_lua_block") {
				end := scriptEnd(text, i+1)
				code := text[i:end]
				if n := strings.Count(code, "\n"); n > 0 {
					line, start = line+n, i+strings.LastIndexByte(code, '\n')+1
				}
				current, i = directive{}, end
				continue
			}
			heads, stack = append(heads, current), append(stack, nil)
			current = directive{}
			i++
		case c == '}':
			if len(heads) == 0 || current.words != nil {
				return nil, false
			}
			head := heads[len(heads)-1]
			head.block = stack[len(stack)-1]
			heads, stack = heads[:len(heads)-1], stack[:len(stack)-1]
			stack[len(stack)-1] = append(stack[len(stack)-1], head)
			i++
		default:
			end, newlines, lastLine := wordEnd(text, i)
			word(i, unquote(text[i:end]))
			if newlines > 0 {
				line, start = line+newlines, lastLine
			}
			i = end
		}
	}
	return stack[0], len(heads) == 0
}

// wordEnd finds the end of the word that begins at i: a quoted string, or bytes
// up to a space, a semicolon or a brace that opens a block. Braces of variables
// ("${NAME}") and of expressions ("\d{2}") belong to the word.
func wordEnd(text string, i int) (end, newlines, lastLine int) {
	if q := text[i]; q == '"' || q == '\'' {
		for j := i + 1; j < len(text); j++ {
			switch text[j] {
			case '\\':
				j++
			case '\n':
				newlines, lastLine = newlines+1, j+1
			case q:
				return j + 1, newlines, lastLine
			}
		}
		return len(text), newlines, lastLine
	}
	braces := 0
	for j := i; j < len(text); j++ {
		switch text[j] {
		case ' ', '\t', '\r', '\n', ';':
			return j, 0, 0
		case '{':
			if j == i || text[j-1] != '$' && !quantifier.MatchString(text[j:]) {
				return j, 0, 0
			}
			braces++
		case '}':
			if braces == 0 {
				return j, 0, 0
			}
			braces--
		}
	}
	return len(text), 0, 0
}

var quantifier = lazy.NewRegexp(`^\{\d+,?\d*\}`)

// scriptEnd returns the offset after the brace that closes a block of foreign
// code, which begins behind its opening brace at i. Braces in strings on one
// line do not count.
func scriptEnd(text string, i int) int {
	quote := byte(0)
	for depth := 1; i < len(text) && depth > 0; i++ {
		switch c := text[i]; {
		case c == '\n' || c == quote:
			quote = 0
		case quote != 0:
		case c == '"' || c == '\'':
			quote = c
		case c == '{':
			depth++
		case c == '}':
			depth--
		}
	}
	return i
}

func unquote(word string) string {
	if len(word) > 1 && (word[0] == '"' || word[0] == '\'') && word[len(word)-1] == word[0] {
		return word[1 : len(word)-1]
	}
	return word
}
