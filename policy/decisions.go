package policy

import (
	"reflect"
	"strings"
)

// Decisions lists every setting of s whose provenance is known, in the order of Set's
// fields. Fields are named by their path, "retry.backoff.base".
func (s *Set) Decisions() []Decision { return s.decisions("") }

// DecisionsOn is Decisions of one field. It looks only at the parts that its path names.
func (s *Set) DecisionsOn(field string) []Decision { return s.decisions(field) }

// decisions lists the settings of a field, or of all if it is "".
func (s *Set) decisions(field string) []Decision {
	var list []Decision
	var walk func(part reflect.Value, path string)
	walk = func(part reflect.Value, path string) {
		for name, f := range Fields(part) {
			if field != "" && !leadsTo(field, path, name) && f.Kind() != reflect.Slice {
				continue
			}
			setting, ok := SettingIn(f)
			switch {
			case ok && setting.Provenance != Unknown:
				list = append(list, decide(s, path+name, setting))
			case ok:
			case f.Kind() == reflect.Pointer && !f.IsNil():
				walk(f.Elem(), path+name+".")
			case f.Kind() == reflect.Slice: // steps of a fallback have the path of the fallback
				for j := range f.Len() {
					walk(f.Index(j), strings.TrimSuffix(path, ".")+".")
				}
			}
		}
	}
	walk(reflect.ValueOf(s).Elem(), "")
	return list
}

// leadsTo reports whether a field is that of a name below a path, or below it.
func leadsTo(field, path, name string) bool {
	rest, ok := strings.CutPrefix(field, path)
	if !ok {
		return false
	}
	rest, ok = strings.CutPrefix(rest, name)
	return ok && (rest == "" || rest[0] == '.')
}
