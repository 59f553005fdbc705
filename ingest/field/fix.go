package field

import (
	"slices"
	"strings"
	"unicode"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/policy"
)

// A Fix says how a program removes a flaw.
type Fix func(*graph.Flaw)

// Instead writes another text in place of the value.
func Instead(text string) Fix { return func(f *graph.Flaw) { f.Instead = text } }

// Remove takes the field away.
func Remove(f *graph.Flaw) { f.Goes = true }

// Rename gives the field its right name.
func Rename(name string) Fix { return func(f *graph.Flaw) { f.Name = name } }

// Move takes the field to another place of its object, with what it holds.
func Move(to, holds string) Fix { return func(f *graph.Flaw) { f.To, f.Holds = to, holds } }

// Into takes the field to another object.
func Into(object string) Fix { return func(f *graph.Flaw) { f.Into = object } }

// Refers says which objects the value may be meant to name.
func Refers(objects ...graph.Ref) Fix { return func(f *graph.Flaw) { f.Refers = objects } }

// Beside adds another field to the block that has the flawed one, or, if that is a block, to it.
func Beside(path, value string) Fix {
	return func(f *graph.Flaw) { f.Beside = append(f.Beside, policy.Edit{Path: path, Value: value}) }
}

// Retried adds the condition that the statuses of a retry need, or takes these away if one of them
// says that the callee is overloaded: nothing retries that as it is written.
func Retried(on []string, path, condition string) Fix {
	if slices.Contains(on, policy.On429) || slices.Contains(on, "response-503") {
		return Remove
	}
	return Beside(path, condition)
}

// Partly marks a field that cannot just go: it, or what is in it, has an effect.
func Partly(f *graph.Flaw) { f.Partly = true }

// fixed is a flaw that can be removed.
func fixed(flaw graph.Flaw, fixes []Fix) graph.Flaw {
	for _, fix := range fixes {
		fix(&flaw)
	}
	return flaw
}

// Alike writes a name in camel case as other names of its block are written: with dashes or
// underscores, or with a capital first.
func Alike(name string, others ...string) string {
	for _, other := range others {
		switch {
		case strings.Contains(other, "-"):
			return separated(name, '-')
		case strings.Contains(other, "_"):
			return separated(name, '_')
		case other != "" && unicode.IsUpper(rune(other[0])):
			return strings.ToUpper(name[:1]) + name[1:]
		}
	}
	return name
}

// separated writes "waitDuration" as "wait-duration".
func separated(name string, by rune) string {
	var b strings.Builder
	for _, r := range name {
		if unicode.IsUpper(r) {
			b.WriteRune(by)
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// Keys are the names of the fields of a block.
func Keys(block document.Node) []string {
	var names []string
	for key := range block.Pairs() {
		names = append(names, key.Str())
	}
	return names
}
