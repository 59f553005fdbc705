package source

import (
	"bytes"
	"iter"
	"slices"
	"sync"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

// Idioms are those that are known. Of several for one token, the first that finds something counts.
var Idioms = []*Idiom{
	defaults, environment, springValue, injected, injectedAddress, tag, settingsClass, later,
	listed, address, maker, pair, dial,
	feign, micronautClient, restClient, exchange, refit, retrofit, kitex, dubbo, names,
	daprInvoke, discovery, app,
}

// PolicyIdioms are the ways in which programs write policies. They look at names, and show no places of their
// own: a policy belongs to the requests that are in what it guards, or are made with the client that has it.
// What cannot be bound so is not guessed: the calls of its file are judged by nothing that it may have.
var PolicyIdioms = []*Idiom{
	axios, axiosRetry, fetch, got, opossum, cockatiel,
	retryLoop,
	pythonClient, asyncioTimeout, tenacity, urllib3, pybreaker,
	netHTTP, goContext, retryableHTTP, gobreaker, failsafe, grpcConfig, kitexClient,
	annotatedPolicy, restTemplate, webClient, okHTTP, javaHTTP, feignBuilder, httpClient, polly,
}

// dispatch is the idioms by what they look at, for one language.
type dispatch struct {
	strings []*Idiom
	words   map[string][]*Idiom
	lengths [256]uint64 // those of the words that begin with a letter, as bits; the last one is any longer

	stubs    []stubForm
	stubEnds [256]bool // with which the names of stubs end
}

// dispatches are those of the languages, *dispatch by *Language.
var dispatches sync.Map

func dispatchOf(l *Language) *dispatch {
	if d, ok := dispatches.Load(l); ok {
		return d.(*dispatch)
	}
	d, _ := dispatches.LoadOrStore(l, newDispatch(l))
	return d.(*dispatch)
}

func newDispatch(l *Language) *dispatch {
	d := &dispatch{words: map[string][]*Idiom{}, stubs: stubFormsOf(l)}
	for _, form := range d.stubs {
		end := form.before + form.after
		d.stubEnds[end[len(end)-1]] = true
	}
	for _, m := range slices.Concat(PolicyIdioms, Idioms) {
		if !m.readsLanguage(l) {
			continue
		}
		if m.Words == nil {
			d.strings = append(d.strings, m)
		}
		for _, w := range m.Words {
			d.words[w] = append(d.words[w], m)
			d.lengths[w[0]] |= lengthBit(len(w))
		}
	}
	return d
}

// lengthBit is the bit of a length.
func lengthBit(n int) uint64 { return 1 << min(n, 63) }

// read finds all places of a file.
func (f *file) read() {
	d := dispatchOf(f.lang)
	for i := 0; i < len(f.tokens); {
		next := i
		switch t := &f.tokens[i]; t.kind {
		case text:
			f.useNamed(i)
			for _, m := range d.strings {
				if next = m.find(f, i); next > i {
					break
				}
			}
		case word:
			if c := f.src[t.start]; c >= 'A' && c <= 'Z' {
				f.addUse(i)
			}
			if t.end-t.start >= 4 && d.stubEnds[f.src[t.end-1]] {
				if next = f.findStub(i, d.stubs); next > i {
					break
				}
			}
			if d.lengths[f.src[t.start]]&lengthBit(int(t.end-t.start)) == 0 {
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

// useNamed notes the use of the constants that the string at a token has in its expressions, or is the name of:
// f"{Config.CART_URL}/items", config["CART_URL"].
func (f *file) useNamed(i int) {
	for name := range f.namedIn(i) {
		if !f.used[string(name)] {
			f.note(string(name))
		}
	}
}

// namedIn returns the names of constants in the expressions of the string at a token, or the one that it is itself.
func (f *file) namedIn(i int) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		body := inside(&f.code, i)
		if isConstant(body) {
			yield(body)
			return
		}
		if bytes.IndexByte(body, '{') < 0 && bytes.IndexByte(body, '$') < 0 || !f.takesExpressions(i) {
			return
		}
		for at := 1; at < len(body); at++ {
			if c := body[at]; c < 'A' || c > 'Z' || !isNameMark(body[at-1]) {
				continue
			}
			end := at
			for end < len(body) && classes[body[end]] >= isLetter && body[end] != '$' {
				end++
			}
			if isConstant(body[at:end]) && !yield(body[at:end]) {
				return
			}
			at = end
		}
	}
}

// isNameMark reports whether a name in an expression of a string may follow a byte.
func isNameMark(c byte) bool {
	switch c {
	case '{', '.', '$', '(', ' ', '"', '\'', '[':
		return true
	}
	return false
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
	f.bindPolicies()
	if len(f.out.Places)+len(f.used)+len(f.out.Unbound)+len(f.out.Settings) > 0 {
		f.out.Uses = f.uses()
		facts.Code = append(facts.Code, f.out)
	}
}
