package rules

import (
	"fmt"
	"strings"
	"time"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/policy"
)

// value writes a setting, with what supplied it where it is not declared.
func value[T any](key string, s policy.Setting[T]) analyze.KeyValue {
	text := fmt.Sprint(s.Value)
	switch v := any(s.Value).(type) {
	case time.Duration:
		text = english.Duration(v)
	case []string:
		text = strings.Join(v, ", ")
	}
	switch {
	case !s.Set():
		text = s.Provenance.String()
	case s.Provenance != policy.Explicit:
		text += " (" + s.Provenance.String() + ")"
	}
	return keyValue(key, text)
}

// sureOf is the confidence of a finding that uses these settings.
func sureOf(provenances ...policy.Provenance) analyze.Confidence {
	sure := analyze.Certain
	for _, p := range provenances {
		switch p {
		case policy.Unknown:
			return analyze.Assumed
		case policy.PlatformDefault, policy.Absent:
			sure = analyze.Default
		}
	}
	return sure
}

// placed is the place of the first of the settings that has one.
func placed(origins ...graph.Origin) graph.Origin {
	for _, o := range origins {
		if o.File() != "" {
			return o
		}
	}
	return graph.Origin{}
}
