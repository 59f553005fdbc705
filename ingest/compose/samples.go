package compose

import (
	"errors"
	"io/fs"
	"path"
	"strings"
)

// sampleEndings are what the samples of a file of variables have behind its name.
var sampleEndings = []string{".example", ".sample", ".template", ".dist", ".default"}

// sampleOf returns the sample of a file of variables that is not there, "" if there is none: a repository has the
// sample, and users copy it to the file, which has their passwords.
func (p *composeProject) sampleOf(name string) string {
	dir, base := path.Split(path.Clean(name))
	names := make([]string, 0, 3*len(sampleEndings))
	for _, ending := range sampleEndings {
		names = append(names, base+ending)
	}
	ext := path.Ext(base)
	for _, ending := range sampleEndings {
		word := ending[1:]
		if stem := strings.TrimSuffix(base, ext); stem != "" {
			names = append(names, stem+"-"+word+ext, stem+ending+ext)
		} else {
			names = append(names, word+ext, "env"+ending) // example.env, env.example
		}
	}
	for _, sample := range names {
		if len(p.opened) > maxComposeFiles/2 {
			return ""
		}
		if _, err := p.content(dir + sample); err == nil {
			return dir + sample
		}
	}
	return ""
}

// withSample returns the text of a file of variables, or of its sample where it is not there, and the path of
// the one that is read.
func (p *composeProject) withSample(name string) (text []byte, read string, err error) {
	text, err = p.content(name)
	if !errors.Is(err, fs.ErrNotExist) {
		return text, name, err
	}
	if sample := p.sampleOf(name); sample != "" {
		text, err = p.content(sample)
		return text, sample, err
	}
	return nil, name, err
}
