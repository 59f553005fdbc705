package serve

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/weirgraph/weir/internal/lazy"
)

// TriedFile is the name of the manifest of what a page assumes, in places.
const TriedFile = "what-if"

// maxTried bounds how much a page assumes at once.
const maxTried = 200

// A change is one entry of overrides of a native manifest, as the page sends it.
type change map[string]any

// manifest writes changes as a native manifest, "" if there are none. The reader of such
// manifests judges their keys and values.
func manifest(changes []change) (string, error) {
	if len(changes) == 0 {
		return "", nil
	}
	if len(changes) > maxTried {
		return "", fmt.Errorf("more than %d changes", maxTried)
	}
	var b strings.Builder
	b.WriteString("apiVersion: weir/v1\noverrides:\n")
	for _, c := range changes {
		b.WriteString("- ")
		if err := flow(&b, map[string]any(c), 0); err != nil {
			return "", err
		}
		b.WriteByte('\n')
	}
	return b.String(), nil
}

// leading are the keys that an entry begins with.
var leading = []string{"service", "from", "to", "kind"}

// flow writes a value of JSON in the flow style of YAML.
func flow(b *strings.Builder, value any, depth int) error {
	switch v := value.(type) {
	case map[string]any:
		if depth > 4 {
			return errors.New("a change is nested too deep")
		}
		keys := make([]string, 0, len(v))
		for key := range v {
			keys = append(keys, key)
		}
		rank := func(key string) int {
			if i := slices.Index(leading, key); i >= 0 {
				return i
			}
			return len(leading)
		}
		slices.SortFunc(keys, func(x, y string) int {
			if rank(x) != rank(y) {
				return rank(x) - rank(y)
			}
			return strings.Compare(x, y)
		})
		b.WriteByte('{')
		for i, key := range keys {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(scalar(key) + ": ")
			if err := flow(b, v[key], depth+1); err != nil {
				return err
			}
		}
		b.WriteByte('}')
	case []any:
		b.WriteByte('[')
		for i, item := range v {
			if i > 0 {
				b.WriteString(", ")
			}
			if err := flow(b, item, depth+1); err != nil {
				return err
			}
		}
		b.WriteByte(']')
	case string:
		b.WriteString(scalar(v))
	case nil:
		return errors.New("a change has a key without a value")
	default: // a number or a truth
		text, err := json.Marshal(v)
		if err != nil {
			return err
		}
		b.Write(text)
	}
	return nil
}

// isPlain matches texts that mean themselves in a flow of YAML.
var isPlain = lazy.NewRegexp(`^[A-Za-z0-9][A-Za-z0-9_./%-]*$`)

// scalar writes a text.
func scalar(text string) string {
	if isPlain.MatchString(text) {
		return text
	}
	quoted, _ := json.Marshal(text)
	return string(quoted)
}
