package rules

import (
	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
)

// comments are those of the inputs that excuse findings at a line, by file and line.
type comments struct {
	at   map[commentLine][]*graph.CommentExcuse
	all  []graph.CommentExcuse
	used map[*graph.CommentExcuse]bool
}

// A commentLine is a line of a file, whatever reader has read it.
type commentLine struct {
	file string
	line int32
}

func newComments(g *graph.Graph) *comments {
	c := &comments{map[commentLine][]*graph.CommentExcuse{}, g.Coverage().Excuses, map[*graph.CommentExcuse]bool{}}
	for i := range c.all {
		e := &c.all[i]
		at := commentLine{e.Origin.File(), e.Line}
		c.at[at] = append(c.at[at], e)
	}
	return c
}

// excusing returns a comment that excuses f, nil if there is none: one about a line that is a
// place of f.
func (c *comments) excusing(f *analyze.Finding) *graph.CommentExcuse {
	var found *graph.CommentExcuse
	if len(c.all) == 0 {
		return nil
	}
	for _, o := range f.Origins {
		for _, e := range c.at[commentLine{o.File(), o.Line}] {
			if e.Rule == "*" || CurrentID(e.Rule) == f.Rule {
				c.used[e] = true
				found = e
			}
		}
	}
	return found
}

// unused returns the comments that have excused nothing.
func (c *comments) unused() []analyze.Ignore {
	var list []analyze.Ignore
	for i := range c.all {
		if e := &c.all[i]; !c.used[e] {
			list = append(list, analyze.Ignore{Ignore: graph.Ignore{Rule: e.Rule, Reason: e.Reason, Origin: e.Origin}, By: analyze.ByComment})
		}
	}
	return list
}
