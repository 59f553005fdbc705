package document

import (
	"encoding/json"
	"strings"
)

// Flow writes a value as YAML in flow style, with aliases and merge keys resolved. An absent
// one is "".
func (n Node) Flow() string {
	var b strings.Builder
	n.flow(&b)
	return b.String()
}

func (n Node) flow(b *strings.Builder) {
	switch {
	case n.IsMap():
		b.WriteByte('{')
		first := true
		for key, value := range n.Pairs() {
			if !first {
				b.WriteString(", ")
			}
			first = false
			b.WriteString(quoteText(key.y.Value))
			b.WriteString(": ")
			value.flow(b)
		}
		b.WriteByte('}')
	case n.IsList():
		b.WriteByte('[')
		for i, item := range n.List() {
			if i > 0 {
				b.WriteString(", ")
			}
			item.flow(b)
		}
		b.WriteByte(']')
	case n.y == nil:
	case n.IsNull():
		b.WriteString("null")
	case n.y.ShortTag() == "!!str" || n.y.ShortTag() == "!!binary":
		b.WriteString(quoteText(n.y.Value))
	default:
		b.WriteString(n.y.Value)
	}
}

func quoteText(text string) string {
	q, _ := json.Marshal(text) // of a string
	return string(q)
}
