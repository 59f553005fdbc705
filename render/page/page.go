package page

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"io"
	"strings"
	"sync"
	"text/template"
)

// vendor is dagre as it is published, compressed.
//
//go:embed vendor/libraries.js.gz
var vendor []byte

//go:embed picture.js
var picture string

//go:embed page.js
var program string

//go:embed page.css
var style string

// shell is the page without what is in it: its markup holds nothing of the inputs.
//
//go:embed page.html
var shell string

// A part is a program or a style with its hash, as a Content-Security-Policy has it.
type part struct{ Text, Hash string }

func hashed(text string) part {
	sum := sha256.Sum256([]byte(text))
	return part{text, "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"}
}

// parts are what every page has.
var parts = sync.OnceValues(func() (map[string]part, error) {
	r, err := gzip.NewReader(bytes.NewReader(vendor))
	if err != nil {
		return nil, err
	}
	libraries, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	return map[string]part{"Libraries": hashed(string(libraries)), "Program": hashed(picture + program), "Style": hashed(style)}, nil
})

// Policy is the Content-Security-Policy of a page. One with weir behind it asks for answers where it
// is from, and nothing else.
func Policy(engine bool) (string, error) {
	all, err := parts()
	if err != nil {
		return "", err
	}
	policy := "default-src 'none'; script-src " + all["Libraries"].Hash + " " + all["Program"].Hash + "; style-src " + all["Style"].Hash +
		"; img-src data: blob:; base-uri 'none'; form-action 'none'"
	if engine {
		policy += "; connect-src 'self'"
	}
	return policy, nil
}

// Write writes a page. What comes from the inputs is in one line of JSON, in which encoding/json
// escapes the characters that HTML gives a meaning.
func Write(w io.Writer, d *Data) error {
	all, err := parts()
	if err != nil {
		return err
	}
	policy, err := Policy(d.Engine != nil)
	if err != nil {
		return err
	}
	with := *d
	with.Answered = len(d.Incidents) > 0
	data, err := json.Marshal(&with)
	if err != nil {
		return err
	}
	after, err := packed(d.Incidents)
	if err != nil {
		return err
	}
	before, err := packed(d.Before)
	if err != nil {
		return err
	}
	t, err := template.New("page").Parse(shell)
	if err != nil {
		return err
	}
	return t.Execute(w, map[string]any{"Parts": all, "Policy": policy, "Data": string(data), "After": after, "Before": before})
}

// packed writes each incident as one line of JSON; one without victims, which a state does not have, as
// an empty line. The lines are compressed, since the same names and numbers come again and again, and
// in base64.
func packed(list []Incident) (string, error) {
	if len(list) == 0 {
		return "", nil
	}
	var b strings.Builder
	text := base64.NewEncoder(base64.StdEncoding, &b)
	z := gzip.NewWriter(text)
	for i := range list {
		var line []byte
		if list[i].Victims != nil {
			var err error
			if line, err = json.Marshal(&list[i]); err != nil {
				return "", err
			}
		}
		if _, err := z.Write(append(line, '\n')); err != nil {
			return "", err
		}
	}
	err := cmp.Or(z.Close(), text.Close())
	return b.String(), err
}
