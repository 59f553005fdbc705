package source

import (
	"slices"
	"sync"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

// An Idiom is a way in which programs write whom they call. Each has a file, and a sample with a near miss
// for every language.
type Idiom struct {
	Name      string
	Doc       string
	Languages []string // by name; nil is all
	// Words are the names at which it looks, nil the strings of the code.
	Words []string
	// find looks at a token and shows what it finds. It returns the token up to which the expression was
	// read, which others need not look at again, or the token itself.
	find func(f *file, i int) int
}

// Idioms are those that are known. Of several for one token, the first that finds something counts.
var Idioms = []*Idiom{
	defaults, environment, springValue, injected, tag, settingsClass, later,
	address, maker, pair, dial,
	feign, micronautClient, restClient, exchange, refit, retrofit, kitex, dubbo, names,
	daprInvoke, discovery, app,
}

// readsLanguage reports whether an idiom is one of a language.
func (m *Idiom) readsLanguage(l *Language) bool {
	return m.Languages == nil || slices.Contains(m.Languages, l.Name)
}

// dispatch is the idioms by what they look at, for one language.
type dispatch struct {
	strings []*Idiom
	words   map[string][]*Idiom
	letters [256]bool // with which the words begin
}

func newDispatch(l *Language) *dispatch {
	d := &dispatch{words: map[string][]*Idiom{}}
	for _, m := range Idioms {
		if !m.readsLanguage(l) {
			continue
		}
		if m.Words == nil {
			d.strings = append(d.strings, m)
		}
		for _, w := range m.Words {
			d.words[w] = append(d.words[w], m)
			d.letters[w[0]] = true
		}
	}
	return d
}

// read finds all places of a file.
func (f *file) read() {
	d := f.lang.idioms()
	for i := 0; i < len(f.tokens); {
		next := i
		switch t := &f.tokens[i]; t.kind {
		case text:
			for _, m := range d.strings {
				if next = m.find(f, i); next > i {
					break
				}
			}
		case word:
			if c := f.src[t.start]; c >= 'A' && c <= 'Z' {
				f.addUse(i)
			}
			if t.end-t.start >= 4 && f.lang.stubEnds[f.src[t.end-1]] {
				if next = f.findStub(i); next > i {
					break
				}
			}
			if !d.letters[f.src[t.start]] {
				break
			}
			for _, m := range d.words[string(f.src[t.start:t.end])] {
				if next = m.find(f, i); next > i {
					break
				}
			}
		}
		i = max(next, i+1)
	}
}

// addUse notes the use of the type or the constant at a token.
func (f *file) addUse(i int) {
	switch t := &f.tokens[i]; {
	case isConstant(f.src[t.start:t.end]):
		if f.byte(i+1) != '=' || f.byte(i+2) == '=' { // not where it is declared
			f.use(i)
		}
	case f.lang.types:
		f.addType(i)
	}
}

// isConstant is isConstantName of bytes.
func isConstant(name []byte) bool {
	if len(name) < 4 || name[0] < 'A' || name[0] > 'Z' {
		return false
	}
	for _, c := range name {
		if c >= 'a' && c <= 'z' {
			return false
		}
	}
	return true
}

// tokenBuffers are what the tokens of one file after the other are kept in.
var tokenBuffers = sync.Pool{New: func() any { return new([]token) }}

// parse adds what a document of source code shows.
func parse(lang *Language, d *document.Document, facts *graph.Facts) {
	f := &file{lang: lang, doc: d, path: d.File, out: graph.CodeFile{Origin: d.Line(1, 1)}}
	buffer := tokenBuffers.Get().(*[]token)
	defer tokenBuffers.Put(buffer)
	f.code = tokenize(lang, d.Text, (*buffer)[:0])
	*buffer = f.tokens
	if isAspire(lang, d.Text) {
		readAspire(f, facts)
		return
	}
	f.read()
	if len(f.out.Places)+len(f.used) > 0 {
		f.out.Uses = f.uses()
		facts.Code = append(facts.Code, f.out)
	}
}
