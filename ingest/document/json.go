package document

import (
	"gopkg.in/yaml.v3"
)

func jsonValues(p Part) ([]Part, bool)                 { return nil, false }
func splitJSONList(p Part, yield func(Part))           { yield(p) }
func jsonHead(text []byte, names *Names, h *Head) bool { return false }
func parseJSON(p Part) (*yaml.Node, error)             { return parseYAML(p) }
