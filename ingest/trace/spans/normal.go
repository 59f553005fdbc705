package spans

import "bytes"

// What is written in spans for one request becomes what all requests of its sort
// have in common: ids, numbers and literals give way to a mark.

// maxText bounds how much of a text is looked at.
const maxText = 2 << 10

// placeholder replaces ids in names and paths.
const placeholder = "{id}"

// appendPath appends the path of a URL without what it says of a single thing.
func appendPath(to, path []byte) []byte {
	if i := bytes.IndexAny(path, "?#;"); i >= 0 {
		path = path[:i]
	}
	for len(path) > 1 && path[len(path)-1] == '/' {
		path = path[:len(path)-1]
	}
	if len(path) == 0 {
		path = slash
	}
	return appendWords(to, path)
}

// appendWords appends a name in which each id gives way to the placeholder.
func appendWords(to, s []byte) []byte {
	s = s[:min(len(s), maxText)]
	for i := 0; i < len(s); {
		if n := lengthOfUUID(s[i:]); n > 0 && (i == 0 || !isWordByte(s[i-1])) {
			to = append(to, placeholder...)
			i += n
			continue
		}
		end := i
		for end < len(s) && isWordByte(s[end]) {
			end++
		}
		switch word := s[i:end]; {
		case end == i:
			to = append(to, s[i])
			end++
		case isID(word):
			to = append(to, placeholder...)
		default:
			to = appendWithoutNumbers(to, word)
		}
		i = end
	}
	return to
}

func isDigit(b byte) bool    { return b-'0' <= 9 }
func isWordByte(b byte) bool { return isDigit(b) || (b|0x20)-'a' < 26 || b >= 0x80 }

// lengthOfUUID returns how long the UUID is that s begins with, 0 if it does not.
func lengthOfUUID(s []byte) int {
	const length = 36
	if len(s) < length || len(s) > length && isWordByte(s[length]) {
		return 0
	}
	for i, b := range s[:length] {
		switch i {
		case 8, 13, 18, 23:
			if b != '-' {
				return 0
			}
		default:
			if HexDigit[b] > 15 {
				return 0
			}
		}
	}
	return length
}

// isID reports whether a word names a single thing: a number, eight or more
// hexadecimal digits, or so many capital letters and digits mixed. "v2" and
// "oauth2" are words.
func isID(word []byte) bool {
	const long = 8
	digits, runs, hex, small := 0, 0, true, false
	for i, b := range word {
		if isDigit(b) {
			if digits++; i == 0 || !isDigit(word[i-1]) {
				runs++
			}
		}
		hex = hex && HexDigit[b] <= 15
		small = small || b-'a' < 26
	}
	switch {
	case digits == len(word):
		return true
	case digits == 0 || len(word) < long:
		return false
	}
	return hex || !small || runs > 2
}

// appendWithoutNumbers appends a word in which numbers of several digits give way.
func appendWithoutNumbers(to, word []byte) []byte {
	const several = 3
	for i := 0; i < len(word); {
		end := i
		for end < len(word) && isDigit(word[end]) {
			end++
		}
		switch {
		case end == i:
			to = append(to, word[i])
			end++
		case end-i >= several:
			to = append(to, placeholder...)
		default:
			to = append(to, word[i:end]...)
		}
		i = end
	}
	return to
}

// appendStatement appends a statement of a database without its literals, and reports
// whether it reads one page of a list.
func appendStatement(to, s []byte) (words []byte, paged bool) {
	s = bytes.TrimSpace(s[:min(len(s), maxText)])
	from := len(to)
	if !isSQL(s) {
		to = appendWords(to, s)
		return to, isCursor(to[from:])
	}
	to = appendSQL(to, s)
	all := to[from:]
	return to, isCursor(all) || hasWord(all, "offset") || bytes.Contains(bytes.ToLower(all), []byte("fetch next"))
}

// isSQL reports whether a statement begins as those of SQL do.
func isSQL(s []byte) bool {
	for bytes.HasPrefix(s, []byte("/*")) || bytes.HasPrefix(s, []byte("--")) || len(s) > 0 && (s[0] == '(' || isSpace(s[0])) {
		if n := comment(s); n > 0 {
			s = s[n:]
		} else {
			s = s[1:]
		}
	}
	end := 0
	for end < len(s) && isWordByte(s[end]) {
		end++
	}
	if end == len(s) {
		return false // the name of a command alone
	}
	var word [8]byte
	switch string(Lower(word[:0], s[:end])) {
	case "select", "insert", "update", "delete", "with", "merge", "replace", "call", "exec", "execute", "begin", "declare", "fetch", "truncate", "create", "alter", "drop":
		return true
	}
	return false
}

// comment returns how long the comment is that s begins with, 0 if there is none.
// Tools write the ids of traces into comments.
func comment(s []byte) int {
	end := ""
	switch {
	case bytes.HasPrefix(s, []byte("/*")):
		end = "*/"
	case bytes.HasPrefix(s, []byte("--")):
		end = "\n"
	default:
		return 0
	}
	if i := bytes.Index(s[2:], []byte(end)); i >= 0 {
		return 2 + i + len(end)
	}
	return len(s)
}

func isSpace(b byte) bool { return b == ' ' || b == '\n' || b == '\t' || b == '\r' }

// appendSQL appends a statement with a question mark for every literal and every
// parameter, one for a list of them, and one space for all between words.
func appendSQL(to, s []byte) []byte {
	from := len(to)
	for i := 0; i < len(s); {
		b := s[i]
		n := 0
		switch {
		case isSpace(b):
			to, n = appendSpace(to, from), 1
		case comment(s[i:]) > 0:
			to, n = appendSpace(to, from), comment(s[i:])
		case b == '\'', b == '"' && isCompared(to) && !isQualified(s[i:]):
			to, n = appendMark(to, from), quoted(s[i:])
		case b == '"' || b == '`':
			n = quoted(s[i:])
			to = append(to, s[i:i+n]...)
		case bytes.HasPrefix(s[i:], []byte("::")):
			to, n = append(to, "::"...), 2
		case isDigit(b) || b == '?' || isParameter(s[i:]):
			n = 1
			for i+n < len(s) && (isWordByte(s[i+n]) || s[i+n] == '.' || s[i+n] == '_') {
				n++
			}
			to = appendMark(to, from)
		case isWordByte(b) || b == '_':
			n = 1
			for i+n < len(s) && (isWordByte(s[i+n]) || s[i+n] == '_' || s[i+n] == '$') {
				n++
			}
			to = appendKeyword(to, s[i:i+n])
		case b == ')' && bytes.HasSuffix(to, []byte("), (?")):
			// One row of several to insert is as good as all.
			to, n = bytes.TrimSuffix(to, []byte(", (?")), 1
		case b == ',':
			to, n = append(bytes.TrimRight(to, " "), ", "...), 1
		case b == ';' && len(bytes.TrimSpace(s[i+1:])) == 0:
			n = 1
		default:
			to, n = append(to, b), 1
		}
		i += n
	}
	return bytes.TrimRight(to, " ")
}

// appendSpace appends a space where there is none.
func appendSpace(to []byte, from int) []byte {
	if len(to) > from && to[len(to)-1] != ' ' {
		return append(to, ' ')
	}
	return to
}

// appendMark appends the mark of a value, but not again after a value.
func appendMark(to []byte, from int) []byte {
	if bytes.HasSuffix(to[from:], []byte("?, ")) {
		return to[:len(to)-2]
	}
	if bytes.HasSuffix(to[from:], []byte("?")) {
		return to
	}
	return append(to, '?')
}

// appendKeyword appends a word, in capital letters if it is one by which people read
// a statement.
func appendKeyword(to, word []byte) []byte {
	var small [8]byte
	switch w := Lower(small[:0], word); string(w) {
	case "select", "insert", "update", "delete", "from", "into", "values", "where", "and", "or", "in", "set", "join", "limit", "offset", "order", "by":
		return append(to, bytes.ToUpper(w)...)
	}
	return append(to, word...)
}

// quoted returns how long the quoted text is that s begins with.
func quoted(s []byte) int {
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && s[0] != '`':
			i++
		case s[i] == s[0] && i+1 < len(s) && s[i+1] == s[0]:
			i++
		case s[i] == s[0]:
			return i + 1
		}
	}
	return len(s)
}

// isCompared reports whether what follows is compared with something.
func isCompared(to []byte) bool {
	to = bytes.TrimRight(to, " ")
	return len(to) > 0 && bytes.IndexByte([]byte("=<>"), to[len(to)-1]) >= 0
}

// isQualified reports whether the quoted text that s begins with is the first part
// of a name: "items"."id".
func isQualified(s []byte) bool {
	n := quoted(s)
	return n < len(s) && s[n] == '.'
}

// isParameter reports whether s begins with a parameter: $1, :name, @name, %s.
func isParameter(s []byte) bool {
	if len(s) < 2 {
		return false
	}
	switch s[0] {
	case '$', '@':
		return isWordByte(s[1])
	case ':':
		return (s[1]|0x20)-'a' < 26
	case '%':
		return s[1] == 's' || s[1] == '('
	}
	return false
}

// hasWord reports whether a text in whatever letters has a word between spaces.
func hasWord(s []byte, word string) bool {
	for w := range bytes.FieldsSeq(s) {
		if bytes.EqualFold(w, []byte(word)) {
			return true
		}
	}
	return false
}

// Lower appends the lower-case form of a short word to to, and nothing of a long one.
func Lower(to, s []byte) []byte {
	if len(s) > cap(to)-len(to) {
		return to
	}
	for _, b := range s {
		if b-'A' < 26 {
			b |= 0x20
		}
		to = append(to, b)
	}
	return to
}
