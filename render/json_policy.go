package render

import (
	"reflect"
	"time"

	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/policy"
)

// policyJSON writes the parts of a set that say something, in the words of the
// native manifest where it has them: every setting under its name in policy.Set.
func policyJSON(s *policy.Set) jsonPolicy {
	j := jsonPolicy{}
	for name, f := range policy.Fields(reflect.ValueOf(s).Elem()) {
		if f.Kind() == reflect.Pointer && !f.IsNil() {
			j[name] = partJSON(f.Elem())
		}
	}
	if s.Fallback != nil {
		j["fallback"] = convert(s.Fallback.Steps, func(step policy.FallbackStep) map[string]any {
			return partJSON(reflect.ValueOf(step))
		})
	}
	return j
}

// partJSON is one part of a policy: settings, words and parts of its own by key.
// What is unknown is left out.
func partJSON(part reflect.Value) map[string]any {
	j := map[string]any{}
	for name, f := range policy.Fields(part) {
		setting, ok := policy.SettingIn(f)
		switch {
		case ok && setting.Provenance != policy.Unknown:
			j[name] = jsonSetting{Value: settingValue(setting.Value), Provenance: setting.Provenance.String(), Origin: setting.Origin.String()}
		case ok:
		case f.Kind() == reflect.Pointer && !f.IsNil():
			j[name] = partJSON(f.Elem())
		case f.Kind() == reflect.String && f.Len() > 0:
			j[name] = f.String()
		}
	}
	return j
}

// settingValue is a value as JSON has it: durations are written as people write
// them.
func settingValue(v any) any {
	switch v := v.(type) {
	case time.Duration:
		return english.Duration(v)
	case policy.Jitter:
		return jitterJSON(v)
	}
	return v
}

// jitterJSON is "none", "full", a fraction of the wait, or a duration on top.
func jitterJSON(j policy.Jitter) any {
	switch {
	case j.UpTo > 0:
		return english.Duration(j.UpTo)
	case j.Fraction > 0:
		return j.Fraction
	}
	return j.Kind
}
