package wire

import (
	"reflect"
	"strings"
)

// JSONSchema returns the JSON Schema of a Document, as encoding/json writes it. Keys that are not
// always written are optional. Other versions of weir may write further keys.
func JSONSchema() any {
	s := schemas{}
	root := s.object(reflect.TypeFor[Document]())
	root["$schema"], root["title"] = "https://json-schema.org/draft/2020-12/schema", "report of weir"
	root["properties"].(map[string]any)["schema"] = map[string]any{"const": Schema}
	root["$defs"] = map[string]any(s)
	return root
}

// schemas are those of the named types, by name.
type schemas map[string]any

// of returns the schema of a type.
func (s schemas) of(t reflect.Type) any {
	if t == reflect.TypeFor[Jitter]() {
		return map[string]any{"type": []string{"string", "number"}}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return s.of(t.Elem())
	case reflect.Slice:
		return map[string]any{"type": "array", "items": s.of(t.Elem())}
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": s.of(t.Elem())}
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Float32, reflect.Float64:
		return map[string]any{"type": "number"}
	case reflect.Interface:
		return true
	case reflect.Struct:
		name := t.Name()
		if name == "" || strings.Contains(name, "[") { // the name of a generic type has those of its arguments
			return s.object(t)
		}
		if _, known := s[name]; !known {
			s[name] = true // for those within it
			s[name] = s.object(t)
		}
		return map[string]any{"$ref": "#/$defs/" + name}
	}
	return map[string]any{"type": "integer"}
}

// object returns the schema of a struct.
func (s schemas) object(t reflect.Type) map[string]any {
	properties := map[string]any{}
	var required []string
	s.fields(t, properties, &required)
	object := map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
	if required != nil {
		object["required"] = required
	}
	return object
}

// fields adds the fields of a struct, and those of the structs that it embeds.
func (s schemas) fields(t reflect.Type, properties map[string]any, required *[]string) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-":
		case f.Anonymous && name == "":
			s.fields(f.Type, properties, required)
		default:
			value := s.of(f.Type)
			if !strings.Contains(options, "omit") {
				*required = append(*required, name)
				if f.Type.Kind() == reflect.Pointer {
					value = map[string]any{"anyOf": []any{value, map[string]any{"type": "null"}}}
				}
			}
			properties[name] = value
		}
	}
}
