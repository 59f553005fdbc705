package wire

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/policy"
)

// A Setting is one field of a policy. The zero Setting is unknown; it is left out.
type Setting[T any] struct {
	// Value is missing if nothing acts: the setting is disabled or absent.
	Value *T `json:"value,omitempty"`
	// Provenance is explicit (declared for this call or a group that it belongs to),
	// mesh-default (declared once for the whole mesh), platform-default (built into the
	// product), disabled (explicitly), or absent (the product applies here and has no
	// default). It is always written.
	Provenance string `json:"provenance"`
	// Origin is file:line:column, or for rendered text "source (file:line:column)"; missing if
	// nothing is written.
	Origin string `json:"origin,omitempty"`
}

// UnmarshalJSON leaves a setting unknown that does not fit.
func (s *Setting[T]) UnmarshalJSON(b []byte) error {
	type plain Setting[T]
	var p plain
	if json.Unmarshal(b, &p) == nil {
		*s = Setting[T](p)
	}
	return nil
}

// fromSource returns the provenance and the place of a setting, nothing for an unknown
// one.
func fromSource[T any](p *policy.Setting[T]) (provenance, origin string) {
	if p.Provenance == policy.Unknown {
		return "", ""
	}
	return p.Provenance.String(), originText(p.Origin)
}

func toSource[W, P any](w *Setting[W], p *policy.Setting[P]) {
	p.Provenance = word[policy.Provenance](policy.Provenances, w.Provenance)
	p.Origin = parseOrigin(w.Origin)
}

// Jitter is the random part of a wait: the text "none" or "full" (anything up to the
// wait), a number for a fraction of the wait in either direction, or a Duration for up
// to so much in addition.
type Jitter struct{ policy.Jitter }

// MarshalJSON writes text or a number.
func (j Jitter) MarshalJSON() ([]byte, error) {
	if j.UpTo == 0 && j.Fraction > 0 {
		return json.Marshal(j.Fraction)
	}
	text := j.Kind
	if j.UpTo > 0 {
		text = english.Duration(j.UpTo)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // as everywhere in a document
	err := enc.Encode(text)
	return b.Bytes(), err
}

// UnmarshalJSON reads what MarshalJSON writes.
func (j *Jitter) UnmarshalJSON(b []byte) error {
	if json.Unmarshal(b, &j.Fraction) == nil {
		j.Kind = "partial"
		return nil
	}
	var text string
	if err := json.Unmarshal(b, &text); err != nil {
		return err
	}
	j.Jitter = policy.Jitter{Kind: text}
	if d, err := time.ParseDuration(text); err == nil {
		j.Jitter = policy.Jitter{Kind: "partial", UpTo: d}
	}
	return nil
}
