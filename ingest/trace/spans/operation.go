package spans

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"
	"maps"
	"slices"
	"unicode/utf8"
)

// An Operation is what a request asks for, in words that all requests of its sort
// share: "GET /items/{id}", "SELECT * FROM items WHERE id = ?". It is kept as a hash
// of these words, which is the same wherever it is made; the words are kept once.
// 0 means no words, or words without information, such as "HTTP GET".
type Operation = uint32

// operations are the words behind the hashes of operations, at most twice as many
// as maxOperations. Those with the least hashes stay, whatever came first.
type operations struct {
	words Words
	above Operation // of hashes from here on no words are kept; 0 for none

	seed  maphash.Seed
	known *[1 << 12]knownOperation // by the low bits of raw
}

// maxOperations bounds the sorts of requests that have words. More of them are names
// that have something in them which no rule of this file replaces.
const maxOperations = 1 << 16

// A knownOperation spares a span the way from its own words to those of its sort,
// where a span with the same words came before.
type knownOperation struct {
	raw   uint64 // hash of the words of the span
	op    Operation
	paged bool
}

// operation returns what the span is about, and whether it is one page of a list.
func (o *operations) of(d *Builder, buf []byte) (op Operation, paged bool) {
	if o.words == nil {
		o.words, o.seed, o.known = Words{}, maphash.MakeSeed(), new([1 << 12]knownOperation)
	}
	raw := uint64(d.Flags & KindMask)
	for _, a := range operationAttributes {
		if d.set&(1<<a) != 0 {
			raw = mix(raw^maphash.Bytes(o.seed, d.values[a]), uint64(a)+1)
		}
	}
	raw = mix(raw, maphash.Bytes(o.seed, d.Name))
	k := &o.known[raw%uint64(len(o.known))]
	if k.raw != raw {
		var words []byte
		words, k.paged = d.operation(buf)
		k.raw, k.op = raw, hashWords(words)
		o.keep(k.op, words)
	}
	if o.above != 0 && k.op >= o.above {
		return 0, k.paged // so many sorts of requests are none
	}
	return k.op, k.paged
}

// hashWords is never 0, but for no words.
func hashWords(words []byte) Operation {
	if len(words) == 0 {
		return 0
	}
	h := uint64(len(words))
	for ; len(words) >= 8; words = words[8:] {
		h = mix(h^binary.LittleEndian.Uint64(words), 0x9e3779b97f4a7c15)
	}
	for _, b := range words {
		h = mix(h^uint64(b), 0xd6e8feb86659fd93)
	}
	return max(1, Operation(h>>32))
}

// keep keeps the words of an operation. Of two operations of one hash the lesser
// words count.
func (o *operations) keep(op Operation, words []byte) {
	if op == 0 || o.above != 0 && op >= o.above {
		return
	}
	if old, ok := o.words[op]; ok && old <= string(shorten(words)) {
		return
	}
	o.words[op] = clean(shorten(words))
	if len(o.words) < 2*maxOperations {
		return
	}
	hashes := slices.Sorted(maps.Keys(o.words))
	o.above = hashes[maxOperations]
	for _, op := range hashes[maxOperations:] {
		delete(o.words, op)
	}
}

// UniteOperations returns the words of all workers.
func UniteOperations(workers []*Collector) Words {
	all := Words{}
	for _, w := range workers {
		all.Add(w.operations.words)
	}
	all.Settle()
	return all
}

// operationAttributes are the attributes that show what a request does.
var operationAttributes = [...]attribute{
	DbStatement, DbOperation, DbCollection, rpcService, rpcMethod,
	httpMethod, httpRoute, urlTemplate, urlPath, httpTarget, urlFull, httpURL, urlQuery,
}

// operation writes the operation of the span into buf, and reports whether it reads one
// page of a list.
func (d *Builder) operation(buf []byte) (words []byte, paged bool) {
	words = buf[:0]
	switch statement, method := d.Get(DbStatement), d.Get(rpcMethod); {
	case statement != nil:
		return appendStatement(words, statement)
	case d.Get(DbOperation) != nil:
		words = append(words, d.Get(DbOperation)...)
		if c := d.Get(DbCollection); c != nil {
			words = appendWords(append(words, ' '), c)
		}
		return words, isCursor(words)
	case method != nil:
		if service := d.Get(rpcService); service != nil && bytes.IndexByte(method, '/') < 0 {
			words = append(append(words, service...), '/')
		}
		return append(words, method...), false
	}
	if path, query := d.path(); path != nil {
		if method := d.Get(httpMethod); method != nil {
			words = append(append(words, method...), ' ')
		}
		return appendPath(words, path), isPage(path, query)
	}
	name, query, _ := bytes.Cut(d.Name, question)
	if isVague(name) {
		return words, false
	}
	return appendWords(words, name), isCursor(name) || isPage(name, query)
}

// path returns what of its callee a request asks for, best what has no ids in it.
func (d *Builder) path() (path, query []byte) {
	for _, a := range [...]attribute{httpRoute, urlTemplate, urlPath, httpTarget, urlFull, httpURL} {
		v := d.Get(a)
		if v == nil {
			continue
		}
		if a == urlFull || a == httpURL {
			v = PathOfURL(v)
		}
		if v, query, _ = bytes.Cut(v, question); query == nil {
			query = d.query()
		}
		return v, query
	}
	return nil, nil
}

// query returns the parameters of a request, from whichever attribute has them.
func (d *Builder) query() []byte {
	for _, a := range [...]attribute{urlQuery, httpTarget, urlFull, httpURL} {
		v := d.Get(a)
		if a != urlQuery {
			_, v, _ = bytes.Cut(v, question)
		}
		if v != nil {
			return v
		}
	}
	return nil
}

var question, slash = []byte("?"), []byte("/")

func PathOfURL(u []byte) []byte {
	if _, rest, ok := bytes.Cut(u, []byte("://")); ok {
		if i := bytes.IndexAny(rest, "/?#"); i >= 0 {
			return rest[i:]
		}
		return slash
	}
	return u
}

// isVague reports whether a name is that of every request of its kind: "HTTP GET".
func isVague(name []byte) bool {
	var word [16]byte
	w := bytes.TrimSpace(Lower(word[:0], name))
	w = bytes.TrimSpace(bytes.TrimPrefix(w, overHTTP))
	switch string(w) {
	case "":
		return len(name) <= len(word) // lower leaves out what is longer
	case "get", "post", "put", "patch", "delete", "head", "options", "connect", "trace", "s", "request", "client", "server",
		"call", "send", "grpc", "rpc", "unknown", "query", "execute", "remote", "http", "fetch":
		return true
	}
	return false
}

// isPage reports whether a request asks for one page of a list.
func isPage(path, query []byte) bool {
	for pair := range bytes.FieldsFuncSeq(query, func(r rune) bool { return r == '&' || r == ';' }) {
		key, _, _ := bytes.Cut(pair, []byte("="))
		var letters [24]byte
		word := letters[:0]
		for i := 0; i < len(key); i++ {
			b := key[i]
			if b == '%' { // a bracket, mostly
				i += 2
				continue
			}
			if b-'A' < 26 {
				b |= 0x20
			}
			if b-'a' < 26 && len(word) < cap(word) {
				word = append(word, b)
			}
		}
		switch string(word) {
		case "page", "pagenumber", "pagenum", "pageno", "pageindex", "pagetoken", "pagekey", "pageoffset", "pageafter", "pagecursor",
			"nexttoken", "nextpagetoken", "cursor", "aftercursor", "after", "offset", "skip", "start", "startat", "startindex", "startafter", "startkey",
			"exclusivestartkey", "marker", "continue", "continuation", "continuationtoken", "scrollid":
			return true
		}
	}
	for _, mark := range [...]string{"/page/", "/pages/", "/scroll"} {
		if bytes.Contains(path, []byte(mark)) {
			return true
		}
	}
	return false
}

// isCursor reports whether a command takes the next part of what an earlier one
// began.
func isCursor(command []byte) bool {
	var word [8]byte
	first, _, _ := bytes.Cut(command, []byte(" "))
	switch string(Lower(word[:0], first)) {
	case "fetch", "getmore", "scan", "hscan", "sscan", "zscan", "scroll":
		return true
	}
	return false
}

// maxWords bounds how long the words of an operation are that people read.
const maxWords = 120

// shorten cuts words to a readable length. The columns of a long query matter less than
// what follows them.
func shorten(words []byte) []byte {
	if len(words) <= maxWords {
		return words
	}
	if i := bytes.Index(words, []byte(" FROM ")); i > 0 && bytes.HasPrefix(words, []byte("SELECT ")) {
		words = slices.Concat([]byte("SELECT …"), words[i:])
	}
	if len(words) <= maxWords {
		return words
	}
	end := maxWords
	for end > 0 && !utf8.RuneStart(words[end]) {
		end--
	}
	return slices.Concat(words[:end], []byte("…"))
}
