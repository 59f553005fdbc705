package compose

import (
	"path"
	"strings"
)

// sampleEndings are what the samples of a file of variables have behind its name.
var sampleEndings = []string{".example", ".sample", ".template", ".dist", ".default"}

// samplesOf returns the names that a sample of a file of variables may have.
func samplesOf(name string) []string {
	dir, base := path.Split(path.Clean(name))
	names := make([]string, 0, 3*len(sampleEndings))
	for _, ending := range sampleEndings {
		names = append(names, dir+base+ending)
	}
	ext := path.Ext(base)
	for _, ending := range sampleEndings {
		word := ending[1:]
		if stem := strings.TrimSuffix(base, ext); stem != "" {
			names = append(names, dir+stem+"-"+word+ext, dir+stem+ending+ext)
		} else {
			names = append(names, dir+word+ext, dir+"env"+ending) // example.env, env.example
		}
	}
	return names
}
