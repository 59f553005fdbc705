package cmd

import (
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/link"
	"github.com/weirgraph/weir/ingest"
	"github.com/weirgraph/weir/ingest/revision"
	"github.com/weirgraph/weir/internal/english"
)

// The estate is the graphs of other repositories: what "weir graph -o json" wrote there, kept as
// artifacts. The inputs are judged with them.

// addEstate adds them to b.
func (r *run) addEstate(b *link.Builder) error {
	parts, err := ingest.ReadEstate(r.estateAt, r.estate)
	var wrong *ingest.SourceError
	if errors.As(err, &wrong) {
		return unread(wrong.Hint, "%w", err)
	}
	for _, f := range parts {
		b.Add(f)
	}
	return err
}

// findEstate makes the names of the estate independent of the working directory: a revision is
// read in another one.
func (r *run) findEstate() error {
	for _, name := range r.estate {
		at, err := filepath.Abs(name)
		if err != nil {
			return err
		}
		r.estateAt = append(r.estateAt, at)
	}
	return nil
}

// reportEstate prints how old the parts of the estate are.
func (r *run) reportEstate(g *graph.Graph) {
	parts := g.Coverage().Estate
	if r.quiet || len(parts) == 0 || r.reported["estate"] {
		return
	}
	r.reported["estate"] = true
	unknown := false
	for i, p := range parts {
		if i == maxProblems && !r.verbose {
			r.printMessage(fmt.Sprintf("and %d more parts of the estate; --verbose shows all", len(parts)-i), "")
			break
		}
		age := ageOf(p, time.Now())
		unknown = unknown || age == ""
		if age == "" {
			age = "of unknown age"
		}
		r.printMessage(fmt.Sprintf("estate: %s: %s, %s", p.File, english.Count(p.Services, "service"), age), "")
	}
	if unknown {
		r.printMessage("the age of some parts is unknown", "weir graph --stamp git:HEAD -o json writes it into a graph")
	}
}

// ageOf returns the date of a part and how long ago it is, "" if it is unknown.
func ageOf(p graph.EstatePart, now time.Time) string {
	made, err := time.Parse(time.RFC3339, p.Time)
	if err != nil {
		return ""
	}
	days := int(now.Sub(made).Hours() / 24)
	ago := english.Count(days, "day") + " ago"
	switch {
	case now.Before(made):
		ago = "in the future"
	case days == 0:
		ago = "today"
	}
	text := fmt.Sprintf("of %s (%s)", made.Format(time.DateOnly), ago)
	if p.Revision != "" {
		text += ", commit " + p.Revision[:min(len(p.Revision), shortCommit)]
	}
	return text
}

// shortCommit is how much of the name of a commit is shown, as git shows it.
const shortCommit = 12

// stamp returns what a value of --stamp means, nil for none.
func (r *run) stamp(word string) (*analyze.Made, error) {
	name, isRevision, err := parseRevision(word)
	switch {
	case err != nil || word == "":
		return nil, err
	case !isRevision:
		at, err := time.Parse(time.RFC3339, word)
		if err != nil {
			at, err = time.Parse(time.DateOnly, word)
		}
		if err != nil {
			return nil, misuse("write git:HEAD, 2026-11-28 or 2026-11-28T10:00:00Z", "--stamp: %q is no time and no revision", word)
		}
		return &analyze.Made{Time: at.UTC().Format(time.RFC3339)}, nil
	}
	commit, err := revision.Find(r.ctx, name.revision)
	if err != nil {
		return nil, misuse(hintOf(err), "--stamp: %w", err)
	}
	at, err := commit.Time(r.ctx)
	return &analyze.Made{Revision: commit.ID, Time: at}, err
}
