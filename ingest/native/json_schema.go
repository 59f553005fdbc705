package native

import (
	"maps"
	"slices"
)

// A jsonSchema is a JSON Schema, as encoding/json writes it.
type jsonSchema map[string]any

// ConfigSchema returns the JSON Schema of weir.yaml, for editors. It accepts what ReadConfig and
// Reader accept, but for what concerns several keys at once.
func ConfigSchema(rules Rules) any {
	return schemaOf("weir.yaml", slices.Concat(manifestKeys, configKeys(rules)))
}

// ManifestSchema returns the JSON Schema of native manifests: services and aliases.
func ManifestSchema() any { return schemaOf("native manifest of weir", manifestKeys) }

// schemaOf returns the schema of a document with these keys.
func schemaOf(title string, keys []schemaKey) jsonSchema {
	defs := definitions{}
	root := defs.object(&shape{keys: keys})
	root["$schema"], root["title"] = "https://json-schema.org/draft/2020-12/schema", title
	root["patternProperties"] = jsonSchema{"^x-": true} // a place for anchors of YAML
	root["$defs"] = map[string]any(defs)
	return root
}

// definitions are the shapes with a name, which are written once and may contain themselves.
type definitions map[string]any

// of returns the schema of a shape.
func (defs definitions) of(s *shape) any {
	if s.def == "" {
		return defs.choice(s)
	}
	if _, known := defs[s.def]; !known {
		defs[s.def] = true // for those within it
		defs[s.def] = defs.choice(s)
	}
	return jsonSchema{"$ref": "#/$defs/" + s.def}
}

// choice returns the schema of what a shape may look like.
func (defs definitions) choice(s *shape) any {
	if s.any {
		return true
	}
	if s.lone {
		return jsonSchema{"anyOf": []any{defs.of(s.item), jsonSchema{"type": "array", "items": defs.of(s.item)}}}
	}
	var list []any
	if s.scalar != nil {
		if s.value != nil {
			list = append(list, jsonSchema(s.value))
		} else {
			list = append(list, jsonSchema{"type": []string{"string", "number", "boolean"}})
		}
	}
	if item := s.itemShape(); item != nil {
		list = append(list, jsonSchema{"type": "array", "items": defs.of(item)})
	}
	switch {
	case s.keys != nil:
		list = append(list, defs.object(s))
	case s.values != nil:
		list = append(list, jsonSchema{"type": "object", "additionalProperties": defs.of(s.values)})
	}
	if len(list) == 1 {
		return list[0]
	}
	return jsonSchema{"anyOf": list}
}

// object returns the schema of a mapping with known keys.
func (defs definitions) object(s *shape) jsonSchema {
	properties := jsonSchema{}
	var required []string
	for _, k := range s.keys {
		properties[k.name] = described(defs.of(k.shape), k.doc)
		if k.required != "" {
			required = append(required, k.name)
		}
	}
	object := jsonSchema{"type": "object", "properties": properties, "additionalProperties": false}
	if required != nil {
		object["required"] = required
	}
	if s.patterns != nil {
		patterns := jsonSchema{}
		for _, k := range s.patterns {
			patterns[k.name] = defs.of(k.shape)
		}
		object["patternProperties"] = patterns
	}
	return object
}

// described adds a description to a schema.
func described(schema any, doc string) any {
	if doc == "" {
		return schema
	}
	with := jsonSchema{"description": doc}
	if keys, ok := schema.(jsonSchema); ok { // else it is true
		maps.Copy(with, keys)
	}
	return with
}
