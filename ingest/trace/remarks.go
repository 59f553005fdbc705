package trace

import (
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
)

// Remarks are what is reported once of a file, however many chunks it is read in.
type Remarks struct {
	odd   remark // values of a type that the format does not have there
	other remark // lines that are no spans
	isLog bool   // values have something of a log before them: then other lines are expected
}

// A remark is something that is so many times in a file.
type remark struct {
	count int
	first graph.Origin
}

func (m *remark) add(o remark) {
	if m.count == 0 || o.count > 0 && o.first.Compare(m.first) < 0 {
		m.first = o.first
	}
	m.count += o.count
}

// Add adds those of another part of the file.
func (m *Remarks) Add(o *Remarks) {
	m.odd.add(o.odd)
	m.other.add(o.other)
	m.isLog = m.isLog || o.isLog
}

// Problems returns what is reported of the file.
func (m *Remarks) Problems() []graph.Problem {
	var list []graph.Problem
	switch {
	case m.other.count == 0:
	case m.isLog:
		list = append(list, graph.Problem{
			Origin: m.other.first, Message: english.Count(m.other.count, "line") + " of the log without spans, this one first", Level: graph.Skipped,
		})
	default:
		list = append(list, graph.Problem{Origin: m.other.first, Message: "cannot read spans: is not JSON", Hint: recordHint, Level: graph.Failed})
	}
	if m.odd.count > 0 {
		list = append(list, graph.Problem{
			Origin:  m.odd.first,
			Message: english.Count(m.odd.count, "value") + " of spans of a type that the format does not have there, this one first",
			Hint:    "correct the program that wrote them; the rest of the file is read", Level: graph.Failed,
		})
	}
	return list
}

// recordHint is what to do about a record that cannot be read.
const recordHint = "fix this record; the rest of the file is read"
