package native

import (
	"path"
	"slices"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

// IgnoresBelow returns the entries of ignore of a configuration in a directory below that of the
// run, nil if it has mistakes.
func IgnoresBelow(file, dir string, text []byte, rules Rules) []graph.Ignore {
	d, err := document.First(file, text)
	if err != nil {
		return nil
	}
	s := &Scope{Config: file, Rules: rules}
	checkShape(d, withExtensions(manifestShape, d.Root), "manifest", d.Root)
	if entries := s.read(d, dir); d.Facts.Problems == nil {
		return entries
	}
	return nil
}

// A Scope says which of the files that are read are configurations below that of the run. They
// add services and entries of ignore, which act only on what is declared below their own
// directory. All else is for the configuration of the run.
type Scope struct {
	Config string                 // the configuration of the run, in messages; "" if it has none
	Below  func(file string) bool // whether a file, by its name in origins, is below it
	Rules  Rules
	Leave  string // the one below it that declares nothing, "" for none
}

// Reader returns Reader, which also reads what is configured in the scope.
func (s *Scope) Reader() *document.Reader {
	r := *Reader
	r.Read = func(d *document.Document, f *graph.Facts) {
		before := len(d.Facts.Problems)
		below := s.Below(d.File)
		if below && s.Leave == d.File {
			return
		}
		readNative(d, f)
		if below && len(f.Entities)+len(f.Overrides) > 0 {
			f.Below = append(f.Below, d.File)
		}
		if !below || !named(&d.Head) || !claimsNative(&d.Head) {
			return
		}
		entries := s.read(d, path.Dir(d.File))
		failed := func(p graph.Problem) bool { return p.Level == graph.Failed }
		if !slices.ContainsFunc(d.Facts.Problems[before:], failed) { // what has mistakes excuses nothing
			f.Ignores = append(f.Ignores, entries...)
		}
	}
	return &r
}

// read returns the entries of ignore for a directory, and reports the keys that are not for this
// file.
func (s *Scope) read(d *document.Document, dir string) []graph.Ignore {
	var entries []graph.Ignore
	keys := configKeys(s.Rules)
	for k, v := range d.Root.Pairs() {
		key := findKey(keys, k.Str())
		switch {
		case key == nil: // of a manifest, or reported as unknown
		case key.name == "ignore":
			checkShape(d, key.shape, key.name, v)
			for _, entry := range v.List() {
				i := readIgnore(d, entry)
				i.Within = dir
				for j, p := range i.Paths {
					i.Paths[j] = path.Join(dir, p)
				}
				entries = append(entries, i)
			}
		case s.Config == "":
			d.Problem(graph.Skipped, k, "--config "+d.File+" makes it the configuration", "%q has no effect: this is not the configuration of the run", key.name)
		default:
			d.Problem(graph.Failed, k, "move it to "+s.Config, "%q is for the configuration of the run, %s: a file below it adds services, aliases, overrides and ignore", key.name, s.Config)
		}
	}
	return entries
}
