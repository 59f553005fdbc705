package pipeline

import (
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/trace"
)

// A count is what was read of a part of a file.
type count struct {
	From    int64 // the first block of the part
	Files   int   // 1 in the part with the beginning
	Bytes   int64
	Lines   int
	Names   []string // of readers
	Values  []int    // that each of them has read
	Remarks remarks
}

// remarks are trace.Remarks.
type remarks struct {
	Odd, Other             int
	OddLine, OddColumn     int32
	OtherLine, OtherColumn int32
	Log                    bool
}

func newRemarks(m *trace.Remarks) remarks {
	return remarks{
		m.Odd.Count, m.Other.Count, m.Odd.First.Line, m.Odd.First.Column, m.Other.First.Line, m.Other.First.Column, m.Log,
	}
}

// of returns the remarks about a file, which has so many lines before the part.
func (m *remarks) of(reader, path string, before int) *trace.Remarks {
	at := func(line, column int32) graph.Origin {
		return graph.Source{Reader: reader, File: path}.At(line+int32(before), column)
	}
	return &trace.Remarks{
		Odd: trace.Remark{Count: m.Odd, First: at(m.OddLine, m.OddColumn)}, Other: trace.Remark{Count: m.Other, First: at(m.OtherLine, m.OtherColumn)}, Log: m.Log,
	}
}

// A problem is a graph.Problem of a part of a file.
type problem struct {
	From          int64 // the first block of the part
	Reader, File  string
	Line, Column  int32 // within the part
	Message, Hint string
	Level         int
}

func newProblem(p graph.Problem) problem {
	return problem{
		Reader: p.Origin.Reader(), File: p.Origin.File(), Line: p.Origin.Line, Column: p.Origin.Column,
		Message: p.Message, Hint: p.Hint, Level: int(p.Level),
	}
}

// graph returns the problem with its place in the file.
func (p *problem) graph() graph.Problem {
	o := graph.Source{Reader: p.Reader, File: p.File}.At(p.Line, p.Column)
	return graph.Problem{Origin: o, Message: p.Message, Hint: p.Hint, Level: graph.ProblemLevel(p.Level)}
}
