// Package baseline reads and writes the file of known findings: those that an estate had when
// weir was introduced, which a gate does not report again.
//
// An entry is a finding by its fingerprint, which does not depend on places, order and words.
// Rule and subject are there for people who read the file and its history.
package baseline

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Schema is the version of the file. Fingerprints of one version stay what they are.
const Schema = "weir-baseline/v1"

// An Entry is a known finding.
type Entry struct {
	Fingerprint string `json:"fingerprint"`
	Rule        string `json:"rule"`
	Subject     string `json:"subject"`
}

type document struct {
	Schema   string  `json:"schema"`
	Findings []Entry `json:"findings"`
}

// maxSize is how large a file may be: a million findings.
const maxSize = 256 << 20

// Read returns the entries of a file, sorted, each once.
func Read(r io.Reader) ([]Entry, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxSize+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxSize {
		return nil, fmt.Errorf("is larger than %d MB", maxSize>>20)
	}
	var d document
	if err := json.Unmarshal(text, &d); err != nil {
		return nil, at(text, err)
	}
	if d.Schema != Schema {
		return nil, fmt.Errorf("schema %q is not %q: it is no baseline, or one of another version of weir", d.Schema, Schema)
	}
	for i, e := range d.Findings {
		if e.Fingerprint == "" {
			return nil, fmt.Errorf("entry %d has no fingerprint", i+1)
		}
	}
	return sorted(d.Findings), nil
}

// at adds the place to an error of JSON.
func at(text []byte, err error) error {
	offset := int64(-1)
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		offset = syntax.Offset
	case errors.As(err, &kind):
		offset = kind.Offset
	}
	if offset < 0 || offset > int64(len(text)) {
		return err
	}
	before := text[:offset]
	line := bytes.Count(before, []byte("\n")) + 1
	return fmt.Errorf("line %d: %s", line, strings.TrimPrefix(err.Error(), "json: "))
}

// Write writes entries, each once, one a line, by rule, then by subject: a change of the file
// shows which findings came and went.
func Write(w io.Writer, entries []Entry) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "{\n\"schema\": %q,\n\"findings\": [", Schema)
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	for i, e := range sorted(entries) {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("\n  ")
		if err := encoder.Encode(e); err != nil {
			return err
		}
		b.Truncate(b.Len() - 1)
	}
	b.WriteString("\n]\n}\n")
	_, err := w.Write(b.Bytes())
	return err
}

func sorted(entries []Entry) []Entry {
	list := slices.Clone(entries)
	slices.SortFunc(list, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Fingerprint, b.Fingerprint))
	})
	return slices.CompactFunc(list, func(a, b Entry) bool { return a.Fingerprint == b.Fingerprint })
}
