package fix

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/internal/yaml"
	"github.com/weirgraph/weir/policy"
)

// errOtherValue is the error of a value that is not written as the reader understood it.
var errOtherValue = errors.New("the value is not written in a way that the editor knows")

// errStatuses is the error of a list of HTTP statuses that is to hold words, which another field takes.
var errStatuses = errors.New("the list takes statuses only")

// errSwitch is the error of a field that is true or false and is to hold words.
var errSwitch = errors.New("the conditions are in several fields")

// rewriteAt replaces the value that begins at a byte of a file by what change makes of it: a scalar
// without its quotes, a list in brackets, or the word there in a larger text. Of a list of words it
// may be one alone.
func rewriteAt(f *file, at int, words bool, change func(old string) (string, bool)) ([]splice, error) {
	if lines := syntaxOf(f.name); lines != nil {
		return lines.rewrite(f, at, change)
	}
	t, err := parseTree(f.text, f.line(at))
	if err != nil {
		return nil, err
	}
	e := &editor{tree: t, place: at}
	n, _, parent := e.valueAt(t.root, clone(t.root), nil)
	if n == nil || n.Kind == yaml.MappingNode {
		if v, _, in := e.keyAt(t.root, clone(t.root)); v != nil {
			n, parent = v, in
		}
	}
	switch {
	case n == nil:
		return rewriteWord(f.text, at, change)
	case n.Kind == yaml.ScalarNode:
		if now, ok := change(n.Value); ok {
			v := parseValue(now)
			if keepsText(t, n, parent) {
				v = stringNode(scalarText(v, now))
			}
			return editNode(t, f, at, v)
		}
	case n.Kind == yaml.SequenceNode:
		for _, item := range n.Content {
			if place, ok := t.start(item); ok && words && item.Kind == yaml.ScalarNode {
				if now, ok := change(item.Value); ok {
					return editNode(t, f, place, parseValue(now))
				}
			}
		}
		if now, ok := change(flow(n, false)); ok {
			v := parseValue(now)
			if areStatuses(n) && !areStatuses(v) {
				return nil, errStatuses
			}
			return editNode(t, f, at, v)
		}
	}
	return nil, errOtherValue
}

// areStatuses reports whether a value is a list of numbers.
func areStatuses(n *yaml.Node) bool {
	isText := func(item *yaml.Node) bool {
		_, err := strconv.Atoi(item.Value)
		return err != nil
	}
	return n.Kind == yaml.SequenceNode && len(n.Content) > 0 && !slices.ContainsFunc(n.Content, isText)
}

// keepsText reports whether a scalar is text and has to stay so: an annotation, or text in quotes.
func keepsText(t *tree, n, parent *yaml.Node) bool {
	if n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 {
		return true
	}
	meta := child(t.root, "metadata")
	if meta < 0 || t.root.Kind != yaml.MappingNode {
		return false
	}
	i := child(t.root.Content[meta], "annotations")
	return i >= 0 && t.root.Content[meta].Content[i] == parent
}

// editNode replaces the value at a byte.
func editNode(t *tree, f *file, at int, value *yaml.Node) ([]splice, error) {
	return editTree(f.text, f.line(at), at, true, policy.Edit{Value: flow(value, t.json)}, "")
}

// rewriteWord replaces a word of a text inside of a document: a setting in a file that is a value.
func rewriteWord(text []byte, at int, change func(old string) (string, bool)) ([]splice, error) {
	end := at
	for end < len(text) && !strings.ContainsRune(" \t\r\n,;\"'{}[]()", rune(text[end])) {
		end++
	}
	if end == at {
		return nil, errOtherValue
	}
	now, ok := change(string(text[at:end]))
	if !ok {
		return nil, errOtherValue
	}
	return []splice{{at, end, now}}, nil
}

// removeAt takes away the entry whose value begins at a byte.
func removeAt(f *file, at int) ([]splice, error) {
	if lines := syntaxOf(f.name); lines != nil {
		return []splice{{lineStart(f.text, at), nextLine(f.text, at), ""}}, nil
	}
	return editTree(f.text, f.line(at), at, false, policy.Edit{Op: policy.OpRemove}, "")
}

// renameAt gives another name to the field whose name or value begins at a byte.
func renameAt(f *file, at int, name string) ([]splice, error) {
	if lines := syntaxOf(f.name); lines != nil {
		return lines.rename(f, at, name)
	}
	t, err := parseTree(f.text, f.line(at))
	if err != nil {
		return nil, err
	}
	e := &editor{tree: t, place: at}
	want := clone(t.root)
	v, vc, in := e.keyAt(t.root, want)
	if v == nil {
		v, vc, in = e.valueAt(t.root, want, nil)
	}
	if v == nil || in == nil || in.Kind != yaml.MappingNode {
		return nil, errOtherValue
	}
	if child(in, name) >= 0 {
		return nil, fmt.Errorf("the field %s is there, too", name)
	}
	key := in.Content[slices.Index(in.Content, v)-1]
	start, ok := e.start(key)
	end, known := e.end(key, 0)
	if !ok || !known || key.Kind != yaml.ScalarNode {
		return nil, errNoPlace
	}
	renamed := stringNode(name)
	list := []splice{{start, end, flow(renamed, t.json)}}
	if !renameIn(want, vc, name) {
		return nil, errNoPlace
	}
	if got, err := parseTree(splices(f.text, list), f.line(at)); err != nil || !sameTree(got.root, want) {
		return nil, errNoPlace
	}
	return list, nil
}

// renameIn gives another name to the field with a value.
func renameIn(n, value *yaml.Node, name string) bool {
	for i, c := range n.Content {
		if c == value && n.Kind == yaml.MappingNode && i%2 == 1 {
			*n.Content[i-1] = *stringNode(name)
			return true
		}
		if renameIn(c, value, name) {
			return true
		}
	}
	return false
}

// syntaxOf returns the syntax of a file that is neither YAML nor JSON, by its name; nil if it is.
func syntaxOf(name string) *lineSyntax {
	base := path.Base(name)
	switch ext := path.Ext(base); {
	case ext == ".properties":
		return properties
	case ext == ".env" || strings.HasPrefix(base, ".env") || strings.HasSuffix(base, "-env"):
		return environment
	case ext == ".conf" || ext == ".nginx":
		return nginx
	case ext == ".cfg":
		return haproxy
	case ext == ".hcl" || ext == ".toml" || ext == ".tf":
		return assignments
	}
	return nil
}
