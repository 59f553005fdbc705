// Package shell reads command lines: the words of a text, the commands of a script, and the
// options among words. It runs nothing and expands nothing.
package shell

import (
	"iter"
	"path"
	"slices"
	"strings"
)

// A Word is one word of a command. It may contain blanks.
type Word struct {
	Text string // without its quotes
	Raw  string // as it is written
	Arg  int    // in which of the arguments it is
}

// A Command is a program with its arguments, as one command of a script or the whole line.
type Command struct {
	Words  []Word // without "if", "then", and without the variables before the program
	Writes bool   // its output goes to a file
}

// Program returns the name of the program, without its directory, "" if the command only has
// options, for a program that the line does not name, or only sets variables. Programs that run
// another are skipped: "exec env A=1 /bin/web" runs web.
func (c *Command) Program() string {
	inShell := false
	for _, w := range c.Words {
		name := path.Base(w.Text)
		switch {
		case strings.HasPrefix(w.Text, "-"):
			if !inShell {
				return ""
			}
		case shells[name] || wrappers[name]:
			inShell = true
		case isAssignment(w.Text):
		default:
			return name
		}
	}
	return ""
}

// Commands returns the commands that a command line runs. A single argument is a line as it is
// typed. Of several, each is a word; the script after the option -c of a shell is read in its
// place. Comments are left out.
func Commands(args []string) []Command {
	if len(args) == 1 {
		return script(args[0], 0, 0)
	}
	var line Command
	for i, arg := range args {
		if i == 0 { // "sh -c" in one text, before the arguments of others
			for _, text := range Words(arg) {
				line.Words = append(line.Words, Word{text, text, i})
			}
			continue
		}
		line.Words = append(line.Words, Word{arg, arg, i})
	}
	return withScripts(nil, line, 0)
}

// Words returns the words of a text. A quote that is not closed ends at the end of its word.
func Words(text string) []string {
	var words []string
	for _, c := range (&scanner{text: text}).commands(true) {
		for _, w := range c.Words {
			words = append(words, w.Text)
		}
	}
	return words
}

// Options yields the settings among the words of a command line or of a variable with options,
// e.g. JAVA_OPTS: name and value of "-Dname=value" and "--name=value".
func Options(text string) iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) {
		if !strings.Contains(text, "=") {
			return
		}
		for _, word := range Words(text) {
			option, ok := strings.CutPrefix(word, "-D")
			if !ok {
				option, ok = strings.CutPrefix(word, "--")
			}
			if name, value, given := strings.Cut(option, "="); ok && given && !yield(name, value) {
				return
			}
		}
	}
}

// Flag returns the value of an option, "--name=value" or "--name value", with one dash or two.
func Flag(words []string, name string) (string, bool) {
	for i, w := range words {
		option := strings.TrimLeft(w, "-")
		if option == w {
			continue
		}
		if given, value, ok := strings.Cut(option, "="); ok && given == name {
			return value, true
		}
		if option == name && i+1 < len(words) {
			return words[i+1], true
		}
	}
	return "", false
}

// deepest is how many scripts may be in each other.
const deepest = 8

func script(text string, arg, depth int) []Command {
	var list []Command
	for _, c := range (&scanner{text: text, arg: arg}).commands(false) {
		list = withScripts(list, c, depth)
	}
	return list
}

// withScripts appends a command to a list, or, if it is a shell with a script, the commands of
// the script: the words before the script run no program of their own.
func withScripts(list []Command, c Command, depth int) []Command {
	at := scriptOf(c.Words)
	if at < 0 || depth == deepest {
		return append(list, c)
	}
	inner := script(c.Words[at].Text, c.Words[at].Arg, depth+1)
	list = append(list, inner...)
	if rest := c.Words[at+1:]; len(rest) > 0 { // $0, $1 ... of the script
		list = append(list, Command{Words: rest, Writes: c.Writes})
	}
	return list
}

// scriptOf returns which word is the script of a shell, -1 if none is.
func scriptOf(words []Word) int {
	for i, w := range words {
		if !shells[path.Base(w.Text)] {
			continue
		}
		for j := i + 1; j < len(words); j++ {
			option := words[j].Text
			if !strings.HasPrefix(option, "-") {
				break
			}
			if !strings.HasPrefix(option, "--") && strings.HasSuffix(option, "c") && j+1 < len(words) {
				return j + 1
			}
		}
	}
	return -1
}

var (
	shells   = setOf("sh bash ash dash zsh ksh")
	wrappers = setOf("exec time sudo eval nohup env tini dumb-init cub command nice")
	keywords = setOf("until while if then do else elif !")
)

func setOf(words string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(words) {
		set[w] = true
	}
	return set
}

// A scanner splits a text into commands.
type scanner struct {
	text string
	arg  int
	at   int

	list    []Command
	command Command
	word    []byte
	began   bool // a word has begun, which may be empty: ''
	from    int  // where it begins
	toFile  bool // the next word is a file that the output goes to
	ignore  bool // the next word is a file that is read
	here    []string
}

// commands splits the text at the operators between commands. In plain text, which is no script,
// they are characters of words.
func (s *scanner) commands(plain bool) []Command {
	for s.at < len(s.text) {
		c := s.text[s.at]
		switch c {
		case ' ', '\t', '\r':
			s.endWord()
		case '\n':
			s.endWord()
			if !plain {
				s.readHere()
				s.endCommand()
			}
		case '\\':
			s.escape()
			continue
		case '\'', '"':
			s.quoted(c)
			continue
		case '$':
			s.variable(plain)
			continue
		case '#':
			if plain || s.began {
				s.add(c)
				break
			}
			end := strings.IndexByte(s.text[s.at:], '\n')
			if end < 0 {
				end = len(s.text) - s.at
			}
			s.at += end
			continue
		case '>', '<':
			if plain {
				s.add(c)
				break
			}
			s.redirect()
			continue
		case ';', '|', '&', '(', ')', '`':
			if plain {
				s.add(c)
				break
			}
			s.endWord()
			s.endCommand()
		case '{', '}':
			if alone := !s.began && (s.at+1 == len(s.text) || isBlank(s.text[s.at+1]) || s.text[s.at+1] == ';'); plain || !alone {
				s.add(c)
			}
		default:
			s.add(c)
		}
		s.at++
	}
	s.endWord()
	s.endCommand()
	return s.list
}

func (s *scanner) add(text ...byte) {
	s.begin()
	s.word = append(s.word, text...)
}

func (s *scanner) begin() {
	if !s.began {
		s.began, s.from = true, s.at
	}
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// escape takes the character after a backslash as it is; a line ends in none.
func (s *scanner) escape() {
	if s.at+1 < len(s.text) && s.text[s.at+1] != '\n' {
		s.add(s.text[s.at+1])
	}
	s.at = min(s.at+2, len(s.text))
}

// quoted adds what is between two quotes to the word. A single quote is left out.
func (s *scanner) quoted(quote byte) {
	s.begin()
	s.at++
	end := s.at
	for end < len(s.text) && s.text[end] != quote {
		if s.text[end] == '\\' && quote == '"' {
			end++
		}
		end++
	}
	if end >= len(s.text) {
		return
	}
	text := s.text[s.at:end]
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && quote == '"' && i+1 < len(text) && strings.IndexByte("\"\\$`\n", text[i+1]) >= 0 {
			if i++; text[i] == '\n' {
				continue
			}
		}
		s.word = append(s.word, text[i])
	}
	s.at = end + 1
}

// variable keeps $VAR, ${VAR ...} and $(VAR), which Kubernetes fills in, as they are. The
// commands of another $( ... ) are commands of the script.
func (s *scanner) variable(plain bool) {
	rest := s.text[s.at:]
	switch {
	case strings.HasPrefix(rest, "${"):
		if end := closing(rest[1:]); end > 0 {
			s.add([]byte(rest[:end+2])...)
			s.at += end + 2
			return
		}
	case strings.HasPrefix(rest, "$("):
		if end := strings.IndexByte(rest, ')'); end > 0 && isName(rest[2:end]) {
			s.add([]byte(rest[:end+1])...)
			s.at += end + 1
			return
		}
		if !plain {
			s.at++ // the parenthesis begins a command
			return
		}
	}
	s.add('$')
	s.at++
}

// closing returns where the brace closes that a text begins with, -1 if it does not.
func closing(text string) int {
	depth := 0
	for i := range len(text) {
		switch text[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i
			}
		case '\n':
			return -1
		}
	}
	return -1
}

func isName(text string) bool {
	return text != "" && strings.IndexFunc(text, func(r rune) bool {
		return r != '_' && r != '.' && r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}) < 0
}

// redirect reads ">", ">>", ">&2", "<", "<<END".
func (s *scanner) redirect() {
	if digits := strings.Trim(string(s.word), "0123456789"); digits == "" { // 2> is no word
		s.word, s.began = s.word[:0], false
	}
	s.endWord()
	rest := s.text[s.at:]
	switch {
	case strings.HasPrefix(rest, "<<<"):
		s.at += 3 // a word that is read
	case strings.HasPrefix(rest, "<<"):
		s.at += 2
		if strings.HasPrefix(s.text[s.at:], "-") {
			s.at++
		}
		end := s.at
		for end < len(s.text) && (s.text[end] == ' ' || s.text[end] == '\t') {
			end++
		}
		from := end
		for end < len(s.text) && !isBlank(s.text[end]) && strings.IndexByte(";|&<>", s.text[end]) < 0 {
			end++
		}
		s.here = append(s.here, strings.Trim(s.text[from:end], `'"\`))
		s.at = end
	case rest[0] == '<':
		s.at++
		s.ignore = true
	default:
		s.at += len(rest) - len(strings.TrimLeft(rest, ">|"))
		if strings.HasPrefix(s.text[s.at:], "&") {
			s.at++
			s.ignore = true
		} else {
			s.toFile = true
		}
	}
}

// readHere takes the lines after a command with "<<END" up to that word as one word of it.
func (s *scanner) readHere() {
	for _, end := range s.here {
		from := s.at + 1
		stop, next := len(s.text), len(s.text)
		for at := from; at < len(s.text); {
			line := s.text[at:]
			length := strings.IndexByte(line, '\n')
			if length < 0 {
				length = len(line)
			}
			if strings.TrimSpace(line[:length]) == end {
				stop, next = at, at+length
				break
			}
			at += length + 1
		}
		if from <= stop {
			s.command.Words = append(s.command.Words, Word{s.text[from:stop], s.text[from:stop], s.arg})
		}
		s.at = min(next, len(s.text))
	}
	s.here = nil
}

func (s *scanner) endWord() {
	if !s.began {
		return
	}
	text := Word{string(s.word), s.text[s.from:s.at], s.arg}
	s.word, s.began = s.word[:0], false
	switch {
	case s.toFile:
		s.toFile = false
		s.command.Writes = s.command.Writes || !strings.HasPrefix(text.Text, "/dev/")
		return
	case s.ignore:
		s.ignore = false
		return
	}
	s.command.Words = append(s.command.Words, text)
}

// endCommand ends a command. The words before its program that run nothing are left out:
// keywords of the shell. Its variables are kept in a command of their own.
func (s *scanner) endCommand() {
	c := s.command
	s.command = Command{}
	s.toFile, s.ignore = false, false
	for len(c.Words) > 0 && keywords[c.Words[0].Text] {
		c.Words = c.Words[1:]
	}
	if n := slices.IndexFunc(c.Words, func(w Word) bool { return !isAssignment(w.Text) }); n > 0 {
		s.list = append(s.list, Command{Words: c.Words[:n:n]})
		c.Words = c.Words[n:]
	}
	if len(c.Words) > 0 {
		s.list = append(s.list, c)
	}
}

// isAssignment reports whether a word sets a variable: NAME=value.
func isAssignment(word string) bool {
	name, _, ok := strings.Cut(word, "=")
	return ok && isName(name) && !strings.ContainsAny(name, "-.")
}
