package render

import (
	"net/url"
	"path"
	"path/filepath"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/boundary"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/policy"
)

// What formats have in common that other programs read with the repository at hand: they
// list findings one by one, each with its own fingerprint, so that the same finding is known
// again when others of its kind come or go.

// lists are the parts of a report that such formats show.
const lists = findingsPart | variantsPart

// Places says where the files of a report are. Programs that show findings beside the
// code want paths below the root of the repository, wherever weir was started.
type Places struct {
	Dir  string // the current directory, absolute; "" if paths are as they are
	Root string // of the git work tree that Dir is in, absolute; "" if there is none
}

// A spot is a place in a file as other programs want it.
type spot struct {
	File         string // below the root of the repository where it is in it, forward slashes
	Line, Column int    // from 1; 0 if the place is the whole file
}

// spot returns the place of an origin. It reports false where there is no file: for standard
// input. A place in rendered text is the whole file that it was rendered from.
func (p Places) spot(o graph.Origin) (spot, bool) {
	s := spot{File: o.File(), Line: int(o.Line), Column: int(o.Column)}
	if o.RenderedFrom() != "" {
		s = spot{File: o.RenderedFrom()}
	}
	if s.File == "" || s.File == policy.Stdin {
		return spot{}, false
	}
	s.File = path.Clean(filepath.ToSlash(s.File))
	if p.Root == "" {
		return s, true
	}
	file := filepath.FromSlash(s.File)
	if !filepath.IsAbs(file) {
		file = filepath.Join(p.Dir, file)
	}
	if below, err := filepath.Rel(p.Root, file); err == nil && filepath.IsLocal(below) {
		s.File = filepath.ToSlash(below)
	}
	return s, true
}

// first returns the deciding place of a finding that is in a file.
func (p Places) first(f *analyze.Finding) (spot, bool) {
	for _, o := range f.Origins {
		if s, ok := p.spot(o); ok {
			return s, true
		}
	}
	return spot{}, false
}

// uri writes the file as a URI reference, relative to the root of the repository.
func (s spot) uri() string {
	u := url.URL{Path: s.File}
	if path.IsAbs(s.File) {
		u.Scheme = "file"
	}
	return u.String()
}

// said is the message of a finding with what a reader has to know about it: whether it rests
// on presumptions, the variants that have it, the place in rendered text.
func said(f *analyze.Finding) string {
	var notes []string
	if f.Confidence < analyze.Certain {
		notes = append(notes, f.Confidence.String())
	}
	if f.Variants != nil {
		notes = append(notes, "in "+english.List(f.Variants))
	}
	if len(f.Origins) > 0 && f.Origins[0].RenderedFrom() != "" {
		if _, rendered, ok := strings.Cut(f.Origins[0].String(), " ("); ok {
			notes = append(notes, strings.TrimSuffix(rendered, ")"))
		}
	}
	if notes == nil {
		return f.Message
	}
	return f.Message + " (" + strings.Join(notes, "; ") + ")"
}

// rulePage is the address of the page of a rule.
func rulePage(id string) string {
	if boundary.IsID(id) {
		return "https://github.com/weirgraph/weir/blob/main/docs/architecture-rules.md"
	}
	return "https://github.com/weirgraph/weir/blob/main/docs/rules/" + url.PathEscape(id) + ".md"
}
