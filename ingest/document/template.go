package document

import (
	"bytes"
	"errors"
	"iter"
	"strings"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/internal/yaml"
)

// An Engine is a language of templates.
type Engine uint8

const (
	NoEngine Engine = iota
	Helm            // Go templates with the objects of Helm
	GoTemplate
	Jinja // and others with "{{" that are no Go templates
	Envsubst
	Terraform // templatefile
	YTT
	ERB
	Maven  // "@name@", of Maven's filtering of resources
	Tokens // "#{NAME}#", #NAME#, {NAME}, %NAME% or a bare SHOP_IMAGE, replaced by a deployment
)

// Template returns the engine that a document is a template of and the line that shows it;
// NoEngine if it is none. parsed is what came of parsing it: nil, or its error. A document
// that parses may have text for other programs in braces, and is a template only where
// no program but an engine would have them.
func (d *Document) Template(parsed error) (Engine, int32) {
	if d.part.form == formText {
		return NoEngine, 0
	}
	text := d.part.Text
	braces := bytes.Contains(text, []byte("{{")) || bytes.Contains(text, []byte("{%"))
	if parsed == nil {
		if braces {
			if n := d.placeholder(); n.y != nil {
				return d.braces(), d.At(n).Line
			}
		}
		if n := d.tokenName(); n.y != nil {
			return Tokens, d.At(n).Line
		}
		for _, m := range parsingMarks {
			if bytes.Contains(text, m.has) {
				if at := m.mark.FindIndex(text); at != nil {
					return m.engine, d.part.line + 1 + int32(bytes.Count(text[:at[0]], newline))
				}
			}
		}
		return NoEngine, 0
	}
	for n, line := range d.bareLines() {
		if braces && (bytes.Contains(line, []byte("{{")) || bytes.Contains(line, []byte("{%"))) {
			return d.braces(), n
		}
		for _, m := range breakingMarks {
			if m.mark.Match(line) {
				return m.engine, n
			}
		}
	}
	if syntax := (*SyntaxError)(nil); errors.As(parsed, &syntax) && syntax.Line > 0 {
		line := d.lineOf(int32(syntax.Line))
		if quotedAction.Match(line) {
			return d.braces(), int32(syntax.Line)
		}
		for _, m := range brokenLineMarks {
			if m.mark.Match(line) {
				return m.engine, int32(syntax.Line)
			}
		}
	}
	return NoEngine, 0
}

// HasBraces reports whether the document has anything that looks like a placeholder of a
// template language: Go's "{{", Jinja's "{%", or "${{".
func (d *Document) HasBraces() bool {
	return bytes.Contains(d.part.Text, []byte("{{")) || bytes.Contains(d.part.Text, []byte("{%"))
}

type engineMark struct {
	engine Engine
	has    []byte // is in every text with the mark
	mark   *lazy.Regexp
}

// parsingMarks show a template that is YAML by itself, its placeholders being comments.
var parsingMarks = []engineMark{
	{YTT, []byte("#@"), lazy.NewRegexp(`(?m)^[ \t]*(?:- )?(?:[\w.-]+:[ \t]+)?#@(?: |/|\(|(?:data|overlay|yaml|schema|library|template)/)`)},
	{Tokens, []byte("#{"), lazy.NewRegexp(`(?m)^[ \t]*name:[ \t]+#\{`)},
	{Tokens, []byte(": #"), lazy.NewRegexp(`(?m)^[ \t]*name:[ \t]+#[A-Za-z_][\w.-]*#[ \t\r]*$`)},
}

// breakingMarks show a template wherever they are in a document that does not parse.
var breakingMarks = []engineMark{
	{engine: Terraform, mark: lazy.NewRegexp(`%\{~? *(?:if|for|else|endif|endfor)\b`)},
	{engine: ERB, mark: lazy.NewRegexp(`<%[=\-# \w]`)},
	{engine: YTT, mark: lazy.NewRegexp(`^[ \t]*#@ `)},
	{engine: Tokens, mark: lazy.NewRegexp(`^[ \t]*\{[A-Za-z_][\w.]*\}$`)},
}

// brokenLineMarks show a template on the line that does not parse. Elsewhere they are text.
var brokenLineMarks = []engineMark{
	{engine: Envsubst, mark: lazy.NewRegexp(`\$\{[A-Za-z_]|\$[A-Z_]`)},
	{engine: Maven, mark: lazy.NewRegexp(`@[A-Za-z][\w.-]*@`)},
	{engine: Tokens, mark: lazy.NewRegexp(`#\{[A-Za-z]|^[ \t]*(?:- )?(?:[\w.-]+:[ \t]+)?%[A-Za-z_][\w.-]*%|^[ \t]*[A-Z][A-Z0-9]*_[A-Z0-9_-]+[ \t\r\n]*(?:\||$)|^[ \t]*(?:- )?[\w.-]+:[ \t]+\{[A-Za-z_]\w*(?:\.\w+|\[[\w.-]+\])*\}[\w.:/-]*[ \t\r\n]*$`)},
}

var (
	ofHelm = lazy.NewRegexp(`\{\{[^}]*(?:[.$]\.?(?:Values|Release|Chart|Capabilities)\b|\binclude +")`)
	ofGo   = lazy.NewRegexp(`\{\{-? *(?:[.$]|/\*|(?:if|range|end|define|template|with|block|else|printf|required|default|index)\b[^%]*\}\}|[A-Za-z]\w* +")`)
)

// quotedAction matches a placeholder with a word in double quotes, which ends the string in double
// quotes that the placeholder is in.
var quotedAction = lazy.NewRegexp(`\{\{[^{}"]*"[^{}]*\}\}`)

// braces returns the engine of a document with placeholders in braces.
func (d *Document) braces() Engine {
	switch {
	case ofHelm.Match(d.part.Text):
		return Helm
	case ofGo.Match(d.part.Text) && !bytes.Contains(d.part.Text, []byte("{%")):
		return GoTemplate
	}
	return Jinja
}

// lineOf returns a line of the file, which is one of the document.
func (d *Document) lineOf(line int32) []byte {
	text := d.part.Text
	for n := d.part.line + 1; len(text) > 0; n++ {
		end := lineEnd(text, 0)
		if n == line {
			return text[:end]
		}
		text = text[end:]
	}
	return nil
}

// bareLines yields the lines that are no comments and not in a block of text, without what
// is in quotes, by their numbers in the file.
func (d *Document) bareLines() iter.Seq2[int32, []byte] {
	return func(yield func(int32, []byte) bool) {
		deeper := -1 // lines deeper than this belong to a block of text
		text := d.part.Text
		for n := d.part.line + 1; len(text) > 0; n++ {
			end := lineEnd(text, 0)
			line := bytes.TrimRight(text[:min(end, maxTemplateLine)], " \t\r\n")
			text = text[end:]
			depth := indentation(line)
			if len(line) == 0 || line[depth] == '#' && !bytes.HasPrefix(line[depth:], []byte("#@")) || deeper >= 0 && depth > deeper {
				continue
			}
			deeper = -1
			line = quoted.ReplaceAll(line, nil)
			if !yield(n, line) {
				return
			}
			if blockStart.Match(line) {
				deeper = depth
			}
		}
	}
}

// maxTemplateLine is how much of a line is looked at.
const maxTemplateLine = 64 << 10

var (
	quoted     = lazy.NewRegexp(`"(?:[^"\\]|\\.)*"|'[^']*'`)
	blockStart = lazy.NewRegexp(`[:\-] +[|>][-+0-9]*(?: +#.*)?$`)
)

// placeholder returns the first value of a parsed document that is a placeholder
// where no program but a template engine would have one: as a value without
// quotes, which YAML takes for a mapping in a mapping, or as a name or kind.
func (d *Document) placeholder() Node {
	names := []Node{
		d.Root.Get("apiVersion"), d.Root.Get("kind"), d.Root.Get("name"),
		d.Root.Get("metadata", "name"), d.Root.Get("metadata", "namespace"),
	}
	for _, n := range names {
		if strings.Contains(n.Str(), "{{") || strings.Contains(n.Str(), "{%") {
			return n
		}
	}
	return Node{bracesIn(d.Root.y), d}
}

// tokenName returns the name or the namespace of an object that is a token in single braces or in
// angle brackets, which no name has: "{NAME}", "<namespace>", or {name} without quotes.
func (d *Document) tokenName() Node {
	if !d.Root.Get("apiVersion").Exists() {
		return Node{}
	}
	for _, key := range []string{"name", "namespace"} {
		n := d.Root.Get("metadata", key)
		if y := n.y; y != nil && (tokenForm.MatchString(n.Str()) || y.Kind == yaml.MappingNode && y.Style&yaml.FlowStyle != 0 && len(y.Content) == 2 && y.Content[1].Tag == "!!null") {
			return n
		}
	}
	return Node{}
}

var tokenForm = lazy.NewRegexp(`^(?:\{[\w.-]+\}|<[\w .-]+>)$`)

// bracesIn finds a mapping whose key is a mapping, both in flow style. Aliases are not
// followed: their anchors are in the document too.
func bracesIn(y *yaml.Node) *yaml.Node {
	if y == nil {
		return nil
	}
	if y.Kind == yaml.MappingNode && y.Style&yaml.FlowStyle != 0 && len(y.Content) > 0 && y.Content[0].Kind == yaml.MappingNode {
		return y
	}
	for _, child := range y.Content {
		if found := bracesIn(child); found != nil {
			return found
		}
	}
	return nil
}

// IsPlaceholder reports whether a text waits for a templating tool.
func IsPlaceholder(s string) bool {
	return strings.HasPrefix(s, "$") || strings.Contains(s, "{{") || strings.Contains(s, "${") || strings.Contains(s, "<%")
}

// PlaceholderDefault returns what a text is if nothing gives the variable that it consists of a value:
// "1" of "${replicas:=1}"; "" of any other text.
func PlaceholderDefault(s string) string {
	inside, ok := strings.CutPrefix(strings.TrimSpace(s), "${")
	inside, closed := strings.CutSuffix(inside, "}")
	name, text, _ := strings.Cut(inside, ":")
	if !ok || !closed || strings.ContainsAny(name, "${") || text == "" || text[0] != '=' && text[0] != '-' {
		return ""
	}
	return strings.Trim(text[1:], `'"`)
}
