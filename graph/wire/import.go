package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/sanitize"
)

// An importer turns the services and calls of one document back into facts.
type importer struct {
	realm    string // of the services
	text     []byte
	facts    *graph.Facts
	at       graph.Origin // of the document
	services map[string]*importedService
	pending  []*importedService // of which calls show what they are, if there are any
	groups   []Group
	placed   []placed
	seen     []graph.Observation
	boxes    int // services that are boxes of several
	lost     int // calls of services that the document does not name
}

// Import reads a document and adds its services and calls to facts. At is the origin of
// what has none of its own. Problems are among the facts, with the line where reading stopped
// or, about the document as a whole, with the first one. Lists may be longer than
// memory allows: each entry is decoded by itself. Unknown members and keys are ignored, a
// value of the wrong type is a problem and the rest of its entry is read.
//
// Amounts and sketches of several documents add up: documents of parts of the traces
// together are as good as one of all of them, if no trace is split between parts. What
// a document does not have cannot come back: the objects that policies are declared
// in, of which it has only what acts on each call.
func Import(text []byte, at graph.Origin, facts *graph.Facts) {
	importInto(realm, text, at, facts)
}

// ImportPart is Import of a part of the estate: its services are in graph.EstateRealm.
func ImportPart(text []byte, at graph.Origin, facts *graph.Facts) {
	importInto(graph.EstateRealm, text, at, facts)
}

// A Head is what a document is.
type Head struct {
	Schema string
	Made   *Made
	Line   int32 // where reading stopped, if there is an error
}

// ReadHead reads the members before the lists of a document. It is no error if there are none.
func ReadHead(text []byte) (Head, error) {
	var h Head
	text = bytes.TrimPrefix(text, []byte("\uFEFF"))
	in := json.NewDecoder(bytes.NewReader(text))
	ended := errors.New("")
	err := members(in, func(key string) error {
		switch key {
		case "schema":
			return in.Decode(&h.Schema)
		case "made":
			return in.Decode(&h.Made)
		case "services":
			return ended
		}
		var other json.RawMessage
		return in.Decode(&other)
	})
	if errors.Is(err, ended) {
		return h, nil
	}
	h.Line = int32(1 + bytes.Count(text[:min(int(in.InputOffset()), len(text))], []byte("\n")))
	return h, err
}

func importInto(realm string, text []byte, at graph.Origin, facts *graph.Facts) {
	at.Line, at.Column = 1, 0
	im := &importer{realm: realm, text: text, facts: facts, at: at, services: map[string]*importedService{}}
	in := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(text, []byte("\uFEFF"))))
	graphs := 0
	err := members(in, func(key string) error {
		switch key {
		case "services":
			graphs++
			return entries(in, im.service, im.misfit)
		case "calls":
			graphs++
			return entries(in, im.call, im.misfit)
		case "groups":
			return entries(in, func(w *Group) { im.groups = append(im.groups, *w) }, im.misfit)
		case "left":
			return im.left(in)
		}
		var other json.RawMessage
		return in.Decode(&other)
	})
	if len(im.seen) > 0 {
		facts.Observations = append(facts.Observations, graph.TableOf(im.seen))
	}
	im.linkGroups()
	for _, s := range im.pending {
		if !s.named && !s.called {
			im.uncalled(s)
		}
	}
	switch {
	case err != nil:
		im.problem(im.line(in), graph.Failed, "what comes before is read", "cannot be read as a graph of weir: %v", err)
	case graphs == 0:
		im.problem(im.at, graph.Skipped, "write it with weir graph -o json", "is a report of weir without its graph")
	case im.boxes > 0:
		im.problem(im.at, graph.Failed, "write it without --collapse", "is a drawing of groups, not of services")
	}
	if im.lost > 0 {
		im.problem(im.at, graph.Failed, "the file was cut: write it again with weir graph -o json", "%d calls are of services that the file does not name", im.lost)
	}
}

// members calls member for every key of an object; member has to read the value.
func members(in *json.Decoder, member func(key string) error) error {
	token, err := in.Token()
	if err != nil {
		return err
	}
	if token != json.Delim('{') {
		return errors.New("it is no object")
	}
	for in.More() {
		token, err := in.Token()
		if err != nil {
			return err
		}
		key, _ := token.(string)
		if err := member(key); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	_, err = in.Token()
	return err
}

// entries calls take for the entries of a list, which may be null. Of the values of the
// wrong type in an entry it reports the first; the other values are used.
func entries[T any](in *json.Decoder, take func(*T), misfit func(*json.Decoder, *json.UnmarshalTypeError)) error {
	token, err := in.Token()
	if err != nil || token == nil {
		return err
	}
	if token != json.Delim('[') {
		return fmt.Errorf("%v is no list", token)
	}
	for in.More() {
		v := new(T)
		var wrong *json.UnmarshalTypeError
		switch err := in.Decode(v); {
		case errors.As(err, &wrong):
			misfit(in, wrong)
		case err != nil:
			return err
		}
		take(v)
	}
	_, err = in.Token()
	return err
}

// misfit reports a value of the wrong type.
func (im *importer) misfit(in *json.Decoder, wrong *json.UnmarshalTypeError) {
	im.problem(im.line(in), graph.Failed, "", "%q is a %s, which makes no sense there", wrong.Field, wrong.Value)
}

// line is the place up to which a document has been read.
func (im *importer) line(in *json.Decoder) graph.Origin {
	at := im.at
	at.Line = int32(1 + bytes.Count(im.text[:min(int(in.InputOffset()), len(im.text))], []byte("\n")))
	return at
}

func (im *importer) problem(at graph.Origin, level graph.ProblemLevel, hint, format string, args ...any) {
	im.facts.Problems = append(im.facts.Problems, graph.Problem{Origin: at, Message: fmt.Sprintf(format, args...), Hint: hint, Level: level})
}

// left reports what a drawing leaves out.
func (im *importer) left(in *json.Decoder) error {
	var left []string
	err := in.Decode(&left)
	for _, part := range left {
		im.problem(im.at, graph.Note, "write the file without --focus, --depth and --only", "is a drawing that leaves something out: %s", sanitize.Text(part))
	}
	return err
}
