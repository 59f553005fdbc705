package trace

import (
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
)

// Remarks are what is reported once of a file, however many chunks it is read in.
type Remarks struct {
	Odd   Remark // values of a type that the format does not have there
	Other Remark // lines that are no spans
	Log   bool   // values have something of a log before them: then other lines are expected
}

// A Remark is something that is so many times in a file.
type Remark struct {
	Count int
	First graph.Origin
}

func (m *Remark) add(o Remark) {
	if m.Count == 0 || o.Count > 0 && o.First.Compare(m.First) < 0 {
		m.First = o.First
	}
	m.Count += o.Count
}

// Add adds those of another part of the file.
func (m *Remarks) Add(o *Remarks) {
	m.Odd.add(o.Odd)
	m.Other.add(o.Other)
	m.Log = m.Log || o.Log
}

// Problems returns what is reported of the file.
func (m *Remarks) Problems() []graph.Problem {
	var list []graph.Problem
	switch {
	case m.Other.Count == 0:
	case m.Log:
		list = append(list, graph.Problem{
			Origin: m.Other.First, Message: english.Count(m.Other.Count, "line") + " of the log without spans, this one first", Level: graph.Skipped,
		})
	default:
		list = append(list, graph.Problem{Origin: m.Other.First, Message: "cannot read spans: is not JSON", Hint: recordHint, Level: graph.Failed})
	}
	if m.Odd.Count > 0 {
		list = append(list, graph.Problem{
			Origin:  m.Odd.First,
			Message: english.Count(m.Odd.Count, "value") + " of spans of a type that the format does not have there, this one first",
			Hint:    "correct the program that wrote them; the rest of the file is read", Level: graph.Failed,
		})
	}
	return list
}

// recordHint is what to do about a record that cannot be read.
const recordHint = "fix this record; the rest of the file is read"
