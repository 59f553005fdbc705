package summary

import (
	"bytes"
	"encoding/json"
	"slices"
)

// headSize is how much of a file is read to detect its format.
const headSize = 64 << 10

// head returns the beginning of a text.
func head(text []byte) []byte {
	return bytes.TrimPrefix(text[:min(len(text), headSize)], []byte("\uFEFF"))
}

// shaped reports whether text is JSON that begins with a value which has one of
// the paths, such as "data[].parent". Word is a part of every text that has one,
// and spares the look into the others.
func shaped(text []byte, word string, paths ...string) bool {
	text = head(text)
	if !bytes.Contains(text, []byte(word)) {
		return false
	}
	if start := bytes.TrimLeft(text, " \t\r\n"); len(start) == 0 || start[0] != '{' && start[0] != '[' {
		return false
	}
	o := outline{decoder: json.NewDecoder(bytes.NewReader(text)), want: paths}
	o.value("", 0)
	return o.found
}

// An outline walks through the first value of a text that may end anywhere. Of a
// list it looks at the first item only.
type outline struct {
	decoder *json.Decoder
	want    []string
	found   bool
}

const deepest = 6

// value walks through one value and reports whether there is more to see.
func (o *outline) value(path string, depth int) bool {
	token, err := o.decoder.Token()
	if err != nil {
		return false
	}
	switch token {
	case json.Delim('{'):
		return o.object(path, depth+1)
	case json.Delim('['):
		if o.decoder.More() && !o.value(path+"[]", depth+1) {
			return false
		}
		for o.decoder.More() {
			if !o.skip() {
				return false
			}
		}
		_, err = o.decoder.Token()
	}
	return err == nil
}

func (o *outline) object(path string, depth int) bool {
	if path != "" {
		path += "."
	}
	for o.decoder.More() {
		token, err := o.decoder.Token()
		key, ok := token.(string)
		if err != nil || !ok {
			return false
		}
		if slices.Contains(o.want, path+key) {
			o.found = true
			return false
		}
		if depth > deepest {
			if !o.skip() {
				return false
			}
		} else if !o.value(path+key, depth) {
			return false
		}
	}
	_, err := o.decoder.Token()
	return err == nil
}

func (o *outline) skip() bool {
	for depth := 0; ; {
		token, err := o.decoder.Token()
		if err != nil {
			return false
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 {
			return true
		}
	}
}
