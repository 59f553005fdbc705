package summary

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// set is the policy in the words of the graph. The file names every setting as the
// type policy.Set does, with a small letter first, so that one walk over the type
// reads them all.
func (p weirPolicy) set(layer, name string) *policy.Set {
	s := &policy.Set{Layer: word[policy.Layer](policy.Layers, layer), Product: product.Named(name)}
	fill(reflect.ValueOf(s).Elem(), p)
	var steps []map[string]json.RawMessage
	if json.Unmarshal(p["fallback"], &steps) == nil && steps != nil {
		s.Fallback = &policy.Fallback{Steps: make([]policy.FallbackStep, len(steps))}
		for i, step := range steps {
			fill(reflect.ValueOf(&s.Fallback.Steps[i]).Elem(), step)
		}
	}
	return s
}

// weirSetting is any setting.
type weirSetting struct {
	Value              json.RawMessage
	Provenance, Origin string
}

// fill fills the fields of a struct that the file has something for.
func fill(into reflect.Value, from map[string]json.RawMessage) {
	for name, field := range policy.Fields(into) {
		raw, ok := from[name]
		switch {
		case !ok:
		case field.Kind() == reflect.Pointer:
			var part map[string]json.RawMessage
			if json.Unmarshal(raw, &part) == nil && part != nil {
				field.Set(reflect.New(field.Type().Elem()))
				fill(field.Elem(), part)
			}
		case field.Kind() == reflect.String:
			_ = json.Unmarshal(raw, field.Addr().Interface()) // what is no text stays empty
		case field.Kind() == reflect.Struct:
			var s weirSetting
			if json.Unmarshal(raw, &s) == nil {
				fillSetting(field, &s)
			}
		}
	}
}

// fillSetting fills a policy.Setting. A value that does not fit leaves the setting
// unknown.
func fillSetting(into reflect.Value, s *weirSetting) {
	value := into.FieldByName("Value")
	if s.Value != nil && !fillValue(value.Addr().Interface(), s.Value) {
		return
	}
	into.FieldByName("Provenance").Set(reflect.ValueOf(word[policy.Provenance](policy.Provenances, s.Provenance)))
	into.FieldByName("Origin").Set(reflect.ValueOf(parseOrigin(s.Origin)))
}

func fillValue(into any, raw json.RawMessage) bool {
	switch v := into.(type) {
	case *time.Duration:
		var text string
		if json.Unmarshal(raw, &text) != nil {
			return false
		}
		d, err := time.ParseDuration(text)
		*v = d
		return err == nil
	case *policy.Jitter:
		return fillJitter(v, raw)
	}
	return json.Unmarshal(raw, into) == nil
}

// fillJitter reads a fraction of the wait, a duration on top of it, or a word.
func fillJitter(j *policy.Jitter, raw json.RawMessage) bool {
	var text string
	if json.Unmarshal(raw, &j.Fraction) == nil {
		j.Kind = "partial"
		return true
	}
	if json.Unmarshal(raw, &text) != nil {
		return false
	}
	if d, err := time.ParseDuration(text); err == nil {
		j.Kind, j.UpTo = "partial", d
		return true
	}
	j.Kind = text
	return true
}

// parseOrigin reads "file:line:column", of which the numbers may be missing.
func parseOrigin(text string) graph.Origin {
	o := graph.Origin{File: text}
	var numbers []int32
	for len(numbers) < 2 {
		file, end, ok := cutLastColon(o.File)
		n, err := strconv.ParseInt(end, 10, 32)
		if !ok || err != nil {
			break
		}
		o.File = file
		numbers = append(numbers, int32(n))
	}
	slices.Reverse(numbers)
	switch len(numbers) {
	case 2:
		o.Line, o.Column = numbers[0], numbers[1]
	case 1:
		o.Line = numbers[0]
	}
	return o
}

func cutLastColon(text string) (before, after string, ok bool) {
	i := strings.LastIndexByte(text, ':')
	if i < 0 {
		return text, "", false
	}
	return text[:i], text[i+1:], true
}
