package native

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/internal/didyoumean"
)

// checkShape reports everything in n that does not look like s: what is unknown, of the
// wrong type, or ambiguous. name is what n is called in messages. A null is a value not
// yet written, and fits.
func checkShape(d *document.Document, s *shape, name string, n document.Node) {
	switch {
	case s.any || !n.Exists():
	case n.IsScalar() && s.scalar != nil:
		if hint := s.scalar(n.Str()); hint != "" {
			d.Problem(graph.Failed, n, hint, "%s %q is not %s", name, document.Short(n.Str()), s.is)
		}
	case n.IsList() && s.itemShape() != nil:
		for _, item := range n.List() {
			checkShape(d, s.itemShape(), name, item)
		}
	case n.IsMap() && s.keys != nil:
		checkKeys(d, s, n)
		if s.check != nil {
			s.check(d, n)
		}
	case n.IsMap() && s.values != nil:
		for k, v := range n.Pairs() {
			checkShape(d, s.values, k.Str(), v)
		}
	case n.IsScalar():
		d.Problem(graph.Failed, n, s.hint, "%s %q is not %s", name, document.Short(n.Str()), s.is)
	default:
		d.Problem(graph.Failed, n, s.hint, "%s is %s, not %s", name, typeOf(n), s.is)
	}
}

// checkKeys checks a mapping with a fixed set of keys.
func checkKeys(d *document.Document, s *shape, n document.Node) {
	written := map[string]bool{}
	for k, v := range n.Pairs() {
		known := findKey(s.keys, k.Str())
		switch {
		case known == nil:
			d.Problem(graph.Failed, k, keyHint(s, k.Str()), "unknown key %q", document.Short(k.Str()))
		case written[known.name]:
			d.Problem(graph.Failed, k, "keep one of them", "%q is written twice", known.name)
		default:
			checkShape(d, known.shape, known.name, v)
		}
		if known != nil {
			written[known.name] = true
		}
	}
	for _, k := range s.keys {
		if k.required != "" && !n.Get(k.name).Exists() {
			d.Problem(graph.Failed, n, "write "+k.name+": "+k.required, "%q is missing", k.name)
		}
	}
}

func findKey(keys []schemaKey, name string) *schemaKey {
	for i := range keys {
		if keys[i].name == name {
			return &keys[i]
		}
	}
	return nil
}

// keyHint suggests a known key for an unknown one, or lists the known keys.
func keyHint(s *shape, name string) string {
	names := make([]string, len(s.keys))
	for i, k := range s.keys {
		names[i] = k.name
	}
	if hint := didyoumean.Hint(name, names); hint != "" {
		return hint
	}
	if s.listed != "" {
		return s.listed
	}
	return "known keys are " + strings.Join(names, ", ")
}

func typeOf(n document.Node) string {
	switch {
	case n.IsMap():
		return "a mapping"
	case n.IsList():
		return "a list"
	}
	return "a text"
}

// withExtensions returns the shape of a mapping whose keys that begin with "x-" may
// have any value: they are a place for YAML anchors.
func withExtensions(s *shape, n document.Node) *shape {
	extended := *s
	for k := range n.Pairs() {
		if strings.HasPrefix(k.Str(), "x-") {
			extended.keys = append(slices.Clip(extended.keys), schemaKey{name: k.Str(), shape: anything})
		}
	}
	return &extended
}
