package compose

import (
	"cmp"
	"os"
	"strings"
)

// A dockerCopy is what an instruction of a Dockerfile takes from the directory that the image is
// built from.
type dockerCopy struct {
	sources []string
	target  string
}

// maxCopies bounds the instructions of one Dockerfile that are followed.
const maxCopies = 200

// dockerCopies returns what goes into the image of a stage, the last one if it is "", and of those
// that it starts from. Arguments have the values in args, or else their defaults; a word that they make too long
// is nothing.
func dockerCopies(text, stage string, args map[string]string) []dockerCopy {
	type dockerStage struct {
		name, from string
		copies     []dockerCopy
	}
	stages := []dockerStage{{}}
	defaults := map[string]string{}
	var grown growth // of the arguments of the file, which may refer to each other
	expand := func(word string) string {
		length := 0
		expanded := os.Expand(word, func(name string) string {
			name, fallback, _ := strings.Cut(name, ":-")
			value := cmp.Or(args[name], defaults[name], fallback)
			if length += len(value); !grown.allows(len(word), length) {
				return ""
			}
			return value
		})
		if !grown.allows(len(word), length) {
			return ""
		}
		grown.bytes += max(0, len(expanded)-len(word))
		return expanded
	}
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\\\n", " ")
	n := 0
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) < 2 {
			continue
		}
		last := &stages[len(stages)-1]
		switch strings.ToUpper(words[0]) {
		case "ARG":
			name, value, _ := strings.Cut(words[1], "=")
			if value != "" {
				defaults[name] = expand(strings.Trim(value, `"'`))
			}
		case "FROM":
			next := dockerStage{}
			for i, w := range words {
				switch {
				case i == 0, strings.HasPrefix(w, "--"):
				case next.from == "":
					next.from = expand(w)
				case strings.EqualFold(w, "AS") && i+1 < len(words):
					next.name = strings.ToLower(words[i+1])
				}
			}
			stages = append(stages, next)
		case "COPY", "ADD":
			if c, ok := dockerCopyOf(words[1:], expand); ok && n < maxCopies {
				last.copies = append(last.copies, c)
				n++
			}
		}
	}
	var copies []dockerCopy
	for i := len(stages) - 1; i > 0; i-- {
		if s := &stages[i]; stage == "" || s.name == strings.ToLower(stage) {
			copies = append(copies, s.copies...)
			if stage = s.from; stage == "" {
				break
			}
		}
	}
	return copies
}

// dockerCopyOf reads the words of COPY and ADD. What is from another stage or from the network is
// not in the directory.
func dockerCopyOf(words []string, expand func(string) string) (c dockerCopy, ok bool) {
	for _, w := range words {
		if strings.HasPrefix(w, "--") {
			if strings.HasPrefix(w, "--from") {
				return c, false
			}
			continue
		}
		w = expand(strings.Trim(w, `[]",'`))
		if w == "" || strings.Contains(w, "://") {
			continue
		}
		if c.target != "" {
			c.sources = append(c.sources, strings.TrimPrefix(c.target, "/"))
		}
		c.target = w
	}
	return c, len(c.sources) > 0
}
