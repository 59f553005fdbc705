package compose

import (
	"cmp"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/weirgraph/weir/ingest/settings"
)

// copiedFiles returns the files with configuration that a Dockerfile copies into the image of
// the service, which is built from the first of its directories: those that are copied to where
// programs look for their configuration, whatever they are called, and those with the names of
// configuration.
func (e *composeEmitter) copiedFiles(own []string) []string {
	if e.main.Dir == nil || len(own) == 0 {
		return nil
	}
	text, err := e.content(path.Join(own[0], cmp.Or(e.s.dockerfile, "Dockerfile")))
	if err != nil {
		return nil // made when it is built, or not to be read: then nothing is known of it
	}
	args := map[string]string{}
	for _, pair := range e.s.buildArgs {
		args[pair.key] = pair.text
	}
	var names []string
	for _, c := range dockerCopies(string(text), e.s.stage, args) {
		for _, source := range c.sources {
			for _, name := range e.filesOf(path.Join(own[0], source), isConfigDirectory(c.target)) {
				base := path.Base(name)
				if isConfigDirectory(c.target) && !isScript(base) || sourceName.MatchString(base) || configName.MatchString(base) || sourceName.MatchString(path.Base(c.target)) {
					names = append(names, name)
				}
			}
		}
	}
	return names
}

// filesOf returns the files that a source of a Dockerfile names: a file, those that match a
// pattern, or with inside those in a directory.
func (e *composeEmitter) filesOf(name string, inside bool) []string {
	dir, pattern := name, "*"
	switch info, err := fs.Stat(e.main.Dir, name); {
	case err == nil && !info.IsDir():
		return []string{name}
	case err == nil && !inside:
		return nil
	case err != nil:
		if dir, pattern = path.Split(name); !strings.ContainsAny(pattern, "*?[") {
			return nil
		}
	}
	entries, err := fs.ReadDir(e.main.Dir, path.Clean(dir))
	if err != nil {
		return nil
	}
	var names []string
	for _, entry := range entries[:min(len(entries), settings.MaxMountedFiles)] {
		if ok, _ := path.Match(pattern, entry.Name()); ok && !entry.IsDir() {
			names = append(names, path.Join(dir, entry.Name()))
		}
	}
	return names
}

// A dockerCopy is what an instruction of a Dockerfile takes from the directory that the image is
// built from.
type dockerCopy struct {
	sources []string
	target  string
}

// maxCopies bounds the instructions of one Dockerfile that are followed.
const maxCopies = 200

// dockerCopies returns what goes into the image of a stage, the last one if it is "", and of those
// that it starts from. Arguments have the values in args, or else their defaults.
func dockerCopies(text, stage string, args map[string]string) []dockerCopy {
	type dockerStage struct {
		name, from string
		copies     []dockerCopy
	}
	stages := []dockerStage{{}}
	defaults := map[string]string{}
	expand := func(word string) string {
		return os.Expand(word, func(name string) string {
			name, fallback, _ := strings.Cut(name, ":-")
			return cmp.Or(args[name], defaults[name], fallback)
		})
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
