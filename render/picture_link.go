package render

import (
	"errors"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
)

// linkSchemes are those that open a file and run nothing.
var linkSchemes = []string{"https", "http", "file", "vscode", "vscode-insiders", "vscodium", "cursor", "idea"}

// CheckLink returns what is wrong with a base of links to files.
func CheckLink(base string) error {
	u, err := url.Parse(withPlace(base, "file", "1"))
	switch {
	case err != nil:
		return errors.New("it is not a URL")
	case strings.ContainsFunc(base, func(r rune) bool { return r <= ' ' || r == '"' || r == '<' || r == '>' || r == '\\' || r == 0x7F }):
		return errors.New("it has a character that URLs do not have")
	case strings.HasPrefix(base, "{"):
		return errors.New("it begins with a placeholder, so that a file chooses the scheme")
	case u.Scheme != "" && !slices.Contains(linkSchemes, u.Scheme):
		return fmt.Errorf("links of the scheme %q are not written, but those of %s", u.Scheme, english.List(linkSchemes))
	}
	return nil
}

// withPlace puts the place into the base.
func withPlace(base, file, line string) string {
	if !strings.Contains(base, "{file}") {
		return strings.TrimSuffix(base, "/") + "/" + file + "#L" + line
	}
	return strings.NewReplacer("{file}", file, "{line}", line).Replace(base)
}

// link returns the URL of the first of some places that is below the directory that base shows:
// the root of the repository, or the current directory outside of one. It is "" without base, and
// if there is no such place.
func (p Places) link(base string, origins []graph.Origin) string {
	if base == "" {
		return ""
	}
	for _, o := range origins {
		at, ok := p.spot(o)
		if !ok || path.IsAbs(at.File) || at.File == ".." || strings.HasPrefix(at.File, "../") {
			continue
		}
		return withPlace(base, (&url.URL{Path: at.File}).EscapedPath(), strconv.Itoa(max(1, at.Line)))
	}
	return ""
}
